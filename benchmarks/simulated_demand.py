"""Forecasts of simulated companies, held against the future that only the simulator knows.

    .venv/bin/python benchmarks/simulated_demand.py [COMPANIES]

Each company has its own stages, seasons, growth, prices and people. The next quarter is forecast as
of the last day of its history; the back-test of each is averaged over companies.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import mean

import numpy as np

from counterpoise.connectors.sample.simulated import simulate_deals
from counterpoise.domain.demand.forecast import forecast
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.forecast import BacktestRow
from counterpoise.domain.values.period import Period

QUARTER = Period.parse("2026-Q4")
LEAST_COVERED, MOST_COVERED = 0.70, 0.90


@dataclass(frozen=True)
class Outcome:
    """What was expected of the quarter, its 80 % range, what came, and the back-test."""

    expected: float
    low: float
    high: float
    came: float
    backtest: tuple[BacktestRow, ...]


def try_company(seed: int) -> Outcome:
    company = simulate_deals(seed)
    rng = np.random.default_rng(seed)
    found = forecast(company.deals, QUARTER, rulebook=load_defaults(), rng=rng)
    totals = found.paths.sum(axis=1)
    low, high = np.quantile(totals, [0.1, 0.9])
    return Outcome(
        expected=float(totals.mean()),
        low=float(low),
        high=float(high),
        came=float(sum(company.future_revenue_by_month[:3])),
        backtest=found.backtest,
    )


def main(companies: int) -> int:
    with ProcessPoolExecutor(2) as workers:
        outcomes = list(workers.map(try_company, range(companies)))
    below = mean(each.came < each.low for each in outcomes)
    above = mean(each.came > each.high for each in outcomes)
    covered = 1 - below - above
    came = sum(each.came for each in outcomes)
    missed = sum(abs(each.expected - each.came) for each in outcomes) / came
    bias = sum(each.expected - each.came for each in outcomes) / came
    is_met = LEAST_COVERED <= covered <= MOST_COVERED
    print(f"{companies} companies, the quarter after their history")
    print(f"WMAPE {missed:.3f}, bias {bias:+.3f}")
    print(
        f"inside the 80 % range {covered:.3f}, below {below:.3f}, above {above:.3f}"
        f"   limit {LEAST_COVERED} to {MOST_COVERED}   {'ok' if is_met else 'MISSED'}"
    )
    print("\nback-tests, averaged over companies\nmethod                     days   WMAPE     bias")
    rows = [row for each in outcomes for row in each.backtest]
    for days, method in dict.fromkeys((row.horizon_days, row.method) for row in rows):
        mine = [row for row in rows if (row.horizon_days, row.method) == (days, method)]
        wmape, off = mean(row.wmape for row in mine), mean(row.bias for row in mine)
        print(f"{method:26} {days:4} {wmape:7.3f} {off:+8.3f}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
