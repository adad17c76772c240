"""Events that other systems send: rows of them as files that are landed like any other."""
