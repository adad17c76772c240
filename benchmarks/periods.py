"""Months, quarters and years that agree, on M3's monthly series of four years and more.

    .venv/bin/python benchmarks/periods.py [EVERY]

Every series that is long enough, or each EVERYth of them. sMAPE (0 to 200) of the months held back,
of their quarters and of their first year, averaged over series: by months alone added up, by
quarters and years each asked by itself, and by all three made to agree. Two processes.
"""

import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from series import DATA, read_m3

from counterpoise.domain.time_series.past import say_median
from counterpoise.domain.time_series.periods import AGREED, ALONE, YEAR, add_up_runs, say_both

LONG = 48
AHEAD = {"months": 1, "quarters": 3, "the year": YEAR}
SAID = {"quarters": 4, "the year": 1}
STEPS = 18


def main():
    if not DATA.is_dir():
        print(f"SKIPPED: no M3 series at {DATA}")
        return
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    series, truth = read_m3(None)["MONTHLY"]
    tried = [
        (each.values, came)
        for each, came in zip(series, truth, strict=True)
        if len(each.values) >= LONG
    ][::every]
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(judge, tried, chunksize=16))
    seconds = time.perf_counter() - began
    print(f"{'sMAPE of':16}" + "".join(f"{name:>12}" for name in AHEAD))
    for way in ("months alone", "each by itself", "agreed"):
        print(f"{way:16}" + "".join(
            f"{np.mean([each[way, name] for each in found]):12.2f}" for name in AHEAD
        ))  # fmt: skip
    for name in AHEAD:
        gain = np.array([each["months alone", name] - each["agreed", name] for each in found])
        error = gain.std() / np.sqrt(len(gain))
        print(f"{name}: agreed is nearer by {gain.mean():.3f}, give or take {1.645 * error:.3f}")
    print(f"{len(found)} series: {seconds:.1f} s")


def judge(tried):
    values, came = tried
    both, found = say_both(values, STEPS, YEAR), defaultdict(float)
    for name, size in AHEAD.items():
        count = STEPS // size
        truth = cut(came, size, count)
        found["months alone", name] = measure(cut(both[ALONE], size, count), truth)
        found["agreed", name] = measure(cut(both[AGREED], size, count), truth)
        itself = both[ALONE] if size == 1 else say_median(
            add_up_runs(values, size), count, SAID[name]
        )  # fmt: skip
        found["each by itself", name] = measure(itself, truth)
    return dict(found)


def cut(months, size, count):
    return months[: size * count].reshape(count, size).sum(axis=1)


def measure(said, came):
    return float((200 * np.abs(said - came) / (np.abs(said) + np.abs(came))).mean())


if __name__ == "__main__":
    main()
