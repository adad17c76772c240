"""A record of HubSpot as a row: its properties, and beside them what only other calls can tell.

Which record it belongs to (associations), what its stage is called and whether it ends a deal
(pipelines), and what an engagement is, for each kind of which HubSpot has properties of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from counterpoise.connectors.hubspot.client import Client, NotSeen
from counterpoise.connectors.hubspot.objects import ACTIVITIES, DIRECTIONS, Kind

Row = dict[str, Any]
STAGED = ("stage.label", "stage.status", "pipeline.label")
ACTIVE = ("activity.type", "activity.direction", "activity.minutes")
GOAL = ("goal.measure",)
WON_REVENUE = "won_revenue"
_PRIMARY = "Primary"


@dataclass(frozen=True, slots=True)
class Stage:
    """status: open, won or lost; of objects other than deals it says nothing."""

    label: str
    pipeline: str
    status: str


def list_made(kind: Kind) -> tuple[str, ...]:
    """Columns that are made beside a kind's properties."""
    made = list(kind.linked.values())
    made += STAGED if kind.staged else ()
    made += ACTIVE if kind.name in ACTIVITIES else ()
    made += GOAL if kind.name == "goal_targets" else ()
    return tuple(made)


def read_stages(client: Client, kind: str) -> Mapping[str, Stage]:
    """By the stage's id; none where this access has no scope for them."""
    try:
        pipelines = client.get(f"/crm/v3/pipelines/{kind}")["results"]
    except NotSeen:
        return {}
    return {
        str(stage["id"]): Stage(stage["label"], pipeline["label"], _judge(stage["metadata"]))
        for pipeline in pipelines
        for stage in pipeline["stages"]
    }


def build_rows(
    client: Client, kind: Kind, records: Sequence[Mapping[str, Any]], stages: Mapping[str, Stage]
) -> list[Row]:
    rows: list[Row] = [{**each["properties"], "hs_object_id": str(each["id"])} for each in records]
    for object_, column in kind.linked.items():
        linked = _find_linked(client, kind.name, object_, [row["hs_object_id"] for row in rows])
        for row in rows:
            row[column] = linked.get(row["hs_object_id"])
    return [{**row, **_make(kind, row, stages)} for row in rows]


def _make(kind: Kind, row: Row, stages: Mapping[str, Stage]) -> Row:
    if kind.staged:
        return _name_stage(row, kind.staged, stages)
    if kind.name in ACTIVITIES:
        return _read_activity(kind.name, row)
    if kind.name == "goal_targets":
        return {"goal.measure": _find_measure(row)}
    return {}


def _judge(metadata: Mapping[str, Any]) -> str:
    try:
        chance = Decimal(str(metadata.get("probability", "")))
    except InvalidOperation:
        return ""
    is_closed = str(metadata.get("isClosed", chance in (0, 1))).lower() == "true"
    return "open" if not is_closed else "won" if chance > 0 else "lost"


def _find_linked(client: Client, kind: str, object_: str, ids: Sequence[str]) -> Mapping[str, str]:
    """The primary one where HubSpot has such, else the first; records without one are missing."""
    if not ids:
        return {}
    try:
        found = client.post(
            f"/crm/v4/associations/{kind}/{object_}/batch/read",
            {"inputs": [{"id": each} for each in ids]},
        )["results"]
    except NotSeen:
        return {}
    return {str(each["from"]["id"]): _choose(each["to"]) for each in found if each["to"]}


def _choose(linked: Sequence[Mapping[str, Any]]) -> str:
    primary = [
        each
        for each in linked
        if any(type_.get("label") == _PRIMARY for type_ in each["associationTypes"])
    ]
    return str((primary or linked)[0]["toObjectId"])


def _name_stage(row: Row, staged: str, stages: Mapping[str, Stage]) -> Row:
    """A stage that was deleted since keeps its id for a name."""
    id_ = row.get(staged)
    stage = stages.get(id_ or "", Stage(id_ or "", "", ""))
    return {
        "stage.label": stage.label or None,
        "stage.status": stage.status or None,
        "pipeline.label": stage.pipeline or row.get("pipeline"),
    }


def _read_activity(kind: str, row: Row) -> Row:
    written = row.get("hs_call_direction") or row.get("hs_email_direction") or ""
    return {
        "activity.type": ACTIVITIES[kind],
        "activity.direction": DIRECTIONS.get(written),
        "activity.minutes": _count_minutes(row),
    }


def _count_minutes(row: Row) -> str | None:
    """Calls say how many milliseconds they took, meetings when they began and ended."""
    if lasted := row.get("hs_call_duration"):
        return f"{Decimal(lasted) / 60_000:.2f}"
    begun, ended = row.get("hs_meeting_start_time"), row.get("hs_meeting_end_time")
    if begun and ended:
        seconds = (read_moment(ended) - read_moment(begun)).total_seconds()
        return f"{Decimal(round(seconds)) / 60:.2f}"
    return None


def read_moment(written: str) -> datetime:
    """HubSpot writes moments in ISO, some of old in milliseconds since 1970."""
    if written.lstrip("-").isdigit():
        return datetime.fromtimestamp(int(written) / 1000, UTC)
    return datetime.fromisoformat(written).astimezone(UTC)


def _find_measure(row: Row) -> str:
    """A goal in an amount is one of revenue; others keep HubSpot's name of what they count."""
    counted = str(row.get("hs_kpi_property_name") or "amount")
    return WON_REVENUE if "amount" in counted else counted
