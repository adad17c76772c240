"""Pages of the cycle: the runs there were, and the report of each."""
