"""A hierarchy that adds up: Australian tourism by state, region and purpose, its last 8 quarters.

    .venv/bin/python benchmarks/tourism.py

425 series. RMSE and MASE are means over the series of the whole, purposes, states, regions and
region × purpose, as the published table has them (it leaves state × purpose out); of all 425 beside
it. Errors to reconcile by come from origins two quarters apart before the first of the 8.
"""

import csv
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np

from counterpoise.domain.time_series import methods
from counterpoise.domain.time_series.coherence import reconcile
from counterpoise.domain.time_series.hierarchy import group_by_labels
from counterpoise.domain.time_series.ranges import measure_scale

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "ts_hier_tourism"
STEPS, SEASON, ORIGINS = 8, 4, 12
MOST_MASE, MOST_RMSE, MOST_APART = 0.95, 38.0, 1e-9
LEVELS = ((), ("purpose",), ("state",), ("state", "purpose"), ("state", "region"))
# RMSE, MASE over the same series: the published table, AutoETS carried forward.
PEERS = {
    "not reconciled": (41.12, 1.02),
    "bottom-up": (49.82, 1.06),
    "MinT, shrunk": (40.47, 0.97),
    "OLS": (38.75, 1.02),
}
FIRST = date(1998, 1, 1)


def main():
    if not DATA.is_dir():
        print(f"SKIPPED: no tourism series at {DATA}")
        return
    labels, lowest = read_trips()
    hierarchy = group_by_labels(labels, LEVELS)
    every = hierarchy.add_up(lowest)
    known, came = every[:, :-STEPS], every[:, -STEPS:]
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        base = np.array(list(pool.map(say, known, chunksize=16)))
        errors = np.array(list(pool.map(look_back, known, chunksize=16)))
    agreed = reconcile(hierarchy, base, errors)
    seconds = time.perf_counter() - began
    is_published = np.array(
        [{name for name, _ in node} != {"state", "purpose"} for node in hierarchy.nodes]
    )
    scale = np.array([measure_scale(each, SEASON) for each in known])
    print(f"{'':24}{'RMSE':>8}{'MASE':>8}")
    for name, figures in PEERS.items():
        print(f"{name:24}{figures[0]:8.2f}{figures[1]:8.2f}")
    for name, said in (("ours, not reconciled", base), ("Counterpoise", agreed)):
        rmse, mase = judge(said, came, scale)
        print(
            f"{name:24}{rmse[is_published].mean():8.2f}{mase[is_published].mean():8.3f}"
            f"   all 425: {rmse.mean():.2f} {mase.mean():.3f}"
        )
    rmse, mase = judge(agreed, came, scale)
    tell("MASE", mase[is_published].mean(), MOST_MASE)
    tell("RMSE", rmse[is_published].mean(), MOST_RMSE)
    apart = np.abs(hierarchy.add_up(agreed[-hierarchy.lowest :]) - agreed).max()
    tell("furthest from adding up", apart, MOST_APART)
    print(f"{len(every)} series, {ORIGINS} origins: {seconds:.1f} s")


def read_trips():
    trips = defaultdict(dict)
    with (DATA / "aus_tourism.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = (row["State"], row["Region"], row["Purpose"])
            trips[key][row["Quarter"]] = float(row["Trips"])
    quarters = sorted({each for found in trips.values() for each in found})
    labels = [dict(zip(("state", "region", "purpose"), key, strict=True)) for key in sorted(trips)]
    return labels, np.array([[trips[key][each] for each in quarters] for key in sorted(trips)])


def say(values):
    return methods.combine(methods.carry_forward(values, STEPS, SEASON))


def look_back(values):
    """The mean error over the steps of each origin that has half of them behind it or more."""
    found = []
    for back in range(STEPS // 2, STEPS // 2 + 2 * ORIGINS, 2):
        came = values[len(values) - back :][:STEPS]
        found.append((came - say(values[:-back])[: len(came)]).mean())
    return found


def judge(said, came, scale):
    return np.sqrt(((came - said) ** 2).mean(axis=1)), np.abs(came - said).mean(axis=1) / scale


def tell(name, figure, limit):
    verdict = "ok" if figure <= limit else "MISSED"
    print(f"{name}: {figure:.4g}   limit {limit:.4g}   ratio {figure / limit:.3g}   {verdict}")


if __name__ == "__main__":
    main()
