"""The targets of a build. They are few, so they are read as rows and placed in plain Python."""

from counterpoise.domain.measure.plain_places import Directory
from counterpoise.domain.measure.plain_targets import read_targets
from counterpoise.domain.measure.targets import Target
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.known import KnownDeals

_COLUMNS = {
    "rep": ("source", "source_id", "name", "team_id", "manager", "region"),
    "team": ("source", "source_id", "name", "region"),
    "product": ("source", "source_id", "name"),
}


def list_targets(known: KnownDeals) -> tuple[Target, ...]:
    backend, settings = known.backend, known.settings
    rows = running.fetch(backend, running.read(backend, "target"))
    meant = list(_COLUMNS) if any(row["product_id"] for row in rows) else ["rep", "team"]
    tables = {
        table: running.fetch(backend, running.read(backend, table).select(*_COLUMNS[table]))
        for table in meant
        if rows
    }
    return read_targets(rows, Directory(tables), settings.rates, settings.as_of)
