"""Which objects of Pipedrive are read, and what each of them means here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

HISTORY = "deal_changes"


@dataclass(frozen=True, slots=True)
class Kind:
    """paths: where it is listed; several where some records are listed apart. fields: where its
    fields are described, or empty. columns: those that Pipedrive itself has. recent: what recent
    changes call it, from which deletions are known.
    """

    name: str
    table: str
    paths: tuple[str, ...]
    columns: tuple[str, ...]
    fields: str = ""
    recent: str = ""
    keeps_time: bool = True
    named: Mapping[str, str] = field(default_factory=dict)


_TIMES = ("add_time", "update_time")
KINDS = (
    Kind(
        "users",
        "rep",
        ("/v1/users",),
        (
            *("id", "name", "email", "active_flag", "role_id", "timezone_name", "created"),
            "is_admin",
        ),
        keeps_time=False,
    ),
    Kind(
        "organizations",
        "account",
        ("/api/v2/organizations",),
        (
            *("id", "name", "owner_id", "website", "industry", "employee_count"),
            *("annual_revenue", "address.value", "address.locality", "address.country"),
            *("label_ids", "label_names", *_TIMES),
        ),
        fields="/api/v2/organizationFields",
        recent="organization",
        named={
            "city": "address.locality",
            "country": "address.country",
            "segment": "label_names",
        },
    ),
    Kind(
        "persons",
        "contact",
        ("/api/v2/persons",),
        (
            *("id", "name", "first_name", "last_name", "emails", "phones", "job_title"),
            *("org_id", "owner_id", "label_ids", "label_names", *_TIMES),
        ),
        fields="/api/v2/personFields",
        recent="person",
    ),
    Kind(
        "leads",
        "lead",
        ("/v1/leads",),
        (
            *("id", "title", "owner_id", "person_id", "organization_id", "source_name"),
            *("origin", "channel", "is_archived", "value.amount", "value.currency"),
            *("expected_close_date", *_TIMES),
        ),
        keeps_time=False,
    ),
    Kind(
        "deals",
        "opportunity",
        ("/api/v2/deals", "/api/v2/deals/archived"),
        (
            *("id", "title", "value", "currency", "status", "stage_id", "stage.name"),
            *("pipeline_id", "pipeline.name", "owner_id", "person_id", "org_id"),
            *("probability", "expected_close_date", "lost_reason", "origin", "channel"),
            *("stage_change_time", "close_time", "won_time", "lost_time", "is_archived"),
            *("arr", "mrr", "acv", "label_ids", "label_names", *_TIMES),
        ),
        fields="/api/v2/dealFields",
        named={"stage": "stage.name", "pipeline_id": "pipeline.name", "type": "label_names"},
    ),
    Kind(
        HISTORY,
        "opportunity_change",
        (),
        (
            *("id", "deal_id", "time", "field_key", "old_value", "new_value"),
            *("actor_user_id", "change_source", "is_bulk_update_flag"),
        ),
        named={"changed_by": "actor_user_id"},
    ),
    Kind(
        "products",
        "product",
        ("/api/v2/products",),
        (
            *("id", "name", "code", "category", "unit", "owner_id", "is_deleted"),
            *("price", "price.currency", *_TIMES),
        ),
        fields="/api/v2/productFields",
        keeps_time=False,
        named={"list_price": "price", "currency": "price.currency"},
    ),
    Kind(
        "activities",
        "activity",
        ("/api/v2/activities",),
        (
            *("id", "subject", "type", "owner_id", "deal_id", "lead_id", "person_id", "org_id"),
            *("due_date", "due_time", "duration", "done", "marked_as_done_time", "outcome"),
            *("activity.at", "activity.minutes", *_TIMES),
        ),
        recent="activity",
        named={"occurred_at": "activity.at", "duration_minutes": "activity.minutes"},
    ),
)


def get_kind(name: str) -> Kind:
    return next(each for each in KINDS if each.name == name)
