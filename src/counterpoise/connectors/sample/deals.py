"""The engine: deals arrive, pass through the stages, and are won, lost or forgotten.

One and the same for the sample company's files and for companies in memory. Time is in days since
1970-01-01 with fractions, in the company's own time zone; amounts are whole cents.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.pace import Clock, Floats, Pace, build_pace
from counterpoise.domain.tables.deals import day_number

Codes = NDArray[np.int32]

RUN = 20_000
"""Deals that are simulated at a time."""

PUSHED_LOSS_ODDS = 0.8
"""Discounts of the last days of a quarter: odds of loss on leaving the last stage then."""
GIVEN_AWAY = np.array([0.0, 0.0, 0.45, 0.8])
"""Share of the final discount that is on the table on entering each stage, from the first."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """When each deal is created, by day, and where; positions are the deals' numbers."""

    day: Codes
    region: Codes

    def __len__(self) -> int:
        return len(self.day)

    def part(self, start: int, end: int) -> "Arrivals":
        return Arrivals(self.day[start:end], self.region[start:end])


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The whole life of a run of deals, the future included.

    entered: when each open stage was entered, infinity where it never was. closed: infinity for
    deals that are abandoned. amounts: cents on entering each stage, and on winning at the end.
    """

    first: int
    created: Floats
    region: Codes
    product: Codes
    segment: Codes
    seller: Codes
    entered: Floats
    closed: Floats
    won: NDArray[np.bool_]
    abandoned: NDArray[np.bool_]
    units: NDArray[np.int64]
    amounts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.created)


def simulate_runs(company: Company, seed: int) -> Iterator[History]:
    """The whole life of the company's deals, RUN of them at a time, in the order of creation."""
    pace = build_pace(company)
    arrivals = draw_arrivals(company, pace, np.random.default_rng([seed, 1]))
    for number, start in enumerate(range(0, max(1, len(arrivals)), RUN)):
        rng = np.random.default_rng([seed, 2, number])
        yield run_deals(company, pace, arrivals.part(start, start + RUN), rng, first=start)


def join_runs(runs: Sequence[History]) -> History:
    """Runs that follow one another, as one."""
    parts = {
        each.name: np.concatenate([getattr(run, each.name) for run in runs])
        for each in fields(History)
        if each.name != "first"
    }
    return History(first=runs[0].first, **parts)


def draw_arrivals(company: Company, pace: Pace, rng: np.random.Generator) -> Arrivals:
    """Poisson arrivals by day and region under a common monthly shock with a memory."""
    known = day_number(company.as_of) + 1 - pace.first_day
    rate = pace.arrivals * (company.deals / pace.arrivals[:, :known].sum())
    counts = rng.poisson(rate * _shocks(company, rate.shape[1], rng)).T
    days, regions = np.indices(counts.shape, dtype=np.int32)
    repeats = counts.ravel()
    return Arrivals(
        np.repeat(days.ravel() + np.int32(pace.first_day), repeats),
        np.repeat(regions.ravel(), repeats),
    )


def run_deals(
    company: Company, pace: Pace, arrivals: Arrivals, rng: np.random.Generator, first: int = 0
) -> History:
    """What becomes of these arrivals; `first` is the number of the first of them."""
    count = len(arrivals)
    product = draw_weighted(rng, [each.weight for each in company.products], count)
    segment = draw_weighted(rng, [each.weight for each in company.segments], count)
    seller = assign_sellers(company, arrivals.region, rng)
    created = arrivals.day + rng.random(count)
    odds, days = _factors(company, arrivals.region, product, segment, seller)
    abandoned = rng.random(count) < company.abandoned * measure_carelessness(company)[seller]
    entered = np.full((count, len(company.stages)), np.inf)
    here = created
    lost = np.zeros(count, dtype=np.bool_)
    stuck = rng.integers(0, len(company.stages), count)
    for number, stage in enumerate(company.stages):
        entered[:, number] = np.where(lost, np.inf, here)
        spent = rng.weibull(stage.shape, count)
        is_last = number + 1 == len(company.stages)
        clocks = pace.closing if is_last else pace.working
        work = spent * stage.days * days
        left = _leave(clocks, arrivals.region, np.where(lost, np.inf, here), work)
        left = np.where(abandoned & (stuck == number), np.inf, left)
        risk = odds * stage.loss / (1 - stage.loss) * spent**company.ageing
        if is_last:
            risk *= np.where(_in_push(left, company), PUSHED_LOSS_ODDS, 1.0)
        lost_here = ~lost & (rng.random(count) < risk / (1 + risk)) & np.isfinite(left)
        here = np.where(lost, here, left)
        lost = lost | lost_here
    units, amounts = _price(company, product, segment, created, rng)
    return History(
        first=first,
        created=created,
        region=arrivals.region,
        product=product,
        segment=segment,
        seller=seller,
        entered=entered,
        closed=here,
        won=~lost & np.isfinite(here),
        abandoned=abandoned & np.isinf(here),
        units=units,
        amounts=amounts,
    )


def assign_sellers(company: Company, region: Codes, rng: np.random.Generator) -> Codes:
    """A seller of the region, each as likely as the other."""
    chosen = np.empty(len(region), dtype=np.int32)
    luck = rng.random(len(region))
    for number in range(len(company.regions)):
        serving = [n for n, seller in enumerate(company.sellers) if seller.region == number]
        mine = region == number
        chosen[mine] = np.array(serving)[(luck[mine] * len(serving)).astype(np.int64)]
    return chosen


def measure_carelessness(company: Company) -> Floats:
    """Each seller's share of what goes wrong by neglect, 1 on average."""
    raw = np.array([(1.1 - seller.diligence) ** 2 for seller in company.sellers])
    return np.asarray(raw / raw.mean())


def _shocks(company: Company, days: int, rng: np.random.Generator) -> Floats:
    seasons = company.seasons
    dates = np.datetime64(company.start) + np.arange(days)
    months = dates.astype("datetime64[M]").astype(np.int64)
    steps = rng.standard_normal(int(months[-1] - months[0]) + 1)
    level, levels = 0.0, []
    for step in steps:
        level = seasons.memory * level + np.sqrt(1 - seasons.memory**2) * step
        levels.append(level)
    spread = seasons.shock
    return np.asarray(np.exp(spread * np.array(levels) - spread**2 / 2)[months - months[0]])


def draw_weighted(rng: np.random.Generator, weights: list[float], count: int) -> Codes:
    ends = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(ends[:-1], rng.random(count), side="right").astype(np.int32)


def _factors(
    company: Company, region: Codes, product: Codes, segment: Codes, seller: Codes
) -> tuple[Floats, Floats]:
    """What multiplies each deal's odds of loss, and its days of work."""
    parts = ((company.regions, region), (company.products, product), (company.segments, segment))
    odds = np.exp(-np.array([each.skill for each in company.sellers]))[seller]
    days = np.ones(len(region))
    for members, codes in parts:
        odds = odds * np.array([each.loss_odds for each in members])[codes]
        days = days * np.array([each.days for each in members])[codes]
    return odds, days


def _leave(clocks: tuple[Clock, ...], region: Codes, start: Floats, work: Floats) -> Floats:
    left = np.full(len(start), np.inf)
    for number, clock in enumerate(clocks):
        mine = np.flatnonzero((region == number) & np.isfinite(start))
        left[mine] = clock.after(start[mine], work[mine])
    return left


def _in_push(moment: Floats, company: Company) -> NDArray[np.bool_]:
    """Whether a moment lies in the last five days of a quarter, where the company pushes."""
    if company.seasons.quarter_push <= 1:
        return np.zeros(len(moment), dtype=np.bool_)
    finite = np.where(np.isfinite(moment), moment, 0).astype(np.int64)
    later = (finite + 5).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    now = finite.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray((later // 3 != now // 3) & np.isfinite(moment))


def _price(
    company: Company, product: Codes, segment: Codes, created: Floats, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Units, and the amount in cents on entering each stage and on winning."""
    count = len(product)
    spread = company.amounts.spread
    median = np.array([each.units for each in company.segments])[segment]
    units = np.maximum(1, np.rint(median * np.exp(spread * rng.standard_normal(count))))
    price = _list_price(company, product, created)
    revised = np.exp(company.amounts.revision * rng.standard_normal(count))
    discount = rng.beta(2.0, 2.0 / company.amounts.discount - 2.0, count)
    asked = [price * units, *[price * units * revised] * len(company.stages)]
    given = (*GIVEN_AWAY[-len(company.stages) :], 1.0)
    cents = [
        np.rint(each * (1 - share * discount) * 100)
        for each, share in zip(asked, given, strict=True)
    ]
    return units.astype(np.int64), np.maximum(100, np.column_stack(cents)).astype(np.int64)


def _list_price(company: Company, product: Codes, created: Floats) -> Floats:
    price = np.zeros(len(product))
    for number, each in enumerate(company.products):
        mine = product == number
        for change in each.prices:
            holds = mine & (created >= day_number(change.on))
            price = np.where(holds, change.price, price)
    return price
