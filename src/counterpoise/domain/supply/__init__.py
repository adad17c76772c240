"""Step three, supply: who is needed to serve the demand, and who will be there."""
