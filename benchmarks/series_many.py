"""A hundred thousand monthly series with ranges: how long, and how much memory they take.

    .venv/bin/python benchmarks/series_many.py [SERIES]

Series are made when they are asked for, out of M3's 1,428 monthly ones with noise of their own, as
a reader of files would hand them over, some thousands at a time. Two processes. Memory is this
process's peak, after a tenth of the series and after all.
"""

import csv
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from counterpoise.domain.time_series.forecast import forecast_all
from counterpoise.domain.time_series.series import Series

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "ts_m3"
COUNT, AT_ONCE, STEPS = 100_000, 4_096, 18
MOST_SECONDS, MOST_GROWTH_MB = 1800, 200


class Drawn(Sequence):
    """`count` series, each made anew whenever it is asked for."""

    def __init__(self, originals, count):
        self.originals, self.count = originals, count

    def __len__(self):
        return self.count

    def __getitem__(self, number):
        if not 0 <= number < self.count:
            raise IndexError(number)
        values = self.originals[number % len(self.originals)]
        noise = np.random.default_rng(number).normal(1.0, 0.02, len(values))
        return Series(f"S{number}", "month", date(2000, 1, 1), values * noise)


def main():
    if not DATA.is_dir():
        print(f"SKIPPED: no M3 series at {DATA}")
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    originals = read_monthly()
    carry(Drawn(originals, count // 10))
    before, began = find_peak_mb(), time.perf_counter()
    carry(Drawn(originals, count))
    seconds, after = time.perf_counter() - began, find_peak_mb()
    limit = MOST_SECONDS * count / COUNT
    print(
        f"{count} monthly series with ranges: {seconds:.0f} s   limit {limit:.0f} s   "
        f"ratio {seconds / limit:.2f}   {'ok' if seconds <= limit else 'MISSED'}"
    )
    verdict = "ok" if after - before <= MOST_GROWTH_MB else "MISSED"
    print(
        f"peak memory {before:.0f} MB after a tenth, {after:.0f} MB after all   "
        f"limit of growth {MOST_GROWTH_MB} MB   {verdict}"
    )


def carry(drawn):
    with ProcessPoolExecutor(2) as pool:
        for each in forecast_all(drawn, STEPS, run=partial(run_in_turns, pool)):
            assert np.isfinite(each.middle).all()


def run_in_turns(pool, tell, series):
    """A pool takes all that it is given at once, so it is given little at a time."""
    series = iter(series)
    while turn := list(islice(series, AT_ONCE)):
        yield from pool.map(tell, turn, chunksize=32)


def read_monthly():
    values = defaultdict(list)
    with (DATA / "m3_meta.csv").open(encoding="utf-8", newline="") as lines:
        wanted = {row["series_id"] for row in csv.DictReader(lines) if row["period"] == "MONTHLY"}
    with (DATA / "m3_series.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["part"] == "train" and row["series_id"] in wanted:
                values[row["series_id"]].append(float(row["value"]))
    return [np.array(each) for each in values.values()]


def find_peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
