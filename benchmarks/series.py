"""Series forecasts on the M3 competition, and their ranges, beside its winner and frePPLe.

    .venv/bin/python benchmarks/series.py [SERIES]

All 3,003 series, or the first SERIES of each frequency. sMAPE (0 to 200) is averaged over series;
coverage and MSIS are of the steps ahead, MSIS over the change from season to season. Two processes.
"""

import csv
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from counterpoise.domain.time_series.forecast import forecast_all
from counterpoise.domain.time_series.ranges import measure_scale
from counterpoise.domain.time_series.series import Series

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "ts_m3"
FREQUENCIES = {"YEARLY": "year", "QUARTERLY": "quarter", "MONTHLY": "month", "OTHER": "year"}
LEVELS = (0.025, 0.1, 0.9, 0.975)
MOST_SMAPE = {"MONTHLY": 13.45, "ALL": 12.30}
MOST_SECONDS_MONTHLY = 60
OFF_BY = {("YEARLY", 80): 0.05}
OFF_BY_ELSE = 0.03
# sMAPE by frequency and of all: the published forecasts recomputed, and ports of what peers run.
PEERS = {
    "Theta, the winner": (16.97, 8.96, 13.89, 4.41, 12.76),
    "ForecastPro": (17.27, 9.82, 13.90, 4.60, 13.06),
    "AutoETS": (16.19, 9.45, 14.16, 4.34, 12.84),
    "frePPLe's choice (a port)": (16.93, 10.03, 14.27, 4.72, 13.22),
}
MSIS_OF_AUTOETS = {"YEARLY": 28.71, "QUARTERLY": 11.26, "MONTHLY": 6.83, "OTHER": 13.27}


def main():
    if not DATA.is_dir():
        print(f"SKIPPED: no M3 series at {DATA}")
        return
    most = int(sys.argv[1]) if len(sys.argv) > 1 else None
    found = {}
    with ProcessPoolExecutor(2) as pool:
        run = partial(pool.map, chunksize=8)
        for kind, (series, truth) in read_m3(most).items():
            began = time.perf_counter()
            told = list(forecast_all(series, len(truth[0]), levels=LEVELS, run=run))
            found[kind] = judge(told, truth)
            found[kind]["seconds"] = time.perf_counter() - began
    print_accuracy(found)
    print_ranges(found)


def read_m3(most):
    values = defaultdict(lambda: {"train": [], "test": []})
    with (DATA / "m3_series.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            values[row["series_id"]][row["part"]].append(float(row["value"]))
    with (DATA / "m3_meta.csv").open(encoding="utf-8", newline="") as lines:
        kinds = [(row["series_id"], row["period"]) for row in csv.DictReader(lines)]
    of_kind = {}
    for kind, frequency in FREQUENCIES.items():
        names = [name for name, period in kinds if period == kind][:most]
        series = [
            Series(name, frequency, date(1900, 1, 1), np.array(values[name]["train"]))
            for name in names
        ]
        of_kind[kind] = series, [np.array(values[name]["test"]) for name in names]
    return of_kind


def judge(told, truth):
    came = np.array(truth)
    middle = np.array([each.middle for each in told])
    spread = np.array([each.quantiles for each in told])
    scale = np.array([[measure_scale(each.series.values, each.series.season)] for each in told])
    smape = 200 * (np.abs(came - middle) / (np.abs(came) + np.abs(middle))).mean(axis=1)
    judged = {"smape": smape}
    for share, low, high in ((95, spread[:, 0], spread[:, 3]), (80, spread[:, 1], spread[:, 2])):
        missed = np.maximum(low - came, 0) + np.maximum(came - high, 0)
        width = (high - low) + 2 / (1 - share / 100) * missed
        judged[f"covered {share}"] = float((missed == 0).mean())
        judged[f"msis {share}"] = float((width / scale).mean())
    return judged


def print_accuracy(found):
    every = {kind: each["smape"] for kind, each in found.items()}
    every["ALL"] = np.concatenate(list(every.values()))
    print(f"{'sMAPE':28}" + "".join(f"{kind:>11}" for kind in every))
    print(f"{'Counterpoise':28}" + "".join(f"{each.mean():11.2f}" for each in every.values()))
    for name, figures in PEERS.items():
        print(f"{name:28}" + "".join(f"{each:11.2f}" for each in figures))
    for kind, limit in MOST_SMAPE.items():
        mean = every[kind].mean()
        verdict = "ok" if round(mean, 2) <= limit else "MISSED"
        print(f"{kind}: {mean:.2f}   limit {limit:.2f}   ratio {mean / limit:.3f}   {verdict}")


def print_ranges(found):
    for kind, each in found.items():
        for share in (80, 95):
            off = abs(each[f"covered {share}"] - share / 100)
            limit = OFF_BY.get((kind, share), OFF_BY_ELSE)
            verdict = "ok" if off <= limit else "MISSED"
            print(
                f"{kind}, {share} %: covered {each[f'covered {share}']:.3f}, off by {off:.3f}   "
                f"limit {limit:.2f}   {verdict}"
            )
        ratio = each["msis 95"] / MSIS_OF_AUTOETS[kind]
        print(
            f"{kind}: MSIS {each['msis 95']:.2f}   AutoETS {MSIS_OF_AUTOETS[kind]:.2f}   "
            f"ratio {ratio:.2f}   {'ok' if ratio <= 1 else 'MISSED'}"
        )
    seconds, count = found["MONTHLY"]["seconds"], len(found["MONTHLY"]["smape"])
    verdict = "ok" if seconds <= MOST_SECONDS_MONTHLY else "MISSED"
    print(
        f"{count} monthly series with ranges: {seconds:.1f} s   limit {MOST_SECONDS_MONTHLY} s   "
        f"ratio {seconds / MOST_SECONDS_MONTHLY:.2f}   {verdict}"
    )


if __name__ == "__main__":
    main()
