"""The loads that were accepted, as people look back on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counterpoise.store.models import Batch


@dataclass(frozen=True, slots=True)
class Load:
    """counts: by table, what became of its rows. files: names as their owner calls them."""

    id: str
    accepted_at: datetime
    source: str
    counts: Mapping[str, Mapping[str, int]]
    files: tuple[str, ...]
    build: str

    def total(self, what: str) -> int:
        """Rows received, new, updated, unchanged or quarantined, over all tables."""
        return sum(each.get(what, 0) for each in self.counts.values())


def list_loads(limit: int | None = None) -> tuple[Load, ...]:
    """Newest first, whatever their number with the same three questions to the store."""
    rows = Batch.objects.order_by("-builds__number").prefetch_related("files", "builds")
    return tuple(_read(row) for row in rows[:limit])


def find_load(load_id: str) -> Load | None:
    row = Batch.objects.filter(id=load_id).prefetch_related("files", "builds").first()
    return None if row is None else _read(row)


def _read(row: Any) -> Load:
    builds = [each.id for each in row.builds.all()]
    return Load(
        id=row.id,
        accepted_at=row.accepted_at,
        source=row.source,
        counts=row.counts,
        files=tuple(each.name for each in row.files.all()),
        build=builds[0] if builds else "",
    )
