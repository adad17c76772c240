"""Every load as an immutable batch, each row as it was received, and what could not be read."""
