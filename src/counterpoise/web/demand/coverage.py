"""The ledger of ranges: how often what came lay inside what was published."""

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from counterpoise.actions.coverage import CoverageLedger, judge_ranges
from counterpoise.connectors.documents import names
from counterpoise.domain.measure.coverage import Coverage
from counterpoise.web.demand.figures import DIMENSION_NAMES
from counterpoise.web.pages import render_page
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import get_workspace, now

VERDICTS: dict[str, str | Promise] = {
    "as promised": gettext_lazy("as promised"),
    "too narrow": gettext_lazy("drifted: too narrow"),
    "too wide": gettext_lazy("drifted: wider than needed"),
    "too few": gettext_lazy("too few months to say"),
}


@require_safe
def show_coverage(request: HttpRequest) -> HttpResponse:
    found = judge_ranges(get_workspace(), today=now().date())
    drifted = [each for each in found.coverage if each.verdict in {"too narrow", "too wide"}]
    context = {
        "found": found,
        "is_told": any(each.verdict != "too few" for each in found.coverage),
        "narrow": [_name_coverage(each) for each in drifted if each.verdict == "too narrow"],
        "wide": [_name_coverage(each) for each in drifted if each.verdict == "too wide"],
    }
    return render_page(
        request, "demand/coverage.html", context, [_build_coverage(found), _build_ranges(found)]
    )


def _build_coverage(found: CoverageLedger) -> Table:
    return Table(
        name="coverage",
        caption=_("Of the ranges whose month is over"),
        columns=(
            Column("of", _("Figures"), has_choices=True),
            Column("measure", _("Measure"), has_choices=True),
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
                    "of": _name_level(each.level),
                    "measure": names.name_code("measure", each.measure),
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
            "No month that a saved run forecast is over yet. Load newer data; until then the"
            " back-test of a forecast says how often such ranges would have held."
        ),
    )


def _build_ranges(found: CoverageLedger) -> Table:
    return Table(
        name="ranges",
        caption=_("Every range of the whole company whose month is over"),
        columns=(
            Column("month", _("Month"), "month"),
            Column("measure", _("Measure"), has_choices=True),
            Column("made_on", _("Forecast made"), "day"),
            Column("ahead", _("Months ahead"), "number", has_choices=True),
            Column("share", _("Should hold"), "share", has_choices=True),
            Column("low", _("From"), "quantity"),
            Column("high", _("To"), "quantity"),
            Column("actual", _("Came"), "quantity"),
            Column("held", _("Held"), has_choices=True),
        ),
        rows=tuple(
            Row(
                {
                    "month": each.month,
                    "measure": names.name_code("measure", each.measure),
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
        empty=_("No month that a saved run forecast is over yet."),
        sort="-month",
    )


def _name_coverage(found: Coverage) -> dict[str, object]:
    return {
        "of": _name_level(found.level),
        "measure": names.name_code("measure", found.measure),
        "ahead": found.months_ahead,
        "share": found.share,
        "found": found.found,
        "months": found.months,
    }


def _name_level(level: tuple[str, ...]) -> str:
    named = [str(name) for key, name in DIMENSION_NAMES.items() if key in level]
    return " × ".join(named) or _("Whole company")
