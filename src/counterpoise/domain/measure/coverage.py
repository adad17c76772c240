"""Whether the ranges that were published held what came, by how many months ahead they looked.

Of all ranges that shall hold a share of what comes, about that share should have. How far the found
share may be off by chance says its interval, Clopper & Pearson's (1934), at 95 %. Where what was
promised lies outside it the ranges have drifted: they are too narrow, or wider than they need be.

Of several forecasts of a figure that looked equally far ahead the newest counts, so that whoever
runs the cycle every day has not published more than whoever runs it once a month.

Days and weeks of one month go up and down together, as the parts of a month do, so a month counts
once in any interval, whatever is told of it; a quarter is one, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from counterpoise.domain.measure.formulas import round_share
from counterpoise.domain.tables.carried import Every
from counterpoise.domain.tables.published import PublishedRange, RangeKind

Verdict = Literal["as promised", "too narrow", "too wide", "too few"]
CHANCE = 0.05
FEWEST = 8
"""With fewer months even an 80 % range that never holds could not be told from one that does."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """level: the dimensions of the figures, none for the whole company. share: what was promised.

    n: ranges whose period is over; inside + below + above = n, where below counts what came in
    below its range. months: how many different ones they begin in. found: inside / n; low and high:
    its interval. every: how long the periods are. months_ahead: to the one a period begins in.
    """

    measure: str
    level: tuple[str, ...]
    months_ahead: int
    share: Decimal
    n: int
    months: int
    inside: int
    below: int
    above: int
    found: Decimal
    low: Decimal
    high: Decimal
    verdict: Verdict
    kind: RangeKind = "forecast"
    every: Every = "month"


def measure_coverage(published: Iterable[PublishedRange]) -> tuple[Coverage, ...]:
    """Forecasts first, then series, then volumes; of each the whole company first, then by measure,
    length of the periods, months ahead and share."""
    groups: dict[tuple[str, tuple[str, ...], str, str, int, Decimal], list[PublishedRange]] = {}
    for each in _choose(published):
        what = (each.kind, each.level, each.measure, each.every)
        groups.setdefault((*what, each.months_ahead, each.share), []).append(each)
    return tuple(_sum_up(groups[key]) for key in sorted(groups))


def _choose(published: Iterable[PublishedRange]) -> Iterable[PublishedRange]:
    newest: dict[tuple[object, ...], PublishedRange] = {}
    for each in sorted(published, key=lambda each: each.made_on):
        figure = (each.kind, each.measure, each.every, each.start, tuple(sorted(each.by)))
        newest[*figure, each.share, each.periods_ahead] = each
    return newest.values()


def _sum_up(ranges: list[PublishedRange]) -> Coverage:
    first, n = ranges[0], len(ranges)
    below = sum(each.actual < each.low for each in ranges)
    above = sum(each.actual > each.high for each in ranges)
    inside = n - below - above
    months = len({each.month for each in ranges})
    low, high = _interval(inside * months / n, months)
    found = round_share(inside, n)
    assert found is not None, "a group has a range"
    return Coverage(
        measure=first.measure,
        level=first.level,
        months_ahead=first.months_ahead,
        share=first.share,
        n=n,
        months=months,
        inside=inside,
        below=below,
        above=above,
        found=found,
        low=low,
        high=high,
        verdict=_judge(months, first.share, low, high),
        kind=first.kind,
        every=first.every,
    )


def _interval(inside: float, months: int) -> tuple[Decimal, Decimal]:
    """The parts of one month go up and down together, so a month counts once, however many parts
    it has; `inside` need not be whole then."""
    from scipy.special import betaincinv  # noqa: PLC0415 -- slow import

    tail = CHANCE / 2
    low = float(betaincinv(inside, months - inside + 1, tail)) if inside > 0 else 0.0
    high = float(betaincinv(inside + 1, months - inside, 1 - tail)) if inside < months else 1.0
    return Decimal(f"{low:.6f}"), Decimal(f"{high:.6f}")


def _judge(months: int, share: Decimal, low: Decimal, high: Decimal) -> Verdict:
    if months < FEWEST:
        return "too few"
    if high < share:
        return "too narrow"
    return "too wide" if low > share else "as promised"
