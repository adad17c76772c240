"""The ledger of ranges: how often what came lay inside what was published."""

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from counterpoise.actions.coverage import CoverageLedger, judge_ranges
from counterpoise.connectors.documents import names
from counterpoise.domain.measure.coverage import Coverage
from counterpoise.domain.tables.published import PublishedRange
from counterpoise.web import access
from counterpoise.web.demand.figures import DIMENSION_NAMES
from counterpoise.web.pages import render_page
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import get_workspace, now

KINDS: dict[str, str | Promise] = {
    "forecast": gettext_lazy("forecast"),
    "series": gettext_lazy("explorer"),
    "volume": gettext_lazy("volume"),
}
PERIODS: dict[str, str | Promise] = {
    "day": gettext_lazy("Day"),
    "week": gettext_lazy("Week"),
    "month": gettext_lazy("Month"),
    "quarter": gettext_lazy("Quarter"),
    "year": gettext_lazy("Year"),
}
DIMENSIONS: dict[str, str | Promise] = {
    **DIMENSION_NAMES,
    "rep": gettext_lazy("Rep"),
    "type": gettext_lazy("Type of activity"),
    **{name: gettext_lazy(title) for name, title in names.VOLUME_MEMBERS.items()},
}
PLACES = 3
"""Shares of one are told among amounts, so a figure keeps a few of its decimals."""
VERDICTS: dict[str, str | Promise] = {
    "as promised": gettext_lazy("as promised"),
    "too narrow": gettext_lazy("drifted: too narrow"),
    "too wide": gettext_lazy("drifted: wider than needed"),
    "too few": gettext_lazy("too few months to say"),
}


@require_safe
def show_coverage(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    found = judge_ranges(get_workspace(), today=now().date(), visitor=visitor)
    drifted = [each for each in found.coverage if each.verdict in {"too narrow", "too wide"}]
    context = {
        "found": found,
        "is_told": any(each.verdict != "too few" for each in found.coverage),
        "narrow": [_name_coverage(each) for each in drifted if each.verdict == "too narrow"],
        "wide": [_name_coverage(each) for each in drifted if each.verdict == "too wide"],
    }
    return render_page(
        request,
        "demand/coverage.html",
        context,
        [_build_coverage(found), _build_ranges(found), *_build_unscored(found)],
    )


def _build_coverage(found: CoverageLedger) -> Table:
    return Table(
        name="coverage",
        caption=_("Of the ranges whose period is over"),
        columns=(
            Column("kind", _("Kind"), has_choices=True),
            Column("of", _("Figures"), has_choices=True),
            Column("measure", _("Measure"), has_choices=True),
            Column("every", _("Period"), has_choices=True),
            Column("ahead", _("Months ahead"), "number", has_choices=True),
            Column("share", _("Should hold"), "share", has_choices=True),
            Column("found", _("Held"), "share"),
            Column("low", _("Could be from"), "share"),
            Column("high", _("Could be to"), "share"),
            Column("verdict", _("Verdict"), has_choices=True),
            Column("n", _("Ranges"), "number"),
            Column("months", _("Months"), "number"),
            Column("below", _("Came in below"), "number"),
            Column("above", _("Came in above"), "number"),
        ),
        rows=tuple(
            Row(
                {
                    "kind": str(KINDS[each.kind]),
                    "of": _name_level(each.level),
                    "measure": _name_measure(each),
                    "every": str(PERIODS[each.every]),
                    "ahead": each.months_ahead,
                    "share": each.share,
                    "found": each.found,
                    "low": each.low,
                    "high": each.high,
                    "verdict": str(VERDICTS[each.verdict]),
                    "n": each.n,
                    "months": each.months,
                    "below": each.below,
                    "above": each.above,
                }
            )
            for each in found.coverage
        ),
        empty=_(
            "No period that a range was published of is over yet. Load newer data; until then the"
            " back-test of a forecast says how often such ranges would have held."
        ),
    )


def _build_ranges(found: CoverageLedger) -> Table:
    return Table(
        name="ranges",
        caption=_("Every range of the whole company whose period is over"),
        columns=(
            Column("start", _("From"), "day"),
            Column("every", _("Period"), has_choices=True),
            Column("kind", _("Kind"), has_choices=True),
            Column("measure", _("Measure"), has_choices=True),
            Column("made_on", _("Forecast made"), "day"),
            Column("ahead", _("Months ahead"), "number", has_choices=True),
            Column("share", _("Should hold"), "share", has_choices=True),
            Column("low", _("Range from"), "number", places=PLACES),
            Column("high", _("Range to"), "number", places=PLACES),
            Column("actual", _("Came"), "number", places=PLACES),
            Column("held", _("Held"), has_choices=True),
        ),
        rows=tuple(
            Row(
                {
                    "start": each.start,
                    "every": str(PERIODS[each.every]),
                    "kind": str(KINDS[each.kind]),
                    "measure": _name_measure(each),
                    "made_on": each.made_on,
                    "ahead": each.months_ahead,
                    "share": each.share,
                    "low": each.low,
                    "high": each.high,
                    "actual": each.actual,
                    "held": _("yes") if each.low <= each.actual <= each.high else _("no"),
                }
            )
            for each in found.judged
        ),
        empty=_("No period that a range was published of is over yet."),
        sort="-start",
    )


def _build_unscored(found: CoverageLedger) -> tuple[Table, ...]:
    """Nothing where all that was published can be held against something."""
    if not found.unscored:
        return ()
    table = Table(
        name="unscored",
        caption=_("Published, and never held against what came"),
        columns=(
            Column("measure", _("Volume"), has_choices=True),
            Column("of", _("Figures")),
            Column("why", _("Why")),
        ),
        rows=tuple(
            Row(
                {
                    "measure": names.name_code("volume", each.kind),
                    "of": _name_level(each.level),
                    "why": each.why,
                }
            )
            for each in found.unscored
        ),
        empty="",
    )
    return (table,)


def _name_coverage(found: Coverage) -> dict[str, object]:
    return {
        "kind": str(KINDS[found.kind]),
        "of": _name_level(found.level),
        "measure": _name_measure(found),
        "every": str(PERIODS[found.every]),
        "ahead": found.months_ahead,
        "share": found.share,
        "found": found.found,
        "months": found.months,
    }


def _name_measure(found: Coverage | PublishedRange) -> str:
    group = "volume" if found.kind == "volume" else "measure"
    return names.name_code(group, found.measure)


def _name_level(level: tuple[str, ...]) -> str:
    named = [str(name) for key, name in DIMENSIONS.items() if key in level]
    return " × ".join(named) or _("Whole company")
