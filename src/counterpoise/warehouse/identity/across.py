"""Which account each lead belongs to: clues by SQL and by what was learned of accounts, decided by
the domain.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.domain.collect.identity_costs import Thresholds
from counterpoise.domain.collect.identity_models import MODELS
from counterpoise.domain.collect.lead_accounts import Clue, Placement, place_lead
from counterpoise.warehouse.engine import literal, open_connection
from counterpoise.warehouse.identity.arrivals import find_near, score_between
from counterpoise.warehouse.identity.blocks import MOST_IN_BLOCK
from counterpoise.warehouse.identity.lasting import MEMBERS_FILE
from counterpoise.warehouse.identity.matching import MEMORY_LIMIT, MODEL_FILE
from counterpoise.warehouse.identity.records import (
    FEATURES_FILE,
    read_present,
    write_lead_companies,
)
from counterpoise.warehouse.landing.reading import COPY_OPTIONS

PLACED_FILE, CLUES_FILE = "lead_accounts.parquet", "lead_clues.parquet"
_MARK = "lead>"
"""Stands before a lead's id while it is compared as a company, for an account may have the same."""
_BATCH = 10_000
_SCHEMA = pa.schema(
    [
        ("lead", pa.string()),
        ("is_open", pa.bool_()),
        ("standing", pa.string()),
        ("ground", pa.string()),
        ("account", pa.string()),
        ("entity", pa.int64()),
        ("likelihood", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True)
class SaidOfLeads:
    """words: by lead, by account's record, what a person said. ends: customers that were merged,
    by number, with the one that each goes on in."""

    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ends: Mapping[int, int] = field(default_factory=dict)


def write_lead_accounts(
    build: Path, run: Path, thresholds: Thresholds, said: SaidOfLeads, scratch: Path
) -> int:
    """Write what speaks for which account, and where each lead stands; says how many have one.

    run: a run's folder, with accounts in it.
    """
    leads = run / "lead" / "companies.parquet"
    write_lead_companies(build, _MARK, leads, scratch)
    connection = open_connection(scratch, MEMORY_LIMIT)
    try:
        _write_clues(connection, build, run, thresholds.review)
        return _write_placed(connection, run / "lead", thresholds, said)
    finally:
        connection.close()


def _write_clues(
    connection: duckdb.DuckDBPyConnection, build: Path, run: Path, least: float
) -> None:
    accounts = run / "account" / FEATURES_FILE
    settings = json.loads((run / "account" / MODEL_FILE).read_text("utf-8"))
    companies = literal(str(run / "lead" / "companies.parquet"))
    connection.execute(f"CREATE TABLE arrivals AS FROM read_parquet({companies})")
    find_near(connection, accounts, MODELS["account"])
    found = score_between(connection, MODELS["account"], settings, accounts)
    connection.execute(
        f"CREATE VIEW ours AS SELECT * REPLACE (replace(record, '{_MARK}', '') AS record)"
        " FROM arrivals"
    )
    connection.execute(f"CREATE VIEW theirs AS FROM read_parquet({literal(str(accounts))})")
    members = literal(str(run / "account" / MEMBERS_FILE))
    connection.execute(
        f"COPY (SELECT lead, account, entity, bool_or(is_converted) AS is_converted,"
        " bool_or(has_domain) AS has_domain, bool_or(has_name) AS has_name,"
        " coalesce(max(likelihood), CASE WHEN bool_or(has_domain OR has_name) THEN 0 END)"
        f" AS likelihood FROM ({_became(connection, build)} UNION ALL {_ALIKE}"
        f" UNION ALL {_SCORED.format(found=found)}) AS clue"
        f" JOIN read_parquet({members}) AS m ON m.record = clue.account"
        f" GROUP BY lead, account, entity HAVING max(likelihood) >= {least}"
        " OR bool_or(is_converted OR has_domain OR has_name)"
        f" ORDER BY lead, account) TO {literal(str(run / 'lead' / CLUES_FILE))} ({COPY_OPTIONS})"
    )


def _became(connection: duckdb.DuckDBPyConnection, build: Path) -> str:
    """Clues that the sources give: the account that a lead became, itself or by its deal. Makes
    the view `standing_leads` of all leads, and whether each is open."""
    for table in ("lead", "opportunity"):
        read_present(connection, build, table)
    columns = {row[0] for row in connection.execute("DESCRIBE present_lead").fetchall()}
    own = "l.account_id" if "account_id" in columns else "NULL"  # none in an earlier version
    connection.execute(_STANDING)
    return (
        "SELECT l.source || '|' || l.source_id AS lead, l.source || '|' ||"
        f" coalesce({own}, o.account_id) AS account, true AS is_converted, false AS has_domain,"
        " false AS has_name, CAST(NULL AS DOUBLE) AS likelihood FROM present_lead AS l"
        " LEFT JOIN present_opportunity AS o ON o.source = l.source"
        f" AND o.source_id = l.opportunity_id WHERE coalesce({own}, o.account_id) IS NOT NULL"
    )


def _write_placed(
    connection: duckdb.DuckDBPyConnection, folder: Path, thresholds: Thresholds, said: SaidOfLeads
) -> int:
    count = 0
    kept = literal(str(folder / CLUES_FILE))
    rows = connection.execute(_GATHERED.format(struct=STRUCT, clues=kept))
    with pq.ParquetWriter(folder / PLACED_FILE, _SCHEMA, compression="zstd") as writer:
        while found := rows.fetchmany(_BATCH):
            placed = [
                (lead, is_open, decide(lead, read_clues(clues), thresholds, said))
                for lead, is_open, clues in found
            ]
            count += sum(each.chosen is not None for _, _, each in placed)
            table = [_describe(*each) for each in placed]
            writer.write_table(pa.Table.from_pylist(table, _SCHEMA))
    return count


def read_clues(rows: Iterable[Mapping[str, Any]] | None) -> tuple[Clue, ...]:
    """As `lead_clues.parquet` has them, by name."""
    return tuple(Clue(**each) for each in rows or ())


def decide(
    lead: str, clues: Iterable[Clue], thresholds: Thresholds, said: SaidOfLeads
) -> Placement:
    merged = [replace(each, entity=said.ends.get(each.entity, each.entity)) for each in clues]
    return place_lead(merged, said.words.get(lead, {}), thresholds)


def _describe(lead: str, is_open: bool, placement: Placement) -> dict[str, object]:  # noqa: FBT001 -- a row's column
    chosen = placement.chosen
    return {
        "lead": lead,
        "is_open": is_open,
        "standing": placement.standing,
        "ground": placement.ground,
        "account": chosen.accounts[0] if chosen else None,
        "entity": chosen.entity if chosen else None,
        "likelihood": chosen.likelihood if chosen else None,
    }


_STANDING = """CREATE VIEW standing_leads AS SELECT source || '|' || source_id AS lead,
converted_at IS NULL AND is_converted IS NOT TRUE AND opportunity_id IS NULL
AND lost_reason IS NULL AS is_open FROM present_lead"""
_ALIKE = f"""SELECT ours.record, theirs.record, false, true, false, NULL FROM ours
JOIN theirs USING (domain) WHERE domain NOT IN (SELECT domain FROM theirs WHERE domain IS NOT NULL
GROUP BY 1 HAVING count(*) > {MOST_IN_BLOCK})
UNION ALL SELECT ours.record, theirs.record, false, false, true, NULL FROM ours
JOIN theirs USING (name, country) WHERE name NOT IN (SELECT name FROM theirs WHERE name IS NOT NULL
GROUP BY 1 HAVING count(*) > {MOST_IN_BLOCK})"""
_SCORED = f"""SELECT replace(CASE WHEN starts_with(one, '{_MARK}') THEN one ELSE other END,
'{_MARK}', ''), CASE WHEN starts_with(one, '{_MARK}') THEN other ELSE one END, false, false, false,
probability FROM ({{found}})"""
STRUCT = """{'account': account, 'entity': entity, 'is_converted': is_converted,
'has_domain': has_domain, 'has_name': has_name, 'likelihood': likelihood}"""
_GATHERED = """SELECT s.lead, any_value(s.is_open), list({struct} ORDER BY account)
FILTER (WHERE account IS NOT NULL) FROM standing_leads AS s
LEFT JOIN read_parquet({clues}) AS c ON c.lead = s.lead GROUP BY 1 ORDER BY 1"""
