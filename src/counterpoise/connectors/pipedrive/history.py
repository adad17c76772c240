"""What Pipedrive recorded of a deal, as changes of single attributes.

Its changelog begins with the first change: what was before it was so since the deal was added.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from counterpoise.connectors.pipedrive.records import Row

TRACKED = {
    "stage_id": "stage_id",
    "status": "status",
    "value": "value",
    "expected_close_date": "expected_close_date",
    "probability": "probability",
    "user_id": "owner_id",
    "pipeline_id": "pipeline_id",
}
"""Fields as the changelog calls them, and as a deal does."""
_ALIASES = {"owner_id": "user_id"}
_DELETED = "deleted"


def list_changes(
    deal: Mapping[str, Any],
    changes: Sequence[Mapping[str, Any]],
    names: Mapping[str, Mapping[str, str]],
    since: datetime | None,
) -> Iterator[Row]:
    """names: of stages and pipelines, by id, for the fields that hold such."""
    ordered = sorted(
        ({**each, "field_key": _name(each)} for each in changes), key=lambda each: str(each["time"])
    )
    yield from _list_begin(deal, ordered, names, since)
    for place, change in enumerate(ordered):
        key, at = change["field_key"], read_moment(str(change["time"]))
        old = _canonical(key, change.get("old_value"), names)
        new = _canonical(key, change.get("new_value"), names)
        if key not in TRACKED or _DELETED in (old, new) or (since is not None and at < since):
            continue
        yield {
            **change,
            "id": f"{deal['id']}|{key}|{change['time']}|{place}",
            "deal_id": str(deal["id"]),
            "time": at.isoformat(),
            "old_value": old,
            "new_value": new,
        }


def read_moment(written: str) -> datetime:
    """v1 writes its times in UTC without saying so."""
    moment = datetime.fromisoformat(written)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _list_begin(
    deal: Mapping[str, Any],
    ordered: Sequence[Mapping[str, Any]],
    names: Mapping[str, Mapping[str, str]],
    since: datetime | None,
) -> Iterator[Row]:
    added = read_moment(str(deal["add_time"]))
    if since is not None and added < since:
        return
    for key, own in TRACKED.items():
        changed = [each for each in ordered if each["field_key"] == key]
        first = changed[0].get("old_value") if changed else deal.get(own)
        value = _canonical(key, first, names)
        if value is not None:
            yield {
                "id": f"{deal['id']}|{key}|added",
                "deal_id": str(deal["id"]),
                "time": added.isoformat(),
                "field_key": key,
                "old_value": None,
                "new_value": value,
            }


def _name(change: Mapping[str, Any]) -> str:
    return _ALIASES.get(str(change["field_key"]), str(change["field_key"]))


def _canonical(key: str, value: Any, names: Mapping[str, Mapping[str, str]]) -> str | None:
    """As changes of deals are kept here: names, money with four decimals, shares as fractions."""
    if value is None or value == "":
        return None
    written = str(value)
    if key in names:
        return names[key].get(written, written)
    try:
        if key == "value":
            return f"{Decimal(written):.4f}"
        if key == "probability":
            return f"{Decimal(written) / 100:.6f}"
    except InvalidOperation:
        return written
    return written
