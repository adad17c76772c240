"""What codes are called before a reader: tables, rules, methods, measures, roles.

A code that is in no list is shown as it is, with spaces for underscores: it comes from the
business (a pool, a product) and has no translation.
"""

from django.utils.translation import gettext

from counterpoise.connectors.documents.attributes import ATTRIBUTES
from counterpoise.connectors.documents.marks import mark

STEPS = {
    "collect": mark("Collect"),
    "demand": mark("Demand"),
    "supply": mark("Supply"),
    "reconcile": mark("Reconcile"),
    "execute": mark("Execute"),
    "measure": mark("Measure"),
}
TABLES = {
    "account": mark("accounts"),
    "activity": mark("activities"),
    "calendar": mark("calendar days"),
    "contact": mark("contacts"),
    "inventory_item": mark("inventory items"),
    "lead": mark("leads"),
    "opportunity": mark("deals"),
    "opportunity_change": mark("changes of deals"),
    "opportunity_line": mark("lines of deals"),
    "product": mark("products"),
    "rep": mark("sellers"),
    "resource_pool": mark("pools of people"),
    "target": mark("targets"),
    "team": mark("teams"),
    "territory": mark("territories"),
    "ticket": mark("tickets"),
}
RULES = {
    "completeness": mark("missing values"),
    "validity": mark("invalid values"),
    "uniqueness": mark("duplicates"),
    "reference": mark("references that lead nowhere"),
    "near_miss_key": mark("almost a known name"),
    "range": mark("values out of range"),
    "date_order": mark("impossible order of dates"),
    "stale": mark("untouched for too long"),
    "drift": mark("different from the load before"),
    "habit": mark("habits that look odd"),
}
PARTS = {"table": mark("Table"), "source": mark("Source"), "rep": mark("Rep")}
SEVERITIES = {"high": mark("High"), "medium": mark("Medium"), "low": mark("Low")}
SCENARIOS = {
    "base": mark("Expected demand"),
    "high": mark("High demand"),
    "low": mark("Low demand"),
}
UPLOAD_STATES = {
    "waiting": mark("waiting to be read"),
    "proposed": mark("read and proposed"),
    "confirmed": mark("confirmed"),
    "collected": mark("collected"),
    "refused": mark("refused"),
    "discarded": mark("discarded"),
}
KINDS = {"sellers": mark("sellers"), "delivery": mark("delivery"), "support": mark("support")}
UNITS = {"deals": mark("deals"), "hours": mark("hours")}
AREAS = {
    "technology": mark("Technology"),
    "process": mark("Process"),
    "people": mark("People"),
    "communication": mark("Communication"),
}
CAUSES = {
    "volume": mark("Number of deals"),
    "price": mark("Value of a deal"),
    "win_rate": mark("Win rate"),
    "timing": mark("Timing"),
}
METHODS = {
    "counterpoise": mark("This forecast"),
    "stage-weighted pipeline": mark("Stage-weighted pipeline"),
    "same as last period": mark("Same as last period"),
    "time series alone": mark("Time series alone"),
    "pipeline survival": mark("Open and future pipeline"),
    "by age alone": mark("By age alone"),
    "gradient boosting": mark("Gradient boosting"),
}
CHANGES = {
    "won": mark("Won since"),
    "open": mark("Open deals"),
    "new": mark("Deals yet to come"),
    "overrides": mark("Overrides"),
}
LEGS = {
    "won": mark("Won already"),
    "open": mark("Open deals"),
    "new": mark("Deals yet to come"),
    "combination": mark("Weighed against history"),
    "launches": mark("Launches and phase-outs"),
    "overrides": mark("Overrides"),
}
MEASURES = {
    "won_revenue": mark("Won revenue"),
    "won_deals": mark("Won deals"),
    "lost_deals": mark("Lost deals"),
    "win_rate": mark("Win rate"),
    "average_deal": mark("Average won deal"),
    "sales_cycle_days": mark("Sales cycle"),
    "pipeline_open": mark("Open pipeline"),
    "pipeline_created": mark("Pipeline created"),
    "deals_created": mark("Deals created"),
    "leads": mark("Leads"),
    "pipeline_velocity": mark("Pipeline velocity"),
    "coverage": mark("Pipeline coverage"),
    "stage_conversion": mark("Stage conversion"),
    "slip_rate": mark("Slip rate"),
    "quota_attainment": mark("Quota attainment"),
    "attainment_contribution": mark("Contribution to attainment"),
    "lead_response_minutes": mark("Response to a lead"),
    "lead_response_working_minutes": mark("Response to a lead, in working time"),
    "lead_response_working_tail": mark("Response to nine of ten leads, in working time"),
    "lead_response_in_time": mark("Leads tried within the agreed time"),
    "leads_never_contacted": mark("Leads never contacted"),
    "lead_conversion": mark("Lead conversion"),
    "activities": mark("Activities"),
    "selling_hours": mark("Selling hours"),
    "customer_hours": mark("Hours with customers"),
    "internal_hours": mark("Hours in internal meetings"),
    "customer_hours_a_week": mark("Hours with customers, a person and week"),
    "selling_time_share": mark("Share of working time with customers"),
    "forecast_error": mark("Forecast error"),
    "forecast_bias": mark("Forecast bias"),
}
MOVEMENTS = {
    "created": mark("Created"),
    "reopened": mark("Reopened"),
    "pulled_in": mark("Pulled in"),
    "reassigned_in": mark("Reassigned in"),
    "priced": mark("First priced"),
    "up": mark("Amount up"),
    "down": mark("Amount down"),
    "reassigned_out": mark("Reassigned out"),
    "pushed_out": mark("Pushed out"),
    "won": mark("Won"),
    "lost": mark("Lost"),
    "deleted": mark("Deleted"),
}
PROCESS_STEPS = {
    "created": mark("Created"),
    "touched": mark("Tried to reach"),
    "converted": mark("Became a deal"),
    "won": mark("Won"),
    "lost": mark("Lost"),
}
MATURITIES = {
    "mature": mark("mature"),
    "young": mark("not yet mature"),
    "unknown": mark("cannot be judged"),
}
HOWS = {
    "count": mark("number of rows"),
    "customers": mark("number of customers"),
    "sum": mark("sum"),
    "average": mark("average"),
    "median": mark("median"),
}
OPERATORS = {
    "is": mark("is"),
    "is_not": mark("is not"),
    "contains": mark("contains"),
    "at_least": mark("is at least"),
    "below": mark("is below"),
    "on_or_after": mark("is on or after"),
    "before": mark("is before"),
    "filled": mark("is filled in"),
    "empty": mark("is empty"),
}
CONSTRAINTS = {
    "people": mark("Too few people"),
    "hiring lead time": mark("Time it takes to hire"),
    "overtime and contractor limits": mark("Limits on overtime and contractors"),
    "backlog policy": mark("Limit on waiting"),
    "whole people": mark("People come whole"),
}
ROLES = {
    "sales operations manager": mark("Sales operations manager"),
    "head of sales": mark("Head of sales"),
    "head of finance": mark("Head of finance"),
    "marketing manager": mark("Marketing manager"),
    "sales managers": mark("Sales managers"),
}
MEASURED = {
    "deals": mark("{value} deals"),
    "days": mark("{value} days"),
    "minutes": mark("{value} minutes"),
    "hours": mark("{value} hours"),
    "activities": mark("{value} activities"),
    "leads": mark("{value} leads"),
    "a day": mark("{value} a day"),
}
MEASURED_UNITS = {
    "money": mark("money"),
    "share": mark("share"),
    "days": mark("days"),
    "minutes": mark("minutes"),
    "activities": mark("activities"),
    "leads": mark("leads"),
}
RECURRING = {
    "new": mark("New contracts"),
    "expansion": mark("Expansion"),
    "contraction": mark("Contraction"),
    "churn": mark("Churn"),
}
NOT_STATED = {"(none)": mark("not stated")}
VOLUMES = {
    "leads": mark("Leads"),
    "qualified_leads": mark("Qualified leads"),
    "opportunities": mark("Opportunities"),
    "scored_opportunities": mark("Opportunities by the scores of open leads"),
    "customers": mark("New customers"),
    "units": mark("Units"),
    "delivery_hours": mark("Hours to deliver"),
    "accounts": mark("Customers to support"),
    "tickets": mark("Tickets"),
    "support_hours": mark("Hours to support"),
}
VOLUME_MEMBERS = {
    "source": mark("Source"),
    "product": mark("Product"),
    "site": mark("Site"),
    "role": mark("Role"),
    "tier": mark("Tier"),
    "pool": mark("Pool"),
}
GROUPS: dict[str, dict[str, str]] = {
    "step": STEPS,
    "table": TABLES,
    "rule": RULES,
    "severity": SEVERITIES,
    "part": PARTS,
    "scenario": SCENARIOS,
    "kind": KINDS,
    "upload_state": UPLOAD_STATES,
    "unit": UNITS | MEASURED_UNITS,
    "area": AREAS,
    "cause": CAUSES,
    "method": METHODS,
    "forecast_change": CHANGES,
    "leg": LEGS,
    "measure": MEASURES,
    "movement": MOVEMENTS,
    "recurring": RECURRING,
    "process_step": PROCESS_STEPS,
    "maturity": MATURITIES,
    "how": HOWS,
    "operator": OPERATORS,
    "constraint": CONSTRAINTS,
    "role": ROLES,
    "attribute": ATTRIBUTES,
    "volume": VOLUMES,
    "volume_member": VOLUME_MEMBERS,
}


def write_unit(value: str, unit: str) -> str:
    """A written number with the unit that the definitions of measures know."""
    template = MEASURED.get(unit)
    return gettext(template).format(value=value) if template else f"{value} {unit}"


def translate_rule(written: str) -> str:
    """What a rulebook entry says of itself; sources of the product begin with `default`."""
    return gettext(written) if written else ""


def name_code(group: str, code: str) -> str:
    """The reader's word for a code of a group of GROUPS."""
    known = GROUPS[group].get(code)
    return gettext(known) if known is not None else code.replace("_", " ")


def name_part(part: str) -> str:
    """A region, product or the like; deals without one are together in a part of their own."""
    return gettext(NOT_STATED[part]) if part in NOT_STATED else part


def name_in_sentence(place: str, value: str) -> str:
    """What stands in a sentence: translated where its place is a group of codes."""
    group = GROUPS.get(place)
    return gettext(group[value]) if group and value in group else value
