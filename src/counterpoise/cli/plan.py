"""Steps two to four on the command line: demand, supply, and the plan that reconciles them."""

from datetime import date
from typing import Annotated, get_args

from cyclopts import Parameter

from counterpoise.actions import (
    answers,
    examinations,
    forecast_changes,
    planning,
    scenarios,
    series_answers,
    verification,
    workspaces,
)
from counterpoise.actions import exceptions as standing_out
from counterpoise.actions import series as carried
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.cycle import Demand
from counterpoise.domain.demand.legs import stack_legs
from counterpoise.domain.tables.carried import Carried, Every
from counterpoise.domain.tables.deal_contest import DealContest
from counterpoise.domain.tables.forecast import Measure
from counterpoise.domain.tables.leg_stack import LegKind
from counterpoise.domain.values.plain import to_plain


def demand(period: str, /, *, as_of: date | None = None, common: Common = DEFAULTS) -> None:
    """Forecast demand.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017).
    as_of
        The day whose knowledge counts; else the day before the period, or the last day of data.
    """
    desk = _open(period, as_of, common)
    with working("Forecasting"):
        found = desk.plan_demand()
    forecast = found.forecast
    if common.json:
        print_json(
            answers.answer_demand(
                forecast,
                desk.build,
                statistical=found.statistical,
                overrides=found.overrides,
            )
        )
        return
    rows = [
        (
            c.measure,
            c.month.strftime("%Y-%m"),
            _name(c.by),
            c.mean,
            c.quantile("0.1"),
            c.quantile("0.9"),
        )
        for c in (*forecast.cells, *forecast.splits)
    ]
    columns = ("measure", "month", "of", "mean", "10 %", "90 %")
    print_table(f"Demand {period}, as of {forecast.as_of}, {forecast.currency}", columns, rows)
    _print_legs(found)
    evidence = [
        (b.method, b.horizon_days, b.origins, b.wmape, b.bias, b.coverage_80)
        for b in forecast.backtest
    ]
    columns = ("method", "days", "origins", "WMAPE", "bias", "coverage of 80 %")
    print_table("How such forecasts did before", columns, evidence)
    if forecast.contest:
        _print_contest(forecast.contest)
    for note in forecast.notes:
        say(f"- {note}")


def _print_legs(found: Demand) -> None:
    for measure in get_args(Measure):
        stacks = stack_legs(found.statistical or found.forecast, found.forecast, measure)
        rows = [
            (
                each.month.strftime("%Y-%m"),
                *(part.amount for part in each.parts),
                each.mean,
                each.series,
            )
            for each in stacks
        ]
        columns = ("month", *get_args(LegKind), "mean", "history alone")
        print_table(f"What {measure} of the whole company is made of", columns, rows)


def _print_contest(contest: DealContest) -> None:
    scores = [
        (s.method, s.horizon_days, s.brier, s.log_loss, s.won_bias, s.wmape) for s in contest.scores
    ]
    columns = ("method", "days", "Brier", "log loss", "won too high or low", "WMAPE of value")
    print_table("Chances of single deals on past days", columns, scores)
    say(
        f"Gradient boosting over {contest.deals} deals on {contest.days} days: {contest.outcome}."
        f" {contest.why}"
    )


def exceptions(period: str, /, *, common: Common = DEFAULTS) -> None:
    """Say what to look at in the newest forecast of a period.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017) that a cycle was run for.
    """
    workspace = workspaces.open_workspace(common.workspace)
    with working("Looking for what stands out"):
        found = standing_out.list_exceptions(workspace, period, today=now().date())
    if common.json:
        print_json({"period": period, "exceptions": answers.answer_exceptions(found or ())})
        return
    rows = [
        (_name(each.cell[2]), each.cell[1].strftime("%Y-%m"), each.kind, each.who, each.at_stake)
        for each in found or ()
    ]
    print_table(f"What to look at, {period}", ("of", "month", "reason", "who", "at stake"), rows)
    for each in found or ():
        say(f"- {_name(each.cell[2])}, {each.cell[1]:%Y-%m}: {each.why}")
    if not found:
        say("No figure stands out, or nothing is forecast for the period yet.")


def change(period: str, /, *, common: Common = DEFAULTS) -> None:
    """Show what changed since the run before.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017) that was run as of two days.
    """
    workspaces.open_workspace(common.workspace)
    found = forecast_changes.explain_change(period)
    if common.json:
        print_json({"period": period, "change": to_plain(found)})
        return
    if found is None:
        say("There is no run of an earlier day to compare with. Run the cycle as of another day.")
        return
    rows = [
        (f"as of {found.before_as_of}", found.before),
        *((each.cause, each.money) for each in found.lines),
        (f"as of {found.now_as_of}", found.now),
    ]
    print_table(f"Won revenue of {period}", ("", "amount"), rows)


def series(
    measure: str,
    /,
    *,
    by: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())] = (),
    every: Every = "month",
    steps: int = 6,
    challenged: bool = False,
    common: Common = DEFAULTS,
) -> None:
    """Carry a measure forward.

    Parameters
    ----------
    measure
        One that is counted on days: leads, deals_created, pipeline_created, won_deals, won_revenue,
        lost_deals, activities, selling_hours, customer_hours, internal_hours; or a rate: win_rate,
        average_deal, sales_cycle_days, lead_conversion, lead_response_in_time,
        leads_never_contacted.
    by
        One or two dimensions to split by: region, product, segment, source, team, rep, type.
    every
        day, week, month, quarter or year; a year of what adds up, not of a rate.
    steps
        How many periods ahead: up to 92 days, 52 weeks, 24 months or quarters, or 6 years.
    challenged
        Let challengers compete with the methods, on past days.
    """
    workspace = workspaces.open_workspace(common.workspace)
    build = examinations.get_build(workspace)
    with working("Carrying forward"):
        wanted = carried.wish(measure, by, every, steps, is_challenged=challenged)
        found = carried.carry(build, wanted, today=now().date())
    if common.json:
        print_json(series_answers.answer_series(build.id, found))
        return
    ahead = [(part, step) for part in found.parts for step in part.ahead]
    came = ("came already",) if any(step.came for _part, step in ahead) else ()
    rows = [
        (_name(part.by), step.start, step.expected, *(step.came for _ in came),
         step.quantiles[0], step.quantiles[-1])
        for part, step in ahead
    ]  # fmt: skip
    title = f"{measure}, as of {found.as_of}, {found.unit}"
    print_table(title, ("of", f"{every} from", "expected", *came, "10 %", "90 %"), rows)
    tried = [part for part in found.parts if part.looks]
    alone = ("months alone",) if any(part.alone is not None for part in tried) else ()
    past = [
        (_name(part.by), part.missed, *(part.alone for _ in alone), part.usual, part.looks)
        for part in tried
    ]
    columns = ("of", "missed by", *alone, "repeating the season", "past days tried")
    print_table("How such forecasts did before", columns, past)
    _print_learned(found)


def _print_learned(found: Carried) -> None:
    effects = [
        (_name(part.by), each.kind, each.size, "share" if each.is_share else found.unit, each.n)
        for part in found.parts
        for each in part.effects
        if each.size is not None
    ]
    if effects:
        print_table("What occasions do", ("of", "occasion", "effect", "in", "seen"), effects)
    replaced = [
        (_name(part.by), each.start, each.kind, each.was, each.put)
        for part in found.parts
        for each in part.replaced
    ]
    if replaced:
        heads = ("of", "from", "why", "was", "learned instead")
        print_table("Not learned from as it came", heads, replaced)
    if found.verdicts:
        compared = [
            (each.name, each.outcome, each.missed, each.methods_missed, each.gain, each.series)
            for each in found.verdicts
        ]
        titles = ("challenger", "verdict", "missed by", "the methods", "better by", "series")
        print_table("Challengers on past days", titles, compared)
    for part in found.parts:
        for note in part.notes:
            say(f"- {_name(part.by)}: {note}")
    for why in (*found.notes, *found.left_out, *(each.why for each in found.verdicts)):
        say(f"- {why}")


def supply(period: str, /, *, as_of: date | None = None, common: Common = DEFAULTS) -> None:
    """Compare required and available people.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017).
    as_of
        The day whose knowledge counts; else the day before the period, or the last day of data.
    """
    desk = _open(period, as_of, common)
    with working("Planning supply"):
        capacity = desk.plan_capacity()
    if common.json:
        print_json(answers.answer_supply(capacity))
        return
    rows = [
        (m.pool, m.month.strftime("%Y-%m"), m.required, m.available, m.unit)
        for m in capacity.months
    ]
    print_table(f"Supply {period}", ("pool", "month", "required", "available", "unit"), rows)
    for need in capacity.needs:
        say(f"- {need.why}")
    for note in capacity.notes:
        say(f"- {note}")


def reconcile(
    period: str,
    /,
    *,
    scenario: str = "base",
    as_of: date | None = None,
    common: Common = DEFAULTS,
) -> None:
    """Make one plan from both.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017).
    scenario
        base plans for the expected demand, high and low for the ends of its 80 % range. Else the
        name of a scenario that was made for the period.
    as_of
        The day whose knowledge counts; else the day before the period, or the last day of data.
    """
    desk = _open(period, as_of, common)
    chosen = scenarios.get_scenario(scenario, period)
    with working("Optimising"):
        saved = desk.reconcile(chosen, at=now())
    if common.json:
        print_json(answers.answer_plan(saved.name, saved.plan))
        return
    plan = saved.plan
    rows = [
        (s.product, s.month.strftime("%Y-%m"), s.demand, s.served, s.backlog, s.lost)
        for s in plan.solution.served
    ]
    columns = ("product", "month", "demand", "served", "waiting", "lost")
    print_table(f"Plan {saved.name}", columns, rows)
    say(
        f"Contribution {plan.solution.objective:,.2f} {plan.problem.currency}, bound"
        f" {plan.solution.bound:,.2f}, gap {plan.solution.gap:.4%}; independent check:"
        f" {'feasible' if plan.verdict.feasible else 'NOT FEASIBLE'}."
    )
    for each in plan.constraints:
        say(f"- {each.constraint}: {each.money:,.2f}. {each.why}")


def verify(plan: str, /, *, common: Common = DEFAULTS) -> None:
    """Check a saved plan, or compute a frozen version again.

    Parameters
    ----------
    plan
        The plan's name, as `reconcile` and `cycle` print it, or a version such as 2026-Q4-v1.
    """
    workspace = workspaces.open_workspace(common.workspace)
    with working("Verifying"):
        found = verification.verify(workspace, plan)
    verdict = found.verdict
    if common.json:
        print_json(answers.answer_verified(found))
    else:
        say(
            f"{found.plan} is {'feasible' if verdict.feasible else 'NOT feasible'}: contribution"
            f" {verdict.objective:,.6f}, bound {verdict.bound:,.6f}, gap {verdict.gap:.6%}."
        )
        if found.is_recomputed:
            say(f"{found.version}: computed again from what was frozen, the same to the byte.")
    verification.check(found)


def _open(period: str, as_of: date | None, common: Common) -> planning.Desk:
    workspace = workspaces.open_workspace(common.workspace)
    return planning.open_desk(workspace, period, as_of=as_of, today=now().date())


def _name(by: tuple[tuple[str, str], ...]) -> str:
    return " · ".join(member for _, member in by) or "everything"
