"""A forecast with the products in it that come and go, as people decided it.

Each decision moves finest cells (region × product) by whole cents, and every wider cell by their
sum:

- a launch puts its curve in the place of what the statistics say of its product. The product's own
  months count n / (n + launch.own_months), n those that are over; after twelve it is one like any
  other;
- its sisters lose what past launches took from theirs, where that can be told from nothing, and
  never more deals than the launch brings;
- what is phased out counts whole until new deals end, then what open deals bring, then nothing;
- a successor takes the share that a person says.

Nothing that is won already is taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from zlib import crc32

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from counterpoise.domain.demand import analogues, cannibalisation, launches, portfolio_notes
from counterpoise.domain.demand.launch_regions import share_regions
from counterpoise.domain.demand.launch_rules import LaunchRules, read_launch_rules
from counterpoise.domain.demand.launches import Expected
from counterpoise.domain.demand.moves import MEASURES, Moves, Part, open_moves, to_cents
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import EPOCH, Deals
from counterpoise.domain.tables.forecast import Forecast, Measure
from counterpoise.domain.tables.launch import (
    CURVE_MONTHS,
    Cannibalisation,
    Launch,
    PastLaunch,
    PhaseOut,
    Portfolio,
    Product,
)
from counterpoise.domain.values.period import add_months, months_between
from counterpoise.domain.values.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """What decisions are judged from, all as known on the forecast's day."""

    deals: Deals
    products: Sequence[Product]
    past: tuple[PastLaunch, ...]
    rules: LaunchRules
    noise: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A launch in this forecast. own: the weight of its own months."""

    launch: Launch
    expected: Expected
    own: float


def apply_portfolio(
    forecast: Forecast,
    portfolio: Portfolio,
    deals: Deals,
    products: Sequence[Product],
    *,
    rulebook: Rulebook,
    rng: Generator,
) -> Forecast:
    """Without a decision that can change a month of the period, the same object.

    The order in which decisions are given does not matter, and each launch has random numbers of
    its own. What cannot be followed stands in the notes.
    """
    held = portfolio.within(forecast.period)
    if held.is_empty:
        return forecast
    moves = open_moves(forecast)
    if moves is None:
        return replace(forecast, notes=(*forecast.notes, portfolio_notes.say_no_products()))
    rules = read_launch_rules(rulebook, forecast.as_of)
    ground = _Ground(
        deals,
        products,
        analogues.find_past_launches(deals, products, rules),
        rules,
        launches.scatter_of_values(deals),
        int(rng.integers(2**62)),
    )
    entries, said = _enter(held.launches, ground)
    for entry in entries:
        _launch(entry, moves, ground)
    if entries:
        found = cannibalisation.estimate(deals, ground.past, products, rules)
        said.append(found.why)
        if found.is_applied:
            _take_from_sisters(entries, found, moves, products)
    in_order = sorted(held.phase_outs, key=lambda each: (each.last_month, each.product))
    for phase_out in in_order:  # what one hands over, the next may have to give up
        said.append(_phase_out(phase_out, moves))
    settled = moves.settle()
    return replace(settled, notes=(*forecast.notes, *said))


def count_own_months(launch: Launch, as_of: date) -> int:
    """Months since the launch that are over."""
    return max(analogues.count_over(as_of) - months_between(EPOCH, launch.month), 0)


def weigh_own(months: int, rules: LaunchRules) -> float:
    """What a launched product's own months count beside its curve, 0 to 1."""
    return 1.0 if months >= CURVE_MONTHS else months / (months + rules.own_months)


def _enter(decided: Sequence[Launch], ground: _Ground) -> tuple[list[_Entry], list[Text]]:
    """The launches that change this forecast, and what is to be said of each."""
    entries, said = [], []
    for launch in decided:
        months = count_own_months(launch, ground.deals.as_of)
        own = weigh_own(months, ground.rules)
        expected = launches.expect(launch, ground.past, ground.rules)
        if expected is None:
            said.append(portfolio_notes.say_unseen(launch, ground.deals.as_of))
        elif own == 1.0 and launch.last_month is None:
            said.append(portfolio_notes.say_grown_up(launch, months))
        else:
            entries.append(_Entry(launch, expected, own))
            said.append(portfolio_notes.say_launched(launch, expected, months, own))
    return entries, said


def _launch(entry: _Entry, moves: Moves, ground: _Ground) -> None:
    """The curve in its regions, and where the product has figures already."""
    launch, months = entry.launch, moves.forecast.period.months
    picked = [each for each in ground.past if each.product in entry.expected.analogues]
    shares = (("", 1.0),) if not moves.has_regions else share_regions(launch, picked, ground.deals)
    elsewhere = set(moves.list_regions(launch.product)) - {region for region, _ in shares}
    shares = (*shares, *((region, 0.0) for region in sorted(elsewhere)))
    ages = [months_between(launch.month, month.start) for month in months]
    means = np.array([_expect_at(entry, age) for age in ages])  # months, (deals, revenue)
    drawn = _draw(entry, means, np.array([share for _, share in shares]), ground, moves)
    for row, (region, share) in enumerate(shares):
        for column, month in enumerate(months):
            if ages[column] < 0:
                continue
            is_ended = launch.last_month is not None and month.start > launch.last_month
            for place, measure in enumerate(MEASURES):
                key = (measure, month.start, (region, launch.product))
                part = moves.open(key)
                own = 0.0 if is_ended else entry.own
                wanted = own * float(part.said.mean) + (1 - own) * share * means[column, place]
                line = ("launch", launch.product, launch.product)
                moves.move(key, to_cents(float(wanted)) - part.now, line)
                part.kept *= own
                if share and means[column, place]:
                    part.added[launch.product] = (1 - own) * drawn[measure][:, row, column]


def _expect_at(entry: _Entry, age: int) -> tuple[float, float]:
    launch = entry.launch
    is_ended = age >= 0 and (
        launch.last_month is not None and add_months(launch.month, age) > launch.last_month
    )
    return (0.0, 0.0) if age < 0 or is_ended else entry.expected.at(age)


def _draw(
    entry: _Entry,
    means: NDArray[np.float64],
    shares: NDArray[np.float64],
    ground: _Ground,
    moves: Moves,
) -> dict[Measure, NDArray[np.float64]]:
    """Paths by region and month, whose means are what is expected; from a stream of the launch's
    own, so that another launch does not change them."""
    rng = default_rng([ground.seed, crc32(entry.launch.product.encode())])
    scatter = entry.expected.spread, ground.noise
    mean = shares[:, None] * means[None, :, 0]
    paths = len(moves.forecast.paths) or launches.DRAWS
    drawn = dict(zip(MEASURES, launches.draw(mean, 1.0, scatter, rng, paths), strict=True))
    for place, measure in enumerate(MEASURES):
        wanted = shares[:, None] * means[None, :, place]
        now = drawn[measure].mean(axis=0)
        drawn[measure] *= np.divide(wanted, now, out=np.zeros_like(now), where=now > 0)
    return drawn


def _take_from_sisters(
    entries: Sequence[_Entry], found: Cannibalisation, moves: Moves, products: Sequence[Product]
) -> None:
    """Each launch takes from what was there before any of them took."""
    assert found.change is not None, "only what was estimated is applied"
    kept = {key: part.kept for key, part in moves.parts.items()}
    for entry in entries:
        launch = entry.launch
        share = 1 - float(1 + found.change) ** (1 - entry.own)
        family = {each.name for each in products if launch.family and each.family == launch.family}
        family.discard(launch.product)
        where = set(moves.list_regions(launch.product))
        for month in moves.forecast.period.months:
            sisters = [
                (key, kept[key] * float(part.said.mean))
                for key, part in sorted(moves.parts.items())
                if key[1] == month.start and key[2][1] in family and key[2][0] in where
            ]
            brought = _count_brought(entry, month.start)
            losing = sum(mean for key, mean in sisters if key[0] == "won_deals") * share
            taken = share * min(1.0, brought / losing) if losing else 0.0
            for key, mean in sisters:
                line = ("sisters", key[2][1], launch.product)
                moves.move(key, -to_cents(mean * taken), line)
                moves.parts[key].kept *= 1 - taken


def _count_brought(entry: _Entry, month: date) -> float:
    """Deals that the curve brings in a month, by its weight."""
    age = months_between(entry.launch.month, month)
    return (1 - entry.own) * _expect_at(entry, age)[0]


def _phase_out(decided: PhaseOut, moves: Moves) -> Text:
    """Fades the product, and hands its successor the share that a person says."""
    regions = moves.list_regions(decided.product)
    if not regions:
        return portfolio_notes.say_unknown(decided)
    for region in regions:
        for month in moves.forecast.period.months:
            for measure in MEASURES:
                key = (measure, month.start, (region, decided.product))
                before = moves.parts[key].now
                wanted = _fade(moves.parts[key], month.start, decided)
                line = ("phase_out", decided.product, decided.product)
                moved = moves.move(key, wanted - before, line)
                if moved:
                    moves.parts[key].scale(float(moves.parts[key].now / before))
                if moved and decided.share is not None:
                    amount = to_cents(float(-moved * decided.share))
                    _hand_over(moves, (measure, month.start, region), amount, decided)
    return portfolio_notes.say_phased_out(decided)


def _fade(part: Part, month: date, decided: PhaseOut) -> Decimal:
    if month <= decided.last_new:
        return part.now
    if month <= decided.last_month:
        return min(part.now, part.said.from_open)
    return part.said.won


def _hand_over(
    moves: Moves, where: tuple[Measure, date, str], amount: Decimal, decided: PhaseOut
) -> None:
    measure, month, region = where
    key = (measure, month, (region, decided.successor))
    part = moves.open(key)
    before = part.now
    moves.move(key, amount, ("successor", decided.successor, decided.product))
    if before:
        part.scale(float(part.now / before))
