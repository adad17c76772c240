"""Pages of demand: the forecast with its evidence, overrides of it, and whose overrides helped."""
