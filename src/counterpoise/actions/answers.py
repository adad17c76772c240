"""The answers of each step in the documented form, the same for commands, API and saved runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args

from counterpoise.domain.demand.legs import stack_legs
from counterpoise.domain.measure.process import Cohort, Process, describe
from counterpoise.domain.measure.waterfall import Waterfall, Waterfalls
from counterpoise.domain.tables.action import Variance
from counterpoise.domain.tables.capacity import Capacity
from counterpoise.domain.tables.carried import LEVELS
from counterpoise.domain.tables.exception import ForecastException
from counterpoise.domain.tables.forecast import QUANTILE_LEVELS, Cell, Forecast, Measure
from counterpoise.domain.tables.health import Finding, Health
from counterpoise.domain.tables.launch import Proposal
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.tables.override import Override
from counterpoise.domain.tables.plan import Plan, Verdict
from counterpoise.domain.tables.recurring import RecurringAhead, RolledPart
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.tables.volume import ScoredKind, Volume, Volumes
from counterpoise.domain.values.plain import to_plain

if TYPE_CHECKING:  # whoever answers one command need not load what the others run
    from counterpoise.actions.collect import Collected
    from counterpoise.actions.coverage import CoverageLedger
    from counterpoise.actions.launches import Lessons
    from counterpoise.actions.overrides import Preview
    from counterpoise.actions.recurring import Recurring
    from counterpoise.actions.verification import Verified
    from counterpoise.store.launches import KeptDecision

Answer = dict[str, Any]


def answer_collect(done: "Collected") -> Answer:
    return {
        "batch": done.batch,
        "build": done.build,
        "tables": to_plain(done.tables),
        "mapping": [
            {
                "file": each.file,
                "column": each.column,
                "table": each.table,
                "attribute": each.attribute,
                "confidence": each.confidence,
                "why": str(each.why),
            }
            for each in done.mapping
        ],
        "unmapped": [{"file": file, "column": column} for file, column in done.unmapped],
        "notes": to_plain(done.notes),
        "mapping_file": to_plain(done.mapping_file),
    }


def answer_measures(build: str, measures: tuple[Measured, ...]) -> Answer:
    rows = [{**to_plain(each), "by": dict(each.by)} for each in measures]
    return {"build": build, "measures": rows}


def answer_waterfalls(build: str, found: Waterfalls) -> Answer:
    """start + the amounts of the movements = end, to the cent, in every part."""
    return {
        "build": build,
        "start": to_plain(found.window.start),
        "end": to_plain(found.window.end),
        "by": found.window.by,
        "due": str(found.window.due or "") or None,
        "parts": [_answer_waterfall(each) for each in found.parts],
        "currencies": [_answer_waterfall(each) for each in found.currencies],
    }


def _answer_waterfall(found: Waterfall) -> Answer:
    ends = {
        name: {"money": to_plain(money), "deals": deals}
        for name, money, deals in (
            ("open_at_start", found.start, found.start_deals),
            ("open_at_end", found.end, found.end_deals),
        )
    }
    return {
        "label": found.label,
        "currency": found.currency,
        **ends,
        "movements": to_plain(found.lines),
    }


def answer_process(build: str, found: Process) -> Answer:
    """A share or a number of days that is not told is null: of too few, or not reached."""
    scope = found.scope
    return {
        "build": build,
        "as_of": to_plain(scope.as_of),
        "start": to_plain(scope.start),
        "end": to_plain(scope.end),
        "cohorts": scope.size,
        "by": scope.by,
        "currency": found.currency,
        "least": found.least,
        "definitions": to_plain(describe(found)),
        "maturity": to_plain(found.ripeness),
        "funnel": [_answer_cohort(each) for each in found.cohorts],
        "stages": to_plain(found.stays),
        "reasons": to_plain(found.reasons),
        "losses": to_plain(found.losses),
        "silences": to_plain(found.silences),
    }


def _answer_cohort(cohort: Cohort) -> Answer:
    return {**to_plain(cohort), "period": str(cohort.period)}


def answer_health(health: Health) -> Answer:
    return {
        "score": health.score,
        "rows": health.rows,
        "findings": [_answer_finding(each) for each in health.findings],
    }


def answer_demand(
    forecast: Forecast,
    build: str,
    *,
    statistical: Forecast | None = None,
    overrides: Sequence[Override] = (),
) -> Answer:
    """forecast: with the overrides in it. statistical: the cells without; null without any.
    products: what launches and phase-outs moved, where they moved something. legs: what the whole
    company's figures are made of."""
    rows = (to_plain(each) for each in forecast.backtest)
    return {
        "as_of": to_plain(forecast.as_of),
        "build": build,
        "currency": forecast.currency,
        "forecast": [_answer_cell(each) for each in forecast.cells],
        "statistical": statistical and [_answer_cell(each) for each in statistical.cells],
        "splits": [_answer_cell(each) for each in forecast.splits],
        "overrides": [answer_override(each) for each in overrides],
        "evidence": {
            "backtest": list(rows),
            "weights": to_plain(forecast.weights),
            "stage_weighted": to_plain(forecast.stage_weighted),
            **({"challenger": to_plain(forecast.contest)} if forecast.contest else {}),
        },
        "notes": to_plain(forecast.notes),
        **({"products": to_plain(forecast.products)} if forecast.products else {}),
        "legs": [
            {**to_plain(each), "by": dict(each.by)}
            for measure in get_args(Measure)
            for each in stack_legs(statistical or forecast, forecast, measure)
        ],
    }


def answer_override(override: Override) -> Answer:
    """month: empty where the override is of the whole period."""
    month = to_plain(override.month) or ""
    return {**to_plain(override), "month": month, "by": dict(override.by)}


def answer_preview(shown: "Preview") -> Answer:
    """What an override would do, and those that it cannot hold beside."""
    contradicts = shown.contradiction.opponents if shown.contradiction else ()
    return {
        "effects": [{**to_plain(each), "by": dict(each.by)} for each in shown.effects],
        "notes": to_plain(shown.notes),
        "contradicts": [answer_override(each) for each in contradicts],
    }


def answer_decision(kept: "KeptDecision") -> Answer:
    """A launch or a phase-out, and what became of it."""
    return {
        **to_plain(kept.decided),
        "withdrawn_at": to_plain(kept.withdrawn_at),
        "withdrawn_by": kept.withdrawn_by,
    }


def answer_proposals(lessons: "Lessons", found: Sequence[Proposal]) -> Answer:
    return {
        "as_of": to_plain(lessons.as_of),
        "currency": lessons.currency,
        "proposals": [
            {
                **to_plain(each),
                "past": {**to_plain(each.past), "by_region": dict(each.past.by_region)},
            }
            for each in found
        ],
    }


def answer_exceptions(found: Sequence[ForecastException]) -> list[Answer]:
    return [
        {
            "kind": each.kind,
            "who": each.who,
            "measure": each.cell[0],
            "month": to_plain(each.cell[1]),
            "by": dict(each.cell[2]),
            "at_stake": to_plain(each.at_stake),
            "why": str(each.why),
        }
        for each in found
    ]


def answer_coverage(found: "CoverageLedger") -> Answer:
    return {
        "coverage": to_plain(found.coverage),
        "waiting": found.waiting,
        "unscored": to_plain(found.unscored),
        "unmet": to_plain(found.unmet),
    }


def answer_supply(capacity: Capacity) -> Answer:
    return {
        "pools": to_plain(capacity.months),
        "needs": to_plain(capacity.needs),
        "assumptions": to_plain(capacity.pools),
        "notes": to_plain(capacity.notes),
    }


def answer_plan(name: str, plan: Plan) -> Answer:
    """constraints carry the money that each class of limits costs."""
    return {
        "plan": name,
        "scenario": plan.scenario,
        "currency": plan.problem.currency,
        "objective": plan.solution.objective,
        "bound": plan.solution.bound,
        "gap": plan.solution.gap,
        "demand_gap": to_plain(plan.demand_gap),
        "constraints": [
            {"class": each.constraint, "money": to_plain(each.money), "why": str(each.why)}
            for each in plan.constraints
        ],
        "verified": plan.verdict.feasible,
        "served": to_plain(plan.solution.served),
        "staffing": to_plain(plan.solution.staffing),
        "shadow_prices": to_plain(plan.solution.prices),
        "notes": to_plain(plan.notes),
    }


def answer_verdict(name: str, verdict: Verdict) -> Answer:
    return {"plan": name, **to_plain(verdict)}


def answer_verified(verified: "Verified") -> Answer:
    """version and recomputed are null for a plan that nobody froze."""
    return {
        **answer_verdict(verified.plan, verified.verdict),
        "version": verified.version,
        "recomputed": verified.is_recomputed,
        "difference": verified.difference and str(verified.difference),
    }


def answer_variance(variance: Variance | None) -> Answer | None:
    return None if variance is None else to_plain(variance)


def answer_cycle(cycle: Cycle, plan_names: tuple[str, ...]) -> Answer:
    """A step that refused is null and stands in `refusals`."""
    plans = [answer_plan(*each) for each in zip(plan_names, cycle.plans, strict=True)]
    return {
        "period": str(cycle.period),
        "as_of": to_plain(cycle.as_of),
        "build": cycle.build,
        "company": cycle.company,
        "collect": {
            "tables": {
                each.table: {"rows": each.rows, "quarantined": each.quarantined}
                for each in cycle.tables
            },
            "health": answer_health(cycle.health),
        },
        "demand": cycle.forecast
        and answer_demand(
            cycle.forecast,
            cycle.build,
            statistical=cycle.statistical,
            overrides=cycle.overrides,
        ),
        "supply": cycle.capacity and answer_supply(cycle.capacity),
        "reconcile": {**plans[0], "scenarios": plans} if plans else None,
        "execute": {"actions": to_plain(cycle.actions)},
        "measure": {
            "variance": answer_variance(cycle.variance),
            **answer_measures(cycle.build, cycle.measures),
        },
        "assumptions": to_plain(cycle.assumptions),
        "refusals": to_plain(cycle.refusals),
    }


def answer_volumes(found: Volumes) -> Answer:
    """The whole of a kind before its members; what refused stands in `refusals`. What the scores of
    leads say stands by itself: it is another way to tell opportunities, and nothing to add."""
    return {
        **_answer_kinds(_part(found, is_scored=False)),
        "by_scores": _answer_kinds(_part(found, is_scored=True)),
        "notes": to_plain(found.notes),
        "plan": to_plain(found.plan),
        "plan_record": to_plain(found.plan_record),
    }


def _part(found: Volumes, *, is_scored: bool) -> Volumes:
    scored = get_args(ScoredKind)
    return Volumes(
        tuple(each for each in found.volumes if (each.kind in scored) == is_scored),
        tuple(each for each in found.learned if (each.kind in scored) == is_scored),
        tuple(each for each in found.tests if (each.kind in scored) == is_scored),
        tuple(each for each in found.refusals if (each.kind in scored) == is_scored),
    )


def _answer_kinds(found: Volumes) -> Answer:
    return {
        "volumes": [_answer_volume(each) for each in found.volumes],
        "learned": [{**to_plain(each), "by": dict(each.by)} for each in found.learned],
        "tests": to_plain(found.tests),
        "refusals": to_plain(found.refusals),
    }


def _answer_volume(volume: Volume) -> Answer:
    levels = (format(level, "f") for level in QUANTILE_LEVELS)
    return {
        **to_plain(volume),
        "by": dict(volume.by),
        "quantiles": dict(zip(levels, to_plain(volume.quantiles), strict=True)),
    }


def _answer_cell(cell: Cell) -> Answer:
    levels = (format(level, "f") for level in QUANTILE_LEVELS)
    return {
        "measure": cell.measure,
        "month": to_plain(cell.month),
        "by": dict(cell.by),
        "mean": to_plain(cell.mean),
        "quantiles": dict(zip(levels, to_plain(cell.quantiles), strict=True)),
        "from_open": to_plain(cell.from_open),
    }


def _answer_finding(finding: Finding) -> Answer:
    return {**to_plain(finding), "fix": str(finding.fix)}


def answer_recurring(build: str, found: "Recurring", parts: Sequence[RolledPart]) -> Answer:
    """ahead is null, and refusal says why, where too few terms have ended to learn from."""
    contracts, ahead = found.contracts, found.ahead
    return {
        "build": build,
        "as_of": to_plain(contracts.as_of),
        "currency": contracts.currency,
        "products": dict(contracts.months_by_product),
        "left_out": {
            "without_account": contracts.without_account,
            "without_amount": contracts.without_amount,
        },
        "unmatched": contracts.unmatched,
        "parts": [
            {"by": {each.by: each.label} if each.by else {}, "periods": to_plain(each.periods)}
            for each in parts
        ],
        "due": to_plain(found.due),
        "ahead": ahead and _answer_ahead(ahead),
        "refusal": found.refusal and str(found.refusal),
    }


def _answer_ahead(ahead: RecurringAhead) -> Answer:
    levels = [format(level, "f") for level in LEVELS]
    return {
        **to_plain(ahead),
        "months": [
            {
                **to_plain(each),
                "quantiles": dict(zip(levels, to_plain(each.quantiles), strict=True)),
                "new_from": to_plain(run),
            }
            for each, run in zip(ahead.months, ahead.new_from, strict=True)
        ],
    }
