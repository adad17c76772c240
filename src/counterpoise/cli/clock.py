"""The one clock of the command line: everything below is told what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
