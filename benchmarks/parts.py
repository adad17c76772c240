"""Intermittent demand: 2,509 car parts by month, three of four months empty, the last 6 held back.

    .venv/bin/python benchmarks/parts.py

Bias of the total, squared error, and the cost of stock bought by the forecast (a missing part costs
nine times one left over), for each method, for a forecast of nothing, and for ours.
"""

import csv
from pathlib import Path

import numpy as np

from counterpoise.domain.time_series.intermittent import (
    METHODS,
    carry_by,
    carry_items,
    judge,
)
from counterpoise.domain.time_series.methods import carry_forward, combine

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "ts_carparts"
STEPS, SEASON = 6, 12
FIRST_LOOK = 26
MOST_BIAS, MOST_RMSE = 0.10, 1.04
PEERS = {"frePPLe's Croston (a port)": (0.44, 1.062), "moving average of 12": (0.18, 1.046)}


def main():
    if not DATA.is_dir():
        print(f"SKIPPED: no car parts at {DATA}")
        return
    items = read_parts()
    known, came = items[:, :-STEPS], items[:, -STEPS:]
    print(f"{len(items)} parts, {(known == 0).mean():.1%} of their months empty")
    print(f"{'':28}{'bias':>8}{'RMSE':>8}{'stock cost':>12}")
    for name in METHODS:
        show(name, judge(carry_by(name, known, STEPS), came))
    for name, (bias, rmse) in PEERS.items():
        print(f"{name:28}{bias:8.1%}{rmse:8.3f}")
    ours = judge(carry_items(known, STEPS, SEASON), came)
    show("Counterpoise", ours)
    for name, figure, limit in (
        ("bias", abs(ours.bias), MOST_BIAS),
        ("RMSE", ours.rmse, MOST_RMSE),
    ):
        verdict = "ok" if figure <= limit else "MISSED"
        print(f"{name}: {figure:.3f}   limit {limit:.2f}   ratio {figure / limit:.3f}   {verdict}")
    show_earlier(known.sum(axis=0))


def show_earlier(total):
    """How far the total, which every part is scaled to, was off on days before the last."""
    off = []
    for end in range(FIRST_LOOK, len(total) - STEPS + 1):
        said = combine(carry_forward(total[:end], STEPS, SEASON))
        off.append(said.sum() / total[end : end + STEPS].sum() - 1)
    mean, size = np.mean(off), np.abs(off).mean()
    print(f"bias of the total on {len(off)} earlier days: mean {mean:+.1%}, mean size {size:.1%}")


def read_parts():
    with (DATA / "carparts_wide.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    columns = list(zip(*(row[1:] for row in rows), strict=True))
    return np.array(
        [[float(each) for each in column] for column in columns if not {"", "NA"} & set(column)]
    )


def show(name, found):
    print(f"{name:28}{found.bias:8.1%}{found.rmse:8.3f}{found.stock_cost:12.3f}")


if __name__ == "__main__":
    main()
