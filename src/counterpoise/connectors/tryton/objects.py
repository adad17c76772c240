"""What of Tryton we know: which model holds which canonical table, and what its fields mean."""

from collections.abc import Mapping
from dataclasses import dataclass

from counterpoise.connectors.sources.port import SourceObject
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping
from counterpoise.domain.values.text import text

CHANGES = "sale.opportunity/history"
STATUS = "state/status"
"""Beside the state, as we read it: Tryton's states are its own and never a company's."""
KINDS = {
    "lead": "open",
    "opportunity": "open",
    "converted": "open",
    "won": "won",
    "lost": "lost",
    "cancelled": "lost",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A model. attributes: the canonical one by field; fields of related records have a dot.

    beside: fields that are kept as received. touched_by: related records whose change is a change
    of this one. keeps_history: whether Tryton tells what was there at an earlier moment.
    """

    model: str
    table: str
    attributes: Mapping[str, str]
    beside: tuple[str, ...] = ()
    touched_by: tuple[str, ...] = ()
    keeps_history: bool = False


KNOWN: dict[str, Known] = {
    each.model: each
    for each in (
        Known(
            "party.party",
            "account",
            {
                "id": "source_id",
                "name": "name",
                "website": "domain",
                "addresses/city": "city",
                "addresses/country": "country",
                "create_date": "created_at",
                "write_date": "updated_at",
            },
            beside=("code", "email", "phone", "active", "replaced_by"),
            touched_by=("contact_mechanisms", "addresses"),
        ),
        Known(
            "company.employee",
            "rep",
            {
                "id": "source_id",
                "party.name": "name",
                "party.email": "email",
                "supervisor.rec_name": "manager",
                "start_date": "hired_on",
                "end_date": "left_on",
                "active": "is_active",
            },
            beside=("create_date", "write_date"),
            touched_by=("party", "party.contact_mechanisms"),
        ),
        Known(
            "product.product",
            "product",
            {
                "id": "source_id",
                "template.name": "name",
                "code": "code",
                "list_price_used": "list_price",
                "active": "is_active",
            },
            beside=("create_date", "write_date"),
            touched_by=("template", "list_prices", "template.list_prices"),
        ),
        Known(
            "sale.opportunity",
            "opportunity",
            {
                "id": "source_id",
                "description": "name",
                "party": "account_id",
                "employee": "owner_id",
                "state": "stage",
                STATUS: "status",
                "amount": "amount",
                "currency.code": "currency",
                "conversion_probability": "probability",
                "end_date": "expected_close_on",
                "create_date": "created_at",
                "lost_reason": "lost_reason",
                "write_date": "updated_at",
            },
            beside=("number", "reference", "start_date", "comment"),
            keeps_history=True,
        ),
        Known(
            "sale.opportunity.line",
            "opportunity_line",
            {
                "id": "source_id",
                "opportunity": "opportunity_id",
                "product": "product_id",
                "quantity": "quantity",
            },
            beside=("create_date", "write_date"),
        ),
    )
}
HISTORY = Known(
    CHANGES,
    "opportunity_change",
    {
        "id": "source_id",
        "opportunity": "opportunity_id",
        "changed_at": "changed_at",
        "attribute": "attribute",
        "value_before": "value_before",
        "value_after": "value_after",
        "changed_by": "changed_by",
        "origin": "origin",
    },
)


def map_object(described: SourceObject, source: str) -> FileMapping:
    known = HISTORY if described.name == CHANGES else KNOWN[described.name]
    shown = {each.name for each in described.fields}
    columns = tuple(
        ColumnMapping(
            described.name, name, known.table, attribute, 1.0, text("Tryton's own field for it")
        )
        for name, attribute in known.attributes.items()
        if name in shown
    )
    used = {each.column for each in columns}
    unmapped = tuple(each.name for each in described.fields if each.name not in used)
    return FileMapping(described.name, known.table, source, columns, unmapped)
