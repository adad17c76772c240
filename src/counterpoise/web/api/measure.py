"""Measure: why what came differed from what was forecast."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from counterpoise.actions import looking_back
from counterpoise.domain.values.plain import to_plain
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


class Explained(VarianceAnswer):
    """run: the one that explains the finished period."""

    run: str
    as_of: date
    currency: str


class JudgedAnswer(Schema):
    """A saved forecast of a month's won revenue, and what came."""

    made_on: date
    month: date
    months_ahead: int
    forecast: Amount
    actual: Amount


class HorizonAnswer(Schema):
    """Shares of what came: error 0.15 is 15 %, bias above 0 is too high; null where nothing did."""

    months_ahead: int
    n: int
    error: Amount | None
    bias: Amount | None


class Record(Schema):
    """periods: finished ones, newest first. horizons: by how far ahead the forecasts looked."""

    periods: list[Explained]
    judged: list[JudgedAnswer]
    horizons: list[HorizonAnswer]


@router.get("/measure/record", response=Record, summary="Get how saved forecasts have done")
def show_record(request: HttpRequest) -> dict[str, Any]:
    """Over all finished periods that some run explains."""
    record = looking_back.look_back()
    explained = [
        {
            **to_plain(each.variance),
            "run": each.id,
            "as_of": to_plain(each.as_of),
            "currency": each.currency,
        }
        for each in record.explained
    ]
    judged = [{**to_plain(each), "months_ahead": each.months_ahead} for each in record.judged]
    return {"periods": explained, "judged": judged, "horizons": to_plain(record.horizons)}


@router.get("/measure/{period}/variance", response=Variance, summary="Get forecast against actual")
def show_variance(request: HttpRequest, period: str) -> dict[str, Any]:
    """Of the newest run for the period, by cause."""
    run = runs.get_newest(period)
    return {**runs.mark(run), "variance": run.document["measure"]["variance"]}
