"""The published measures as Ibis expressions, the same on every engine."""
