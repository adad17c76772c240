"""Leads and activities of plain rows: whose they are, when they count, and what is counted."""

from datetime import timedelta
from decimal import Decimal

from counterpoise.domain.measure.plain_counted import Counted
from counterpoise.domain.measure.plain_known import Knowledge
from counterpoise.domain.measure.plain_places import Row
from counterpoise.domain.measure.settings import Settings


def is_known(lead: Row, knowledge: Knowledge) -> bool:
    return knowledge.day(lead["created_at"]) <= knowledge.as_of and knowledge.is_there(lead)


def read_lead(lead: Row, knowledge: Knowledge) -> Counted:
    """number: microseconds until the first touch, -1 where none is known or it came before."""
    day = knowledge.day
    labels = knowledge.directory.place_rep(lead["source"], lead.get("owner_id"))
    touched = lead.get("first_touch_at")
    waited = -1
    if touched is not None and day(touched) <= knowledge.as_of:
        waited = max((touched - lead["created_at"]) // timedelta(microseconds=1), -1)
    converted = lead.get("converted_at")
    is_converted = bool(converted or lead.get("is_converted") or lead.get("opportunity_id"))
    known_at = converted or lead.get("updated_at") or lead["created_at"]
    return Counted(
        labels={
            **labels,
            "region": lead.get("region") or labels["region"],
            "source": lead.get("lead_source") or "",
        },
        day=day(lead["created_at"]),
        number=waited,
        is_hit=is_converted and day(known_at) <= knowledge.as_of,
    )


def list_activities(knowledge: Knowledge, settings: Settings) -> list[Counted]:
    """is_hit: it is selling. worth: its minutes, to six decimals."""
    rows = []
    for row in knowledge.tables.get("activity", ()):
        day = knowledge.day(row["occurred_at"])
        if day > knowledge.as_of or not knowledge.is_there(row):
            continue
        labels = knowledge.directory.place_rep(row["source"], row.get("owner_id"))
        kind = row["type"]
        minutes = row.get("duration_minutes")
        rows.append(
            Counted(
                labels={**labels, "type": kind},
                day=day,
                worth=None if minutes is None else round(Decimal(minutes), 6),
                is_hit=kind.strip().lower() in settings.selling_types,
            )
        )
    return rows
