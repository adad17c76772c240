"""Which records are one: features, what speaks for a pair, and the clusters that come of it."""
