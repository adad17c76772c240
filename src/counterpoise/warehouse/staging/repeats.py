"""Rows of one file that claim the same key.

Word-for-word repeats are landed once. Rows that differ exclude one another: the newest wins where
`updated_at` says which that is, else none is taken, because any choice would be a guess.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import duckdb

from counterpoise.domain.values.text import Text, text
from counterpoise.warehouse.engine import literal, quote


@dataclass(frozen=True, slots=True)
class Refused:
    row: int
    key: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Repeats:
    """dropped: places of all rows that are not taken, the repeated and the refused."""

    dropped: tuple[int, ...]
    repeated: int
    refused: tuple[Refused, ...] = ()


_Row = tuple[str, int, int, object]


def find_repeats(
    connection: duckdb.DuckDBPyConnection,
    cast: Path,
    attributes: tuple[str, ...],
    row_of: Callable[[int], int],
) -> Repeats:
    """`cast` has the attributes, `place` and `bad` of every row; bad rows claim nothing."""
    rows = f"read_parquet({literal(str(cast))})"
    content = ", ".join(quote(each) for each in attributes)
    newest = "updated_at" if "updated_at" in attributes else "NULL"
    found = connection.execute(
        f"""
        WITH repeated AS (
            SELECT source_id FROM {rows} WHERE bad IS NULL GROUP BY 1 HAVING count(*) > 1
        )
        SELECT source_id, place,
            min(place) OVER (PARTITION BY source_id, {content}) AS first_alike,
            epoch_us({newest}::TIMESTAMPTZ)
        FROM {rows} SEMI JOIN repeated USING (source_id)
        WHERE bad IS NULL ORDER BY source_id, place
        """
    ).fetchall()
    dropped: list[int] = []
    refused: list[Refused] = []
    for key, group in groupby(found, key=lambda row: row[0]):
        claims = list(group)
        kept = _find_winner(claims)
        dropped += [place for _, place, _, _ in claims if place != kept]
        refused += _refuse(key, claims, kept, row_of)
    return Repeats(tuple(dropped), len(dropped) - len(refused), tuple(refused))


def _find_winner(claims: list[_Row]) -> int | None:
    """The place to take: the only content there is, else the one content that is newest."""
    contents = {first: moment for _, _, first, moment in claims}
    if len(contents) == 1:
        return next(iter(contents))
    if any(moment is None for moment in contents.values()):
        return None
    latest = max(int(str(moment)) for moment in contents.values())
    winners = [first for first, moment in contents.items() if int(str(moment)) == latest]
    return winners[0] if len(winners) == 1 else None


def _refuse(
    key: str, claims: list[_Row], kept: int | None, row_of: Callable[[int], int]
) -> list[Refused]:
    refused = []
    for _, place, first, _ in claims:
        if first == kept:
            continue
        if kept is not None:
            reason = text("row {other} has the same key and is newer", other=row_of(kept))
        else:
            other = next(each for _, each, alike, _ in claims if alike != first)
            reason = text(
                "row {other} has the same key and says something else; nothing tells which holds",
                other=row_of(other),
            )
        refused.append(Refused(row_of(place), key, reason))
    return refused
