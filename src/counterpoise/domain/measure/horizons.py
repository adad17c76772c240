"""How forecasts that were saved have done, by how many months ahead they looked.

Error is WAPE: Σ|actual − forecast| / Σ actual. Bias is Σ(forecast − actual) / Σ actual: above 0 the
forecast was too high. A month counts once it is over; months ahead are those between the day of the
forecast and the first of the month, 0 where the month had begun.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from counterpoise.domain.measure.formulas import round_share
from counterpoise.domain.tables.measured import PastForecast
from counterpoise.domain.values.period import first_of_month, months_between


@dataclass(frozen=True, slots=True)
class Judged:
    """A saved forecast of a month, and what came."""

    made_on: date
    month: date
    forecast: Decimal
    actual: Decimal

    @property
    def months_ahead(self) -> int:
        return max(0, months_between(first_of_month(self.made_on), self.month))


@dataclass(frozen=True, slots=True)
class HorizonError:
    """error and bias are None where nothing was won: there is nothing to be a share of."""

    months_ahead: int
    n: int
    error: Decimal | None
    bias: Decimal | None


def judge(forecasts: Iterable[PastForecast], actuals: Mapping[date, Decimal]) -> tuple[Judged, ...]:
    """Forecasts of the whole company whose month is over, by month and then by day made.

    actuals: won revenue of finished months, by their first. Of two forecasts made on one day for a
    month the later in `forecasts` counts.
    """
    last = {(each.month, each.made_on): each.value for each in forecasts if not each.by}
    return tuple(
        Judged(made_on, month, value, actuals[month])
        for (month, made_on), value in sorted(last.items())
        if month in actuals
    )


def measure_horizons(judged: Iterable[Judged]) -> tuple[HorizonError, ...]:
    """The shortest look ahead first."""
    groups: dict[int, list[Judged]] = {}
    for each in judged:
        groups.setdefault(each.months_ahead, []).append(each)
    return tuple(_sum_up(ahead, groups[ahead]) for ahead in sorted(groups))


def _sum_up(ahead: int, judged: list[Judged]) -> HorizonError:
    pairs = [(Fraction(each.forecast), Fraction(each.actual)) for each in judged]
    total = sum((came for _, came in pairs), Fraction(0))
    off = sum((abs(came - said) for said, came in pairs), Fraction(0))
    over = sum((said - came for said, came in pairs), Fraction(0))
    return HorizonError(ahead, len(pairs), round_share(off, total), round_share(over, total))
