"""Pages of the outbox: what goes to other systems, and what needs a person."""
