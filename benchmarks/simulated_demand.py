"""Forecasts of simulated companies, held against the future that only the simulator knows.

    .venv/bin/python benchmarks/simulated_demand.py [COMPANIES]

Each company has its own stages, seasons, growth, prices and people. The next quarter is forecast as
of the last day of its history, and its first month, first two months and all three are held against
what came; the back-test of each is averaged over companies.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import mean

import numpy as np

from counterpoise.connectors.sample.simulated import simulate_deals
from counterpoise.domain.demand.backtest import COUNTERPOISE, STAGE_WEIGHTED
from counterpoise.domain.demand.forecast import forecast
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.forecast import BacktestRow
from counterpoise.domain.values.period import Period

QUARTER = Period.parse("2026-Q4")
MONTHS = 3
OVERALL, EACH_HORIZON = (0.78, 0.82), (0.75, 0.85)
LEAST_BEATEN = 0.95


@dataclass(frozen=True)
class Outcome:
    """By how many months of the quarter are added up: what was expected, its 80 % range, and what
    came. Then the back-test."""

    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    came: tuple[float, ...]
    backtest: tuple[BacktestRow, ...]

    @property
    def is_beaten(self) -> bool:
        """Whether the stage-weighted pipeline missed by more on the company's own past."""
        missed = {
            method: mean(row.wmape for row in self.backtest if row.method == method)
            for method in (COUNTERPOISE, STAGE_WEIGHTED)
        }
        return missed[COUNTERPOISE] < missed[STAGE_WEIGHTED]


def try_company(seed: int) -> Outcome:
    company = simulate_deals(seed)
    rng = np.random.default_rng(seed)
    found = forecast(company.deals, QUARTER, rulebook=load_defaults(), rng=rng)
    totals = found.paths.cumsum(axis=1)
    low, high = np.quantile(totals, [0.1, 0.9], axis=0)
    came = np.cumsum([float(each) for each in company.future_revenue_by_month[:MONTHS]])
    return Outcome(
        expected=tuple(totals.mean(axis=0).tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        came=tuple(came.tolist()),
        backtest=found.backtest,
    )


def main(companies: int) -> int:
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as workers:
        outcomes = list(workers.map(try_company, range(companies), chunksize=4))
    print(f"{companies} companies in {time.perf_counter() - began:.0f} s\n")
    are_met = [print_horizon(outcomes, months) for months in range(1, MONTHS + 1)]
    pairs = [(each, place) for each in outcomes for place in range(MONTHS)]
    covered = mean(is_covered(each, place) for each, place in pairs)
    are_met.append(tell("inside the 80 % range, overall", covered, OVERALL))
    beaten = mean(each.is_beaten for each in outcomes)
    are_met.append(tell("beats the stage-weighted pipeline", beaten, (LEAST_BEATEN, 1.0)))
    print_backtests(outcomes)
    return 0 if all(are_met) else 1


def print_horizon(outcomes: list[Outcome], months: int) -> bool:
    place = months - 1
    below = mean(each.came[place] < each.low[place] for each in outcomes)
    above = mean(each.came[place] > each.high[place] for each in outcomes)
    came = sum(each.came[place] for each in outcomes)
    missed = sum(abs(each.expected[place] - each.came[place]) for each in outcomes) / came
    bias = sum(each.expected[place] - each.came[place] for each in outcomes) / came
    print(
        f"{months} months: WMAPE {missed:.3f}, bias {bias:+.3f}, below {below:.3f}, "
        f"above {above:.3f}"
    )
    return tell(f"inside the 80 % range, {months} months", 1 - below - above, EACH_HORIZON)


def is_covered(outcome: Outcome, place: int) -> bool:
    return outcome.low[place] <= outcome.came[place] <= outcome.high[place]


def tell(what: str, share: float, limits: tuple[float, float]) -> bool:
    is_met = limits[0] <= share <= limits[1]
    print(
        f"{what}: {share:.3f}   limit {limits[0]} to {limits[1]}   {'ok' if is_met else 'MISSED'}"
    )
    return is_met


def print_backtests(outcomes: list[Outcome]) -> None:
    print("\nback-tests, averaged over companies\nmethod                     days   WMAPE     bias")
    rows = [row for each in outcomes for row in each.backtest]
    for days, method in dict.fromkeys((row.horizon_days, row.method) for row in rows):
        mine = [row for row in rows if (row.horizon_days, row.method) == (days, method)]
        wmape, off = mean(row.wmape for row in mine), mean(row.bias for row in mine)
        print(f"{method:26} {days:4} {wmape:7.3f} {off:+8.3f}")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
