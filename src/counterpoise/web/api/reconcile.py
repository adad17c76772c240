"""Reconcile: the plans of the newest run of a period, and the check of any saved plan."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from counterpoise.actions import planning, scenarios
from counterpoise.actions.answers import answer_plan, answer_verdict
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import plans
from counterpoise.web.api import runs
from counterpoise.web.api.forms import Amount, Mark
from counterpoise.web.api.problems import NOT_FOUND, Problem

router = Router(tags=["reconcile"])


class Gap(Schema):
    """Demand that the plan does not serve within the period, in deals and in revenue."""

    units: Amount
    money: Amount


class Limit(Schema):
    """constraint: a class of limits. money: the contribution that it costs."""

    constraint: str
    money: Amount
    why: str


class Served(Schema):
    product: str
    month: str
    demand: float
    served: float
    backlog: float
    lost: float


class Staffing(Schema):
    pool: str
    month: str
    headcount: float
    hires: int
    own_capacity: float
    overtime: float
    contractor: float
    used: float


class ShadowPrice(Schema):
    """What one more unit of a pool's work in a month would be worth."""

    pool: str
    month: str
    price: float


class PlanAnswer(Schema):
    """objective: the plan's contribution. bound: no plan is better. gap: bound / objective - 1."""

    plan: str
    scenario: str
    currency: str
    objective: float
    bound: float
    gap: float
    demand_gap: Gap
    constraints: list[Limit]
    verified: bool
    served: list[Served]
    staffing: list[Staffing]
    shadow_prices: list[ShadowPrice]
    notes: list[str]


class SavedPlan(PlanAnswer):
    period: str
    as_of: date
    build: str
    saved_at: datetime


class Plans(Mark):
    """plans: base first. Empty where the step refused; then refusal says what is missing."""

    plans: list[PlanAnswer]
    refusal: str | None


class Violation(Schema):
    rule: str
    where: str
    amount: float


class Verdict(Schema):
    """What the check without the solver found; feasible where there is no violation."""

    plan: str
    feasible: bool
    objective: float
    bound: float
    gap: float
    violations: list[Violation]


@router.get("/reconcile/{period}/plans", response=Plans, summary="List the plans of a period")
def list_plans(request: HttpRequest, period: str) -> dict[str, Any]:
    """Of the newest run: base, high and low demand."""
    run = runs.get_newest(period)
    found, refusal = runs.take_step(run, "reconcile")
    made = found["scenarios"] if found else []
    return {**runs.mark(run), "plans": [_name_limits(each) for each in made], "refusal": refusal}


@router.get("/plans/{plan}", response=SavedPlan, summary="Get a saved plan")
def show_plan(request: HttpRequest, plan: str) -> dict[str, Any]:
    """Of any run, scenario or version, by the name that they give it."""
    heading, found = plans.find_heading(plan), scenarios.find_plan(plan)
    if heading is None:
        raise Problem(404, NOT_FOUND)
    if found is None:
        raise Problem(
            404,
            f"Plan {plan} was saved by another version of Counterpoise and cannot be read. Run the"
            " cycle again.",
        )
    return {
        **_name_limits(answer_plan(plan, found)),
        "period": heading.period,
        "as_of": to_plain(heading.as_of),
        "build": heading.build,
        "saved_at": to_plain(heading.saved_at),
    }


@router.get("/plans/{plan}/verdict", response=Verdict, summary="Check a saved plan again")
def verify_plan(request: HttpRequest, plan: str) -> dict[str, Any]:
    """From its document alone, without the solver."""
    return answer_verdict(plan, planning.verify_plan(plan))


def _name_limits(plan: dict[str, Any]) -> dict[str, Any]:
    """`class` is no name for a field in many languages."""
    limits = [
        {"constraint": each["class"], "money": each["money"], "why": each["why"]}
        for each in plan["constraints"]
    ]
    return {**plan, "constraints": limits}
