"""An inspection in the documented form, the same for the command and the API."""

from collections.abc import Sequence
from typing import Any

from counterpoise.domain.tables.inspection import (
    DealEvent,
    InspectedDeal,
    Inspection,
    PipelineCoverage,
    PipelineTotals,
    Slip,
)
from counterpoise.domain.values.plain import to_plain

Answer = dict[str, Any]


def answer_deal(deal: InspectedDeal) -> Answer:
    """flags: each once; reasons: with the flag that each raises."""
    return {
        **to_plain(deal),
        "flags": list(deal.flags),
        "reasons": [{**to_plain(each), "flag": each.flag} for each in deal.reasons],
    }


def answer_overview(
    build: str,
    inspection: Inspection,
    totals: PipelineTotals,
    coverage: Sequence[PipelineCoverage],
    slips: Sequence[Slip],
) -> Answer:
    """totals: of the deals that whoever asks may see."""
    return {
        "build": build,
        "period": str(inspection.period),
        "as_of": to_plain(inspection.as_of),
        "currency": inspection.currency,
        "segment_by": inspection.segment_by,
        "totals": to_plain(totals),
        "coverage": to_plain(coverage),
        "slips": [{**to_plain(each), "quarter": str(each.quarter)} for each in slips],
        "limits": to_plain(inspection.limits),
        "notes": to_plain(inspection.notes),
    }


def answer_events(events: Sequence[DealEvent]) -> list[Answer]:
    return [{**to_plain(each), "at": each.at.isoformat()} for each in events]
