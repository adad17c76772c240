"""Measure: why what came differed from what was forecast."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from counterpoise.web.api import runs
from counterpoise.web.api.forms import Amount, Mark

router = Router(tags=["measure"])


class Cause(Schema):
    """cause: volume, price, win_rate or timing. money above 0: actual was higher because of it."""

    cause: str
    money: Amount
    why: str


class VarianceAnswer(Schema):
    """forecast + the sum of lines = actual, to the cent. n: deals won in the period."""

    period: str
    forecast_as_of: str
    forecast: Amount
    actual: Amount
    lines: list[Cause]
    n: int
    notes: list[str]


class Variance(Mark):
    """variance: of the last finished period before; null where nothing could be compared."""

    variance: VarianceAnswer | None


@router.get("/measure/{period}/variance", response=Variance, summary="Get forecast against actual")
def show_variance(request: HttpRequest, period: str) -> dict[str, Any]:
    """Of the newest run for the period, by cause."""
    run = runs.get_newest(period)
    return {**runs.mark(run), "variance": run.document["measure"]["variance"]}
