"""Supply: capacity and needs in the newest run of a period."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from counterpoise.web.api import runs
from counterpoise.web.api.forms import Amount, Mark

router = Router(tags=["supply"])


class PoolMonth(Schema):
    """required and available: in the pool's unit, deals or hours. required_high: what nine of ten
    outcomes stay below, where the pool's work is a volume with a range."""

    pool: str
    month: str
    required: Amount
    available: Amount
    headcount: Amount
    unit: str
    required_high: Amount | None = None


class Need(Schema):
    """People short: how many, from when, and when the requisition must be open to have them."""

    pool: str
    month: str
    people: Amount
    open_requisition_by: str
    why: str


class PoolAssumption(Schema):
    """What is taken of a pool; costs in the plan's currency, shares as fractions."""

    name: str
    kind: str
    team: str
    unit: str
    headcount: Amount
    per_person: Amount
    ramp: list[Amount]
    attrition_rate: Amount
    hiring_lead_months: int
    wage: Amount
    hire_cost: Amount
    overtime_cost: Amount
    overtime_limit: Amount
    contractor_cost: Amount
    contractor_limit: Amount
    basis: str
    newcomers: list[Amount]
    onboarding_rate: Amount


class CapacityAnswer(Schema):
    pools: list[PoolMonth]
    needs: list[Need]
    assumptions: list[PoolAssumption]
    notes: list[str]


class Supply(Mark):
    """supply: null where the step refused; then refusal says what is missing."""

    supply: CapacityAnswer | None
    refusal: str | None


@router.get("/supply/{period}", response=Supply, summary="Get capacity and needs of a period")
def show_supply(request: HttpRequest, period: str) -> dict[str, Any]:
    run = runs.get_newest(period)
    found, refusal = runs.take_step(run, "supply")
    return {**runs.mark(run), "supply": found, "refusal": refusal}
