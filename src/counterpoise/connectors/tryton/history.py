"""What an opportunity was at each moment at which somebody wrote it, as the changes between them.

Tryton keeps every version of an opportunity and shows the one of a moment. Versions of the same
moment, such as an import's, are asked for together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from counterpoise.connectors.sources.port import SourceRefused
from counterpoise.connectors.tryton.client import Client
from counterpoise.connectors.tryton.objects import KINDS
from counterpoise.connectors.tryton.values import read_record, read_value, write_moment

MODEL = "sale.opportunity"
FIELDS = ("state", "amount", "employee", "end_date", "conversion_probability", "write_uid.employee")
Version = Mapping[str, Any]


def read_changes(
    client: Client,
    pages: Iterable[Sequence[Mapping[str, Any]]],
    since: datetime | None,
    until: datetime,
) -> Iterator[dict[str, Any]]:
    """pages: the opportunities whose changes are wanted."""
    shown = [each for each in FIELDS if _is_shown(client, each)]
    for page in pages:
        ids = [each["id"] for each in page]
        revisions = _list_revisions(client, ids, since, until)
        versions = _read_versions(client, revisions, shown)
        for each in ids:
            yield from _compare(each, revisions[each], versions, since)


def _is_shown(client: Client, name: str) -> bool:
    try:
        client.call(MODEL, "search_read", [], 0, 1, None, [name])
    except SourceRefused:
        return False
    return True


def _list_revisions(
    client: Client, ids: Sequence[int], since: datetime | None, until: datetime
) -> dict[int, list[datetime]]:
    """By opportunity, oldest first: those of the window, and the last one before it."""
    found: dict[int, set[datetime]] = {each: set() for each in ids}
    for moment, opportunity, _ in client.call(MODEL, "history_revisions", list(ids)):
        found[opportunity].add(read_value(moment))
    wanted = {}
    for opportunity, moments in found.items():
        ordered = sorted(each for each in moments if each <= until)
        before = sum(since is not None and each < since for each in ordered)
        wanted[opportunity] = ordered[max(before - 1, 0) :]
    return wanted


def _read_versions(
    client: Client, revisions: Mapping[int, Sequence[datetime]], names: Sequence[str]
) -> dict[tuple[int, datetime], Version]:
    by_moment: dict[datetime, list[int]] = {}
    for opportunity, moments in revisions.items():
        for moment in moments:
            by_moment.setdefault(moment, []).append(opportunity)
    versions: dict[tuple[int, datetime], Version] = {}
    for moment, ids in by_moment.items():
        then = {"_datetime": write_moment(moment)}
        for record in client.call(MODEL, "read", ids, list(names), context=then):
            versions[record["id"], moment] = _name(read_record(record))
    return versions


def _name(record: Mapping[str, Any]) -> Version:
    """In the words and the digits of opportunity_change."""
    amount, share = record.get("amount"), record.get("conversion_probability")
    return {
        "stage": record.get("state"),
        "status": KINDS.get(str(record.get("state"))),
        "amount": None if amount is None else f"{Decimal(amount):.4f}",
        "owner_id": record.get("employee"),
        "expected_close_on": record.get("end_date"),
        "probability": None if share is None else f"{Decimal(str(share)):.6f}",
        "changed_by": record.get("write_uid.employee"),
    }


def _compare(
    opportunity: int,
    moments: Sequence[datetime],
    versions: Mapping[tuple[int, datetime], Version],
    since: datetime | None,
) -> Iterator[dict[str, Any]]:
    before: Version = {}
    for moment in moments:
        after = versions[opportunity, moment]
        if since is None or moment >= since:
            yield from _list_changes(opportunity, moment, before, after)
        before = after


def _list_changes(
    opportunity: int, moment: datetime, before: Version, after: Version
) -> Iterator[dict[str, Any]]:
    for attribute, value in after.items():
        held = before.get(attribute)
        if attribute != "changed_by" and held != value:
            yield {
                "id": f"{opportunity}|{attribute}|{moment.isoformat()}",
                "opportunity": opportunity,
                "changed_at": moment,
                "attribute": attribute,
                "value_before": held,
                "value_after": value,
                "changed_by": after["changed_by"],
                "origin": "history",
            }
