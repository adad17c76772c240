"""Pages of the first step: what was loaded, how good it is, and what it says."""
