"""Stages the files of a load, each in a folder of its own below the scratch folder."""

from collections.abc import Sequence
from pathlib import Path

from counterpoise.domain.tables.mapping import FileMapping
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.landing.reading import Landed
from counterpoise.warehouse.staging.stage import Rules, Staged, stage_file


def stage_files(
    files: Sequence[tuple[Landed, FileMapping]], rules: Rules, scratch: Path
) -> tuple[Staged, ...]:
    """Raises Ambiguous for a column that fits two readings."""
    connection = open_connection(scratch)
    try:
        return tuple(
            stage_file(connection, landed, mapping, rules, scratch / f"staged-{place}")
            for place, (landed, mapping) in enumerate(files)
        )
    finally:
        connection.close()
