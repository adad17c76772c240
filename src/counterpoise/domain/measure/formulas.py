"""How counts and sums become a measure's value: each division and each rounding, once.

Rounding is half to even, at the end: shares to six decimals, money, days and hours to two.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

_SHARE = Decimal("0.000001")
_CENT = Decimal("0.01")
_HOUR = 3_600_000_000
_EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)

Number = int | Decimal | Fraction


def round_money(amount: Number) -> Decimal:
    return _round(Fraction(amount), _CENT)


def round_share(part: Number, whole: Number) -> Decimal | None:
    """None where there is nothing to divide by."""
    return _round(Fraction(part) / Fraction(whole), _SHARE) if whole else None


def average_money(total: Number, count: int) -> Decimal | None:
    return round_money(Fraction(total) / count) if count else None


def round_median(doubled: int | None, unit: int = 1) -> Decimal | None:
    """A median from twice its whole number (the middle two added), stated in `unit`s."""
    return None if doubled is None else _round(Fraction(doubled, 2 * unit), _CENT)


def find_tail(count: int) -> int:
    """Which of so many values in order, counted from 1, is their 90th percentile: the nearest
    rank, so that it is a value that was met."""
    return -(-9 * count // 10)


def round_hours(minutes: Decimal) -> Decimal:
    return _round(Fraction(minutes) / 60, _CENT)


def round_time(micros: int) -> Decimal:
    """Hours."""
    return _round(Fraction(micros, _HOUR), _CENT)


def round_weekly(micros: int, days: int) -> Decimal | None:
    """Hours a week; None where there is no day."""
    return _round(Fraction(7 * micros, _HOUR * days), _CENT) if days else None


def velocity(open_deals: int, closed: tuple[int, int], average: Fraction, days: int) -> Decimal:
    """closed: won, and won or lost. days: twice the median cycle, above 0."""
    won, decided = closed
    return round_money(open_deals * Fraction(won, decided) * average / Fraction(days, 2))


def _round(number: Fraction, step: Decimal) -> Decimal:
    """Half to even on the exact fraction, not on a decimal that was cut off before."""
    steps = round(number / Fraction(step))  # Python rounds a Fraction half to even, exactly
    return _EXACT.multiply(Decimal(steps), step)
