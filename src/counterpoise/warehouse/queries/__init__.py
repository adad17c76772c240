"""Reads a build and returns typed rows."""
