"""Which objects of Salesforce are read, and what each of them means here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SNAPSHOTS = "OpportunityHistory"
CHANGES = "OpportunityFieldHistory"
STAGES = "OpportunityStage"


@dataclass(frozen=True, slots=True)
class Kind:
    """table: the canonical one, or empty where there is none.

    condition: which of its records are read, as SOQL. related: fields of the record that a field
    points to, by that field. named: the columns to take for an attribute, before those that the
    data dictionary lists. with_archived: old ones are hidden from a plain query.
    """

    name: str
    table: str
    condition: str = ""
    related: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    with_archived: bool = False


_CHANGE = {
    "opportunity_id": "OpportunityId",
    "changed_at": "CreatedDate",
    "attribute": "Field",
    "value_before": "OldValue",
    "value_after": "NewValue",
    "changed_by": "CreatedById",
}
_ACTIVITY = {
    "type": "Activity.Type",
    "occurred_at": "Activity.At",
    "duration_minutes": "Activity.Minutes",
    "direction": "Activity.Direction",
    "opportunity_id": "What.OpportunityId",
    "contact_id": "Who.ContactId",
    "lead_id": "Who.LeadId",
}

KINDS = (
    Kind(
        "User",
        "rep",
        condition="UserType = 'Standard'",
        related={"ManagerId": "Manager.Name"},
        named={"manager": "Manager.Name"},
    ),
    Kind("UserRole", "team"),
    Kind("Territory2", "territory"),
    Kind("Account", "account"),
    Kind("Contact", "contact"),
    Kind("Lead", "lead"),
    Kind("Product2", "product"),
    Kind("Opportunity", "opportunity", named={"status": "StageName.Status"}),
    Kind(SNAPSHOTS, "opportunity_change", named={"source_id": "Change.Id", **_CHANGE}),
    Kind(CHANGES, "opportunity_change", named={"source_id": "Id", **_CHANGE}),
    Kind("OpportunityLineItem", "opportunity_line"),
    Kind("Task", "activity", named=_ACTIVITY, with_archived=True),
    Kind("Event", "activity", named=_ACTIVITY, with_archived=True),
    Kind(
        "ForecastingQuota",
        "target",
        condition="IsAmount = true",
        related={"PeriodId": "Period.EndDate"},
        named={"period_end": "Period.EndsBefore", "measure": ""},
    ),
    Kind("Case", "ticket"),
    Kind("Campaign", ""),
)
UNREADABLE = frozenset({"address", "location", "base64", "complexvalue"})
"""Types that are made of other fields, or are files."""


def get_kind(name: str) -> Kind:
    return next(each for each in KINDS if each.name == name)
