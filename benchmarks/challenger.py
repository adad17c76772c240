"""A gradient-boosted challenger on the M3 competition, beside the methods and the winner.

    .venv/bin/python benchmarks/challenger.py [SERIES]

All 3,003 series, or the first SERIES of each frequency. First what is decided without the test
periods: on the newest training periods, held back, how far the challenger and the methods' median
missed, and whether it is heard. Then the sMAPE of the test periods: of the challenger alone, of its
mean with the methods whether heard or not, and of what Counterpoise says with it.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from series import DATA, PEERS, read_m3

from counterpoise.domain.time_series.boosted import Boosted
from counterpoise.domain.time_series.challengers import Competitors, Terms
from counterpoise.domain.time_series.forecast import forecast_all

# A year of M3 is short: the shortest 14 years, of which 6 are held back.
TERMS = Terms(min_periods=8)
MOST_SECONDS = 180


def main():
    if not DATA.is_dir():
        print(f"SKIPPED: no M3 series at {DATA}")
        return
    most = int(sys.argv[1]) if len(sys.argv) > 1 else None
    began, found = time.perf_counter(), {}
    with ProcessPoolExecutor(2) as pool:
        run = partial(pool.map, chunksize=8)
        for kind, (series, truth) in read_m3(most).items():
            found[kind] = compare(kind, series, np.array(truth), run)
    print_accuracy(found)
    seconds = time.perf_counter() - began
    verdict = "ok" if seconds <= MOST_SECONDS else "MISSED"
    print(f"{seconds:.0f} s   limit {MOST_SECONDS} s   {verdict}")


def compare(kind, series, truth, run):
    rival, steps, season = Boosted(), truth.shape[1], series[0].season
    told = list(forecast_all(series, steps, run=run, competitors=Competitors((rival,), TERMS)))
    (verdict,) = told[0].verdicts
    print(f"{kind}: {verdict.outcome}; on held-back training periods it missed by", end=" ")
    print(f"{verdict.missed}, the methods by {verdict.methods_missed}: better by", end=" ")
    print(f"{verdict.gain}, at least by {verdict.gain_low}, {verdict.series} series")
    ours = np.array([each.middle for each in told])
    alone = np.array(rival.carry([each.values for each in series], steps, season))
    plain = ours
    if verdict.outcome == "heard":  # what the methods say without it
        plain = np.array([each.middle for each in forecast_all(series, steps, run=run)])
    said = {
        "Counterpoise, with the challenger": ours,
        "Counterpoise, without": plain,
        "the challenger alone": alone,
        "the mean of both": (plain + alone) / 2,
    }
    return {name: measure(middle, truth) for name, middle in said.items()}


def measure(said, came):
    return 200 * (np.abs(came - said) / (np.abs(came) + np.abs(said))).mean(axis=1)


def print_accuracy(found):
    print(f"{'sMAPE':34}" + "".join(f"{kind:>11}" for kind in (*found, "ALL")))
    for name in next(iter(found.values())):
        each = [found[kind][name] for kind in found]
        figures = [*each, np.concatenate(each)]
        print(f"{name:34}" + "".join(f"{one.mean():11.2f}" for one in figures))
    name = "Theta, the winner"
    print(f"{name:34}" + "".join(f"{each:11.2f}" for each in PEERS[name]))


if __name__ == "__main__":
    main()
