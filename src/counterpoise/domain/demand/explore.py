"""Carries any measure forward by month or quarter, for the whole and for its parts.

What is counted or added up is one hierarchy, whose parts add up to the cent. A rate or a mean does
not add up, so each of its parts is carried by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.carried import LEVELS, Carried, CarriedPart, Point, Step, Verdict
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.time_series.challengers import Challenger, Terms, refuse
from counterpoise.domain.time_series.hierarchy import Hierarchy, group_by_labels
from counterpoise.domain.time_series.past import Past
from counterpoise.domain.time_series.series import BrokenSeries, Series, build_series
from counterpoise.domain.time_series.together import NodeForecast, forecast_together
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text

Every = Literal["month", "quarter"]
Values = NDArray[np.float64]
Members = tuple[tuple[str, str], ...]
Observed = Mapping[Members, Mapping[date, float]]
MOST_STEPS = 24
MOST_PARTS = 200
CENT, SHARE = Decimal("0.01"), Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Wish:
    """by: the dimensions to split by, none for the whole. adds_up: it is a sum or a count.
    is_challenged: challengers are asked as well."""

    measure: str
    by: tuple[str, ...]
    every: Every
    steps: int
    adds_up: bool
    is_challenged: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MOST_STEPS:
            raise BrokenSeries(
                text(
                    "{n} periods ahead were asked for. Ask for 1 to {most}.",
                    n=self.steps,
                    most=MOST_STEPS,
                )
            )


def carry(
    measured: Sequence[Measured],
    wish: Wish,
    as_of: date,
    challengers: Sequence[Challenger] = (),
    terms: Terms = Terms(),  # noqa: B008 -- a frozen value
) -> Carried:
    """measured: the measure by the period and the wish's dimensions, as known on a day; of one that
    does not add up the whole as well. challengers: what may be heard beside the methods.

    A period counts once it is over on that evening. Raises BrokenSeries where nothing can be said
    of the whole, or of any part.
    """
    observed = _sort_out(measured, wish)
    if len(observed) > MOST_PARTS:
        raise BrokenSeries(
            text(
                "{measure} has {n} parts here, and {most} can be carried at once. Split it by"
                " fewer dimensions.",
                measure=wish.measure,
                n=len(observed),
                most=MOST_PARTS,
            )
        )
    day_after = as_of + timedelta(days=1)
    left_out: list[Text] = []
    if wish.adds_up:
        parts, verdicts = _carry_sums(observed, wish, day_after, challengers, terms)
    else:
        parts, left_out = _carry_alone(observed, wish, day_after)
        verdicts = tuple(refuse(each.name, _say_alone()) for each in challengers)
    return Carried(
        measure=wish.measure,
        unit=measured[0].unit if measured else "",
        by=wish.by,
        every=wish.every,
        as_of=as_of,
        adds_up=wish.adds_up,
        parts=tuple(parts),
        left_out=tuple(left_out),
        verdicts=verdicts,
    )


def _say_alone() -> Text:
    return text(
        "A rate does not add up, so each part is carried by itself, and challengers are tried on"
        " many together. Ask for what is counted or summed."
    )


def _sort_out(measured: Iterable[Measured], wish: Wish) -> Observed:
    """What has no period, or no value, is no observation."""
    observed: dict[Members, dict[date, float]] = {}
    for each in measured:
        labels = dict(each.by)
        period = labels.pop(wish.every)
        if period and each.value is not None:
            part = tuple((name, labels[name]) for name in wish.by if name in labels)
            observed.setdefault(part, {})[Period.parse(period).start] = float(each.value)
    return dict(sorted(observed.items()))


def _carry_sums(
    observed: Observed,
    wish: Wish,
    day_after: date,
    challengers: Sequence[Challenger],
    terms: Terms,
) -> tuple[list[CarriedPart], tuple[Verdict, ...]]:
    whole: dict[date, float] = {}
    for values in observed.values():
        for day, value in values.items():
            whole[day] = whole.get(day, 0.0) + value
    axis = build_series(wish.measure, whole.items(), wish.every, as_of=day_after)
    days = [axis.start_of(number) for number in range(len(axis.values))]
    lowest = [
        replace(axis, key=str(part), values=np.array([values.get(day, 0.0) for day in days]))
        for part, values in observed.items()
    ]
    hierarchy = _lay_out(list(observed), wish.by)
    levels = [float(each) for each in LEVELS]
    found = forecast_together(hierarchy, lowest, wish.steps, levels, challengers, terms)
    expected = _round_sums(hierarchy, np.array([each.middle for each in found]))
    parts = [_describe(*each) for each in zip(found, expected, strict=True)]
    return parts, found[0].verdicts


def _lay_out(parts: Sequence[Members], by: tuple[str, ...]) -> Hierarchy:
    """The whole, each dimension where there are two, and the parts themselves."""
    levels: list[tuple[str, ...]] = [()] if by else []
    if len(by) > 1:
        levels += [(name,) for name in by]
    return group_by_labels([dict(part) for part in parts], levels)


def _round_sums(hierarchy: Hierarchy, middle: Values) -> list[list[Decimal]]:
    """Only the lowest parts are rounded; every wider one is their exact sum."""
    lowest = [[_round(each, CENT) for each in row] for row in middle[-hierarchy.lowest :]]
    return [
        [
            sum((lowest[part][step] for part in np.flatnonzero(row)), Decimal(0))
            for step in range(middle.shape[1])
        ]
        for row in hierarchy.sums
    ]


def _carry_alone(
    observed: Observed, wish: Wish, day_after: date
) -> tuple[list[CarriedPart], list[Text]]:
    parts, left_out = [], []
    for part, values in observed.items():
        key = " × ".join(label for _, label in part) or wish.measure
        try:
            series = build_series(key, values.items(), wish.every, as_of=day_after, is_total=False)
        except BrokenSeries as error:
            left_out.append(error.args[0])
            continue
        parts.append(_carry_one(part, series, wish))
    if not parts:
        raise BrokenSeries(left_out[0] if left_out else _say_nothing(wish))
    return parts, left_out


def _carry_one(part: Members, series: Series, wish: Wish) -> CarriedPart:
    alone = group_by_labels([dict(part)], [])
    (found,) = forecast_together(alone, [series], wish.steps, [float(each) for each in LEVELS])
    return _describe(found, [_round(each, SHARE) for each in found.middle], unit=SHARE)


def _say_nothing(wish: Wish) -> Text:
    return text("{measure} has no value in any period, so there is nothing to carry forward.",
                measure=wish.measure)  # fmt: skip


def _describe(
    found: NodeForecast, expected: Sequence[Decimal], unit: Decimal = CENT
) -> CarriedPart:
    series, past = found.series, found.past
    after = len(series.values)
    return CarriedPart(
        by=found.node,
        history=tuple(
            Point(series.start_of(number), _round(value, unit))
            for number, value in enumerate(series.values)
        ),
        ahead=tuple(
            Step(
                series.start_of(after + number),
                each,
                tuple(_round(value, unit) for value in found.quantiles[:, number]),
            )
            for number, each in enumerate(expected)
        ),
        missed=_measure_misses([each.came - each.said for each in past], past),
        usual=_measure_misses([each.came - _repeat(each, series.season) for each in past], past),
        looks=len(past),
    )


def _measure_misses(off: Sequence[Values], past: Sequence[Past]) -> Decimal | None:
    came = sum(float(np.abs(each.came).sum()) for each in past)
    missed = sum(float(np.abs(each).sum()) for each in off)
    return _round(missed / came, SHARE) if came else None


def _repeat(past: Past, season: int) -> Values:
    """The season before again; the last period, where there is no whole season."""
    length = season if len(past.known) >= season else 1
    return np.resize(past.known[-length:], len(past.came))


def _round(value: float, unit: Decimal) -> Decimal:
    return Decimal(repr(float(value))).quantize(unit, ROUND_HALF_EVEN)
