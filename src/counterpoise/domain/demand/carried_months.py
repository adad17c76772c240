"""Sums and counts by month, quarter or year: carried by month, and told by whatever was asked for.

Every figure is a sum of the same months of the same lowest parts, so parts add up to wholes, months
to quarters and quarters to years, to the cent. A period that is under way is what came in its
months that are over and what is expected of the others.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import carried_evidence as evidence
from counterpoise.domain.demand.carried_evidence import CENT, round_to
from counterpoise.domain.demand.surroundings import Known, select_occasions, surround
from counterpoise.domain.tables.carried import LEVELS, CarriedPart, Point, Replaced, Step, Verdict
from counterpoise.domain.time_series.challengers import Competitors
from counterpoise.domain.time_series.hierarchy import Hierarchy, Node
from counterpoise.domain.time_series.learning import Learning, learn
from counterpoise.domain.time_series.periods import (
    HORIZON,
    MONTHS,
    Ask,
    PeriodForecast,
    count_needed,
    forecast_periods,
    list_longer,
    say_both,
)
from counterpoise.domain.time_series.series import BrokenSeries, Series
from counterpoise.domain.time_series.together import Say
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import Text, text

Values = NDArray[np.float64]
_LEVELS = tuple(float(each) for each in LEVELS)


def find_ask(axis: Series, size: int, steps: int) -> Ask:
    """The periods of so many months ahead of a series of months.

    Raises BrokenSeries where no such period is over as a whole yet.
    """
    begun = _find_place(axis.start_of(len(axis.values)), size)
    ask = Ask(size, steps, begun)
    if _find_whole(axis, ask).stop <= _find_whole(axis, ask).start:
        raise BrokenSeries(
            text(
                "{key}: no whole period of {n} months is over yet; the history begins on {first}."
                " Wait, or choose a shorter period.",
                key=axis.key,
                n=size,
                first=axis.first,
            )
        )
    return ask


def carry_months(
    hierarchy: Hierarchy,
    came: Sequence[Series],
    learned: Sequence[Series],
    ask: Ask,
    known: Known,
    competitors: Competitors,
) -> tuple[list[CarriedPart], tuple[Verdict, ...]]:
    """came, learned: months of the lowest parts, as they were and as they are learned from."""
    teacher = _Teacher(known)
    found = forecast_periods(hierarchy, learned, ask, _LEVELS, teacher.prepare, competitors)
    expected = round_sums(hierarchy, np.array([each.months for each in found]))
    real = hierarchy.add_up(np.array([each.values for each in came]))
    parts = [
        _describe(each, teacher, ask, months, values)
        for each, months, values in zip(found, expected, real, strict=True)
    ]
    return parts, found[0].verdicts


def round_sums(hierarchy: Hierarchy, middle: Values) -> list[list[Decimal]]:
    """Only the lowest parts are rounded; every wider one is their exact sum."""
    lowest = [[round_to(each, CENT) for each in row] for row in middle[-hierarchy.lowest :]]
    return [
        [
            sum((lowest[part][step] for part in np.flatnonzero(row)), Decimal(0))
            for step in range(middle.shape[1])
        ]
        for row in hierarchy.sums
    ]


def list_notes(axis: Series, ask: Ask) -> Iterator[Text]:
    """What the figures of all parts are made of."""
    after = len(axis.values)
    if ask.begun:
        yield text(
            "The period from {start} on is under way: its figure is what came before {until} and"
            " what is expected of its months from then on. Its range is of those months alone.",
            start=axis.start_of(after - ask.begun),
            until=axis.start_of(after),
        )
    longer = list_longer(after)
    needed = {each: count_needed(each) * size for each, size in MONTHS.items()}
    if not longer:
        yield text(
            "Quarters and years are sums of months: {n} months of history are too few to carry"
            " quarters by themselves as well, which takes {quarters}, or years, which takes"
            " {years}.",
            n=after,
            quarters=needed["quarter"],
            years=needed["year"],
        )
    elif "year" not in longer:
        yield text(
            "Months and quarters were each carried and made to agree. A year is the sum of its"
            " quarters: {n} months of history are too few to carry years by themselves as well,"
            " which takes {years}.",
            n=after,
            years=needed["year"],
        )
    else:
        yield text("Months, quarters and years were each carried and made to agree.")


class _Teacher:
    """Says of each part what its months are learned from."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.learned: dict[Node, Learning] = {}

    def prepare(self, node: Node, series: Series, judged: int) -> Say:
        """What is said first of a node is what its figures are made from."""
        calendar = self.known.find_calendar(node)
        around = surround(self.known, calendar, series, HORIZON, adds_up=True)
        learning = learn(series, judged, around, say_both)
        self.learned.setdefault(node, learning)
        return learning.say


def _describe(
    found: PeriodForecast, teacher: _Teacher, ask: Ask, months: Sequence[Decimal], came: Values
) -> CarriedPart:
    """months: what is expected. came: what was there before anything was replaced."""
    series, known, learning = found.series, teacher.known, teacher.learned[found.node]
    calendar = known.find_calendar(found.node)
    marked = known.list_moved(series, found.node, came)
    replaced = evidence.list_replaced(learning, series, came, marked, CENT)
    is_plain = all(each.outcome != "heard" for each in found.verdicts)
    alone = [each.came - each.alone for each in found.past]
    is_apart = any((each.said != each.alone).any() for each in found.past)
    sums = [each.came for each in found.past]
    return CarriedPart(
        by=found.node,
        history=_list_points(series, ask, came),
        ahead=_list_steps(found, ask, months, came),
        missed=evidence.measure_misses([each.came - each.said for each in found.past], sums),
        usual=evidence.measure_misses([each.came - each.repeated for each in found.past], sums),
        alone=evidence.measure_misses(alone, sums) if is_plain and is_apart else None,
        looks=len(found.past),
        occasions=select_occasions(calendar, series, ask.months),
        effects=evidence.describe_effects(learning, series),
        replaced=_list_replaced(replaced, series, ask, came),
        notes=tuple(evidence.list_notes(learning, calendar, series, ask.months, adds_up=True)),
    )


def _find_place(start: date, size: int) -> int:
    """Which month of its period begins on that day, from 0 on."""
    return (start.month - 1) % size


def _find_whole(axis: Series, ask: Ask) -> range:
    """The numbers of the first month of each whole period that is over."""
    first = -_find_place(axis.first, ask.size) % ask.size
    return range(first, len(axis.values) - ask.begun, ask.size)


def _list_points(series: Series, ask: Ask, came: Values) -> tuple[Point, ...]:
    return tuple(
        Point(series.start_of(number), round_to(came[number : number + ask.size].sum(), CENT))
        for number in _find_whole(series, ask)
    )


def _list_steps(
    found: PeriodForecast, ask: Ask, months: Sequence[Decimal], came: Values
) -> tuple[Step, ...]:
    after, begun = len(came), ask.begun
    steps = []
    for number in range(ask.steps):
        first = ask.size * number - begun
        there = round_to(came[after + first :].sum(), CENT) if first < 0 else Decimal(0)
        ahead = sum(months[max(first, 0) : first + ask.size], Decimal(0))
        steps.append(
            Step(
                found.series.start_of(after + first),
                there + ahead,
                tuple(there + round_to(each, CENT) for each in found.quantiles[:, number]),
                there,
            )
        )
    return tuple(steps)


def _list_replaced(
    replaced: Sequence[Replaced], series: Series, ask: Ask, came: Values
) -> tuple[Replaced, ...]:
    """The periods that replaced months lie in, with what these move in them."""
    moved: dict[tuple[date, str], list[Replaced]] = {}
    for each in replaced:
        start = add_months(each.start, -_find_place(each.start, ask.size))
        moved.setdefault((start, each.kind), []).append(each)
    total: dict[date, float] = {}
    for number, value in enumerate(came):
        month = series.start_of(number)
        start = add_months(month, -_find_place(month, ask.size))
        total[start] = total.get(start, 0.0) + float(value)
    return tuple(
        Replaced(
            start, each[0].kind, was, was + sum((one.put - one.was for one in each), Decimal(0))
        )
        for (start, _kind), each in sorted(moved.items(), key=lambda pair: pair[0])
        for was in [round_to(total[start], CENT)]
    )
