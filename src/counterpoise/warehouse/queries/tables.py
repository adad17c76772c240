"""Small facts of a build: rows a table, declared pools, the company's currency."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from counterpoise.domain.rulebook.rates import build_rates
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.capacity import DeclaredPool, Unit
from counterpoise.domain.tables.dictionary import TABLES
from counterpoise.warehouse.engine import literal, open_build, quote

_MONEY_TABLES = ("opportunity", "target")


def count_rows(folder: Path) -> dict[str, int]:
    """Rows of each canonical table, in the dictionary's order."""
    counts = " UNION ALL ".join(
        f"SELECT {literal(table)}, count(*) FROM {quote(table)}" for table in TABLES
    )
    with open_build(folder) as build:
        return dict(build.con.execute(counts).fetchall())


def list_currencies(folder: Path) -> tuple[str, ...]:
    """Currencies that deals and targets are in."""
    used = " UNION ".join(f"SELECT currency FROM {quote(table)}" for table in _MONEY_TABLES)
    with open_build(folder) as build:
        rows = build.con.execute(f"FROM ({used}) WHERE currency <> '' ORDER BY 1").fetchall()
    return tuple(currency for (currency,) in rows)


def list_addresses(folder: Path) -> tuple[str, ...]:
    """E-mail addresses of the reps."""
    with open_build(folder) as build:
        rows = build.con.execute("SELECT DISTINCT email FROM rep WHERE contains(email, '@')")
        return tuple(sorted(address for (address,) in rows.fetchall()))


def list_calendar(folder: Path) -> tuple[dict[str, Any], ...]:
    """The days of the table calendar, in order: date, country, name and kind."""
    names = ("date", "country", "name", "kind")
    with open_build(folder) as build:
        rows = build.con.execute(f"SELECT {', '.join(names)} FROM calendar ORDER BY ALL")
        return tuple(dict(zip(names, row, strict=True)) for row in rows.fetchall())


def get_currency(folder: Path, rulebook: Rulebook, on: date) -> str:
    """What amounts are reported in; '' where neither the data nor the rulebook says it.

    Raises MissingRate for several currencies that the rulebook has no rates for.
    """
    return build_rates(rulebook, list_currencies(folder), on).reporting


def list_declared_pools(folder: Path, on: date) -> tuple[DeclaredPool, ...]:
    """Pools of the table resource_pool as they hold on a day, by name."""
    with open_build(folder) as build:
        rows = build.con.execute(_POOLS, [on]).fetchall()
    return tuple(
        DeclaredPool(
            name=name,
            kind=kind,
            team=team,
            unit=_read_unit(unit, kind),
            headcount=Decimal(str(headcount)),
            per_person=None if per_person is None else Decimal(str(per_person)),
        )
        for name, kind, team, unit, headcount, per_person in rows
    )


def _read_unit(unit: str | None, kind: str) -> Unit:
    """Sellers' work is counted in deals and everyone else's in hours where nothing is said."""
    if unit in get_args(Unit):
        return unit  # type: ignore[return-value]  # checked on the line above
    return "deals" if kind == "sellers" else "hours"


_POOLS = """
SELECT name, kind, coalesce(team, '') AS team, unit, headcount, per_person
FROM resource_pool
WHERE valid_from IS NULL OR valid_from <= $1
QUALIFY row_number() OVER (PARTITION BY name ORDER BY valid_from DESC NULLS LAST, source_id) = 1
ORDER BY name
"""
