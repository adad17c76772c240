"""The cards of the six steps, the work under way, and the table of runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.actions.standings import Standing, State, StepStanding
from counterpoise.domain.reconcile.headline import sum_up
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text
from counterpoise.store.jobs import Job
from counterpoise.store.runs import Heading
from counterpoise.web import access
from counterpoise.web.collect.jobs import OTHER, TITLES
from counterpoise.web.links import get_page_language, link_report
from counterpoise.web.reading import Eyes
from counterpoise.web.tables import Column, Row, Table

STATES: dict[State, tuple[Promise, str]] = {
    "fresh": (gettext_lazy("up to date"), "good"),
    "stale": (gettext_lazy("out of date"), "warn"),
    "refused": (gettext_lazy("refused"), "bad"),
    "blocked": (gettext_lazy("blocked"), "bad"),
    "running": (gettext_lazy("running now"), ""),
    "never": (gettext_lazy("not yet"), ""),
}
PAGES = {
    "collect": "collect:overview",
    "demand": "demand:period",
    "supply": "supply:period",
    "reconcile": "reconcile:period",
    "execute": "execute:period",
    "measure": "measure:period",
}


@dataclass(frozen=True, slots=True)
class Going:
    """Long work under way. link: its page, for who may see it."""

    title: str | Promise
    doing: Text | None
    percent: int
    link: str


@dataclass(frozen=True, slots=True)
class Figure:
    """The one number of a step. kind: how it is written."""

    title: str
    value: object
    kind: str


@dataclass(frozen=True, slots=True)
class Card:
    """A step: where it stands, why, its number, and its page."""

    step: str
    state: str | Promise
    mark: str
    why: tuple[Text | str, ...]
    figure: Figure | None
    link: str
    going: Going | None


def build_cards(standing: Standing, visitor: Visitor) -> tuple[Card, ...]:
    return tuple(_build_card(each, standing, visitor) for each in standing.steps)


def show_going(job: Job, visitor: Visitor) -> Going:
    """Everybody sees that work is under way; its page is for who asked and who loads data."""
    may_open = job.asked_by == visitor.id or visitor.may("load_data")
    link = reverse("work:job", args=[job.id]) if may_open else ""
    return Going(TITLES.get(job.kind, OTHER), job.doing, round(100 * job.share), link)


def build_runs(headings: Sequence[Heading], eyes: Eyes, visitor: Visitor) -> Table:
    """Every run with its documents, and the way to compare it with the newest."""
    newest = headings[0].id
    rows = []
    for each in headings:
        links = {
            "period": f"{reverse('cycle:list')}?period={each.period}",
            "english": link_report(visitor, each.id, "en"),
            "arabic": link_report(visitor, each.id, "ar"),
        }
        if visitor.may("read_reports"):
            links["workbook"] = reverse("cycle:workbook", args=[each.id, get_page_language()])
        if each.id != newest:
            links["compare"] = f"{reverse('cycle:compare')}?a={newest}&b={each.id}"
        rows.append(
            Row(
                {
                    "period": eyes.reader.period(Period.parse(each.period)),
                    "as_of": each.as_of,
                    "ran_at": each.ran_at,
                    "build": each.build,
                    "english": "English",
                    "arabic": "العربية",
                    "workbook": "Excel",
                    "compare": _("with the newest") if each.id != newest else "",
                },
                links,
            )
        )
    return Table(
        name="runs",
        caption=_("Every run of the cycle, the newest first"),
        columns=(
            Column("period", _("Period"), has_choices=True),
            Column("as_of", _("As known on"), "day"),
            Column("ran_at", _("Run on"), "moment"),
            Column("build", _("Data")),
            Column("english", _("Report")),
            Column("arabic", _("Report in Arabic")),
            Column("workbook", _("Workbook")),
            Column("compare", _("Compare")),
        ),
        rows=tuple(rows),
        empty=_("No cycle was run yet."),
    )


def name_runs(headings: Sequence[Heading], eyes: Eyes) -> list[tuple[Heading, str]]:
    """How a run is told from others: its period, its day, and when it was run."""
    return [
        (
            each,
            _("{period}, as known on {day}, run on {moment}").format(
                period=eyes.reader.period(Period.parse(each.period)),
                day=eyes.day(each.as_of),
                moment=eyes.moment(each.ran_at),
            ),
        )
        for each in headings
    ]


def _build_card(standing: StepStanding, whole: Standing, visitor: Visitor) -> Card:
    state, mark = STATES[standing.state]
    return Card(
        step=standing.step,
        state=state,
        mark=mark,
        why=standing.why,
        figure=_find_figure(standing.step, whole),
        link=_find_link(standing.step, whole, visitor),
        going=show_going(standing.job, visitor) if standing.job else None,
    )


def _find_figure(step: str, whole: Standing) -> Figure | None:
    if step == "collect":
        found = whole.examined
        return (
            Figure(_("health of the data, of 100"), found.health.score, "number") if found else None
        )
    return None if whole.cycle is None else _find_answer(step, whole.cycle)


def _find_answer(step: str, cycle: Cycle) -> Figure | None:
    if step == "demand" and cycle.forecast is not None:
        cells = cycle.forecast.cells
        total = sum(each.mean for each in cells if each.measure == "won_revenue" and not each.by)
        return Figure(_("won revenue expected"), total, "money")
    if step == "supply" and cycle.capacity is not None:
        short = sum(need.people for need in cycle.capacity.needs)
        return Figure(_("people short"), short, "quantity")
    if step == "reconcile" and cycle.plans:
        return Figure(_("of demand not served"), sum_up(cycle.plans[0]).gap_money, "money")
    if step == "execute":
        return Figure(_("actions proposed"), len(cycle.actions), "number")
    if step == "measure" and cycle.variance is not None:
        difference = cycle.variance.actual - cycle.variance.forecast
        return Figure(_("actual less forecast, last finished period"), difference, "money")
    return None


def _find_link(step: str, whole: Standing, visitor: Visitor) -> str:
    name = PAGES[step]
    if step == "collect":
        return reverse(name)
    may_open = whole.run is not None and access.may_open(visitor, name)
    return reverse(name, args=[whole.period]) if may_open else ""
