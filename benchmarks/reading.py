"""How fast a received file is looked through: hash, null bytes, lines and UTF-8 in one pass.

Run: .venv/bin/python benchmarks/reading.py [--rows 5000000]. Figures are CPU seconds.
"""

import argparse
import hashlib
import tempfile
import time
from pathlib import Path

from counterpoise.connectors.files import quotes
from counterpoise.connectors.files.reading import read_sources
from counterpoise.connectors.files.scanning import scan

HEADER = "id,type,direction,occurred_at,duration_minutes,owner,opportunity,outcome\n"
REPEATED = 100_000
ROW = "{n},call,in,2024-01-{day:02} 10:00:00,12.5,rep{rep},deal{deal},{outcome}\n"


def write_rows(path, rows, outcome, *, is_quoted=False):
    block = "".join(
        ROW.format(n=n, day=n % 28 + 1, rep=n % 50, deal=n % 1000, outcome=outcome)
        for n in range(REPEATED)
    )
    if is_quoted:
        block = "".join('"' + row.replace(",", '","') + '"\n' for row in block.splitlines())
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for _ in range(rows // REPEATED):
            file.write(block)


def measure(name, size, work):
    started = time.process_time()
    work()
    seconds = time.process_time() - started
    print(f"{name:<46}{seconds:8.2f} s {size / seconds / 1e6:10,.0f} MB/s")


def measure_all(path, size):
    def hash_alone():
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")

    measure("  SHA-256 alone", size, hash_alone)
    measure("  one pass (target: 500 MB/s)", size, lambda: scan(path))
    measure("  quick look for a swallowing quote", size, lambda: quotes.may_swallow(path, '"'))
    measure("  read_sources, all of it", size, lambda: read_sources([path], path.parent))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=5_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        for name, outcome, is_quoted in (
            ("ASCII", "connected", False),
            ("Arabic", "متصل", False),
            ("every field quoted", "connected", True),
        ):
            path = Path(folder, "activities.csv")
            write_rows(path, rows, outcome, is_quoted=is_quoted)
            size = path.stat().st_size
            print(f"{name}: {rows:,} rows, {size / 1e6:,.0f} MB")
            measure_all(path, size)


if __name__ == "__main__":
    main()
