"""Recurring revenue in the months ahead, contract by contract, over simulated paths.

Each term that ends in a month is renewed or not (Bernoulli, by its own chance; how well the chances
are known moves all contracts of a path together), at a value that compares with the old one as past
renewals did. A contract that waits is decided in the first month. What is signed already goes on as
it was signed. Expansions come to contracts at their pace. New contracts begin at theirs, and where
their term is shorter than the horizon they come up for renewal too, in the mean.

Opening + new + expansion - contraction - churn = closing holds for the means to the cent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand import recurring_pace, renewals
from counterpoise.domain.demand.recurring_pace import Pace
from counterpoise.domain.demand.renewals import Renewals
from counterpoise.domain.tables.carried import LEVELS
from counterpoise.domain.tables.recurring import AheadMonth, Contract, Contracts
from counterpoise.domain.values.period import Period, first_of_month, months_between

CENT = Decimal("0.01")
CELLS_AT_ONCE = 2_000_000
FLOWS = ("new", "expansion", "contraction", "churn")

Flows = dict[str, NDArray[np.float64]]
"""By kind of movement: what it brings or takes, by path and month."""


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What every contract is simulated from. shift: of the odds to renew, by path; pace: of
    expansions, by path and month."""

    learned: Renewals
    pace: Pace
    shift: NDArray[np.float64]
    busy: NDArray[np.float64]

    @property
    def paths(self) -> int:
        return len(self.shift)


@dataclass(slots=True)
class _Slice:
    """Some of the contracts. value: by path and contract. end: the month in which the term ends,
    below 0 where it is over. step, stepped: the month from which a signed renewal counts, -1 for
    none, and its value."""

    value: NDArray[np.float64]
    segments: list[str]
    months: NDArray[np.int64]
    end: NDArray[np.int64]
    earlier: NDArray[np.int64]
    passed: NDArray[np.float64]
    step: NDArray[np.int64]
    stepped: NDArray[np.float64]


def list_months(as_of: date, count: int) -> tuple[Period, ...]:
    """From the month of the next day on."""
    start = first_of_month(as_of + timedelta(days=1))
    return Period.of_months(start, count).months


def look_ahead(
    contracts: Contracts, learned: Renewals, pace: Pace, months: Sequence[Period], rng: Generator,
    *, paths: int,
) -> tuple[AheadMonth, ...]:  # fmt: skip
    """The same contracts and the same generator give the same answer."""
    whole = learned.whole
    error = 1 / ((whole.terms + 1) * whole.chance * (1 - whole.chance))
    known = _Known(
        learned=learned,
        pace=pace,
        shift=rng.normal(0.0, error**0.5, paths),
        busy=recurring_pace.draw_gamma(pace.variance, (paths, len(months)), rng),
    )
    known.busy[:, 0] *= recurring_pace.find_left(months[0], contracts.as_of)
    flows: Flows = {kind: np.zeros((paths, len(months))) for kind in FLOWS}
    held = [each for each in contracts.contracts if each.fate != "churned"]
    for part in _cut(held, contracts.as_of, months[0].start, paths):
        for number in range(len(months)):
            _pass_month(part, number, known, flows, rng)
    begun = recurring_pace.draw_new(pace, months, contracts.as_of, known.paths, rng)
    _begin_new(begun, known, flows)
    opening = sum((each.annual_on(contracts.as_of) for each in held), Decimal(0))
    return _sum_up(opening, months, flows)


def _cut(held: Sequence[Contract], as_of: date, first: date, paths: int) -> Iterator[_Slice]:
    size = max(1, CELLS_AT_ONCE // paths)
    for start in range(0, len(held), size):
        some = held[start : start + size]
        now = np.array([float(each.annual_on(as_of)) for each in some])
        signed = [each.last.begins_on > as_of for each in some]
        yield _Slice(
            value=np.tile(now, (paths, 1)),
            segments=[each.segment for each in some],
            months=np.array([each.term_months for each in some]),
            end=np.array([months_between(first, each.last.ends_on) for each in some]),
            earlier=np.array([len(each.terms) - 1 for each in some]),
            passed=np.array([renewals.find_passed(each.last, as_of) for each in some]),
            step=np.array(
                [
                    months_between(first, each.last.begins_on) if is_signed else -1
                    for each, is_signed in zip(some, signed, strict=True)
                ]
            ),
            stepped=np.array([float(each.last.annual) for each in some]),
        )


def _pass_month(part: _Slice, month: int, known: _Known, flows: Flows, rng: Generator) -> None:
    for column in np.flatnonzero(part.step == month):
        after = np.full(known.paths, part.stepped[column])
        _change(part, int(column), after, month, flows)
    for column in np.flatnonzero(part.end <= month):
        _end_term(part, int(column), month, known, flows, rng)
    _expand(part, month, known, flows, rng)


def _end_term(
    part: _Slice, column: int, month: int, known: _Known, flows: Flows, rng: Generator
) -> None:
    found = known.learned.find(part.segments[column], int(part.earlier[column]))
    chance = min(found.after(part.passed[column]), 1 - 1e-9)
    chances = _shift(chance, known.shift)
    ratios = renewals.draw_ratios(found, known.learned.whole.ratios, (known.paths,), rng)
    is_renewed = rng.random(known.paths) < chances
    _change(part, column, part.value[:, column] * ratios * is_renewed, month, flows)
    part.end[column] += part.months[column]
    part.earlier[column] += 1
    part.passed[column] = 0.0


def _change(
    part: _Slice, column: int, after: NDArray[np.float64], month: int, flows: Flows
) -> None:
    before = part.value[:, column]
    grown = after - before
    is_lost = after == 0
    flows["expansion"][:, month] += np.maximum(grown, 0)
    flows["contraction"][:, month] += np.where(is_lost, 0, np.maximum(-grown, 0))
    flows["churn"][:, month] += np.where(is_lost, before, 0)
    part.value[:, column] = after


def _expand(part: _Slice, month: int, known: _Known, flows: Flows, rng: Generator) -> None:
    """Events fall on any contract alike; those on one that is gone are none."""
    pace, (paths, columns) = known.pace, part.value.shape
    if not pace.shares:
        return
    counts = rng.poisson(pace.rate * known.busy[:, month] * columns)
    path = np.repeat(np.arange(paths), counts)
    column = rng.integers(0, columns, len(path))
    share = np.array(pace.shares)[rng.integers(0, len(pace.shares), len(path))]
    added = part.value[path, column] * share
    np.add.at(part.value, (path, column), added)
    np.add.at(flows["expansion"][:, month], path, added)


def _begin_new(begun: NDArray[np.float64], known: _Known, flows: Flows) -> None:
    """New contracts by the term they are sold for, those of a month together."""
    flows["new"] += begun
    whole = known.learned.whole
    growth = known.pace.rate * known.pace.mean_share
    ratio = renewals.find_mean_ratio(whole, whole.ratios)
    for term, share in known.pace.terms:
        for start in range(begun.shape[1]):
            value = begun[:, start] * share
            for month in range(start + 1, begun.shape[1]):
                if (month - start) % term == 0:
                    earlier = (month - start) // term - 1
                    found = known.learned.classes.get(min(earlier, renewals.MOST_EARLIER), whole)
                    kept = value * _shift(found.chance, known.shift)
                    flows["churn"][:, month] += value - kept
                    grown = kept * (ratio - 1)
                    flows["expansion"][:, month] += np.maximum(grown, 0)
                    flows["contraction"][:, month] += np.maximum(-grown, 0)
                    value = kept + grown
                added = value * growth * known.busy[:, month]
                flows["expansion"][:, month] += added
                value = value + added


def _shift(chance: float, shift: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance of each path, whose odds are moved."""
    odds = chance / (1 - chance) * np.exp(shift)
    return np.asarray(odds / (1 + odds))


def _sum_up(opening: Decimal, months: Sequence[Period], flows: Flows) -> tuple[AheadMonth, ...]:
    moved = flows["new"] + flows["expansion"] - flows["contraction"] - flows["churn"]
    closings = float(opening) + np.cumsum(moved, axis=1)
    quantiles = np.quantile(closings, [float(each) for each in LEVELS], axis=0)
    ahead = []
    for number, month in enumerate(months):
        means = {kind: _to_cent(flows[kind][:, number].mean()) for kind in FLOWS}
        closing = (
            opening + means["new"] + means["expansion"] - means["contraction"] - means["churn"]
        )
        told = tuple(_to_cent(max(each, 0.0)) for each in quantiles[:, number])
        ahead.append(AheadMonth(start=month.start, opening=opening, closing=closing,
                                quantiles=told, **means))  # fmt: skip
        opening = closing
    return tuple(ahead)


def _to_cent(value: float) -> Decimal:
    return Decimal(float(value)).quantize(CENT, ROUND_HALF_EVEN)
