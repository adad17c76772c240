"""What a won deal keeps of the amount it asks: the error of value given win, out of sample.

    .venv/bin/python benchmarks/kept_amounts.py [COMPANIES]

Simulated companies whose deals have an amount from their creation on. On past days a month and a
half apart, what is learned of that day is held against the deals open then that were won within
ninety days: what each of them brought, against its amount as asked, times what won deals kept of
the amount of the day before they closed, and as the forecast values it.
"""

import sys
import time
from datetime import timedelta
from statistics import mean

import numpy as np

from counterpoise.connectors.sample.simulated import simulate_deals
from counterpoise.domain.demand import history, segments, values
from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import day_number

SETTINGS = read_settings(load_defaults(), simulate_deals(0, size=100, months=18).deals.as_of)
DAYS, APART, AHEAD = 6, 45, 90
FIRST_SEED = 30
METHODS = ("as asked", "as on the day before", "by stage, as forecast")


def try_company(deals):
    """By method, the values said; and what came. None where nothing was won of what was seen."""
    last = deals.as_of - timedelta(days=AHEAD)
    days = [last - timedelta(days=APART * back) for back in range(DAYS)]
    knowns = [each for each in map(deals.known_on, days) if history.is_enough(each, SETTINGS)]
    looks = [look_from(deals, known) for known in knowns]
    return [np.concatenate(column) for column in zip(*looks, strict=True)] if looks else None


def look_from(deals, known):
    split = segments.split(known)
    amount = values.believe_amounts(known, split, SETTINGS)
    learned = values.fit_values(known, amount, split, SETTINGS)
    held = np.flatnonzero(known.is_open & np.isfinite(amount))
    place = {each: at for at, each in enumerate(deals.ids)}
    at = np.array([place[each] for each in known.ids[held]], dtype=np.int64)
    won = deals.won[at] & (deals.closed[at] <= day_number(known.as_of) + AHEAD)
    held, at = held[won], at[won]
    stage = np.nan_to_num(known.stage[held], nan=len(known.stage_labels)).astype(np.int64)
    said = learned.of_deals(amount[held], split.of_deal[held], stage)
    asked = amount[held]
    return asked, asked * ratio_of_the_day_before(known, amount), said, deals.amount[at]


def ratio_of_the_day_before(known, amount):
    """Won amounts over those known before the day of closing, leaning on 1."""
    before = known.amounts.day < known.closed[known.amounts.deal]
    asked = np.full(len(known), np.nan)
    asked[known.amounts.deal[before]] = known.amounts.value[before]
    both = known.won & (asked > 0) & np.isfinite(amount)
    prior = SETTINGS.value_prior_deals * asked[both].mean()
    return (amount[both].sum() + prior) / (asked[both].sum() + prior)


def main(companies):
    began, found = time.perf_counter(), []
    for seed in range(FIRST_SEED, FIRST_SEED + companies):
        company = simulate_deals(seed)
        if company.company.amounts.known == "from creation":
            found.append(try_company(company.deals))
    found = [each for each in found if each is not None and len(each[-1])]
    print(f"{len(found)} companies in {time.perf_counter() - began:.0f} s\n")
    print(f"{'value of a won deal':<26}{'missed by':>11}{'bias':>9}{'best in':>9}")
    missed = [[np.abs(said - came).sum() / came.sum() for said in each] for *each, came in found]
    for place, method in enumerate(METHODS):
        bias = mean((each[place] - each[-1]).sum() / each[-1].sum() for each in found)
        best = sum(min(each) == each[place] for each in missed)
        own = mean(each[place] for each in missed)
        print(f"{method:<26}{own:>11.3f}{bias:>+9.3f}{best:>9}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
