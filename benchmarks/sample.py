"""How fast the sample company is written, and in how much memory, side by side with the limits.

    .venv/bin/python benchmarks/sample.py [SCALE]

Scale 40 by default: 200,000 deals and two million activities. Files go to a temporary folder.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from counterpoise.actions.samples import write_sample

LEAST_ACTIVITIES = 300_000
MOST_MIB = 2_048


def count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b"")) - 1


def main() -> int:
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 40.0
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        written = write_sample(Path(folder), scale=scale, seed=7)
        seconds = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = {path.stem: count_lines(path) for path in written.files if path.suffix == ".csv"}
    activities, everything = rows["activities"], sum(rows.values())
    missed = activities / seconds < LEAST_ACTIVITIES
    print(f"scale {scale:g}: {everything:,} rows, {activities:,} activities, {seconds:.1f} CPU-s")
    print(
        f"activities a CPU-second, all files written: {activities / seconds:,.0f}"
        f"   limit {LEAST_ACTIVITIES:,}   {'MISSED' if missed else 'ok'}"
    )
    print(f"rows a CPU-second: {everything / seconds:,.0f}")
    print(
        f"peak memory: {peak:.0f} MiB   limit {MOST_MIB:,}"
        f"   {'ok' if peak <= MOST_MIB else 'MISSED'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
