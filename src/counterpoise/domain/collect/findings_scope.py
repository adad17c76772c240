"""Which attributes health looks at, and for what. What a row is expected to have is a rule of the
business and stands in the rulebook (health.expected); what can never be right stands here.
"""

from dataclasses import dataclass

NEVER_NEGATIVE = (
    ("account", "employees"),
    ("account", "annual_revenue"),
    ("opportunity", "amount"),
    ("activity", "duration_minutes"),
    ("product", "list_price"),
    ("opportunity_line", "quantity"),
    ("opportunity_line", "unit_price"),
    ("target", "amount"),
    ("resource_pool", "headcount"),
    ("resource_pool", "per_person"),
    ("inventory_item", "on_order"),
    ("inventory_item", "unit_cost"),
    ("inventory_item", "lead_time_days"),
)

FAR_OUTSIDE = (
    ("account", "employees"),
    ("account", "annual_revenue"),
    ("opportunity", "amount"),
    ("opportunity_line", "unit_price"),
)
"""Compared with the attribute's own distribution: of the same product and currency where there are
enough such rows, else of the whole table."""

GROUPED_BY = {
    ("opportunity", "amount"): "product_id",
    ("opportunity_line", "unit_price"): "product_id",
}

CATEGORIES = (
    ("account", "industry"),
    ("account", "segment"),
    ("account", "city"),
    ("account", "country"),
    ("account", "region"),
    ("lead", "industry"),
    ("lead", "country"),
    ("lead", "region"),
    ("lead", "lead_source"),
    ("lead", "status"),
    ("lead", "lost_reason"),
    ("opportunity", "stage"),
    ("opportunity", "forecast_category"),
    ("opportunity", "lead_source"),
    ("opportunity", "type"),
    ("opportunity", "region"),
    ("opportunity", "segment"),
    ("opportunity", "lost_reason"),
    ("activity", "type"),
    ("activity", "outcome"),
    ("rep", "role"),
    ("rep", "region"),
    ("product", "family"),
    ("ticket", "category"),
    ("ticket", "priority"),
    ("ticket", "status"),
)
"""Texts out of a short list that the source keeps nowhere."""

EMAILS = (("contact", "email"), ("lead", "email"), ("rep", "email"))
PHONES = (("contact", "phone"), ("lead", "phone"))
PEOPLE = ("contact", "lead")
NAMES = ("account", "product", "team")
CALLED_BY_NAME = ("account", "product", "rep", "team", "territory")
"""Records that people write by name, or by code, where an id should stand."""


@dataclass(frozen=True, slots=True)
class Order:
    """`later` cannot lie before `earlier`; it is `later` that a finding is about."""

    table: str
    earlier: str
    later: str


ORDERS = (
    Order("account", "created_at", "updated_at"),
    Order("contact", "created_at", "updated_at"),
    Order("lead", "created_at", "first_touch_at"),
    Order("lead", "created_at", "converted_at"),
    Order("lead", "created_at", "updated_at"),
    Order("opportunity", "created_at", "closed_at"),
    Order("opportunity", "created_at", "stage_entered_at"),
    Order("opportunity", "created_at", "updated_at"),
    Order("rep", "hired_on", "left_on"),
    Order("territory", "valid_from", "valid_to"),
    Order("target", "period_start", "period_end"),
    Order("ticket", "created_at", "first_reply_at"),
    Order("ticket", "created_at", "closed_at"),
)

HAPPENED = (
    ("account", "created_at"),
    ("contact", "created_at"),
    ("lead", "created_at"),
    ("opportunity", "created_at"),
    ("opportunity", "closed_at"),
    ("opportunity_change", "changed_at"),
    ("activity", "occurred_at"),
    ("ticket", "created_at"),
)
"""Moments of what has happened, and so cannot lie ahead of all else that is known."""
