"""What the business may change: dated values with a unit and a source."""
