"""The forecast of a period with its evidence, and whose overrides of forecasts helped."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, get_args

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from counterpoise.actions import overrides
from counterpoise.actions.forecast_changes import explain_change
from counterpoise.actions.overrides import Outlook
from counterpoise.actions.value_added import judge_overrides
from counterpoise.connectors.documents import charts, names
from counterpoise.domain.tables.forecast import Forecast, Measure
from counterpoise.domain.tables.override import ValueAdded
from counterpoise.domain.values.rights import Visitor
from counterpoise.web.access import get_visitor
from counterpoise.web.demand import cells, figures, launch_tables, legs
from counterpoise.web.demand.words import name_reason, name_role
from counterpoise.web.drawings import draw_once
from counterpoise.web.newest import find_newest_period, get_newest
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table, list_asked
from counterpoise.web.workplace import get_workspace, now

VERDICTS: dict[str, str | Promise] = {
    "helped": gettext_lazy("helped"),
    "harmed": gettext_lazy("harmed: stop overriding these"),
    "not told apart": gettext_lazy("not told from chance"),
}


@require_safe
def go_to_newest(request: HttpRequest) -> HttpResponse:
    if period := find_newest_period():
        return redirect("demand:period", period)
    return render_page(request, "demand/empty.html", {})


@require_safe
def show_period(request: HttpRequest, period: str) -> HttpResponse:
    newest = get_newest(period)
    outlook = overrides.find_outlook(period)
    if outlook is None:
        context = {"newest": newest, "refusals": newest.list_refusals("demand")}
        return render_page(request, "demand/refused.html", context)
    measure = _choose(request, "measure", get_args(Measure))
    visitor = get_visitor(request)
    levels = _list_levels(visitor)
    level = _choose(request, "level", tuple(levels))
    tables = (
        figures.build_forecast(outlook, measure, level, visitor),
        figures.build_history(outlook.cycle),
        figures.build_backtest(outlook.forecast),
        figures.build_points(outlook.forecast, outlook.cycle),
        figures.build_weights(outlook.forecast.weights),
        *launch_tables.build_lines(outlook),
        *figures.build_contest(outlook.forecast),
    )
    made_of, table_of_legs = legs.show_legs(request, outlook, measure)
    context = {
        "outlook": outlook,
        "currency": outlook.cycle.currency,
        "measure": measure,
        "level": level,
        "measures": get_args(Measure),
        "levels": levels,
        "totals": _sum_up(outlook),
        "whole": {each: cells.link("cell", period, (each, None, ())) for each in get_args(Measure)},
        "opened": list_asked(request.GET),
        **made_of,
        **_draw(request, outlook),
        **_draw_change(request, period, outlook),
    }
    return render_page(request, "demand/period.html", context, (*tables, *table_of_legs))


@require_safe
def show_value_added(request: HttpRequest) -> HttpResponse:
    judged = judge_overrides(get_workspace(), today=now().date())
    return render_page(request, "demand/value_added.html", {}, [_build_value_added(judged)])


def _list_levels(visitor: Visitor) -> dict[str, str | Promise]:
    """Without teams for those who see nobody's."""
    sees_teams = visitor.reach in ("everyone", "teams")
    return {
        code: title for code, title in figures.LEVEL_NAMES.items() if code != "team" or sees_teams
    }


def _choose(request: HttpRequest, name: str, choices: tuple[str, ...]) -> str:
    wanted = request.GET.get(name, "")
    return wanted if wanted in choices else choices[0]


def _sum_up(outlook: Outlook) -> dict[str, Any]:
    """The whole period, beside what the statistics alone and stage weights say."""
    revenue = _sum(outlook.forecast, "won_revenue")
    found = outlook.forecast.cells
    from_open = sum(
        (each.from_open for each in found if each.measure == "won_revenue" and not each.by),
        Decimal(0),
    )
    return {
        "revenue": revenue,
        "deals": _sum(outlook.forecast, "won_deals"),
        "statistical_revenue": _sum(outlook.statistical, "won_revenue"),
        "statistical_deals": _sum(outlook.statistical, "won_deals"),
        "open_share": from_open / revenue if revenue else None,
        "stage_weighted": outlook.forecast.stage_weighted,
        "target": outlook.cycle.target,
        "target_share": revenue / outlook.cycle.target if outlook.cycle.target else None,
    }


def _sum(forecast: Forecast, measure: str) -> Decimal:
    found = (each.mean for each in forecast.cells if each.measure == measure and not each.by)
    return sum(found, Decimal(0))


def _draw(request: HttpRequest, outlook: Outlook) -> dict[str, Any]:
    reader = get_eyes(request).in_currency(outlook.cycle.currency).reader
    whole = tuple(
        cell for cell in outlook.forecast.cells if cell.measure == "won_revenue" and not cell.by
    )
    furthest = max((point.horizon_days for point in outlook.forecast.points), default=0)
    points = tuple(each for each in outlook.forecast.points if each.horizon_days == furthest)
    return {
        "outlook_chart": draw_once(charts.draw_outlook, reader, outlook.cycle.history, whole),
        "backtest_chart": draw_once(charts.draw_backtest, reader, points) if points else None,
        "furthest": furthest,
    }


def _draw_change(request: HttpRequest, period: str, outlook: Outlook) -> dict[str, Any]:
    change = explain_change(period)
    if change is None:
        return {}
    reader = get_eyes(request).in_currency(outlook.cycle.currency).reader
    return {"change": change, "change_chart": draw_once(charts.draw_change, reader, change)}


def _build_value_added(judged: tuple[ValueAdded, ...]) -> Table:
    kinds = {"author": _("author"), "role": _("role"), "reason": _("reason")}
    namers: dict[str, Callable[[str], str]] = {
        "author": str,
        "role": name_role,
        "reason": name_reason,
    }
    return Table(
        name="added",
        caption=_("Overrides beside the forecasts that they replaced, in finished months"),
        columns=(
            Column("name", _("Of")),
            Column("kind", _("Grouped by"), has_choices=True),
            Column("measure", _("Measure"), has_choices=True),
            Column("n", _("Figures"), "number"),
            Column("before", _("Statistics missed by"), "share"),
            Column("after", _("Overrides missed by"), "share"),
            Column("added", _("Value added"), "share"),
            Column("low", _("Could be from"), "share"),
            Column("high", _("Could be to"), "share"),
            Column("verdict", _("Verdict"), has_choices=True),
            Column("refusal", _("Why there is no answer")),
        ),
        rows=tuple(
            Row(
                {
                    "name": namers[each.kind](each.name),
                    "kind": kinds[each.kind],
                    "measure": names.name_code("measure", each.measure),
                    "n": each.n,
                    "before": each.statistical_error,
                    "after": each.override_error,
                    "added": each.added,
                    "low": each.low,
                    "high": each.high,
                    "verdict": str(VERDICTS[each.verdict]) if each.verdict else None,
                    "refusal": each.refusal,
                }
            )
            for each in judged
        ),
        empty=_("No month is over yet that somebody overrode before it ended."),
    )
