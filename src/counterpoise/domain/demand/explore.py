"""Carries any measure forward by day, week, month, quarter or year, whole and by its parts.

What is counted or added up is one hierarchy, whose parts add up to the cent; months, quarters and
years of it are made from the same months. A rate or a mean does not add up, so each of its parts is
carried by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import carried_evidence as evidence
from counterpoise.domain.demand.carried_evidence import CENT, SHARE, round_to
from counterpoise.domain.demand.carried_months import (
    carry_months,
    find_ask,
    list_notes,
    round_sums,
)
from counterpoise.domain.demand.surroundings import Known, select_occasions, surround
from counterpoise.domain.tables.carried import (
    LEVELS,
    Carried,
    CarriedPart,
    Every,
    Point,
    Step,
    Verdict,
)
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.time_series.challengers import NOBODY, Competitors, refuse
from counterpoise.domain.time_series.hierarchy import Hierarchy, Node, group_by_labels
from counterpoise.domain.time_series.learning import Learning, learn
from counterpoise.domain.time_series.past import Past
from counterpoise.domain.time_series.periods import HORIZON
from counterpoise.domain.time_series.series import BrokenSeries, Series, build_series
from counterpoise.domain.time_series.together import NodeForecast, Say, forecast_together
from counterpoise.domain.values.period import find_start
from counterpoise.domain.values.text import Text, text

Values = NDArray[np.float64]
Members = tuple[tuple[str, str], ...]
_LEVELS = tuple(float(each) for each in LEVELS)
Observed = Mapping[Members, Mapping[date, float]]
MOST_STEPS: dict[Every, int] = {"day": 92, "week": 52, "month": 24, "quarter": 24, "year": 6}
"""Of quarters and years, as many as periods.HORIZON holds."""
MOST_PARTS: dict[Every, int] = {"day": 12, "week": 60, "month": 200, "quarter": 200, "year": 200}
"""A day's history is twenty times as long as a month's, and takes as much longer to carry."""
LEARNED_DAYS = 1096
"""Of days the newest three years are learned from: two that show a season of the year, and one to
try it on."""
IN_MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "year": 12}
"""How many months make what is carried by month where it adds up."""


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
        if not 1 <= self.steps <= MOST_STEPS[self.every]:
            raise BrokenSeries(
                text(
                    "{n} periods ahead were asked for. Ask for 1 to {most}.",
                    n=self.steps,
                    most=MOST_STEPS[self.every],
                )
            )
        if self.every == "year" and not self.adds_up:
            raise BrokenSeries(
                text(
                    "{measure} is a rate, which does not add up, so no year of it can be made from"
                    " months. Ask for it by month or quarter.",
                    measure=self.measure,
                )
            )

    @property
    def learned_by(self) -> Every:
        """The period that the measure is learned by."""
        return "month" if self.adds_up and self.every in IN_MONTHS else self.every

    @property
    def reach(self) -> int:
        """How many of those periods ahead are looked at, at most."""
        return HORIZON if self.adds_up and self.every in IN_MONTHS else self.steps


NOTHING = Known()


def carry(
    measured: Sequence[Measured],
    wish: Wish,
    as_of: date,
    known: Known = NOTHING,
    competitors: Competitors = NOBODY,
) -> Carried:
    """measured: the measure by wish.learned_by and the wish's dimensions, as known on a day; of one
    that does not add up the whole as well. known: what else is known of the periods. competitors:
    what may be heard beside the methods.

    A period counts once it is over on that evening. Raises BrokenSeries where nothing can be said
    of the whole, or of any part.
    """
    observed = _sort_out(measured, wish)
    if len(observed) > MOST_PARTS[wish.every]:
        raise BrokenSeries(
            text(
                "{measure} has {n} parts here, and {most} can be carried at once. Split it by"
                " fewer dimensions.",
                measure=wish.measure,
                n=len(observed),
                most=MOST_PARTS[wish.every],
            )
        )
    day_after = as_of + timedelta(days=1)
    left_out: list[Text] = []
    made_of: list[Text] = []
    if wish.adds_up:
        parts, verdicts, made_of = _carry_sums(observed, wish, day_after, known, competitors)
    else:
        parts, left_out = _carry_alone(observed, wish, day_after, known)
        verdicts = tuple(refuse(each.name, _say_alone()) for each in competitors.challengers)
    return Carried(
        measure=wish.measure,
        unit=measured[0].unit if measured else "",
        by=wish.by,
        every=wish.every,
        as_of=as_of,
        adds_up=wish.adds_up,
        parts=tuple(parts),
        left_out=tuple(left_out),
        notes=(*made_of, *evidence.list_unplaced(known.marks, wish.by)),
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
        period = labels.pop(wish.learned_by)
        if period and each.value is not None:
            part = tuple((name, labels[name]) for name in wish.by if name in labels)
            observed.setdefault(part, {})[find_start(period)] = float(each.value)
    return dict(sorted(observed.items()))


def _carry_sums(
    observed: Observed, wish: Wish, day_after: date, known: Known, competitors: Competitors
) -> tuple[list[CarriedPart], tuple[Verdict, ...], list[Text]]:
    """The parts, what became of challengers, and notes on what all of it is made of."""
    whole: dict[date, float] = {}
    for values in observed.values():
        for day, value in values.items():
            whole[day] = whole.get(day, 0.0) + value
    axis = _cut(build_series(wish.measure, whole.items(), wish.learned_by, as_of=day_after))
    days = [axis.start_of(number) for number in range(len(axis.values))]
    came = [
        replace(axis, key=str(part), values=np.array([values.get(day, 0.0) for day in days]))
        for part, values in observed.items()
    ]
    learned = [known.forget_marked(each, part) for each, part in zip(came, observed, strict=True)]
    hierarchy = _lay_out(list(observed), wish.by)
    if wish.every in IN_MONTHS:
        ask = find_ask(axis, IN_MONTHS[wish.every], wish.steps)
        parts, verdicts = carry_months(hierarchy, came, learned, ask, known, competitors)
        return parts, verdicts, list(list_notes(axis, ask))
    teacher = _Teacher(wish, known)
    found = forecast_together(hierarchy, learned, wish.steps, _LEVELS, teacher.prepare, competitors)
    expected = round_sums(hierarchy, np.array([each.middle for each in found]))
    real = hierarchy.add_up(np.array([each.values for each in came]))
    parts = [
        teacher.describe(each, row, values, unit=CENT)
        for each, row, values in zip(found, expected, real, strict=True)
    ]
    return parts, found[0].verdicts, []


def _cut(series: Series) -> Series:
    """What is learned from: of days the newest ones."""
    over = len(series.values) - LEARNED_DAYS
    if series.frequency != "day" or over <= 0:
        return series
    return replace(series, first=series.start_of(over), values=series.values[over:])


def _lay_out(parts: Sequence[Members], by: tuple[str, ...]) -> Hierarchy:
    """The whole, each dimension where there are two, and the parts themselves."""
    levels: list[tuple[str, ...]] = [()] if by else []
    if len(by) > 1:
        levels += [(name,) for name in by]
    return group_by_labels([dict(part) for part in parts], levels)


def _carry_alone(
    observed: Observed, wish: Wish, day_after: date, known: Known
) -> tuple[list[CarriedPart], list[Text]]:
    parts, left_out = [], []
    for part, values in observed.items():
        key = " × ".join(label for _, label in part) or wish.measure
        try:
            series = _cut(
                build_series(key, values.items(), wish.every, as_of=day_after, is_total=False)
            )
            parts.append(_carry_one(part, series, wish, known))
        except BrokenSeries as error:
            left_out.append(error.args[0])
    if not parts:
        raise BrokenSeries(left_out[0] if left_out else _say_nothing(wish))
    return parts, left_out


def _carry_one(part: Members, series: Series, wish: Wish, known: Known) -> CarriedPart:
    alone = group_by_labels([dict(part)], [])
    learned, teacher = known.forget_marked(series, part), _Teacher(wish, known)
    (found,) = forecast_together(alone, [learned], wish.steps, _LEVELS, teacher.prepare)
    expected = [round_to(each, SHARE) for each in found.middle]
    return teacher.describe(found, expected, series.values, unit=SHARE)


def _say_nothing(wish: Wish) -> Text:
    return text("{measure} has no value in any period, so there is nothing to carry forward.",
                measure=wish.measure)  # fmt: skip


class _Teacher:
    """Says of each part what it is learned from, and describes what came of it."""

    def __init__(self, wish: Wish, known: Known) -> None:
        self.wish, self.known = wish, known
        self.learned: dict[Node, Learning] = {}

    def prepare(self, node: Node, series: Series) -> Say:
        steps, calendar = self.wish.steps, self.known.find_calendar(node)
        around = surround(self.known, calendar, series, steps, adds_up=self.wish.adds_up)
        self.learned[node] = learn(series, steps, around)
        return self.learned[node].say

    def describe(
        self, found: NodeForecast, expected: Sequence[Decimal], came: Values, unit: Decimal
    ) -> CarriedPart:
        """came: its values, as they were before anything was replaced."""
        series, past, learning = found.series, found.past, self.learned[found.node]
        calendar, steps = self.known.find_calendar(found.node), self.wish.steps
        marked = self.known.list_moved(series, found.node, came)
        sums = [each.came for each in past]
        notes = evidence.list_notes(learning, calendar, series, steps, adds_up=self.wish.adds_up)
        return CarriedPart(
            by=found.node,
            history=_list_points(series, came, unit),
            ahead=_list_steps(found, expected, unit),
            missed=evidence.measure_misses([each.came - each.said for each in past], sums),
            usual=evidence.measure_misses(
                [each.came - _repeat(each, series.season) for each in past], sums
            ),
            looks=len(past),
            occasions=select_occasions(calendar, series, steps),
            effects=evidence.describe_effects(learning, series),
            replaced=evidence.list_replaced(learning, series, came, marked, unit),
            notes=tuple(notes),
        )


def _list_points(series: Series, came: Values, unit: Decimal) -> tuple[Point, ...]:
    return tuple(
        Point(series.start_of(number), round_to(value, unit)) for number, value in enumerate(came)
    )


def _list_steps(
    found: NodeForecast, expected: Sequence[Decimal], unit: Decimal
) -> tuple[Step, ...]:
    after = len(found.series.values)
    return tuple(
        Step(
            found.series.start_of(after + number),
            each,
            tuple(round_to(value, unit) for value in found.quantiles[:, number]),
        )
        for number, each in enumerate(expected)
    )


def _repeat(past: Past, season: int) -> Values:
    """The season before again; the last period, where there is no whole season."""
    length = season if len(past.known) >= season else 1
    return np.resize(past.known[-length:], len(past.came))
