"""Customers of a run: their records with values, pairs to look at, and what happened to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from counterpoise.domain.collect.identity_models import MODELS, Kind
from counterpoise.domain.collect.identity_survivors import Candidate
from counterpoise.warehouse.engine import literal, open_connection
from counterpoise.warehouse.identity.levels import list_levels
from counterpoise.warehouse.identity.persons import ACROSS, KNOWN_FILE

FIELDS: dict[Kind, tuple[str, ...]] = {
    "account": ("name", "domain", "industry", "segment", "city", "country", "region"),
    "contact": ("first_name", "last_name", "email", "phone", "job_title"),
    "lead": ("first_name", "last_name", "email", "phone", "company_name", "country"),
    "person": (
        "first_name", "last_name", "email", "phone", "job_title", "company_name", "country",
    ),
}  # fmt: skip
"""What is shown of a record, and what a customer has one value of."""
MOST_LISTED = 500
Pair = tuple[str, str]
_REVIEWED: dict[Kind, str] = {"person": ACROSS}
_READ: dict[Kind, tuple[str, ...]] = {"person": ("contact", "lead", "account")}
"""Tables that a record is read from, where it is more than its own."""
_OWN_ROWS = """SELECT source || '|' || source_id AS record, *
FROM read_parquet($1, union_by_name = true)"""
_ROWS: dict[Kind, str] = {
    "person": """SELECT 'contact:' || c.source || '|' || c.source_id AS record, c.source,
c.updated_at, c.first_name, c.last_name, c.email, c.phone, c.job_title, a.name AS company_name,
a.country FROM read_parquet($1, union_by_name = true) AS c
LEFT JOIN read_parquet($3, union_by_name = true) AS a
    ON a.source = c.source AND a.source_id = c.account_id
UNION ALL SELECT 'lead:' || source || '|' || source_id, source, updated_at, first_name, last_name,
email, phone, NULL, company_name, country FROM read_parquet($2, union_by_name = true)"""
}


@dataclass(frozen=True, slots=True)
class Reason:
    """How alike a field is, by a word of the matcher, and what that says: weight in bits, above 0
    for one customer and below 0 for two. level: `empty` where a value is missing."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """entities: the numbers of the customers that the two records are in."""

    one: str
    other: str
    likelihood: float
    entities: tuple[int, int]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    run: str
    happening: str
    entity: int
    other: int | None


def list_sizes(
    folder: Path, least: int = 2, most: int = MOST_LISTED
) -> tuple[tuple[int, int], ...]:
    """Customers with at least so many records, and how many those are, the largest first."""
    return tuple(
        _ask(
            "SELECT entity, count(*) FROM read_parquet($1) GROUP BY 1 HAVING count(*) >= $2"
            " ORDER BY 2 DESC, 1 LIMIT $3",
            [str(folder / "members.parquet"), least, most],
        )
    )


def find_members(folder: Path, entities: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The records of customers as the run has them; nothing for one that it has not."""
    found: dict[int, list[str]] = {}
    rows = _ask(
        "SELECT entity, record FROM read_parquet($1) WHERE list_contains($2, entity) ORDER BY ALL",
        [str(folder / "members.parquet"), sorted(entities)],
    )
    for entity, record in rows:
        found.setdefault(entity, []).append(record)
    return {entity: tuple(records) for entity, records in found.items()}


def list_shared(folder: Path, also: Iterable[int] = ()) -> tuple[tuple[str, int], ...]:
    """Records with the number of their customer, of customers with several records and of those
    also named."""
    rows = _ask(
        "SELECT record, entity FROM read_parquet($1) QUALIFY list_contains($2, entity)"
        " OR count(*) OVER (PARTITION BY entity) > 1 ORDER BY record",
        [str(folder / "members.parquet"), sorted(also)],
    )
    return tuple((record, entity) for record, entity in rows)


def find_entities(folder: Path, records: Iterable[str]) -> dict[str, int]:
    """The customer that each record is in; nothing for a record that the run has not."""
    rows = _ask(
        "SELECT record, entity FROM read_parquet($1) WHERE list_contains($2, record)",
        [str(folder / "members.parquet"), sorted(records)],
    )
    return dict(rows)


def list_pairs(
    folder: Path, kind: Kind, least: float, decided: Iterable[Pair], most: int = MOST_LISTED
) -> tuple[LikelyPair, ...]:
    """Pairs at least so likely that are in two customers and of which nobody said anything, the
    likeliest first. Of people: only a contact with a lead."""
    rows = _ask_pairs(
        folder,
        kind,
        f"probability >= $2 AND a.entity <> b.entity AND {_REVIEWED.get(kind, 'true')} AND NOT"
        " EXISTS (SELECT * FROM decided AS d WHERE d.one = p.one AND d.other = p.other)"
        f" ORDER BY probability DESC, p.one, p.other LIMIT {most}",
        [least],
        decided,
    )
    return tuple(rows)


def list_named_pairs(
    folder: Path, kind: Kind, named: Iterable[Pair], most: int = MOST_LISTED
) -> tuple[LikelyPair, ...]:
    """Of the pairs named, those that are still in two customers, the likeliest first."""
    condition = (
        "a.entity <> b.entity AND EXISTS (SELECT * FROM decided AS d WHERE d.one = p.one"
        f" AND d.other = p.other) ORDER BY probability DESC, p.one, p.other LIMIT {most}"
    )
    return tuple(_ask_pairs(folder, kind, condition, [], named))


def find_pair(folder: Path, kind: Kind, pair: Pair) -> LikelyPair | None:
    """None for two records that the matcher did not find alike."""
    condition = f"p.one = $2 AND p.other = $3 AND {_REVIEWED.get(kind, 'true')}"
    rows = _ask_pairs(folder, kind, condition, sorted(pair))
    return next(iter(rows), None)


def list_pairs_within(folder: Path, kind: Kind, records: Sequence[str]) -> tuple[LikelyPair, ...]:
    """What holds the records of a customer together, the likeliest first."""
    condition = "list_contains($2, p.one) AND list_contains($2, p.other) ORDER BY probability DESC"
    return tuple(_ask_pairs(folder, kind, f"{condition}, p.one, p.other", [list(records)]))


def list_known(folder: Path, records: Iterable[str]) -> tuple[Pair, ...]:
    """Of a run's people: contacts with the leads that became them, as their sources say."""
    rows = _ask(
        "SELECT one, other FROM read_parquet($1) WHERE list_contains($2, one)"
        " AND list_contains($2, other) ORDER BY ALL",
        [str(folder / KNOWN_FILE), sorted(records)],
    )
    return tuple((one, other) for one, other in rows)


def list_happenings(runs: Path, kind: Kind, entities: Iterable[int]) -> tuple[Happened, ...]:
    """What happened to customers, by run; a run's folder is named after it."""
    files = sorted(str(each) for each in runs.glob(f"*/{kind}/events.parquet"))
    if not files:
        return ()
    rows = _ask(
        "SELECT parse_path(filename)[-3], happening, entity, other FROM"
        " read_parquet($1, filename = true) WHERE list_contains($2, entity)"
        " OR list_contains($2, other) ORDER BY ALL",
        [files, sorted(entities)],
    )
    return tuple(Happened(*row) for row in rows)


def read_candidates(build: Path, kind: Kind, records: Iterable[str]) -> dict[str, Candidate]:
    """Records with the values that their sources have, by id; removed ones too."""
    fields = FIELDS[kind]
    columns = "".join(f", coalesce({field}, '')" for field in fields)
    folders = [str(build / each / "*.parquet") for each in _READ.get(kind, (kind,))]
    rows = _ask(
        f"SELECT record, source, updated_at{columns} FROM"
        f" ({_ROWS.get(kind, _OWN_ROWS)}) WHERE list_contains(${len(folders) + 1}, record)"
        " ORDER BY 1",
        [*folders, sorted(records)],
    )
    return {
        record: Candidate(record, source, updated_at, dict(zip(fields, values, strict=True)))
        for record, source, updated_at, *values in rows
    }


def _ask_pairs(
    folder: Path, kind: Kind, condition: str, values: Sequence[Any], decided: Iterable[Pair] = ()
) -> list[LikelyPair]:
    compared = MODELS[kind].compared
    columns = "".join(f", level_{each.field}, weight_{each.field}" for each in compared)
    members = literal(str(folder / "members.parquet"))
    rows = _ask(
        f"SELECT p.one, p.other, probability, a.entity, b.entity{columns}"
        f" FROM read_parquet($1) AS p JOIN read_parquet({members}) AS a ON a.record = p.one"
        f" JOIN read_parquet({members}) AS b ON b.record = p.other WHERE {condition}",
        [str(folder / "pairs.parquet"), *values],
        decided,
    )
    names = {each.field: (*list_levels(each.how)[::-1], "empty") for each in compared}
    return [
        LikelyPair(
            one, other, likelihood, (entity, another),
            tuple(
                Reason(each.field, names[each.field][level], weight)
                for each, level, weight in zip(compared, said[::2], said[1::2], strict=True)
            ),
        )
        for one, other, likelihood, entity, another, *said in rows
    ]  # fmt: skip


def _ask(query: str, values: Sequence[Any], decided: Iterable[Pair] = ()) -> list[tuple[Any, ...]]:
    connection: duckdb.DuckDBPyConnection = open_connection()
    try:
        pairs = sorted(decided)
        columns: Mapping[str, list[str]] = {
            "one": [pair[0] for pair in pairs], "other": [pair[1] for pair in pairs],
        }  # fmt: skip
        text = pa.schema([("one", pa.string()), ("other", pa.string())])
        connection.register("decided", pa.table(columns, schema=text))
        rows: list[tuple[Any, ...]] = connection.execute(query, list(values)).fetchall()
    finally:
        connection.close()
    return rows
