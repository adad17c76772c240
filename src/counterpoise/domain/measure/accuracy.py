"""Saved forecasts of won revenue held against what came.

Error is WAPE: Σ|actual − forecast| / Σ actual. Bias is Σ(forecast − actual) / Σ actual: above 0 the
forecast was too high. Both over finished months, each by the last forecast made before it began.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from counterpoise.domain.measure.formulas import round_share
from counterpoise.domain.measure.question import Answers, Labels, Question
from counterpoise.domain.tables.measured import PastForecast
from counterpoise.domain.values.period import Period

Actuals = Mapping[tuple[Labels, date], Decimal]
"""Won revenue by the labels of the question's places and the first of the month."""


def compare(
    forecasts: Iterable[PastForecast], actuals: Actuals, question: Question, as_of: date
) -> tuple[Answers, Answers]:
    """Error and bias of each group; n is how many forecasts were compared."""
    groups: dict[Labels, list[tuple[Fraction, Fraction]]] = {}
    for (places, month), forecast in _choose(forecasts, question, as_of).items():
        labels = question.name_group(dict(zip(question.places, places, strict=True)), month)
        pair = (Fraction(forecast.value), Fraction(actuals.get((places, month), Decimal(0))))
        groups.setdefault(labels, []).append(pair)
    if not question.by:
        groups.setdefault((), [])
    error, bias = {}, {}
    for labels, pairs in groups.items():
        actual = sum((each for _, each in pairs), Fraction(0))
        off = sum((abs(came - said) for said, came in pairs), Fraction(0))
        over = sum((said - came for said, came in pairs), Fraction(0))
        error[labels] = (round_share(off, actual), len(pairs))
        bias[labels] = (round_share(over, actual), len(pairs))
    return error, bias


def _choose(
    forecasts: Iterable[PastForecast], question: Question, as_of: date
) -> dict[tuple[Labels, date], PastForecast]:
    """Of each month and place, the last forecast made before the month began."""
    chosen: dict[tuple[Labels, date], PastForecast] = {}
    for each in sorted(forecasts, key=lambda forecast: forecast.made_on):
        places = dict(each.by)
        month = Period.of_months(each.month, 1)
        is_asked = set(places) == set(question.places) and _lies_in(month, question.period)
        if is_asked and each.made_on < month.start and month.end <= _day_after(as_of):
            chosen[tuple(places[name] for name in question.places), each.month] = each
    return chosen


def _lies_in(month: Period, period: Period | None) -> bool:
    return period is None or period.contains(month.start)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
