"""What Odoo wrote down of each change of a deal, where this user may read it.

Odoo tracks the fields that it is told to; of ours these are the stage, the owner, and, from its
settings, the amount and the expected close. A stage is told by its id, and named as it is now: the
name beside it is in the language of whoever moved the deal.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from counterpoise.connectors.odoo.client import Client
from counterpoise.connectors.odoo.values import read_value, write_moment
from counterpoise.connectors.sources.paging import Pages
from counterpoise.connectors.sources.port import SourceRefused

MODEL = "mail.tracking.value"
TRACKED = {
    "stage_id": "stage",
    "user_id": "owner_id",
    "expected_revenue": "amount",
    "probability": "probability",
    "date_deadline": "expected_close_on",
}
_KINDS = ("char", "integer", "float", "datetime")


def is_shown(client: Client) -> bool:
    try:
        client.call(MODEL, "search_read", domain=[], fields=["field_id"], limit=1)
        client.call("ir.model.fields", "search_read", domain=[], fields=["name"], limit=1)
    except SourceRefused:
        return False
    return True


def read_changes(
    client: Client, since: datetime | None, until: datetime, page: int
) -> Iterator[dict[str, Any]]:
    tracked = _list_tracked(client)
    stages = client.call("crm.stage", "search_read", domain=[], fields=["name"])
    named = {each["id"]: each["name"] for each in stages}
    pages, last = Pages(MODEL), 0
    while True:
        pages.go_to(last)
        values = client.call(
            MODEL,
            "search_read",
            domain=[
                ["id", ">", last],
                ["mail_message_id.model", "=", "crm.lead"],
                ["field_id", "in", sorted(tracked)],
                *_window(since, until),
            ],
            fields=["field_id", "mail_message_id", "create_date", *_list_columns()],
            limit=page,
            order="id asc",
        )
        yield from _write_changes(client, values, tracked, named)
        if len(values) < page:
            return
        last = values[-1]["id"]


def _list_tracked(client: Client) -> dict[int, str]:
    """Our attribute by the id of Odoo's field."""
    found = client.call(
        "ir.model.fields",
        "search_read",
        domain=[["model", "=", "crm.lead"], ["name", "in", sorted(TRACKED)]],
        fields=["name"],
    )
    return {each["id"]: TRACKED[each["name"]] for each in found}


def _write_changes(
    client: Client,
    values: Sequence[Mapping[str, Any]],
    tracked: Mapping[int, str],
    named: Mapping[int, str],
) -> Iterator[dict[str, Any]]:
    messages = _read_messages(client, values)
    for each in values:
        message = messages.get(each["mail_message_id"][0])
        if message is None:
            continue  # of a deal that is not there any more
        attribute = tracked[each["field_id"][0]]
        yield {
            "id": each["id"],
            "opportunity_id": message["res_id"],
            "changed_at": read_value("datetime", message["date"]),
            "attribute": attribute,
            "value_before": _read(attribute, each, "old", named),
            "value_after": _read(attribute, each, "new", named),
            "changed_by": None,
            "origin": "history",
        }


def _read_messages(
    client: Client, values: Sequence[Mapping[str, Any]]
) -> dict[int, Mapping[str, Any]]:
    if not values:
        return {}
    found = client.call(
        "mail.message",
        "search_read",
        domain=[["id", "in", sorted({each["mail_message_id"][0] for each in values})]],
        fields=["res_id", "date"],
    )
    return {each["id"]: each for each in found}


def _read(
    attribute: str, value: Mapping[str, Any], side: str, named: Mapping[int, str]
) -> str | None:
    """In the digits of opportunity_change: money with four decimals, shares with six."""
    number, whole = value.get(f"{side}_value_float"), value.get(f"{side}_value_integer")
    if attribute == "amount":
        return f"{Decimal(str(number or 0)):.4f}"
    if attribute == "probability":
        return f"{Decimal(str(number or 0)) / 100:.6f}"
    if attribute == "expected_close_on":
        moment = value.get(f"{side}_value_datetime")
        return str(moment)[:10] if moment else None
    if not whole:
        return None
    if attribute == "stage":
        return named.get(int(whole)) or value.get(f"{side}_value_char") or None
    return str(whole)


def _list_columns() -> list[str]:
    return [f"{side}_value_{kind}" for side in ("old", "new") for kind in _KINDS]


def _window(since: datetime | None, until: datetime) -> list[Any]:
    if since is None:
        return []
    first, last = write_moment(since), write_moment(until)
    return [["create_date", ">=", first], ["create_date", "<=", last]]
