"""Pages of the rulebook: what holds, what changed, and changing it."""
