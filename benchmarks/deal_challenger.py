"""A gradient-boosted challenger of single deals on Maven's CRM data, beside what it challenges.

    .venv/bin/python benchmarks/deal_challenger.py [FOLDER]

FOLDER as for maven_demand.py. On past days, thirty days apart, everything is learned from what was
known on each; what is said of the deals open then is held against what came within 30, 60 and 90
days. Prints the scores of each method, then the verdict and how long it took.
"""

import sys
import time
from pathlib import Path

from maven_demand import FOLDER, read_maven

from counterpoise.domain.demand import deal_contest
from counterpoise.domain.demand.challenging import DealTerms
from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.rulebook.toml import load_defaults

MOST_SECONDS = 60


def main(folder: Path = FOLDER) -> None:
    if not folder.is_dir():
        print(f"SKIPPED: no Maven data at {folder}")
        return
    deals, rulebook = read_maven(folder), load_defaults()
    settings = read_settings(rulebook, deals.as_of)
    began, worked = time.perf_counter(), time.process_time()
    found = deal_contest.hold(deals, rulebook, settings, DealTerms())
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    print(f"{'method':<26}{'days':>5}{'Brier':>9}{'log loss':>10}{'won':>8}{'value':>8}")
    for each in found.scores:
        print(
            f"{each.method:<26}{each.horizon_days:>5}{each.brier:>9.4f}{each.log_loss:>10.4f}"
            f"{each.won_bias:>+8.3f}{each.wmape:>8.3f}"
        )
    print(f"\n{found.deals:,} deals on {found.days} past days: {found.outcome}.")
    print(f"Brier score better by {found.gain}, at least by {found.gain_low}. {found.why}")
    verdict = "ok" if seconds <= MOST_SECONDS else "MISSED"
    print(f"{seconds:.0f} s, {cpu:.0f} s of CPU   limit {MOST_SECONDS} s   {verdict}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
