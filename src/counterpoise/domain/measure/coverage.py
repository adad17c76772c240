"""Whether the ranges that were published held what came, by how many months ahead they looked.

Of all ranges that shall hold a share of what comes, about that share should have. How far the found
share may be off by chance says its interval, Clopper & Pearson's (1934), at 95 %. Where what was
promised lies outside it the ranges have drifted: they are too narrow, or wider than they need be.

Of several forecasts of a figure that looked equally far ahead the newest counts, so that whoever
runs the cycle every day has not published more than whoever runs it once a month.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from counterpoise.domain.measure.formulas import round_share
from counterpoise.domain.tables.published import PublishedRange

Verdict = Literal["as promised", "too narrow", "too wide", "too few"]
CHANCE = 0.05
FEWEST = 8
"""With fewer months even an 80 % range that never holds could not be told from one that does."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """level: the dimensions of the figures, none for the whole company. share: what was promised.

    n: ranges whose month is over; inside + below + above = n, where below counts what came in below
    its range. months: how many different ones. found: inside / n; low and high: its interval.
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


def measure_coverage(published: Iterable[PublishedRange]) -> tuple[Coverage, ...]:
    """The whole company first, then by measure, months ahead and share."""
    groups: dict[tuple[tuple[str, ...], str, int, Decimal], list[PublishedRange]] = {}
    for each in _choose(published):
        key = (each.level, each.measure, each.months_ahead, each.share)
        groups.setdefault(key, []).append(each)
    return tuple(_sum_up(groups[key]) for key in sorted(groups))


def _choose(published: Iterable[PublishedRange]) -> Iterable[PublishedRange]:
    newest: dict[tuple[object, ...], PublishedRange] = {}
    for each in sorted(published, key=lambda each: each.made_on):
        key = (each.measure, each.month, tuple(sorted(each.by)), each.share, each.months_ahead)
        newest[key] = each
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
