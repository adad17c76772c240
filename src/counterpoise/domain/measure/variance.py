"""Why a finished period's won revenue differed from its forecast: volume, timing, win rate, price.

Revenue is a product of four figures that people can act on:

    deals worked × share decided in the period × share of those won × revenue of a won deal

Worked are deals open when the period began and those created in it. Each figure has an expected and
an actual value, and each cause is given its Shapley value: what changing that figure alone adds,
averaged over every order of changing the four. So no cause is favoured for coming first, and the
lines add up to actual minus forecast, to the cent.

What was expected: the forecast says revenue and won deals. Deals worked are those open at the start
and as many new ones as the last `variance.creation_window_days` brought; the share won is that of
the deals decided in the last `variance.win_rate_window_days`; the share decided is what then makes
the forecast's won deals. A figure that one side cannot show (no deal won has no price) is taken as
the other side's, so that it explains nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from itertools import combinations, pairwise
from math import factorial, prod
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.action import Variance, VarianceLine
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.tables.forecast import Forecast, Measure
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text

CENT = Decimal("0.01")
TENTH = Decimal("0.1")
CAUSES: tuple[Literal["volume", "timing", "win_rate", "price"], ...] = (
    "volume",
    "timing",
    "win_rate",
    "price",
)
Factors = tuple[Decimal, ...]


class PeriodNotOver(ValueError):
    """The period has no actual yet."""


class InvalidFigures(ValueError):
    """Counts of deals and revenue that cannot belong together."""


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """worked, decided and won are counts of deals, means where expected; revenue is money."""

    worked: Decimal
    decided: Decimal
    won: Decimal
    revenue: Decimal

    def __post_init__(self) -> None:
        for amount in (self.worked, self.decided, self.won):
            if not (amount.is_finite() and amount >= 0):
                raise InvalidFigures(
                    text(
                        "{amount} deals were counted. Count 0 or more.",
                        amount=amount,
                    )
                )
        if not self.revenue.is_finite() or (self.revenue and not self.won):
            raise InvalidFigures(
                text(
                    "Revenue is {revenue} from {won} won deals. Look at the forecast of"
                    " won_deals and won_revenue: both or neither must be above 0.",
                    revenue=self.revenue,
                    won=self.won,
                )
            )
        if (self.won and not self.decided) or (self.decided and not self.worked):
            raise InvalidFigures(
                text(
                    "{won} deals were won of {decided} decided of {worked} worked. Every won"
                    " deal is decided, and every decided deal was worked.",
                    won=self.won,
                    decided=self.decided,
                    worked=self.worked,
                )
            )


def explain_variance(deals: Deals, then: Forecast, rulebook: Rulebook) -> Variance:
    """The forecast made for a period that is now over, against what came.

    Raises PeriodNotOver where the deals were loaded before the period's last evening.
    """
    if day_number(deals.as_of) < day_number(then.period.end) - 1:
        raise PeriodNotOver(
            text(
                "{period} ends after {as_of}, the last day known. Wait for its end, or"
                " explain an earlier period.",
                period=str(then.period),
                as_of=deals.as_of,
            )
        )
    expected = expect_period(deals.known_on(then.as_of), then, rulebook)
    return compare(then.period, then.as_of, expected, count_period(deals, then.period))


def count_period(deals: Deals, period: Period) -> PeriodFigures:
    """What happened in the period, as known now."""
    start, end = day_number(period.start), day_number(period.end)
    decided = (deals.closed >= start) & (deals.closed < end)
    amounts = deals.amount[decided & deals.won]
    cents = (Decimal(repr(round(float(each), 2))) for each in amounts[np.isfinite(amounts)])
    return PeriodFigures(
        worked=_count(decided | ((deals.created < end) & (deals.closed >= end))),
        decided=_count(decided),
        won=_count(decided & deals.won),
        revenue=sum(cents, Decimal(0)),
    )


def expect_period(known: Deals, then: Forecast, rulebook: Rulebook) -> PeriodFigures:
    """What the forecast said, and what it means for deals worked and decided.

    known: the deals as known when the forecast was made. Where no deal was won in the window, every
    decided deal is expected to be won.
    """
    won = _total(then, "won_deals")
    today = day_number(then.as_of)
    window = int(rulebook.get_number("variance.win_rate_window_days", then.as_of))
    lately = (known.closed > today - window) & (known.closed <= today)
    wins = _count(lately & known.won)
    decided = won * _count(lately) / wins if wins else won
    started = day_number(then.period.start)
    worked = _count(known.closed >= started) + _expect_created(known, then, rulebook)
    return PeriodFigures(max(worked, decided), decided, won, _total(then, "won_revenue"))


def compare(
    period: Period, forecast_as_of: date, expected: PeriodFigures, actual: PeriodFigures
) -> Variance:
    forecast, came = expected.revenue.quantize(CENT), actual.revenue.quantize(CENT)
    before, after = _fill(_factors(expected), _factors(actual))
    shares = [_share_fairly(cause, before, after) for cause in range(len(CAUSES))]
    money = _round_to_sum(shares, came - forecast)
    whys = _say_why(before, after, actual)
    return Variance(
        period=period,
        forecast_as_of=forecast_as_of,
        forecast=forecast,
        actual=came,
        lines=tuple(VarianceLine(*line) for line in zip(CAUSES, money, whys, strict=True)),
        n=int(actual.won),
        notes=(),
    )


def _count(chosen: NDArray[np.bool_]) -> Decimal:
    return Decimal(int(np.count_nonzero(chosen)))


def _total(then: Forecast, measure: Measure) -> Decimal:
    return sum((cell.mean for cell in then.cells_by(measure, "").values()), Decimal(0))


def _expect_created(known: Deals, then: Forecast, rulebook: Rulebook) -> Decimal:
    """Deals that enter between the forecast and the period's end at the pace of the window."""
    today = day_number(then.as_of)
    window = int(rulebook.get_number("variance.creation_window_days", then.as_of))
    oldest = int(known.created.min()) if len(known) else today
    seen = min(window, today - oldest + 1)
    entered = _count(known.created > today - seen)
    return entered / seen * max(day_number(then.period.end) - 1 - today, 0)


def _factors(figures: PeriodFigures) -> tuple[Decimal | None, ...]:
    """In the order of CAUSES; None for a figure that nothing shows."""
    steps = (Decimal(1), figures.worked, figures.decided, figures.won, figures.revenue)
    return tuple(after / before if before else None for before, after in pairwise(steps))


def _fill(
    before: tuple[Decimal | None, ...], after: tuple[Decimal | None, ...]
) -> tuple[Factors, Factors]:
    """A figure that one side lacks is the other's; one that both lack changes nothing."""
    paired = [
        (
            old if old is not None else new or Decimal(0),
            new if new is not None else old or Decimal(0),
        )
        for old, new in zip(before, after, strict=True)
    ]
    return tuple(old for old, _ in paired), tuple(new for _, new in paired)


def _share_fairly(cause: int, before: Factors, after: Factors) -> Decimal:
    others = [each for each in range(len(CAUSES)) if each != cause]
    total = Decimal(0)
    for size in range(len(CAUSES)):
        orders = factorial(size) * factorial(len(others) - size)
        for changed in combinations(others, size):
            rest = prod((after if each in changed else before)[each] for each in others)
            total += orders * rest * (after[cause] - before[cause])
    return total / factorial(len(CAUSES))


def _round_to_sum(shares: Sequence[Decimal], total: Decimal) -> tuple[Decimal, ...]:
    """To the cent; those that were rounded down most gain the cents that are left."""
    down = [share.quantize(CENT, ROUND_FLOOR) for share in shares]
    left = int((total - sum(down)) / CENT)
    by_remainder = sorted(range(len(shares)), key=lambda place: down[place] - shares[place])
    gaining = set(by_remainder[:left])
    return tuple(each + CENT * (place in gaining) for place, each in enumerate(down))


def _say_why(before: Factors, after: Factors, actual: PeriodFigures) -> tuple[Text, ...]:
    worked, decided, won, price = zip(before, after, strict=True)
    return (
        text(
            "{actual} deals were worked; {expected} were expected.",
            actual=actual.worked,
            expected=worked[0].quantize(TENTH),
        ),
        text(
            "{actual} % of the deals worked came to a decision within the period;"
            " {expected} % were expected."
            " {open} were still open when it ended.",
            actual=_percent(decided[1]),
            expected=_percent(decided[0]),
            open=actual.worked - actual.decided,
        ),
        text(
            "{actual} % of the decided deals were won; {expected} % were expected.",
            actual=_percent(won[1]),
            expected=_percent(won[0]),
        ),
        text(
            "A won deal brought {actual} on average; {expected} was expected.",
            actual=price[1].quantize(CENT),
            expected=price[0].quantize(CENT),
        ),
    )


def _percent(share: Decimal) -> Decimal:
    return (100 * share).quantize(TENTH)
