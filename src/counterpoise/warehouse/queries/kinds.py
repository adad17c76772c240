"""Which rows a measure is computed from, as conditions on the rows of a table `t`."""

from collections.abc import Mapping

_IS_OVER = "t.status IN ('won', 'lost') AND t.closed_at < {until}"
_IS_MEETING = (
    "t.occurred_at < {until} AND lower(trim(t.type)) IN ({selling}) AND t.owner_id <> ''"
    " AND lower(trim(coalesce(t.outcome, ''))) NOT IN ({not_held})"
    " AND t.duration_minutes > 0 AND t.duration_minutes < {longest}"
)
_HAS_CUSTOMER = (
    "concat(t.opportunity_id, t.lead_id, t.contact_id, t.account_id) <> ''"  # NULL counts as ''
)
KINDS: Mapping[str, tuple[str, str, str]] = {
    "won": ("opportunity", f"t.status = 'won' AND {_IS_OVER}", "t.closed_at"),
    "priced": (
        "opportunity",
        f"t.status = 'won' AND t.amount IS NOT NULL AND {_IS_OVER}",
        "t.closed_at",
    ),
    "timed": (
        "opportunity",
        f"t.status = 'won' AND t.created_at <= t.closed_at AND {_IS_OVER}",
        "t.closed_at",
    ),
    "lost": ("opportunity", f"t.status = 'lost' AND {_IS_OVER}", "t.closed_at"),
    "closed": ("opportunity", _IS_OVER, "t.closed_at"),
    "open": (
        "opportunity",
        f"coalesce(t.created_at < {{until}}, true) AND NOT coalesce({_IS_OVER}, false)",
        "t.expected_close_on",
    ),
    "created": (
        "opportunity",
        "coalesce(t.created_at, t.closed_at) < {until}",
        "least(t.created_at, t.closed_at)",
    ),
    "leads": ("lead", "t.created_at < {until}", "t.created_at"),
    "answered": (
        "lead",
        "t.first_touch_at < {until} AND t.first_touch_at >= t.created_at",
        "t.created_at",
    ),
    "activities": ("activity", "t.occurred_at < {until}", "t.occurred_at"),
    "selling": (
        "activity",
        "t.occurred_at < {until} AND lower(trim(t.type)) IN ({selling})",
        "t.occurred_at",
    ),
    "with_customers": ("activity", f"{_IS_MEETING} AND {_HAS_CUSTOMER}", "t.occurred_at"),
    "internal": ("activity", f"{_IS_MEETING} AND NOT {_HAS_CUSTOMER}", "t.occurred_at"),
}
"""Of each kind of row: its table, which rows those are, and the day that puts one in a month."""
KIND_OF: Mapping[str, str] = {
    "won_revenue": "won",
    "won_deals": "won",
    "average_deal": "priced",
    "sales_cycle_days": "timed",
    "lost_deals": "lost",
    "win_rate": "closed",
    "quota_attainment": "won",
    "attainment_contribution": "won",
    "pipeline_open": "open",
    "coverage": "open",
    "pipeline_velocity": "open",
    "pipeline_created": "created",
    "deals_created": "created",
    "stage_conversion": "created",
    "slip_rate": "created",
    "leads": "leads",
    "lead_response_minutes": "answered",
    "lead_response_working_minutes": "answered",
    "lead_response_working_tail": "answered",
    "lead_response_in_time": "leads",
    "leads_never_contacted": "leads",
    "lead_conversion": "leads",
    "activities": "activities",
    "selling_hours": "selling",
    "customer_hours": "with_customers",
    "internal_hours": "internal",
    "customer_hours_a_week": "with_customers",
    "selling_time_share": "with_customers",
}
"""The rows a measure is computed from. A forecast's error rests on months, not on rows."""
