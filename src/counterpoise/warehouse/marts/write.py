"""Writes a build aside, checked and described, ready to be given its name."""

from pathlib import Path
from typing import Any

from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.marts.build import Built, Load, build_marts
from counterpoise.warehouse.marts.publication import Description, check_build, write_manifest


def write_build(
    previous: Path | None, load: Load, described: Description, out: Path, scratch: Path
) -> tuple[Built, dict[str, Any]]:
    """Returns what became of the rows, and the manifest. Raises BrokenBuild."""
    connection = open_connection(scratch)
    try:
        built = build_marts(connection, previous, load, out)
        check_build(connection, out, built.expected, built.changed)
        return built, write_manifest(connection, out, described, previous)
    finally:
        connection.close()
