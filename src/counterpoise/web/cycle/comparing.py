"""Two runs side by side: what each said, and by how much they differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from counterpoise.actions import kept
from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.figures import sum_cells
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.reconcile.headline import sum_up
from counterpoise.domain.tables.action import Variance
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import runs
from counterpoise.store.runs import Heading
from counterpoise.web import access
from counterpoise.web.cycle import steps
from counterpoise.web.links import link_report
from counterpoise.web.pages import render_page
from counterpoise.web.reading import Eyes, get_eyes
from counterpoise.web.tables import Column, Row, Table

Number = int | Decimal | None


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the two. link: its report, for whom it is open."""

    run: Heading
    title: str
    cycle: Cycle | None
    link: str

    def link_to(self, chapter: str) -> str:
        return f"{self.link}#{chapter}" if self.link else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of both. chapter: of the reports, where its evidence is."""

    figure: str
    unit: str
    chapter: str
    a: Number
    b: Number


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    eyes, visitor = get_eyes(request), access.get_visitor(request)
    a, b = (_find_side(request.GET.get(name, ""), eyes, visitor) for name in ("a", "b"))
    context = {"a": a, "b": b}
    if a.cycle is None or b.cycle is None:
        return render_page(request, "cycle/compare.html", context)
    currency = a.cycle.currency if a.cycle.currency == b.cycle.currency else ""
    tables = (
        _build_figures(a, b, eyes.in_currency(currency).reader),
        _build_actions(a.cycle, b.cycle, currency),
        _build_variance(a, b, currency),
    )
    return render_page(request, "cycle/compare.html", context, tables)


def _find_side(run_id: str, eyes: Eyes, visitor: Visitor) -> Side:
    """Raises Http404 for what is no run."""
    run = runs.find_heading(run_id)
    if run is None:
        raise Http404
    ((_run, title),) = steps.name_runs([run], eyes)
    link = link_report(visitor, run.id)
    return Side(run, title, kept.find_cycle(run.id), link)


def _build_figures(a: Side, b: Side, reader: Reader) -> Table:
    assert a.cycle is not None, "whoever calls has looked"
    assert b.cycle is not None, "whoever calls has looked"
    rows = [
        Row(
            {
                "figure": line.figure,
                "unit": line.unit,
                "a": line.a,
                "b": line.b,
                "difference": None if line.a is None or line.b is None else line.a - line.b,
            },
            {"a": a.link_to(line.chapter), "b": b.link_to(line.chapter)},
        )
        for line in _list_lines(a.cycle, b.cycle, reader)
    ]
    return Table(
        name="figures",
        caption=_("Figures of both runs"),
        columns=(
            Column("figure", _("Figure")),
            Column("unit", _("Unit")),
            Column("a", _("First run"), "number", places=2),
            Column("b", _("Second run"), "number", places=2),
            Column("difference", _("First less second"), "number", places=2),
        ),
        rows=tuple(rows),
        empty=_("Neither run gave an answer."),
    )


def _list_lines(a: Cycle, b: Cycle, reader: Reader) -> Iterator[Line]:
    money = reader.currency or _("money, in two currencies")
    deals, people = names.name_code("unit", "deals"), _("people")
    sides = (a, b)
    yield Line(_("Health score"), _("of 100"), "collect", *(each.health.score for each in sides))
    for measure, unit in (("won_revenue", money), ("won_deals", deals)):
        title = _("{measure} expected").format(measure=names.name_code("measure", measure))
        yield Line(title, unit, "demand", *(_sum_forecast(each, measure) for each in sides))
    yield Line(
        _("People short"),
        people,
        "supply",
        *(
            sum((need.people for need in each.capacity.needs), Decimal(0))
            if each.capacity
            else None
            for each in sides
        ),
    )
    found = [sum_up(each.plans[0]) if each.plans else None for each in sides]
    for title, unit, name in (
        (_("Demand not served"), deals, "gap_units"),
        (_("Demand not served, in revenue"), money, "gap_money"),
        (_("Contribution of the plan"), money, "contribution"),
        (_("People hired"), people, "hires"),
    ):
        values = (getattr(each, name) if each else None for each in found)
        yield Line(title, unit, "reconcile", *values)
    yield Line(
        _("Actions proposed"), _("actions"), "execute", *(len(each.actions) for each in sides)
    )


def _sum_forecast(cycle: Cycle, measure: str) -> Decimal | None:
    return None if cycle.forecast is None else sum_cells(cycle.forecast, measure, ())


def _build_actions(a: Cycle, b: Cycle, currency: str) -> Table:
    """An action is the same in both where its id is."""
    first = {each.id: each for each in a.actions}
    second = {each.id: each for each in b.actions}
    rows = []
    for name in dict.fromkeys((*first, *second)):
        action = first.get(name) or second[name]
        effects = [each[name].effect if name in each else None for each in (first, second)]
        both = name in first and name in second
        only = _("only in the first") if name in first else _("only in the second")
        difference = None
        if effects[0] is not None and effects[1] is not None:
            difference = effects[0] - effects[1]
        rows.append(
            Row(
                {
                    "what": action.what,
                    "area": names.name_code("area", action.area),
                    "state": _("in both") if both else only,
                    "a": effects[0],
                    "b": effects[1],
                    "difference": difference,
                }
            )
        )
    return Table(
        name="actions",
        caption=_("Actions proposed, and what each is worth"),
        columns=(
            Column("what", _("Action")),
            Column("area", _("Area"), has_choices=True),
            Column("state", _("Proposed"), has_choices=True),
            Column("a", _("First run"), "money"),
            Column("b", _("Second run"), "money"),
            Column("difference", _("First less second"), "money"),
        ),
        rows=tuple(rows),
        empty=_("Neither run proposed an action."),
        currency=currency,
    )


def _build_variance(a: Side, b: Side, currency: str) -> Table:
    assert a.cycle is not None, "whoever calls has looked"
    assert b.cycle is not None, "whoever calls has looked"
    first, second = a.cycle.variance, b.cycle.variance
    found = [dict(_list_variance(each)) if each else {} for each in (first, second)]
    rows = []
    for title in dict.fromkeys((*found[0], *found[1])):
        left, right = (each.get(title) for each in found)
        rows.append(
            Row(
                {
                    "cause": title,
                    "a": left,
                    "b": right,
                    "difference": None if left is None or right is None else left - right,
                },
                {"a": f"{a.link}#measure", "b": f"{b.link}#measure"},
            )
        )
    return Table(
        name="variance",
        caption=_("Why the last finished period differed from its forecast"),
        columns=(
            Column("cause", _("Cause")),
            Column("a", _("First run"), "money"),
            Column("b", _("Second run"), "money"),
            Column("difference", _("First less second"), "money"),
        ),
        rows=tuple(rows),
        empty=_("Neither run could look back on a finished period."),
        currency=currency,
    )


def _list_variance(variance: Variance) -> Iterator[tuple[str, Decimal]]:
    yield _("Forecast"), variance.forecast
    for line in variance.lines:
        yield names.name_code("cause", line.cause), line.money
    yield _("Actual"), variance.actual
