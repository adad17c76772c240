"""Step six, measure: what the published measures mean, and why actual differed from plan."""
