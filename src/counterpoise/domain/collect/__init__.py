"""Step one, collect: mapping, casting, changes and health of what came in."""
