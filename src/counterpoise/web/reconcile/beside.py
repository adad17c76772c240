"""Scenarios beside one another: those that every plan has and those that people made."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from counterpoise.domain.reconcile.headline import Headline, sum_up
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.values.text import Text
from counterpoise.store.scenarios import KeptScenario
from counterpoise.web.newest import Newest
from counterpoise.web.reconcile.words import name_case, name_scenario
from counterpoise.web.tables import Column, Row, Table, Value

FIGURES = ("demand", "served", "gap_units", "gap_money", "contribution", "hires")


def build_scenarios(
    newest: Newest,
    names: Sequence[str],
    kept: Sequence[KeptScenario],
    outdated: Mapping[int, Sequence[Text]],
) -> Table:
    """names: under which the run's own plans were saved, in their order."""
    assert newest.cycle is not None, "a page without a plan shows the refusal instead"
    found = newest.cycle.plans
    frozen = next((each.name for each in kept if each.is_promoted), "base")
    rows = [
        _build_own(newest, plan, names[place] if place < len(names) else "", frozen)
        for place, plan in enumerate(found)
    ]
    rows += [_build_named(each, outdated.get(each.id, ())) for each in kept]
    return Table(
        name="scenarios",
        caption=_("Scenarios side by side"),
        columns=(
            Column("name", _("Scenario")),
            Column("demand_case", _("Planned for"), has_choices=True),
            Column("changes", _("Rules changed"), "number"),
            Column("demand", _("Demand, deals"), "quantity"),
            Column("served", _("Served, deals"), "quantity"),
            Column("gap_units", _("Not served, deals"), "quantity"),
            Column("gap_money", _("Not served, revenue"), "money"),
            Column("contribution", _("Contribution"), "money"),
            Column("hires", _("People hired"), "number"),
            Column("state", _("State"), has_choices=True),
            Column("frozen", _("To be frozen")),
        ),
        rows=tuple(rows),
        empty=_("No scenario was planned for."),
        currency=newest.cycle.currency,
    )


def list_comparable(
    found: Sequence[Plan], kept: Sequence[KeptScenario]
) -> tuple[tuple[str, str], ...]:
    """Name and title of every scenario that has a plan."""
    own = [(plan.scenario, name_scenario(plan.scenario)) for plan in found]
    return (*own, *((each.name, each.name) for each in kept if each.plan))


def link_plan(period: str, plan: str) -> str:
    return reverse("reconcile:plan", args=[period, plan])


def _build_own(newest: Newest, plan: Plan, name: str, frozen: str) -> Row:
    link = link_plan(newest.run.period, name) if name else ""
    return Row(
        {
            "name": name_scenario(plan.scenario),
            "demand_case": name_case(plan.scenario),
            "changes": 0,
            **_list_figures(sum_up(plan)),
            "state": _("of the newest run"),
            "frozen": _("yes") if plan.scenario == frozen else "",
        },
        {"name": link, "contribution": link} if link else {},
    )


def _build_named(kept: KeptScenario, why: Sequence[Text]) -> Row:
    page = reverse("reconcile:scenario", args=[kept.period, kept.id])
    links = {"name": page}
    if kept.plan:
        links["contribution"] = link_plan(kept.period, kept.plan)
    return Row(
        {
            "name": kept.name,
            "demand_case": name_case(kept.scenario.demand),
            "changes": len(kept.scenario.changes),
            **_list_figures(kept.headline),
            "state": _name_state(kept, why),
            "frozen": _("yes") if kept.is_promoted else "",
        },
        links,
    )


def _list_figures(headline: Headline | None) -> dict[str, Value]:
    return {name: getattr(headline, name) if headline else None for name in FIGURES}


def _name_state(kept: KeptScenario, why: Sequence[Text]) -> str:
    if kept.plan is None:
        return _("not solved")
    return _("out of date") if why else _("solved")
