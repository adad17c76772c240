"""What supply is counted with: the rulebook's values, each with its unit, its source and the way to
change it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.connectors.documents import names
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.tables.capacity import Capacity, Pool
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.text import Text
from counterpoise.web.links import link_rule
from counterpoise.web.tables import Column, Row, Table

POOL_RULES = {
    "pool.headcount": gettext_lazy("people"),
    "pool.per_person": gettext_lazy("work of a person in a month"),
    "pool.ramp": gettext_lazy("full work in the first months"),
    "pool.attrition_rate": gettext_lazy("people who leave in a month"),
    "pool.hiring_lead_months": gettext_lazy("months to find a person"),
    "pool.onboarding_rate": gettext_lazy("people who can start in a month"),
    "pool.wage": gettext_lazy("wage in a month"),
    "pool.hire_cost": gettext_lazy("cost of hiring a person"),
    "pool.overtime_limit": gettext_lazy("limit on overtime"),
    "pool.overtime_cost": gettext_lazy("cost of a unit in overtime"),
    "pool.contractor_limit": gettext_lazy("limit on contractors"),
    "pool.contractor_cost": gettext_lazy("cost of a unit by contractors"),
}
"""The keys of the rulebook that make a pool, in the order of its fields here."""
INSTEAD = {
    "pool.wage": "pool.wage_share",
    "pool.hire_cost": "pool.hire_wages",
    "pool.overtime_cost": "pool.overtime_premium",
    "pool.contractor_cost": "pool.contractor_premium",
}
"""What a cost is reckoned from where no rule states it."""


def build_pool_rules(cycle: Cycle, rulebook: Rulebook, *, may_edit: bool) -> Table:
    """What each pool was counted with in this run, and where the rulebook has it from."""
    assert cycle.capacity is not None, "a page without capacity shows the refusal instead"
    rows = []
    for pool in cycle.capacity.pools:
        for key, title in POOL_RULES.items():
            rule = _find_rule(key, pool, rulebook, cycle)
            rows.append(
                Row(
                    {
                        "pool": pool.name,
                        "figure": str(title),
                        "value": _write_value(pool, key),
                        "unit": _name_unit(pool, key, rule, cycle.currency),
                        "source": _name_source(pool, rule, key),
                        "rule": _name_link(may_edit=may_edit),
                    },
                    {"rule": link_rule(key, pool.name)},
                )
            )
    return Table(
        name="pool-rules",
        caption=_("What each pool is counted with"),
        columns=(
            Column("pool", _("Pool"), has_choices=True),
            Column("figure", _("Figure"), has_choices=True),
            Column("value", _("Value")),
            Column("unit", _("Unit")),
            Column("source", _("Source")),
            Column("rule", _("Rulebook")),
        ),
        rows=tuple(rows),
        empty=_("No pool of people is known. Load teams or a table resource_pool."),
        page_rows=len(POOL_RULES) * 2,
    )


def build_work(capacity: Capacity, *, may_edit: bool) -> Table:
    units = {pool.name: pool.unit for pool in capacity.pools}
    by_template = {each.pool for each in capacity.months if each.required_high is not None}
    rows = []
    for each in capacity.work:
        key = "delivery.hours" if each.pool in by_template else "work.units"
        address = link_rule(key, f"{each.product} / {each.pool}")
        rows.append(
            Row(
                {
                    "product": names.name_part(each.product),
                    "pool": each.pool,
                    "units": each.units,
                    "unit": names.name_code("unit", units[each.pool]),
                    "lag": each.lag_months,
                    "rule": _name_link(may_edit=may_edit),
                },
                {"rule": address},
            )
        )
    return Table(
        name="work",
        caption=_("Work that a won deal asks of each pool"),
        columns=(
            Column("product", _("Product"), has_choices=True),
            Column("pool", _("Pool"), has_choices=True),
            Column("units", _("Work"), "number", places=3),
            Column("unit", _("Unit")),
            Column("lag", _("Months after the win"), "number"),
            Column("rule", _("Rulebook")),
        ),
        rows=tuple(rows),
        empty=_("A won deal asks no work of any pool."),
    )


def build_unconfirmed(cycle: Cycle, *, may_edit: bool) -> Table:
    return Table(
        name="unconfirmed",
        caption=_("Assumptions that nobody has confirmed"),
        columns=(
            Column("key", _("Rule")),
            Column("subject", _("Of")),
            Column("value", _("Value")),
            Column("unit", _("Unit")),
            Column("source", _("Source")),
            Column("rule", _("Rulebook")),
        ),
        rows=tuple(
            Row(
                {
                    "key": each.key,
                    "subject": each.subject,
                    "value": each.value,
                    "unit": names.translate_rule(each.unit),
                    "source": names.translate_rule(each.source),
                    "rule": _name_link(may_edit=may_edit),
                },
                {"rule": link_rule(each.key, each.subject)},
            )
            for each in cycle.assumptions
        ),
        empty=_("Every value that this run used was confirmed by the business."),
    )


def _name_link(*, may_edit: bool) -> str:
    return _("change") if may_edit else _("open")


def _find_rule(key: str, pool: Pool, rulebook: Rulebook, cycle: Cycle) -> Rule | None:
    """The rule for the pool by its name, else for its kind, else for all; else what it replaces."""
    for wanted in (key, INSTEAD.get(key, "")):
        for subject in (pool.name, pool.kind):
            found = rulebook.find(wanted, cycle.as_of, subject)
            if found is not None and found.subject == subject:
                return found
        if (general := rulebook.find(wanted, cycle.as_of)) is not None:
            return general
    return None


def _write_value(pool: Pool, key: str) -> str:
    value = getattr(pool, key.removeprefix("pool."))
    if isinstance(value, tuple):
        return " ".join(f"{each.normalize():f}" for each in value)
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else str(value)


def _name_unit(pool: Pool, key: str, rule: Rule | None, currency: str) -> str:
    if key == "pool.headcount":
        return _("people")
    if key == "pool.per_person":
        return names.name_code("unit", pool.unit)
    if key in INSTEAD:
        return currency or _("money")
    return names.translate_rule(rule.unit) if rule else ""


def _name_source(pool: Pool, rule: Rule | None, key: str) -> str | Text:
    if rule is None:
        return pool.basis
    if rule.key != key:
        return _("{value} {unit} ({source})").format(
            value=rule.value,
            unit=names.translate_rule(rule.unit),
            source=names.translate_rule(rule.source),
        )
    return names.translate_rule(rule.source)
