"""Runs every benchmark, one after the other: `make bench`."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = (
    "collect.py",
    "refresh.py",
    "salesforce.py",
    "reading.py",
    "measures.py",
    "waterfall.py",
    "maven_demand.py",
    "deal_challenger.py",
    "kept_amounts.py",
    "simulated_demand.py",
    "series.py",
    "challenger.py",
    "series_many.py",
    "tourism.py",
    "periods.py",
    "parts.py",
    "plan.py",
    "sample.py",
    "identity.py",
    "cycle.py",
    "web.py",
    "hooks.py",
)


def main() -> int:
    failed = []
    for name in SCRIPTS:
        print(f"\n=== benchmarks/{name}", flush=True)
        if subprocess.run([sys.executable, HERE / name], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nDid not finish: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
