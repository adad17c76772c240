"""What HubSpot kept of a deal's properties, as changes of single attributes.

HubSpot gives every value that a property had, the newest first, with the time and who set it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from counterpoise.connectors.hubspot.records import Row, Stage, read_moment

FIELDS = (
    "id",
    "deal_id",
    "timestamp",
    "property",
    "attribute",
    "old_value",
    "value",
    "owner_id",
    "updatedByUserId",
    "sourceType",
    "sourceId",
)
STATUS = "status"


def list_changes(
    deal: Mapping[str, Any],
    properties: Sequence[str],
    stages: Mapping[str, Stage],
    owners: Mapping[str, str],
    since: datetime | None,
) -> Iterator[Row]:
    """owners: the owner of a user's id, for HubSpot says which user it was."""
    for name in properties:
        kept = deal.get("propertiesWithHistory", {}).get(name) or []
        before: str | None = None
        for place, entry in enumerate(sorted(kept, key=lambda each: str(each["timestamp"]))):
            written = entry.get("value") or None
            if written != before and _is_within(entry, since):
                base = _describe(deal, name, place, entry, owners)
                yield from _tell(base, name, before, written, stages)
            before = written


def _is_within(entry: Mapping[str, Any], since: datetime | None) -> bool:
    return since is None or read_moment(str(entry["timestamp"])) >= since


def _describe(
    deal: Mapping[str, Any],
    name: str,
    place: int,
    entry: Mapping[str, Any],
    owners: Mapping[str, str],
) -> Row:
    user = entry.get("updatedByUserId")
    return {
        "id": f"{deal['id']}|{name}|{entry['timestamp']}|{place}",
        "deal_id": str(deal["id"]),
        "timestamp": entry["timestamp"],
        "property": name,
        "owner_id": owners.get(str(user)),
        "updatedByUserId": user,
        "sourceType": entry.get("sourceType"),
        "sourceId": entry.get("sourceId"),
    }


def _tell(
    base: Row, name: str, before: str | None, written: str | None, stages: Mapping[str, Stage]
) -> Iterator[Row]:
    if name != "dealstage":
        old, new = _canonical(name, before), _canonical(name, written)
        yield {**base, "attribute": name, "old_value": old, "value": new}
        return
    old_stage, new_stage = _find(stages, before), _find(stages, written)
    yield {
        **base,
        "attribute": name,
        "old_value": old_stage.label or None,
        "value": new_stage.label or None,
    }
    if new_stage.status and new_stage.status != old_stage.status:
        yield {
            **base,
            "id": f"{base['id']}|{STATUS}",
            "attribute": STATUS,
            "old_value": old_stage.status or None,
            "value": new_stage.status,
        }


def _find(stages: Mapping[str, Stage], id_: str | None) -> Stage:
    return stages.get(id_ or "", Stage(id_ or "", "", ""))


def _canonical(name: str, value: str | None) -> str | None:
    """As changes of deals are kept here: money with four decimals, shares with six, days in ISO."""
    if value is None:
        return None
    try:
        if name == "amount":
            return f"{Decimal(value):.4f}"
        if name == "hs_deal_stage_probability":
            return f"{Decimal(value):.6f}"
        if name == "closedate":
            return read_moment(value).date().isoformat()
    except (InvalidOperation, ValueError):
        return value
    return value
