"""Two to four scenarios of a period side by side, each beside the first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from counterpoise.actions import levers, rules, scenarios
from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.reconcile.headline import Headline, asks_the_same, sum_up
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.tables.scenario import NamedScenario
from counterpoise.store import plans
from counterpoise.store import scenarios as stored
from counterpoise.web.newest import get_newest
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.reconcile import beside
from counterpoise.web.reconcile.words import (
    name_case,
    name_rule,
    name_scenario,
    name_subject,
    name_unit,
)
from counterpoise.web.tables import Column, Row, Table, Value

FEWEST, MOST = 2, 4


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """is_of_run: planned from the same deals as the newest run's plan of the same demand case."""

    scenario: NamedScenario
    title: str
    plan: Plan
    headline: Headline
    link: str
    is_of_run: bool


@require_safe
def compare(request: HttpRequest, period: str) -> HttpResponse:
    """`?s=` names each; the first is what the others are compared with. 422 for too few or many."""
    newest = get_newest(period)
    cycle = newest.cycle
    if cycle is None or not cycle.plans:
        raise Http404
    kept = stored.list_scenarios(period)
    wanted = tuple(dict.fromkeys(request.GET.getlist("s")))
    context = {
        "newest": newest,
        "comparable": beside.list_comparable(cycle.plans, kept),
        "wanted": wanted,
    }
    if not FEWEST <= len(wanted) <= MOST:
        return render_page(request, "reconcile/compare.html", context, status=422)
    own = plans.list_names(newest.run.id)
    found = [_find(period, name, cycle, own, kept) for name in wanted]
    reader = get_eyes(request).in_currency(cycle.currency).reader
    tables = (_build_figures(found, reader), _build_rules(found, cycle))
    context |= {"found": found, "others": [each for each in found if not each.is_of_run]}
    return render_page(request, "reconcile/compare.html", context, tables)


def _find(
    period: str,
    name: str,
    cycle: Cycle,
    own: Sequence[str],
    kept: Sequence[stored.KeptScenario],
) -> Compared:
    """Raises Http404 for what is no scenario, or has no plan that can be read."""
    for place, plan in enumerate(cycle.plans):
        if plan.scenario == name:
            link = beside.link_plan(period, own[place]) if place < len(own) else ""
            scenario = NamedScenario(name, plan.scenario)  # type: ignore[arg-type]  # built in
            title = name_scenario(name)
            return Compared(scenario, title, plan, sum_up(plan), link, is_of_run=True)
    found = next((each for each in kept if each.name == name and each.plan), None)
    plan_id = found.plan if found else None
    saved = scenarios.find_plan(plan_id) if plan_id else None
    if found is None or saved is None:
        raise Http404
    like = next((each for each in cycle.plans if each.scenario == found.scenario.demand), None)
    return Compared(
        scenario=found.scenario,
        title=found.name,
        plan=saved,
        headline=sum_up(saved),
        link=reverse("reconcile:scenario", args=[period, found.id]),
        is_of_run=like is not None and asks_the_same(like, saved),
    )


def _build_figures(found: Sequence[Compared], reader: Reader) -> Table:
    """A column for each, and behind each but the first how far it is from the first."""
    rows = []
    for figure, unit, read in _list_figures(found, reader):
        values = [read(each) for each in found]
        cells: dict[str, Value] = {"figure": figure, "unit": unit}
        links = {}
        for place, value in enumerate(values):
            cells[f"s{place}"] = value
            cells[f"d{place}"] = _subtract(value, values[0])
            if found[place].link:
                links[f"s{place}"] = found[place].link
        rows.append(Row(cells, links))
    columns = [Column("figure", _("Figure")), Column("unit", _("Unit"))]
    for place, each in enumerate(found):
        columns.append(Column(f"s{place}", each.title, "number", places=2))
        if place:
            title = _("{scenario} less the first").format(scenario=each.title)
            columns.append(Column(f"d{place}", title, "number", places=2))
    return Table(
        name="figures",
        caption=_("Plans side by side, and how far each is from the first"),
        columns=tuple(columns),
        rows=tuple(rows),
        empty=_("No scenario was planned for."),
    )


def _list_figures(
    found: Sequence[Compared], reader: Reader
) -> Iterator[tuple[str, str, Callable[[Compared], Decimal | int | None]]]:
    money = reader.currency or names.name_code("unit", "money")
    deals, people = names.name_code("unit", "deals"), _("people")
    yield _("Demand"), deals, lambda each: each.headline.demand
    yield _("Served"), deals, lambda each: each.headline.served
    yield _("Not served"), deals, lambda each: each.headline.gap_units
    yield _("Not served, in revenue"), money, lambda each: each.headline.gap_money
    yield _("Contribution"), money, lambda each: each.headline.contribution
    yield _("People hired"), people, lambda each: each.headline.hires
    yield _("Cost of all limits"), money, lambda each: each.headline.limits
    limits = dict.fromkeys(limit.constraint for each in found for limit in each.plan.constraints)
    for limit in limits:
        title = _("Limit: {limit}").format(limit=names.name_code("constraint", limit))
        yield title, money, lambda each, limit=limit: _find_limit(each.plan, limit)  # type: ignore[misc]  # the default binds it


def _find_limit(plan: Plan, limit: str) -> Decimal:
    """A kind of limit that is in no line of a plan costs it nothing."""
    return next((each.money for each in plan.constraints if each.constraint == limit), Decimal(0))


def _subtract(value: Decimal | int | None, first: Decimal | int | None) -> Decimal | int | None:
    return None if value is None or first is None else value - first


def _build_rules(found: Sequence[Compared], cycle: Cycle) -> Table:
    """Every rule that one of them changes, as it holds now and in each."""
    known = {
        (each.key, each.subject): each
        for each in levers.list_levers(cycle.capacity, rules.load_rulebook(), cycle.as_of)
    }
    said = [
        {(each.key, each.subject): each.value for each in one.scenario.changes} for one in found
    ]
    rows = []
    for key, subject in dict.fromkeys(place for one in said for place in one):
        lever = known.get((key, subject))
        values = {f"s{place}": one.get((key, subject)) for place, one in enumerate(said)}
        rows.append(
            Row(
                {
                    "subject": name_subject(subject),
                    "rule": name_rule(key),
                    "unit": name_unit(lever) if lever else "",
                    "now": lever.value if lever else None,
                    **values,
                }
            )
        )
    return Table(
        name="rules",
        caption=_("Rules that they change; a dash keeps what holds now"),
        columns=(
            Column("subject", _("Of")),
            Column("rule", _("Rule")),
            Column("unit", _("Unit")),
            Column("now", _("Holds now")),
            *(
                Column(f"s{place}", f"{each.title} ({name_case(each.scenario.demand)})")
                for place, each in enumerate(found)
            ),
        ),
        rows=tuple(rows),
        empty=_("They change no rule: they differ by their demand alone."),
    )
