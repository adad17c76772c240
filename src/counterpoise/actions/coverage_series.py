"""Measures carried forward that were published, held against what came once a period is over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from counterpoise.actions import examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.series import ADDING_UP
from counterpoise.domain.measure.question import Question, label_time
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.carried import Every
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.tables.published import Members, Publication, PublishedRange, SaidRange
from counterpoise.domain.time_series.series import step
from counterpoise.store import publications

SHARES = {Decimal("0.5"): ("0.25", "0.75"), Decimal("0.8"): ("0.1", "0.9")}
"""The ranges that a measure carried forward publishes."""
Asked = tuple[Every, tuple[str, ...]]
"""The length of the periods, and the dimensions of the parts."""


def judge_series(
    build: CurrentBuild, today: date
) -> tuple[tuple[PublishedRange, ...], Counter[tuple[str, ...]]]:
    """Those whose period is over, and how many wait, by their dimensions."""
    said = [
        (kept.publication, each)
        for kept in publications.list_all()
        if kept.publication.as_of <= today and kept.made_at.date() <= today
        for each in kept.publication.ranges
    ]
    on = examinations.find_horizon(build, today)
    over = [
        (of, each) for of, each in said if step(each.start, of.every, 1) <= on + timedelta(days=1)
    ]
    came = _Came(build, over, on)
    judged = tuple(
        PublishedRange(
            made_on=of.as_of,
            measure=of.measure,
            start=each.start,
            by=each.by,
            share=share,
            low=each.quantile(low),
            high=each.quantile(high),
            actual=actual,
            kind="series",
            every=of.every,
        )
        for of, each in over
        if (actual := came.find(of, each)) is not None
        for share, (low, high) in SHARES.items()
    )
    waiting = Counter(_name(each.by) for _, each in said for _ in SHARES)
    return judged, waiting - Counter(each.level for each in judged)


class _Came:
    """What the measures came to, asked once for all that are told by the same periods and parts."""

    def __init__(
        self, build: CurrentBuild, over: Iterable[tuple[Publication, SaidRange]], on: date
    ) -> None:
        wanted: defaultdict[Asked, set[str]] = defaultdict(set)
        for of, each in over:
            wanted[of.every, _name(each.by)].add(of.measure)
        self.values: dict[tuple[str, str, Members, str], Measured] = {}
        self.members: set[tuple[str, str, Members]] = set()
        for asked, measures in wanted.items():
            for measured in _ask(build, asked, sorted(measures), on):
                self._learn(asked[0], measured)

    def find(self, of: Publication, said: SaidRange) -> Decimal | None:
        """None where nothing can be held against it: a part that the data no longer knows, a rate
        of nothing, or money in another currency."""
        members = tuple(sorted(said.by))
        period = label_time(of.every, said.start)
        found = self.values.get((of.measure, of.every, members, period))
        if found is not None:
            return found.value if found.unit == of.unit else None
        is_known = (of.measure, of.every, members) in self.members
        return Decimal(0) if is_known and of.measure in ADDING_UP else None

    def _learn(self, every: Every, each: Measured) -> None:
        labels = dict(each.by)
        period = labels.pop(_measure_by(every))
        if every == "year":  # the months of a year add up to it
            period = period[:4]
        members = tuple(sorted(labels.items()))
        self.members.add((each.name, every, members))
        key = each.name, every, members, period
        before = self.values.get(key)
        value = (each.value or Decimal(0)) + (before.value or 0) if before else each.value
        self.values[key] = replace(each, value=value)


def _ask(build: CurrentBuild, asked: Asked, measures: list[str], on: date) -> Iterator[Measured]:
    """Nothing of a measure that the rulebook of today keeps from being answered."""
    rulebook, (every, names) = rules.load_rulebook(), asked
    for measure in measures:
        question = Question((measure,), (_measure_by(every), *names), None, on)
        try:
            yield from examinations.answer(build, question, rulebook)
        except (MissingRate, InvalidRule):
            continue


def _measure_by(every: Every) -> Every:
    """No measure is told by year: what can be forecast by year adds up."""
    return "month" if every == "year" else every


def _name(by: Members) -> tuple[str, ...]:
    return tuple(sorted(name for name, _ in by))
