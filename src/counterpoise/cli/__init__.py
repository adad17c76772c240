"""The same actions and queries as commands."""
