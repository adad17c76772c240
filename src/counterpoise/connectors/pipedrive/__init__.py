"""Pipedrive over its API v2, and v1 where v2 has nothing: read, and written back to."""
