"""Tells from a deal's stage whether it is open, won or lost, where its source does not say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.values.text import Text, text
from counterpoise.warehouse.engine import literal
from counterpoise.warehouse.staging.clock import to_moment

Kind = Literal["open", "won", "lost"]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class StageKinds:
    """By the folded name of the stage."""

    kinds: Mapping[str, Kind]

    def find(self, stage: str) -> Kind | None:
        return self.kinds.get(fold(stage))


def derive_status(
    connection: duckdb.DuckDBPyConnection,
    landed: Path,
    values: Mapping[str, str],
    stages: StageKinds,
) -> tuple[str, tuple[Text, ...]]:
    """SQL of the status: the source's own, else the stage's by the rulebook.

    A stage that the rulebook does not know is open while the deal has no closing day. With one,
    the chance of winning decides (1 is won, 0 is lost), as CRMs set it on closing; else it stays
    unknown. The note names such stages.
    """
    own = values.get("status", "NULL")
    query = f"SELECT DISTINCT {values['stage']} FROM read_parquet({literal(str(landed))}) AS l"
    found = connection.execute(query).fetchall()
    names = sorted(stage for (stage,) in found if stage is not None)
    known = {stage: kind for stage in names if (kind := stages.find(stage))}
    cases = " ".join(f"WHEN {literal(stage)} THEN '{kind}'" for stage, kind in known.items())
    by_stage = f"CASE {values['stage']} {cases} END" if cases else "NULL"
    closed, chance = values.get("closed_at", "NULL"), values.get("probability", "NULL")
    otherwise = (
        f"CASE WHEN {closed} IS NULL THEN 'open' WHEN {chance} >= 1 THEN 'won'"
        f" WHEN {chance} <= 0 THEN 'lost' END"
    )
    status = f"coalesce({own}, {by_stage}, {otherwise})"
    unknown = [stage for stage in names if stage not in known]
    return status, () if "status" in values else _note(unknown)


def derive_closing(values: Mapping[str, str], zone: str) -> str:
    """SQL of the closing day where a source has one close date for open and closed deals alike.

    CRMs set it to the day on which a deal was won or lost; the day begins in the company's zone.
    """
    day = to_moment(f"({values['expected_close_on']})::TIMESTAMP", zone)
    return f"CASE WHEN {values['status']} IN ('won', 'lost') THEN {day} END"


def _note(unknown: list[str]) -> tuple[Text, ...]:
    if not unknown:
        return ()
    return (
        text(
            "the rulebook does not say whether these stages are open, won or lost: {stages}. Add"
            " stage.kind for them",
            stages=", ".join(unknown[:_SHOWN]) + (" …" if len(unknown) > _SHOWN else ""),
        ),
    )
