"""All measures over 5 million activities and 500,000 deals, beside SQL written by hand.

    .venv/bin/python benchmarks/measures.py [DEALS] [ACTIVITIES]

The build is generated once into a temporary folder and read once before the clock starts. The SQL
(measures_by_hand.py) reads the same Parquet files, the roll-up of activities included, and every
value must be equal to ours.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
from measures_by_hand import LAST, measure_by_hand

from counterpoise.domain.measure.question import Question
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.dictionary import TABLES, get_table
from counterpoise.domain.tables.measured import Measured
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.landing.reading import COPY_OPTIONS
from counterpoise.warehouse.measures.compute import answer_question
from counterpoise.warehouse.schema import engine_type

MOST_SECONDS = 2.0
MOST_RATIO = 1.5
ROUNDS = 5
DAYS = 1096  # 2023-10-01 to 2026-09-30
EARLIER = date(2026, 3, 31)

# Each row's values are hashes of its number, so every run makes the same build.
_TABLES = {
    "rep": """
        SELECT 'R' || n AS source_id, 'Rep ' || n AS name, 'T' || n % 20 AS team_id,
            'Region ' || n % 5 AS region FROM range(200) AS r(n)""",
    "team": "SELECT 'T' || n AS source_id, 'Team ' || n AS name FROM range(20) AS r(n)",
    "product": "SELECT 'P' || n AS source_id, 'Product ' || n AS name FROM range(30) AS r(n)",
    "account": """
        SELECT 'A' || n AS source_id, 'Account ' || n AS name, 'Region ' || n % 5 AS region,
            'Segment ' || n % 4 AS segment FROM range({deals} // 5) AS r(n)""",
    "opportunity": """
        SELECT 'D' || n AS source_id, 'R' || h1 % 200 AS owner_id, 'A' || h2 % ({deals} // 5)
                AS account_id, 'P' || h3 % 30 AS product_id, 'source ' || h1 % 6 AS lead_source,
            CASE status WHEN 'open' THEN 'Proposal' WHEN 'won' THEN 'Closed Won'
                ELSE 'Closed Lost' END AS stage,
            status, CASE WHEN h2 % 50 > 0 THEN (h3 % 2000000) / 100 END AS amount,
            'AED' AS currency, created_at,
            CASE WHEN status <> 'open' THEN created_at + to_hours(cycle) END AS closed_at,
            CAST(created_at AS DATE) + CAST(h1 % 120 AS INTEGER) AS expected_close_on,
            created_at + to_hours(least(cycle, {days} * 24 - 1 - hours)) AS updated_at
        FROM (
            SELECT *, TIMESTAMPTZ '2023-10-01 00:00:00Z' + to_hours(hours) AS created_at,
                CASE WHEN hours + cycle >= {days} * 24 THEN 'open' WHEN h3 % 3 = 0 THEN 'won'
                    ELSE 'lost' END AS status
            FROM (
                SELECT n, hash(n) % 2147483647 AS h1, hash(n + 1000000007) % 2147483647 AS h2,
                    hash(n + 2000000011) % 2147483647 AS h3,
                    CAST(h1 % ({days} * 24) AS BIGINT) AS hours,
                    CAST(24 + h2 % 3000 AS BIGINT) AS cycle
                FROM range({deals}) AS r(n)
            )
        )""",
    "opportunity_change": """
        SELECT d.source_id || '|' || attribute || '|' || place AS source_id,
            d.source_id AS opportunity_id, changed_at, attribute, value_before, value_after,
            'history' AS origin
        FROM opportunity AS d, LATERAL (
            SELECT * FROM (VALUES
                ('stage', 1, created_at, NULL, 'Prospect'),
                ('stage', 2, created_at + (updated_at - created_at) / 3, 'Prospect', 'Proposal'),
                ('amount', 1, created_at, NULL, CAST(amount AS VARCHAR)),
                ('expected_close_on', 1, created_at + (updated_at - created_at) / 2,
                    CAST(expected_close_on - 30 AS VARCHAR), CAST(expected_close_on AS VARCHAR)),
                ('stage', 3, closed_at, 'Proposal', stage)
            ) AS v(attribute, place, changed_at, value_before, value_after)
            WHERE changed_at IS NOT NULL
        )""",
    "lead": """
        SELECT 'L' || n AS source_id, 'R' || hash(n) % 200 AS owner_id,
            'source ' || hash(n) % 6 AS lead_source,
            TIMESTAMPTZ '2023-10-01 00:00:00Z'
                + to_minutes(CAST(hash(n) % ({days} * 1440) AS BIGINT)) AS created_at,
            created_at + to_seconds(CAST(hash(n + 7) % 86400 AS BIGINT)) AS first_touch_at,
            hash(n) % 4 = 0 AS is_converted
        FROM range({deals}) AS r(n)""",
    "activity": """
        SELECT 'E' || n AS source_id,
            ['call', 'email', 'meeting', 'task'][CAST(1 + h % 4 AS INTEGER)] AS type,
            'R' || h % 200 AS owner_id, 'D' || h % {deals} AS opportunity_id,
            TIMESTAMPTZ '2023-10-01 00:00:00Z' + to_minutes(CAST(h % ({days} * 1440) AS BIGINT))
                AS occurred_at,
            (h % 240) / 4 AS duration_minutes
        FROM (SELECT n, hash(n) % 2147483647 AS h FROM range({activities}) AS r(n))""",
    "target": """
        SELECT 'Q' || r || '-' || q AS source_id, 'R' || r AS rep_id,
            DATE '2023-10-01' + to_months(CAST(3 * q AS INTEGER)) AS period_start,
            900000 AS amount, 'AED' AS currency
        FROM range(200) AS a(r), range(12) AS b(q)""",
}


def write_build(folder: Path, deals: int, activities: int) -> None:
    made = {
        name: query.format(deals=deals, activities=activities, days=DAYS)
        for name, query in _TABLES.items()
    }
    connection = write_tables(folder, made)
    (folder / "activity_by_day").mkdir()
    connection.execute(
        "COPY (SELECT CAST(occurred_at AS DATE) AS day, source, owner_id, type, count(*) AS"
        " activities, sum(duration_minutes) AS minutes FROM activity GROUP BY ALL)"
        f" TO '{folder / 'activity_by_day' / 'all.parquet'}' (KV_METADATA {{zone: 'UTC'}})"
    )
    connection.close()


def write_tables(folder: Path, made: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """Every canonical table, empty where no query makes it; the connection still holds them."""
    connection = open_connection(memory_limit="4GB")
    for name in TABLES:
        query = made.get(name)
        if query is None:
            connection.execute(f"CREATE TABLE {name} AS SELECT {_list(name, ())} LIMIT 0")
        else:
            connection.execute(f"CREATE TABLE made AS {query}")
            columns = [row[0] for row in connection.execute("DESCRIBE made").fetchall()]
            connection.execute(f"CREATE TABLE {name} AS SELECT {_list(name, columns)} FROM made")
            connection.execute("DROP TABLE made")
        (folder / name).mkdir(parents=True)
        connection.execute(f"COPY {name} TO '{folder / name / '0.parquet'}' ({COPY_OPTIONS})")
    return connection


def _list(table: str, columns: list[str] | tuple[()]) -> str:
    fields = [
        f"CAST({each.name if each.name in columns else 'NULL'} AS {engine_type(each)})"
        f" AS {each.name}"
        for each in get_table(table).attributes
    ]
    return ", ".join(["'files' AS source", *fields])


def clock(run: Callable[[], object]) -> tuple[float, float]:
    """The best of some rounds: seconds on the clock, and of all processors."""
    run()
    walls, cpus = [], []
    for _ in range(ROUNDS):
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return min(walls), min(cpus)


def compare(folder: Path, as_of: date, title: str) -> None:
    rules = load_defaults()
    question = Question(as_of=as_of)

    def ours() -> tuple[Measured, ...]:
        return answer_question(folder, question, rulebook=rules)

    def theirs() -> dict[str, Decimal | None]:
        return measure_by_hand(folder, as_of)

    values = {each.name: each.value for each in ours()}
    for name, value in theirs().items():
        assert values[name] == value, f"{name}: {values[name]} is not {value}"
    wall, cpu = clock(ours)
    hand_wall, hand_cpu = clock(theirs)
    print(f"\n{title}: {len(values)} measures, equal to the SQL written by hand")
    print(f"  ours     {wall:6.2f} s {cpu:6.2f} CPU-s   {_judge(wall, MOST_SECONDS, 's')}")
    print(f"  by hand  {hand_wall:6.2f} s {hand_cpu:6.2f} CPU-s")
    ratio = wall / hand_wall
    print(
        f"  ratio    {ratio:6.2f}   {cpu / hand_cpu:6.2f} CPU     {_judge(ratio, MOST_RATIO, '')}"
    )


def _judge(value: float, most: float, unit: str) -> str:
    return f"limit {most} {unit}   {'ok' if value <= most else 'MISSED'}"


def main() -> int:
    deals = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    activities = int(sys.argv[2]) if len(sys.argv) > 2 else 5_000_000
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "build"
        write_build(folder, deals, activities)
        print(f"{deals:,} deals, {activities:,} activities; DuckDB {duckdb.__version__}")
        compare(folder, LAST, "as known on the last day")
        compare(folder, EARLIER, f"as known half a year before, on {EARLIER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
