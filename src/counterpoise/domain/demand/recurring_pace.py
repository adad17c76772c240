"""The recent pace of new contracts and of expansions inside terms, over finished months.

Expansion is a hazard of its own: events a contract and month, times the share of the contract's
value that one adds. Months differ more than chance alone would have it, so the events of a month
share a gamma-mixed pace (their count is negative binomial), whose variance is told by the months.

New recurring revenue goes on at the mean of these months, or, in months that a run of the cycle
forecast, at what the run says. Months to come vary as the months that came did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.recurring_rules import RecurringRules
from counterpoise.domain.demand.roll_forward import list_movements
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.recurring import Contracts
from counterpoise.domain.values.period import Period, add_months, first_of_month


@dataclass(frozen=True, slots=True)
class RunNew:
    """What a run of the cycle expects of new recurring revenue in a month, as an annual value."""

    as_of: date
    annual: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """rate: expansions a contract and month; shares: what each added of its contract's value;
    variance: of the months' pace around it, as a share of it squared. new: what began by month,
    the oldest first; terms: by term in months, its share of it. runs: by month ahead."""

    rate: float
    shares: tuple[float, ...]
    variance: float
    new: tuple[float, ...]
    terms: tuple[tuple[int, float], ...]
    runs: Mapping[date, RunNew] = field(default_factory=dict)

    @property
    def mean_share(self) -> float:
        return float(np.mean(self.shares)) if self.shares else 0.0


def learn_pace(
    contracts: Contracts, rules: RecurringRules, runs: Mapping[date, RunNew] | None = None
) -> Pace:
    """Of the finished months by the as-of day, `recurring.pace_months` at most; none: nothing."""
    months = _list_months(contracts, rules)
    movements = list_movements(contracts.contracts, contracts.as_of)
    place = {month.start: number for number, month in enumerate(months)}
    new, events = np.zeros(len(months)), np.zeros(len(months))
    shares: list[float] = []
    terms: dict[int, float] = {}
    for moved in movements:
        number = place.get(first_of_month(moved.on))
        if number is None:
            continue
        contract = contracts.contracts[moved.contract]
        if moved.kind == "new":
            new[number] += float(moved.money)
            terms[contract.term_months] = terms.get(contract.term_months, 0) + float(moved.money)
        elif moved.kind == "expansion" and moved.on not in {t.begins_on for t in contract.terms}:
            events[number] += 1
            before = contract.annual_on(moved.on) - moved.money
            shares.append(float(moved.money / before))
    exposed = np.array([_count_running(contracts, month) for month in months])
    rate = float(events.sum() / exposed.sum()) if exposed.sum() else 0.0
    return Pace(
        rate=rate,
        shares=tuple(sorted(shares)),
        variance=_find_variance(events, rate * exposed),
        new=tuple(new),
        terms=tuple((term, value / float(new.sum())) for term, value in sorted(terms.items())),
        runs=dict(runs or {}),
    )


def read_run(forecast: Forecast, contracts: Contracts, rules: RecurringRules) -> dict[date, RunNew]:
    """What a run forecast of the recurring products, by month, as annual values of new contracts.

    A forecast does not tell new contracts from renewals and expansions, so it is taken at the share
    that new ones had of what was sold in the recent months. Only months that begin after the as-of
    day; and, of a run of that very day, what is still to be won of the month that has begun.
    """
    share = find_new_share(contracts, rules)
    if share is None or forecast.as_of > contracts.as_of:
        return {}
    terms = dict(contracts.months_by_product)
    expected: dict[date, Decimal] = {}
    for (product, month), cell in forecast.cells_by("won_revenue", "product").items():
        left = cell.mean
        if month <= contracts.as_of:
            if forecast.as_of < contracts.as_of or add_months(month, 1) <= contracts.as_of:
                continue
            left = max(cell.mean - cell.won, Decimal(0))
        if product in terms:
            annual = left * 12 / terms[product] * share
            expected[month] = expected.get(month, Decimal(0)) + annual
    return {month: RunNew(forecast.as_of, annual) for month, annual in expected.items()}


def find_new_share(contracts: Contracts, rules: RecurringRules) -> Decimal | None:
    """Of the annual value sold in the recent finished months, that of new contracts."""
    months = _list_months(contracts, rules)
    if not months:
        return None
    recent = Period(months[0].start, months[-1].end)
    new, whole = Decimal(0), Decimal(0)
    for contract in contracts.contracts:
        for number, term in enumerate(contract.terms):
            if recent.contains(term.signed_on):
                whole += term.annual
                new += 0 if number else term.annual
            whole += sum((a.annual for a in term.additions if recent.contains(a.on)), Decimal(0))
    return new / whole if whole else None


def find_left(month: Period, as_of: date) -> float:
    """The share of a month's days that is still to come after a day."""
    return min(1.0, (month.end - as_of - timedelta(days=1)).days / month.days)


def draw_new(
    pace: Pace, months: Sequence[Period], as_of: date, paths: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """New recurring revenue by path and month: whole months that came, around what is expected.

    How well a mean of so few months is known varies a whole path.
    """
    drawn = np.zeros((paths, len(months)))
    if not pace.new or not sum(pace.new):
        usual, factors = 0.0, np.ones((paths, len(months)))
    else:
        seen = np.array(pace.new)
        usual = float(seen.mean())
        factors = (seen / usual)[rng.integers(0, len(seen), (paths, len(months)))]
        error = float(seen.var() / usual**2 / len(seen))
        factors *= draw_gamma(error, (paths, 1), rng)
    for number, month in enumerate(months):
        run = pace.runs.get(month.start)
        mean = usual * find_left(month, as_of) if run is None else float(run.annual)
        drawn[:, number] = mean * factors[:, number]
    return drawn


def draw_gamma(
    variance: float, shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Around 1 with this variance."""
    if variance < 1e-9:
        return np.ones(shape)
    return np.asarray(rng.gamma(1 / variance, variance, shape))


def tell_rate(pace: Pace) -> Decimal:
    """Expansions a contract and year."""
    return Decimal(12 * pace.rate).quantize(Decimal("0.0001"))


def tell_share(pace: Pace) -> Decimal:
    """What one adds to its contract, in the mean."""
    return Decimal(pace.mean_share).quantize(Decimal("0.0001"))


def _list_months(contracts: Contracts, rules: RecurringRules) -> tuple[Period, ...]:
    """The months that are over on the evening of the day, back to the first contract's."""
    if not contracts.contracts:
        return ()
    end = first_of_month(contracts.as_of + timedelta(days=1))
    first = first_of_month(min(each.begins_on for each in contracts.contracts))
    start = max(first, add_months(end, -rules.pace_months))
    return Period(start, end).months if start < end else ()


def _count_running(contracts: Contracts, month: Period) -> int:
    """Contracts that ran on the last evening of a month."""
    evening = month.end - timedelta(days=1)
    return sum(
        each.begins_on <= evening and not (each.fate == "churned" and each.last.ends_on <= evening)
        for each in contracts.contracts
    )


def _find_variance(events: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """What the months vary beyond Poisson's, by moments."""
    square = float(np.square(expected).sum())
    if not square:
        return 0.0
    return max(0.0, float((np.square(events - expected) - expected).sum()) / square)
