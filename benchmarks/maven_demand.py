"""Prints how the forecast does on Maven's CRM data, week by week, knowing only what was known.

    .venv/bin/python benchmarks/maven_demand.py [FOLDER]

FOLDER holds sales_pipeline.csv and sales_teams.csv; by default shared/data/crm_maven beside the
checkout. Weekly origins from May to November 2017, every method on the same origins. A figure that
misses its bar is marked, and the script then ends with exit code 1.
"""

import csv
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.forecast import evaluate
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import (
    STILL_OPEN,
    ChangeLog,
    Deals,
    Dimension,
    day_number,
)
from counterpoise.domain.tables.forecast import BacktestRow

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "crm_maven"
AS_OF = date(2017, 12, 31)
FIRST_ORIGIN, LAST_ORIGIN = date(2017, 5, 7), date(2017, 11, 30)
WMAPE_AT_MOST = {30: 0.15, 60: 0.10, 90: 0.09}
BIAS_AT_MOST = 0.03
COVERAGE_BETWEEN = (0.72, 0.88)
METHOD = "counterpoise"
PRODUCT_NAMES = {"GTXPro": "GTX Pro"}


def main(folder: Path = FOLDER) -> int:
    deals = read_maven(folder)
    started = time.process_time()
    rows, _ = evaluate(deals, list_origins(), rulebook=load_defaults())
    spent = time.process_time() - started
    print(f"{len(deals):,} deals, weekly origins from {FIRST_ORIGIN}; {spent:.1f} s of CPU\n")
    print(f"{'method':<26}{'days':>5}{'origins':>9}{'WMAPE':>8}{'bias':>9}{'covered':>9}")
    misses = []
    for row in rows:
        covered = "" if row.coverage_80 is None else f"{row.coverage_80:.2f}"
        missed = find_misses(row)
        misses += missed
        print(
            f"{row.method:<26}{row.horizon_days:>5}{row.origins:>9}{row.wmape:>8.3f}"
            f"{row.bias:>+9.3f}{covered:>9}  {'; '.join(missed)}"
        )
    print("\nEvery bar is reached." if not misses else f"\nMissed: {'; '.join(misses)}")
    return 1 if misses else 0


def list_origins() -> list[date]:
    count = (LAST_ORIGIN - FIRST_ORIGIN).days // 7 + 1
    return [FIRST_ORIGIN + timedelta(days=7 * week) for week in range(count)]


def find_misses(row: BacktestRow) -> list[str]:
    if row.method != METHOD or row.horizon_days not in WMAPE_AT_MOST:
        return []
    misses = []
    if row.wmape > WMAPE_AT_MOST[row.horizon_days]:
        misses.append(f"{row.horizon_days} d WMAPE above {WMAPE_AT_MOST[row.horizon_days]}")
    if abs(row.bias) > BIAS_AT_MOST:
        misses.append(f"{row.horizon_days} d bias beyond {BIAS_AT_MOST}")
    low, high = COVERAGE_BETWEEN
    if not low <= (row.coverage_80 or 0.0) <= high:
        misses.append(f"{row.horizon_days} d coverage not between {low} and {high}")
    return misses


def read_maven(folder: Path) -> Deals:
    """Deals with an engage date; an amount is known on closing, Engaging is the only stage."""
    with (folder / "sales_teams.csv").open(encoding="utf-8", newline="") as file:
        region_of = {row["sales_agent"]: row["regional_office"] for row in csv.DictReader(file)}
    with (folder / "sales_pipeline.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["engage_date"]]
    created = np.array([_day(row["engage_date"]) for row in rows], dtype=np.int32)
    closed = np.array([_day(row["close_date"]) for row in rows], dtype=np.int32)
    won = np.array([row["deal_stage"] == "Won" for row in rows])
    sold = np.flatnonzero(won)
    value = np.array([float(rows[place]["close_value"]) for place in sold])
    products = [PRODUCT_NAMES.get(row["product"], row["product"]) for row in rows]
    return Deals(
        as_of=AS_OF,
        currency="USD",
        ids=np.array([row["opportunity_id"] for row in rows], dtype=object),
        created=created,
        closed=closed,
        won=won,
        amounts=_log(sold, closed[sold], value),
        stages=_log(np.arange(len(rows)), created, np.zeros(len(rows))),
        stage_labels=("Engaging",),
        dimensions={
            "product": _dimension(products),
            "region": _dimension(region_of[row["sales_agent"]] for row in rows),
        },
    )


def _day(written: str) -> int:
    return day_number(date.fromisoformat(written)) if written else STILL_OPEN


def _log(deal: NDArray[np.int64], day: NDArray[np.int32], value: NDArray[np.float64]) -> ChangeLog:
    order = np.argsort(day, kind="stable")
    return ChangeLog(deal[order].astype(np.int32), day[order], value[order])


def _dimension(names: Iterable[str]) -> Dimension:
    labels, codes = np.unique(list(names), return_inverse=True)
    return Dimension(tuple(str(label) for label in labels), codes.astype(np.int32))


def _read_arguments(arguments: Sequence[str]) -> Path:
    return Path(arguments[0]) if arguments else FOLDER


if __name__ == "__main__":
    sys.exit(main(_read_arguments(sys.argv[1:])))
