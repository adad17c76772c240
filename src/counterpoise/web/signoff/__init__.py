"""Pages on which a plan is frozen into a version, signed, verified and taken to the meeting."""
