"""Decisions: the one Django app with models (SQLite by default, PostgreSQL for teams)."""
