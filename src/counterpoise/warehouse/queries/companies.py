"""Companies of a build as they are known, for whoever looks up more about them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from counterpoise.domain.tables.dictionary import get_table
from counterpoise.warehouse.engine import open_build, quote


@dataclass(frozen=True, slots=True)
class Company:
    """entity: its source and its id there. fields: those that it has, as text."""

    entity: str
    name: str
    fields: Mapping[str, str]
    seen_at: datetime | None


def list_companies(
    folder: Path, fields: Collection[str], only: Iterable[str] | None = None
) -> tuple[Company, ...]:
    """All but the removed ones, by source and id. only: those of these entities."""
    condition, values = ("", [])
    if only is not None:
        condition, values = (
            " AND list_contains(?, concat_ws('|', source, source_id))",
            [sorted(only)],
        )
    named = [each.name for each in get_table("account").attributes if each.name in fields]
    columns = ", ".join(f"CAST({quote(each)} AS VARCHAR)" for each in named)
    with open_build(folder) as build:
        rows = build.con.execute(
            "SELECT concat_ws('|', source, source_id), coalesce(name, ''),"
            f" coalesce(updated_at, created_at), {columns} FROM account"
            f" WHERE deleted_at IS NULL{condition} ORDER BY source, source_id",
            values,
        ).fetchall()
    return tuple(
        Company(
            entity,
            name,
            {each: value for each, value in zip(named, values, strict=True) if value},
            seen_at,
        )
        for entity, name, seen_at, *values in rows
    )
