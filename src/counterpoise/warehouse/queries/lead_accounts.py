"""Which account each lead belongs to, as a run of the matcher left it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counterpoise.domain.collect.identity_models import name_customer
from counterpoise.domain.collect.lead_accounts import Clue
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.identity.across import CLUES_FILE, PLACED_FILE, STRUCT, read_clues

MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class LeadAccount:
    """The account that a lead was placed with: its customer, and how likely it is, None where that
    is said and not guessed."""

    customer: str
    ground: str
    likelihood: float | None


def find_lead_accounts(folder: Path, leads: Iterable[str] | None = None) -> dict[str, LeadAccount]:
    """By lead, of these or all, those that have one; for whatever works with leads by account."""
    condition = "" if leads is None else " AND list_contains($2, lead)"
    rows = _ask(
        "SELECT lead, entity, ground, likelihood FROM read_parquet($1) WHERE standing = 'placed'"
        f"{condition} ORDER BY lead",
        [str(folder / PLACED_FILE), *([] if leads is None else [sorted(leads)])],
    )
    return {
        lead: LeadAccount(name_customer("account", entity), ground, likelihood)
        for lead, entity, ground, likelihood in rows
    }


def has_lead_accounts(folder: Path) -> bool:
    """A run of an earlier version has no clues."""
    return (folder / CLUES_FILE).is_file()


def list_open_leads(folder: Path, standing: str, most: int = MOST_LISTED) -> tuple[str, ...]:
    """Leads that are neither converted nor given up, where a run left them, the first by id."""
    rows = _ask(
        "SELECT lead FROM read_parquet($1) WHERE is_open AND standing = $2 ORDER BY lead LIMIT $3",
        [str(folder / PLACED_FILE), standing, most],
    )
    return tuple(lead for (lead,) in rows)


def count_open_leads(folder: Path) -> dict[str, int]:
    """How many open leads there are by standing."""
    rows = _ask(
        "SELECT standing, count(*) FROM read_parquet($1) WHERE is_open GROUP BY 1",
        [str(folder / PLACED_FILE)],
    )
    return dict(rows)


def list_leads_of(
    folder: Path, entities: Iterable[int], most: int = MOST_LISTED
) -> tuple[str, ...]:
    """Leads that have a clue for one of these customers."""
    rows = _ask(
        "SELECT DISTINCT lead FROM read_parquet($1) WHERE list_contains($2, entity)"
        " ORDER BY lead LIMIT $3",
        [str(folder / CLUES_FILE), sorted(entities), most],
    )
    return tuple(lead for (lead,) in rows)


def read_lead_clues(folder: Path, leads: Iterable[str]) -> dict[str, tuple[Clue, ...]]:
    """Of each of these leads that there is, what speaks for which account."""
    rows = _ask(
        f"SELECT lead, (SELECT list({STRUCT} ORDER BY account) FROM read_parquet($1) AS c"
        " WHERE c.lead = p.lead) FROM read_parquet($2) AS p WHERE list_contains($3, lead)"
        " ORDER BY lead",
        [str(folder / CLUES_FILE), str(folder / PLACED_FILE), sorted(leads)],
    )
    return {lead: read_clues(clues) for lead, clues in rows}


def _ask(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    connection = open_connection()
    try:
        rows: list[tuple[Any, ...]] = connection.execute(query, values).fetchall()
    finally:
        connection.close()
    return rows
