"""Reps, teams, products and days off of a build as rows: few, so plain Python places them."""

from collections.abc import Collection

from counterpoise.domain.measure.plain_places import Directory
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.known import KnownDeals

_COLUMNS = {
    "rep": (
        *("source", "source_id", "name", "team_id", "manager", "region"),
        *("time_zone", "hired_on", "left_on"),
    ),
    "team": ("source", "source_id", "name", "parent_id", "region"),
    "product": ("source", "source_id", "name"),
    "calendar": ("source", "source_id", "date", "country", "kind"),
}


def read_directory(known: KnownDeals, tables: Collection[str]) -> Directory:
    backend = known.backend
    return Directory(
        {
            table: running.fetch(backend, running.read(backend, table).select(*_COLUMNS[table]))
            for table in tables
        }
    )
