"""Which objects of HubSpot are read, and what each of them means here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

OWNERS, TEAMS = "owners", "teams"
HISTORY = "deal_history"
TRACKED = (
    "dealstage",
    "amount",
    "closedate",
    "hubspot_owner_id",
    "hs_deal_stage_probability",
    "hs_manual_forecast_category",
    "pipeline",
)
"""Properties of deals whose every value HubSpot is asked for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """linked: the column that holds the id of an associated record, by the object it is of.

    moved: the property that says when a record changed. wanted: properties beside those that the
    dictionary lists. staged: the property that holds a stage's id, of objects with pipelines.
    named: the columns to take for an attribute, before those that the data dictionary lists.
    """

    name: str
    table: str
    linked: Mapping[str, str] = field(default_factory=dict)
    moved: str = "hs_lastmodifieddate"
    wanted: tuple[str, ...] = ()
    staged: str = ""
    named: Mapping[str, str] = field(default_factory=dict)


_LINKS = {
    "deals": "associated_deal_id",
    "contacts": "associated_contact_id",
    "companies": "associated_company_id",
}
_ACTIVITY = {
    "type": "activity.type",
    "direction": "activity.direction",
    "duration_minutes": "activity.minutes",
    "occurred_at": "hs_timestamp",
}
KINDS = (
    Kind(OWNERS, "rep", named={"source_id": "id", "is_active": "is_active", "team_id": "team_id"}),
    Kind(TEAMS, "team"),
    Kind("companies", "account"),
    Kind(
        "contacts",
        "contact",
        moved="lastmodifieddate",
        wanted=("associatedcompanyid", "hs_lead_status", "lifecyclestage"),
    ),
    Kind(
        "leads",
        "lead",
        linked={"contacts": "associated_contact_id", "deals": "hs_associated_deal_id"},
        wanted=("hs_lead_name", "hs_lead_label", "hs_lead_type"),
        staged="hs_pipeline_stage",
        named={"status": "stage.label", "created_at": "hs_createdate"},
    ),
    Kind(
        "deals",
        "opportunity",
        linked={"companies": "associated_company_id", "contacts": "associated_contact_id"},
        wanted=("hs_is_closed", "hs_is_closed_won"),
        staged="dealstage",
        named={"stage": "stage.label", "status": "stage.status", "pipeline_id": "pipeline.label"},
    ),
    Kind(
        HISTORY,
        "opportunity_change",
        named={
            "source_id": "id",
            "opportunity_id": "deal_id",
            "changed_at": "timestamp",
            "attribute": "attribute",
            "value_before": "old_value",
            "value_after": "value",
            "changed_by": "owner_id",
        },
    ),
    Kind("products", "product"),
    Kind("line_items", "opportunity_line", linked={"deals": "associated_deal_id"}),
    Kind(
        "calls",
        "activity",
        linked=_LINKS,
        wanted=("hs_call_duration",),
        named={**_ACTIVITY, "subject": "hs_call_title", "outcome": "hs_call_status"},
    ),
    Kind(
        "meetings",
        "activity",
        linked=_LINKS,
        wanted=("hs_meeting_start_time", "hs_meeting_end_time"),
        named={**_ACTIVITY, "subject": "hs_meeting_title", "outcome": "hs_meeting_outcome"},
    ),
    Kind(
        "emails",
        "activity",
        linked=_LINKS,
        wanted=("hs_email_status",),
        named={**_ACTIVITY, "subject": "hs_email_subject", "outcome": "hs_email_status"},
    ),
    Kind(
        "notes",
        "activity",
        linked=_LINKS,
        named={**_ACTIVITY, "subject": "", "outcome": ""},
    ),
    Kind(
        "tasks",
        "activity",
        linked=_LINKS,
        wanted=("hs_task_type",),
        named={**_ACTIVITY, "subject": "hs_task_subject", "outcome": "hs_task_status"},
    ),
    Kind(
        "tickets",
        "ticket",
        linked={"companies": "associated_company_id", "contacts": "associated_contact_id"},
        staged="hs_pipeline_stage",
        named={"status": "stage.label"},
    ),
    Kind(
        "goal_targets",
        "target",
        wanted=("hs_goal_name", "hs_kpi_property_name", "hs_group_correlation_uuid"),
        named={"measure": "goal.measure"},
    ),
)
ACTIVITIES = {
    "calls": "call",
    "meetings": "meeting",
    "emails": "email",
    "notes": "note",
    "tasks": "task",
}
DIRECTIONS = {
    "INBOUND": "in",
    "OUTBOUND": "out",
    "INCOMING_EMAIL": "in",
    "EMAIL": "out",
    "FORWARDED_EMAIL": "out",
}


def get_kind(name: str) -> Kind:
    return next(each for each in KINDS if each.name == name)
