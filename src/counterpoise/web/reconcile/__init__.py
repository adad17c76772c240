"""Pages of reconcile: the plan of a period with its proof, scenarios, and how they compare."""
