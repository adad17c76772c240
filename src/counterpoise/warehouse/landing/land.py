"""Lands all that a load received, side by side in one folder."""

from collections.abc import Sequence
from pathlib import Path

from counterpoise.domain.tables.received import Received
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.landing.reading import Landed, land_file


def land_files(received: Sequence[Received], folder: Path, scratch: Path) -> tuple[Landed, ...]:
    """Write `<n>.parquet` for each. Raises Unreadable."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = open_connection(scratch)
    try:
        return tuple(
            land_file(connection, each, folder / f"{place}.parquet")
            for place, each in enumerate(received, 1)
        )
    finally:
        connection.close()
