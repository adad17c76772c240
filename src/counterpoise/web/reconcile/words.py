"""Words for the demand cases, the states and the rules of scenarios."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.actions.levers import Lever
from counterpoise.connectors.documents import names
from counterpoise.web.supply.assumptions import POOL_RULES

CASES = {
    "base": gettext_lazy("expected demand"),
    "high": gettext_lazy("high end of its 80% range"),
    "low": gettext_lazy("low end of its 80% range"),
}
RULES: Mapping[str, str | Promise] = {
    **POOL_RULES,
    "pool.kind": gettext_lazy("kind of pool"),
    "pool.unit": gettext_lazy("what its work is counted in"),
    "pool.team": gettext_lazy("team that it stands for"),
    "plan.contribution_rate": gettext_lazy("share of the price that is left"),
    "plan.late_cost": gettext_lazy("cost of a deal served a month late"),
    "plan.backlog_limit": gettext_lazy("share of a month's deals that may wait"),
    "work.units": gettext_lazy("work that a won deal asks"),
    "work.lag_months": gettext_lazy("months from the win to the work"),
}
UNITS = {
    "pool.headcount": gettext_lazy("people"),
    "pool.wage": gettext_lazy("currency, a person and month"),
    "pool.hire_cost": gettext_lazy("currency, a person hired"),
    "pool.overtime_cost": gettext_lazy("currency, a unit of work"),
    "pool.contractor_cost": gettext_lazy("currency, a unit of work"),
}
"""Of keys that only a business gives a value: what it is in, where no entry says so yet."""


def name_scenario(name: str) -> str:
    """One that every plan has is called by its demand; the others by the name they were given."""
    return names.name_code("scenario", name) if name in CASES else name


def name_case(case: str) -> str:
    return str(CASES.get(case, case))


def name_rule(key: str) -> str:
    """In words, with the key behind them; the key alone where there are no words for it."""
    title = RULES.get(key)
    return key if title is None else _("{title} ({key})").format(title=title, key=key)


def name_unit(lever: Lever) -> str:
    return names.translate_rule(lever.unit) if lever.unit else str(UNITS.get(lever.key, ""))


def name_subject(subject: str) -> str:
    return names.name_code("kind", subject) if subject else _("all that have none of their own")
