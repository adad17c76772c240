"""Refreshing changed opportunities from a source that hands them over at once, end to end.

    .venv/bin/python benchmarks/refresh.py [ROWS]

Everything between the source's pages and the published build is in the time: landing, digests,
staging, the marts with the history of changes, hashes, the transaction. The source itself costs
next to nothing. Each size is a process of its own, in which all deals are read once, then changed
and refreshed; peak memory is the process's own, and must not grow with the rows.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

LEAST_ROWS_A_SECOND = 5_000
MOST_GROWTH = 1.5
ROWS = 100_000
PAGE = 2_000
START = datetime(2026, 5, 1, 9, tzinfo=UTC)
COLUMNS = {
    "Id": "source_id",
    "Name": "name",
    "StageName": "stage",
    "Amount": "amount",
    "CurrencyIsoCode": "currency",
    "OwnerId": "owner_id",
    "CreatedDate": "created_at",
    "CloseDate": "expected_close_on",
    "LastModifiedDate": "updated_at",
    "Description": "",
}


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    measured = [_measure(rows), _measure(4 * rows)]
    print(f"{'rows':>9} {'first s':>9} {'again s':>9} {'rows/s':>9} {'CPU s':>7} {'MiB':>6}")
    for each in measured:
        print(
            f"{each['rows']:>9,} {each['first']:>9.2f} {each['again']:>9.2f}"
            f" {each['rows'] / each['again']:>9,.0f} {each['cpu']:>7.2f} {each['mib']:>6,.0f}"
        )
    speed = measured[0]["rows"] / measured[0]["again"]
    growth = measured[1]["mib"] / measured[0]["mib"]
    print(f"limit {LEAST_ROWS_A_SECOND:,} rows a second: {_say(speed >= LEAST_ROWS_A_SECOND)}")
    print(f"memory for four times the rows: {growth:.2f} of it, limit {MOST_GROWTH}:", end=" ")
    print(_say(growth <= MOST_GROWTH))
    return 0


def _say(is_reached: bool) -> str:  # noqa: FBT001 -- one word for one fact
    return "reached" if is_reached else "MISSED"


def _measure(rows: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", str(rows)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _run_one(rows: int) -> None:
    from counterpoise.store import connection

    connection.start()
    from counterpoise.actions import connections as acting
    from counterpoise.actions.refresh import refresh
    from counterpoise.actions.workspaces import init_workspace
    from counterpoise.domain.values.text import text

    source = _build_source(rows)
    kind = acting.Connector(text("Benchmark"), (), lambda opening: source)
    acting.CONNECTORS["benchmark"] = kind
    with tempfile.TemporaryDirectory() as folder:
        workspace = init_workspace(Path(folder) / "workspace")
        held = acting.add_connection("benchmark", "benchmark", {}, now=START)
        seconds = []
        for turn in range(2):
            source.turn = turn
            began, cpu = time.perf_counter(), time.process_time()
            done = refresh(workspace, held, now=START + timedelta(days=turn))
            seconds.append(time.perf_counter() - began)
            cpu = time.process_time() - cpu
            assert done.counts["Opportunity"]["fresh"] == rows
        found = {
            "rows": rows,
            "first": seconds[0],
            "again": seconds[1],
            "cpu": cpu,
            "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    print(json.dumps(found))


def _build_source(rows: int) -> Any:
    import pyarrow as pa

    from counterpoise.connectors.sources.port import (
        SourceField,
        SourceObject,
    )
    from counterpoise.domain.tables.mapping import (
        ColumnMapping,
        FileMapping,
    )
    from counterpoise.domain.values.text import text

    note = "A note as a seller writes it after a call, with what was said. " * 3

    class Source:
        turn = 0

        def describe(self) -> tuple[SourceObject, ...]:
            fields = tuple(SourceField(each, "text") for each in COLUMNS)
            return (SourceObject("Opportunity", "opportunity", fields),)

        def map(self, described: SourceObject) -> FileMapping:
            columns = tuple(
                ColumnMapping("Opportunity", column, "opportunity", attribute, 1, text("stated"))
                for column, attribute in COLUMNS.items()
                if attribute
            )
            return FileMapping("Opportunity", "opportunity", "benchmark", columns, ())

        def read(self, *asked: object) -> Iterator[pa.RecordBatch]:
            changed = START + timedelta(days=self.turn, seconds=-1)
            for start in range(0, rows, PAGE):
                places = range(start, min(start + PAGE, rows))
                columns = [
                    [f"006{each:015d}" for each in places],
                    [f"Deal {each} of عميل" for each in places],
                    [("Proposal", "Negotiation")[(each + self.turn) % 2] for each in places],
                    [f"{each % 9999 + self.turn}.50" for each in places],
                    ["USD"] * len(places),
                    [f"005{each % 200:015d}" for each in places],
                    ["2026-01-05T10:00:00.000+0000"] * len(places),
                    ["2026-07-31"] * len(places),
                    [changed.isoformat()] * len(places),
                    [note] * len(places),
                ]
                arrays = [pa.array(each, pa.string()) for each in columns]
                yield pa.RecordBatch.from_arrays(arrays, names=list(COLUMNS))

        def read_removed(self, *asked: object) -> Iterator[Any]:
            return iter(())

        def count(self, described: SourceObject) -> int:
            return rows

    return Source()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _run_one(int(sys.argv[2]))
    else:
        sys.exit(main())
