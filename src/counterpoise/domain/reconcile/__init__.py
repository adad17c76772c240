"""Step four, reconcile: one plan from demand and supply, with a proof."""
