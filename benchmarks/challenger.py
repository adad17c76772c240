"""Our own challengers on the M3 competition, beside the methods and the winner.

    .venv/bin/python benchmarks/challenger.py [SERIES]

All 3,003 series, or the first SERIES of each frequency. First what is decided without the test
periods: on the newest training periods, held back, how far each challenger and the methods' median
missed, and whether it is heard. Then the sMAPE of the test periods: of each challenger alone, of
its mean with the methods whether heard or not, and of what Counterpoise says with both.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from series import DATA, PEERS, read_m3

from counterpoise.domain.time_series.boosted import Boosted
from counterpoise.domain.time_series.challengers import Competitors, Terms
from counterpoise.domain.time_series.complex_smoothing import ComplexSmoothing
from counterpoise.domain.time_series.forecast import forecast_all

# A year of M3 is short: the shortest 14 years, of which 6 are held back.
TERMS = Terms(min_periods=8)
RIVALS = (Boosted(), ComplexSmoothing())
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
    steps, season = truth.shape[1], series[0].season
    told = list(forecast_all(series, steps, run=run, competitors=Competitors(RIVALS, TERMS)))
    ours = np.array([each.middle for each in told])
    plain = ours
    for verdict in told[0].verdicts:
        print(
            f"{kind}, {verdict.name}: {verdict.outcome}; on held-back training periods it", end=" "
        )
        print(f"missed by {verdict.missed}, the methods by {verdict.methods_missed}:", end=" ")
        print(f"better by {verdict.gain}, at least by {verdict.gain_low}, {verdict.series} series")
        if verdict.outcome == "heard":  # what the methods say without it
            plain = np.array([each.middle for each in forecast_all(series, steps, run=run)])
    said = {"Counterpoise, with challengers": ours, "Counterpoise, without": plain}
    for rival in RIVALS:
        alone = np.array(rival.carry([each.values for each in series], steps, season))
        said |= {f"{rival.name} alone": alone, f"mean with {rival.name}": (plain + alone) / 2}
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
