"""Volumes of a period: leads, deals, units, hours and tickets expected, with their evidence."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from counterpoise.connectors.documents import names
from counterpoise.domain.tables.volume import Members, VolumeKind, Volumes
from counterpoise.web.newest import get_newest
from counterpoise.web.pages import render_page
from counterpoise.web.tables import Column, Row, Table

SECTIONS: Mapping[str, tuple[str | Promise, tuple[VolumeKind, ...]]] = {
    "funnel": (
        gettext_lazy("From leads to customers"),
        ("leads", "qualified_leads", "opportunities", "scored_opportunities", "customers"),
    ),
    "delivery": (gettext_lazy("Hours to deliver"), ("delivery_hours",)),
    "support": (
        gettext_lazy("Customers and tickets to support"),
        ("accounts", "tickets", "support_hours"),
    ),
    "units": (gettext_lazy("Units to ship"), ("units",)),
}
"""The parts of the page by the name of their table: a title, and the kinds that stand in it."""

PAGE_ROWS = 60
"""All of a quarter by a few sources, so that what belongs together is seen together."""


@require_safe
def show_volumes(request: HttpRequest, period: str) -> HttpResponse:
    newest = get_newest(period)
    found = newest.cycle.volumes if newest.cycle else None
    if found is None:
        return render_page(request, "demand/volumes.html", {"newest": newest, "sections": None})
    tables = [
        *(_build_section(name, kinds, found) for name, (_title, kinds) in SECTIONS.items()),
        _build_tests(found),
        _build_plan(found),
        _build_plan_record(found),
        _build_learned(found),
    ]
    sections = [
        {
            "name": name,
            "title": title,
            "is_told": bool(found.of(*kinds)),
            "refusals": _list_refusals(found, kinds),
        }
        for name, (title, kinds) in SECTIONS.items()
    ]
    context = {
        "newest": newest,
        "sections": sections,
        "notes": found.notes,
        "has_plan": bool(found.plan or found.plan_record),
    }
    return render_page(request, "demand/volumes.html", context, tables)


def _list_refusals(found: Volumes, kinds: tuple[VolumeKind, ...]) -> list[dict[str, object]]:
    """Kinds that refuse for the same reason stand together."""
    why: dict[object, list[str]] = {}
    for each in found.refusals:
        if each.kind in kinds:
            why.setdefault(each.why, []).append(names.name_code("volume", each.kind))
    return [{"why": reason, "of": _(", ").join(of)} for reason, of in why.items()]


def _build_section(name: str, kinds: tuple[VolumeKind, ...], found: Volumes) -> Table:
    return Table(
        name=name,
        caption=_("Expected, month by month"),
        columns=(
            Column("kind", _("Kind"), has_choices=True),
            Column("of", _("Of"), has_choices=True),
            Column("month", _("Month"), "month", has_choices=True),
            Column("mean", _("Expected"), "quantity"),
            Column("low", _("80% from"), "quantity"),
            Column("high", _("80% to"), "quantity"),
            Column("standing", _("There already"), "quantity"),
        ),
        rows=tuple(
            Row(
                {
                    "kind": names.name_code("volume", each.kind),
                    "of": name_members(each.by),
                    "month": each.month,
                    "mean": each.mean,
                    "low": each.quantile("0.1"),
                    "high": each.quantile("0.9"),
                    "standing": each.standing,
                }
            )
            for each in found.of(*kinds)
        ),
        empty=_("Nothing can be said of it; why stands above."),
        page_rows=PAGE_ROWS,
    )


def _build_tests(found: Volumes) -> Table:
    return Table(
        name="tests",
        caption=_("The same rules on earlier days, which knew no more than those days did"),
        columns=(
            Column("kind", _("Kind")),
            Column("months", _("Months ahead"), "number"),
            Column("origins", _("Days tried"), "number"),
            Column("wmape", _("Missed by"), "share"),
            Column("repeat", _("A repeat missed by"), "share"),
            Column("bias", _("Too high by"), "share"),
            Column("coverage", _("80% range held"), "share"),
        ),
        rows=tuple(
            Row(
                {
                    "kind": names.name_code("volume", each.kind),
                    "months": each.months,
                    "origins": each.origins,
                    "wmape": each.wmape,
                    "repeat": each.repeat_wmape,
                    "bias": each.bias,
                    "coverage": each.coverage_80,
                }
            )
            for each in found.tests
        ),
        empty=_("The history is too short to try the rules on earlier days."),
    )


def _build_plan(found: Volumes) -> Table:
    return Table(
        name="plan",
        caption=_("Leads that marketing plans, in the place of what the series says"),
        columns=(
            Column("source", _("Source"), has_choices=True),
            Column("month", _("Month"), "month", has_choices=True),
            Column("planned", _("Planned"), "quantity"),
            Column("series", _("The series says"), "quantity"),
            Column("decided", _("Holds from"), "day"),
            Column("said-by", _("Said by")),
        ),
        rows=tuple(
            Row(
                {
                    "source": each.source,
                    "month": each.month,
                    "planned": each.planned,
                    "series": each.series,
                    "decided": each.decided_on,
                    "said-by": each.said_by,
                }
            )
            for each in found.plan
        ),
        empty=_("Nothing is planned for the months ahead."),
    )


def _build_plan_record(found: Volumes) -> Table:
    return Table(
        name="plan-record",
        caption=_("Plans of months that are over, and what came"),
        columns=(
            Column("source", _("Source")),
            Column("months", _("Months"), "number"),
            Column("planned", _("Planned"), "quantity"),
            Column("came", _("Came"), "number"),
            Column("missed", _("Months in which fewer came"), "number"),
        ),
        rows=tuple(
            Row(
                {
                    "source": each.source,
                    "months": each.months,
                    "planned": each.planned,
                    "came": each.came,
                    "missed": each.missed,
                }
            )
            for each in found.plan_record
        ),
        empty=_("No month that was planned is over yet."),
    )


def _build_learned(found: Volumes) -> Table:
    return Table(
        name="learned",
        caption=_("How each figure was learned"),
        columns=(
            Column("kind", _("Kind"), has_choices=True),
            Column("of", _("Of")),
            Column("n", _("Rests on"), "number"),
            Column("how", _("How")),
        ),
        rows=tuple(
            Row(
                {
                    "kind": names.name_code("volume", each.kind),
                    "of": name_members(each.by),
                    "n": each.n,
                    "how": each.how,
                }
            )
            for each in found.learned
        ),
        empty=_("Nothing was learned."),
    )


def name_members(by: Members) -> str:
    """A source, a product and its site, a role …; one without a name is not stated."""
    if not by:
        return _("All together")
    return " × ".join(names.name_part(member or "(none)") for _kind, member in by)
