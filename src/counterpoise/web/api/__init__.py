"""The API under /api/v1: what the pages do, for programs, in a module per step."""
