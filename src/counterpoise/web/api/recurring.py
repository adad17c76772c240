"""Demand: recurring revenue rolled forward, what renews next, and what lies ahead."""

from dataclasses import replace
from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from counterpoise.actions import recurring
from counterpoise.actions.answers import answer_recurring
from counterpoise.domain.demand.roll_forward import roll_forward
from counterpoise.web import access
from counterpoise.web.api.forms import Amount, Members
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["demand"])


class RollWanted(Schema):
    every: Literal["month", "quarter"] = "month"
    by: Literal["", "segment", "product", "region"] = ""


class RolledPeriodAnswer(Schema):
    """opening + new + expansion - contraction - churn = closing, to the cent. waiting: what of the
    closing is over and may still be renewed. Retention: of the twelve months that end with the
    period; null without a year before it, and where the period is not over."""

    start: date
    end: date
    opening: Amount
    new: Amount
    expansion: Amount
    contraction: Amount
    churn: Amount
    closing: Amount
    waiting: Amount
    opening_customers: int
    won_customers: int
    lost_customers: int
    closing_customers: int
    gross_retention: Amount | None
    net_retention: Amount | None


class RolledPartAnswer(Schema):
    by: Members
    periods: list[RolledPeriodAnswer]


class RenewalDueAnswer(Schema):
    """chance: to be renewed, null where too few terms have ended to learn from. expected: the
    annual value times the chance, at the usual ratio of renewed to old value. signed: what it goes
    on at, where it is renewed already; then nothing is at stake."""

    account: str
    account_name: str
    product: str
    segment: str
    region: str
    rep: str
    team: str
    ends_on: date
    shuts_on: date
    annual: Amount
    earlier_renewals: int
    chance: Amount | None
    expected: Amount | None
    at_stake: Amount
    signed: Amount | None
    why: str


class RecurringMonthAnswer(Schema):
    """Means that add up to the cent; quantiles of the closing by their levels. new_from: the as-of
    day of the run whose forecast tells the new contracts, null where the recent pace goes on."""

    start: date
    opening: Amount
    new: Amount
    expansion: Amount
    contraction: Amount
    churn: Amount
    closing: Amount
    quantiles: dict[str, Amount]
    new_from: date | None


class RenewalRateAnswer(Schema):
    """segment: null for any. earlier: how often renewed before, 2 for two and more, null for any.
    ratio, spread: of renewed to old value."""

    segment: str | None
    earlier: int | None
    terms: int
    renewed: int
    chance: Amount
    ratio: Amount
    spread: Amount


class RecurringTestAnswer(Schema):
    """Shares, of forecasts made again on n past days; bias above 0 is too high."""

    months_ahead: int
    n: int
    wmape: Amount
    bias: Amount
    coverage_80: Amount
    unchanged_wmape: Amount


class RecurringAheadAnswer(Schema):
    months: list[RecurringMonthAnswer]
    rates: list[RenewalRateAnswer]
    expansions_per_year: Amount
    expansion_share: Amount
    tests: list[RecurringTestAnswer]


class LeftOutAnswer(Schema):
    """Won deals of recurring products that make no contract."""

    without_account: int
    without_amount: int


class RecurringAnswer(Schema):
    """products: months of a term by product. unmatched: contracts that begin with a renewal of
    something that is not in the data. parts: the whole first. ahead is null where refusal says
    why, and for whoever may not read plans."""

    build: str
    as_of: date
    currency: str
    products: dict[str, int]
    left_out: LeftOutAnswer
    unmatched: int
    parts: list[RolledPartAnswer]
    due: list[RenewalDueAnswer]
    ahead: RecurringAheadAnswer | None
    refusal: str | None


@router.get("/recurring", response=RecurringAnswer, summary="Get recurring revenue")
def show_recurring(request: HttpRequest, wanted: Query[RollWanted]) -> dict[str, Any]:
    """As known on the last day of the data. Single accounts as far as the token's owner sees them;
    without the right read_plan everything is of these alone."""
    visitor = access.get_visitor(request)
    may_plan = visitor.may("read_plan")
    if not may_plan and visitor.reach == "nobody":
        raise Http404
    build, found = recurring.examine_recurring(get_workspace(), today=now().date())
    mine = recurring.restrict(found, visitor)
    shown = replace(found, due=mine.due) if may_plan else recurring.keep_own(mine)
    parts = roll_forward(shown.contracts, wanted.every, wanted.by)
    return answer_recurring(build, shown, parts)
