"""What the steps hand to one another: the data dictionary of facts, and the values of each step."""
