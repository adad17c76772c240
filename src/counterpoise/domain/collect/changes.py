"""What changed about a deal and when it became known, for sources that keep no history themselves.

A deal met for the first time has its history read from its own dates: it entered the pipeline on
`created_at`, in a stage that nobody recorded (CREATED), and it was closed on `closed_at` with the
stage and amount that it has now. What no date tells, an open deal's amount and stage, became known
with the load. A deal met again has changed in what differs from the load before, when `updated_at`
says, else at the time of the load. Nothing is known before the source could have known it.
"""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

CREATED = "created"
TRACKED = (
    "stage",
    "status",
    "amount",
    "owner_id",
    "expected_close_on",
    "probability",
    "forecast_category",
    "product_id",
)
"""Attributes whose differences between two loads are recorded."""

Origin = Literal["dates", "difference"]
_CENT_OF_CENT = Decimal("0.0001")
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """An opportunity as one load has it."""

    opportunity_id: str
    stage: str
    status: str | None = None
    amount: Decimal | None = None
    owner_id: str | None = None
    product_id: str | None = None
    expected_close_on: date | None = None
    probability: float | None = None
    forecast_category: str | None = None
    created_at: datetime | None = None
    stage_entered_at: datetime | None = None
    closed_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Values as text, the way opportunity_change keeps them; None where nothing was known."""

    opportunity_id: str
    attribute: str
    changed_at: datetime
    value_before: str | None
    value_after: str | None
    origin: Origin


def list_changes(before: Deal | None, after: Deal, received_at: datetime) -> tuple[Change, ...]:
    """`before` is None for a deal that no earlier load had."""
    if before is None:
        return _read_dates(after, received_at)
    known_at = _know_at(before, after, received_at)
    return tuple(
        Change(after.opportunity_id, each, known_at, held, taken, "difference")
        for each in TRACKED
        if (held := write_value(before, each)) != (taken := write_value(after, each))
    )


def write_value(deal: Deal, attribute: str) -> str | None:
    """Money with four decimals, shares with six, days in ISO."""
    value = getattr(deal, attribute)
    if isinstance(value, Decimal):
        return f"{value.quantize(_CENT_OF_CENT, ROUND_HALF_EVEN):f}"
    if isinstance(value, float):
        return f"{Decimal(str(value)).quantize(_MILLIONTH, ROUND_HALF_EVEN):f}"
    return None if value is None else str(value)


def write_key(change: Change, place: int) -> str:
    """The change's own id. place: which file of the load told it."""
    moment = change.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    parts = (change.opportunity_id, change.attribute, moment, change.origin, str(place))
    return "|".join(parts)


def _read_dates(deal: Deal, received_at: datetime) -> tuple[Change, ...]:
    is_closed = deal.status in ("won", "lost")
    if is_closed:
        settled_at = min(deal.closed_at or deal.updated_at or received_at, received_at)
    else:
        settled_at = min(deal.stage_entered_at or received_at, received_at)
    priced_at = settled_at if is_closed else received_at
    opened_at = min(deal.created_at, settled_at) if deal.created_at else None
    found: list[tuple[str, datetime, str | None, str | None]] = []
    has_first_stage = opened_at is not None and opened_at < settled_at
    if opened_at is not None:
        if has_first_stage:
            found.append(("stage", opened_at, None, CREATED))
        if deal.status and (has_first_stage or not is_closed):
            found.append(("status", opened_at, None, "open"))
    found.append(("stage", settled_at, CREATED if has_first_stage else None, deal.stage))
    if deal.status and (is_closed or opened_at is None):
        found.append(("status", settled_at, "open" if has_first_stage else None, deal.status))
    if deal.amount is not None:
        found.append(("amount", priced_at, None, write_value(deal, "amount")))
    return tuple(
        Change(deal.opportunity_id, attribute, moment, held, taken, "dates")
        for attribute, moment, held, taken in found
    )


def _know_at(before: Deal, after: Deal, received_at: datetime) -> datetime:
    updated_at = after.updated_at
    if updated_at is None or updated_at > received_at:
        return received_at
    is_news = before.updated_at is None or updated_at > before.updated_at
    return updated_at if is_news else received_at


COLUMNS = tuple(each.name for each in fields(Deal) if each.name != "opportunity_id")
"""What of an opportunity the rule looks at."""
