"""The targets of a build. They are few, so they are read as rows and placed in plain Python."""

from counterpoise.domain.measure.plain_targets import read_targets
from counterpoise.domain.measure.targets import Target
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.directory import read_directory
from counterpoise.warehouse.measures.known import KnownDeals


def list_targets(known: KnownDeals) -> tuple[Target, ...]:
    backend, settings = known.backend, known.settings
    rows = running.fetch(backend, running.read(backend, "target"))
    meant = ["rep", "team"] if rows else []
    if any(row["product_id"] for row in rows):
        meant.append("product")
    directory = read_directory(known, meant)
    return read_targets(rows, directory, settings.rates, settings.as_of)
