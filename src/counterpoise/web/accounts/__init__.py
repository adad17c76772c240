"""Signing in, and what is a person's own: preferences, password, second step, sessions, tokens."""
