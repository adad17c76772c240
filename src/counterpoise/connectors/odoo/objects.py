"""What of Odoo we know: which records hold which canonical table, and what their fields mean.

`stage_id/name` is the name of a related record, which Odoo gives beside its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counterpoise.connectors.sources.port import SourceObject
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping
from counterpoise.domain.values.text import text

CHANGES = "crm.lead/history"
STATUS = "status"
"""Worked out from stage and archive, where Odoo has it in several fields."""
CONVERTED = "is_converted"
BECAME = "opportunity_id"


@dataclass(frozen=True, slots=True)
class Known:
    """Records of a model that `domain` picks. attributes: the canonical one by field.

    beside: fields that are kept as received. touched_by: related records whose change is a change
    of this one. made: fields of ours, worked out from others.
    """

    name: str
    model: str
    table: str
    attributes: Mapping[str, str]
    domain: Sequence[Any] = ()
    beside: tuple[str, ...] = ()
    touched_by: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


_TIMES = {"create_date": "created_at", "write_date": "updated_at"}
_REACHED = {"email_from": "email", "phone": "phone", "partner_name": "company_name"}
KNOWN: dict[str, Known] = {
    each.name: each
    for each in (
        Known(
            "res.partner/company",
            "res.partner",
            "account",
            {
                "id": "source_id",
                "name": "name",
                "parent_id": "parent_id",
                "website": "domain",
                "industry_id/name": "industry",
                "city": "city",
                "country_id/name": "country",
                "state_id/name": "region",
                "user_id": "owner_id",
                **_TIMES,
            },
            domain=(["is_company", "=", True], ["ref_company_ids", "=", False]),
            beside=("email", "phone", "vat", "active"),
        ),
        Known(
            "res.partner/person",
            "res.partner",
            "contact",
            {
                "id": "source_id",
                "parent_id": "account_id",
                "name": "last_name",
                "email": "email",
                "phone": "phone",
                "function": "job_title",
                "user_id": "owner_id",
                **_TIMES,
            },
            domain=(["is_company", "=", False], ["partner_share", "=", True]),
            beside=("active",),
        ),
        Known(
            "res.users",
            "res.users",
            "rep",
            {
                "id": "source_id",
                "name": "name",
                "login": "email",
                "sale_team_id": "team_id",
                "active": "is_active",
                "tz": "time_zone",
            },
            domain=(["share", "=", False],),
            beside=("create_date", "write_date"),
            touched_by=("partner_id",),
        ),
        Known(
            "crm.team",
            "crm.team",
            "team",
            {"id": "source_id", "name": "name", "user_id/name": "manager"},
            beside=("active", "create_date", "write_date"),
        ),
        Known(
            "crm.lead/lead",
            "crm.lead",
            "lead",
            {
                "id": "source_id",
                "contact_name": "last_name",
                **_REACHED,
                "country_id/name": "country",
                "state_id/name": "region",
                "source_id/name": "lead_source",
                "stage_id/name": "status",
                "user_id": "owner_id",
                "date_open": "first_touch_at",
                "date_conversion": "converted_at",
                CONVERTED: "is_converted",
                BECAME: "opportunity_id",
                "lost_reason_id/name": "lost_reason",
                **_TIMES,
            },
            domain=("|", ["type", "=", "lead"], ["date_conversion", "!=", False]),
            beside=("name", "type", "active"),
            made=(CONVERTED, BECAME),
        ),
        Known(
            "crm.lead/opportunity",
            "crm.lead",
            "opportunity",
            {
                "id": "source_id",
                "name": "name",
                "partner_id": "account_id",
                "user_id": "owner_id",
                "team_id": "team_id",
                "stage_id/name": "stage",
                STATUS: "status",
                "expected_revenue": "amount",
                "company_currency/name": "currency",
                "probability": "probability",
                "date_deadline": "expected_close_on",
                "date_last_stage_update": "stage_entered_at",
                "date_closed": "closed_at",
                "source_id/name": "lead_source",
                "lost_reason_id/name": "lost_reason",
                **_TIMES,
            },
            domain=(["type", "=", "opportunity"],),
            beside=("stage_id", "won_status", "type", "active", "recurring_revenue"),
            made=(STATUS,),
        ),
        Known(
            "mail.activity",
            "mail.activity",
            "activity",
            {
                "id": "source_id",
                "activity_type_id/name": "type",
                "summary": "subject",
                "date_deadline": "occurred_at",
                "state": "outcome",
                "user_id": "owner_id",
                "res_id": "opportunity_id",
            },
            domain=(["res_model", "=", "crm.lead"],),
            beside=("active", "create_date", "write_date"),
        ),
    )
}
HISTORY = Known(
    CHANGES,
    "mail.tracking.value",
    "opportunity_change",
    {
        each: each if each != "id" else "source_id"
        for each in (
            "id",
            "opportunity_id",
            "changed_at",
            "attribute",
            "value_before",
            "value_after",
            "changed_by",
            "origin",
        )
    },
)


def map_object(described: SourceObject, source: str) -> FileMapping:
    known = HISTORY if described.name == CHANGES else KNOWN[described.name]
    shown = {each.name for each in described.fields}
    columns = tuple(
        ColumnMapping(
            described.name, name, known.table, attribute, 1.0, text("Odoo's own field for it")
        )
        for name, attribute in known.attributes.items()
        if name in shown
    )
    used = {each.column for each in columns}
    unmapped = tuple(each.name for each in described.fields if each.name not in used)
    return FileMapping(described.name, known.table, source, columns, unmapped)
