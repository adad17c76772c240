"""Collecting activities from CSV, beside DuckDB's own `read_csv` to Parquet of the same file.

    .venv/bin/python benchmarks/collect.py [ROWS]

DuckDB's own way guesses the types, checks nothing and keeps one copy. Ours lands every record as
text, casts it by stated rules, checks keys, rows and sums, rolls up by day, hashes and publishes.
Each is a process of its own, taken in turns, timed without the imports; the best of the rounds
counts. The clean export is held to the figure; the two others show what disorder costs.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

LEAST_RATIO = 0.5
MOST_MEMORY_MIB = 2048
ROUNDS = {"clean, by id": 3}

_EXPORT = """
COPY (
    SELECT printf('A-%09d', i) AS id,
        ['email', 'call', 'meeting', 'demo', 'task'][1 + h1 % 5] AS type,
        ['in', 'out'][1 + h2 % 2] AS direction,
        strftime(TIMESTAMP '2023-01-01' + to_seconds((i * 19) % 94000000), '%Y-%m-%d %H:%M:%S')
            AS occurred_at,
        {minutes} AS duration_minutes, 'rep-' || h2 % 200 AS owner,
        printf('O-%07d', h1 % 500000) AS opportunity,
        ['connected', 'no answer', 'left message', 'booked', ''][1 + h2 % 5] AS outcome
    FROM (SELECT i, CAST(hash(i) % 2147483647 AS BIGINT) AS h1,
        CAST(hash(i + 1000000007) % 2147483647 AS BIGINT) AS h2 FROM range({rows}) AS r(i))
    {order}
) TO '{path}' (HEADER)
"""
_CLEAN = {"minutes": "5 + h1 % 55", "order": ""}
EXPORTS = {
    "clean, by id": _CLEAN,
    "in random order": {**_CLEAN, "order": "ORDER BY hash(i)"},
    "one row in 1,000 broken": {
        "minutes": "CASE WHEN i % 1000 = 7 THEN 'a while' ELSE (5 + h1 % 55)::VARCHAR END",
        "order": "",
    },
}
_OWN = """
import duckdb
def run():
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"COPY (FROM read_csv('{path}')) TO '{folder}/own.parquet'")
"""
_OURS = """
from datetime import UTC, datetime
from pathlib import Path
from counterpoise.store import connection
connection.start()
from counterpoise.actions.collect import collect
from counterpoise.actions.workspaces import init_workspace
workspace = init_workspace(Path(folder) / "workspace")
def run():
    done = collect(workspace, [Path(path)], now=datetime.now(UTC))
    counts = done.tables["activity"]
    assert counts.new + counts.quarantined == counts.received == int(rows), counts
"""
_EXPORTING = """
import duckdb
def run():
    duckdb.connect(config={"threads": 2}).execute(rows)
"""
_TIMED = """
import resource, sys, time
script, path, folder, rows = sys.argv[1:]
exec(script)
def spent():
    taken = resource.getrusage(resource.RUSAGE_SELF)
    return taken.ru_utime + taken.ru_stime
cpu, wall = spent(), time.perf_counter()
run()
wall = time.perf_counter() - wall
print(wall, spent() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main(rows: int) -> int:
    print(f"{rows:,} activities of 8 columns, 2 threads, best of the rounds")
    print(f"{'':24} {'':9} {'wall s':>7} {'CPU s':>7} {'rows/s':>10} {'MiB':>6}")
    missed = 0
    for name, options in EXPORTS.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "activities.csv"
            measure(_EXPORTING, path, _EXPORT.format(rows=rows, path=path, **options))
            is_met = compare(name, path, rows)
            missed += name in ROUNDS and not is_met
    return missed


def compare(name: str, path: Path, rows: int) -> bool:
    best = {"DuckDB": [], "ours": []}
    for _ in range(ROUNDS.get(name, 1)):
        best["DuckDB"].append(measure(_OWN, path, str(rows)))
        best["ours"].append(measure(_OURS, path, str(rows)))
    for who, rounds in best.items():
        wall, cpu = (min(each[place] for each in rounds) for place in (0, 1))
        memory = max(each[2] for each in rounds)
        best[who] = (wall, cpu, memory)
        print(f"{name:24} {who:9} {wall:7.2f} {cpu:7.2f} {rows / wall:10,.0f} {memory:6.0f}")
    by_wall, by_cpu = (best["DuckDB"][place] / best["ours"][place] for place in (0, 1))
    is_met = by_cpu >= LEAST_RATIO and best["ours"][2] <= MOST_MEMORY_MIB
    verdict = "met" if is_met else "MISSED"
    print(
        f"{name:24} rows/s, ours / DuckDB's: {by_wall:.2f} by wall, {by_cpu:.2f} by CPU, which"
        f" counts (at least {LEAST_RATIO}); memory at most {MOST_MEMORY_MIB} MiB: {verdict}",
        flush=True,
    )
    return is_met


def measure(script: str, path: Path, rows: str) -> tuple[float, float, float]:
    """Wall and CPU seconds, and the most memory in MiB, of a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _TIMED, script, str(path), folder, rows]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall, cpu, memory = map(float, done.stdout.split()[-3:])
    return wall, cpu, memory


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000))
