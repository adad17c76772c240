"""Pages of step six: what was forecast, what came, and why they differ."""
