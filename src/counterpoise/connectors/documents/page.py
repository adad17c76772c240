"""Writes a run of the cycle as one HTML file that needs nothing else: no network, no script.

The words are in templates/report, translated by gettext; the values are written for the reader by
tags.py; charts are SVG inside the page.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine
from django.utils import translation
from django.utils.safestring import mark_safe

from counterpoise.connectors.documents import charts, figures
from counterpoise.connectors.documents.reader import Language, Reader
from counterpoise.domain.tables.health import Finding
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.tables.report import Cycle

TEMPLATES = Path(__file__).parent / "templates"
FIRST_ACTIONS = 3
FIRST_FINDINGS = 5
MOST_PRICES = 20
_SEVERITIES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class ShownPlan:
    plan: Plan
    demand: Decimal
    hires: int


def write_page(cycle: Cycle, path: Path, language: Language) -> Path:
    """The page replaces whatever is at `path`."""
    reader = Reader(language, cycle.currency)
    with translation.override(language):
        template = load_engine().get_template("report/page.html")
        page = template.render(Context(_build_context(reader, cycle)))
    path.write_text(page, "utf-8")
    return path


@cache
def load_engine() -> Engine:
    """What fills in the templates of documents: escaping on, our own tags known."""
    return Engine(
        dirs=[str(TEMPLATES)],
        builtins=["django.templatetags.i18n", "counterpoise.connectors.documents.tags"],
        autoescape=True,
    )


def _build_context(reader: Reader, cycle: Cycle) -> dict[str, Any]:
    style = (TEMPLATES / "report" / "report.css").read_text("utf-8")
    return {
        "reader": reader,
        "cycle": cycle,
        "period": reader.period(cycle.period),
        "style": mark_safe(style),  # noqa: S308 -- our own style sheet
        "first_actions": cycle.actions[:FIRST_ACTIONS],
        "refused_steps": {refusal.step for refusal in cycle.refusals},
        "assumption_count": reader.number(len(cycle.assumptions)),
        **_build_collect(reader, cycle),
        **_build_demand(reader, cycle),
        **_build_supply(reader, cycle),
        **_build_reconcile(reader, cycle),
        **_build_measure(reader, cycle),
    }


def _build_collect(reader: Reader, cycle: Cycle) -> dict[str, Any]:
    ranked = sorted(cycle.health.findings, key=_rank)
    findings = [finding for finding in ranked if not finding.rep]
    more = findings[FIRST_FINDINGS:]
    whole = [measure for measure in cycle.measures if not measure.by]
    meanings = {measure.name: measure for measure in cycle.measures}
    return {
        "findings": findings,
        "first_findings": findings[:FIRST_FINDINGS],
        "more_findings": more,
        "more_findings_count": reader.number(len(more)),
        "rep_findings": [finding for finding in ranked if finding.rep],
        "health_rows": reader.number(cycle.health.rows),
        "measures": [each for each in whole if each.value is not None],
        "silent_measures": [each for each in whole if each.value is None],
        "part_measures": [measure for measure in cycle.measures if measure.by],
        "definitions": list(meanings.values()),
    }


def _rank(finding: Finding) -> tuple[int, int]:
    return _SEVERITIES.index(finding.severity), -finding.rows


def _build_demand(reader: Reader, cycle: Cycle) -> dict[str, Any]:
    forecast = cycle.forecast
    if forecast is None:
        return {"forecast": None, "outlook": None}
    cells = figures.find_cells(forecast, "won_revenue", ())
    points = figures.find_points(forecast)
    outlook = figures.build_outlook(cycle, forecast)
    months = figures.build_forecast_months(forecast)
    own_first = sorted(
        forecast.backtest, key=lambda row: (row.horizon_days, row.method != figures.OWN_METHOD)
    )
    return {
        "forecast": forecast,
        "outlook": outlook,
        "is_narrower": outlook.is_narrower_than(months),
        "outlook_chart": charts.draw_outlook(reader, cycle.history, cells),
        "forecast_months": months,
        "regions": figures.build_parts(forecast, "region"),
        "products": figures.build_parts(forecast, "product"),
        "backtest": own_first,
        "legs": list(figures.list_legs(forecast)),
        "points": points,
        "backtest_chart": charts.draw_backtest(reader, points) if points else None,
        "history": cycle.history,
    }


def _build_supply(reader: Reader, cycle: Cycle) -> dict[str, Any]:
    if cycle.capacity is None:
        return {"capacity": None}
    loads = figures.build_loads(cycle.capacity)
    measurable = [load for load in loads if load.share is not None]
    return {
        "capacity": cycle.capacity,
        "loads": loads,
        "loads_chart": charts.draw_loads(reader, measurable) if measurable else None,
    }


def _build_reconcile(reader: Reader, cycle: Cycle) -> dict[str, Any]:
    plan = figures.find_base(cycle.plans)
    if plan is None:
        return {"plan": None}
    months = figures.build_plan_months(plan)
    prices = sorted(plan.solution.prices, key=lambda each: -each.price)
    return {
        "plan": plan,
        "plan_months": months,
        "has_extra_work": any(each.overtime + each.contractor >= 1 for each in months),
        "plan_chart": charts.draw_plan(reader, months),
        "plans": [
            ShownPlan(each, figures.sum_demand(each), sum(s.hires for s in each.solution.staffing))
            for each in cycle.plans
        ],
        "demand": figures.sum_demand(plan),
        "constraints": figures.rank_constraints(plan),
        "prices": [each for each in prices if each.price > 0][:MOST_PRICES],
        "violations": reader.number(len(plan.verdict.violations)),
    }


def _build_measure(reader: Reader, cycle: Cycle) -> dict[str, Any]:
    if cycle.variance is None:
        return {"variance": None}
    return {
        "variance": cycle.variance,
        "variance_n": reader.number(cycle.variance.n),
        "bridge_chart": charts.draw_bridge(reader, cycle.variance),
    }
