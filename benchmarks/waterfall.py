"""The pipeline waterfall over 1 million changes of deals, whole and by rep.

    .venv/bin/python benchmarks/waterfall.py [CHANGES]

Every change lies in the window, so every one is told, valued and named. The build is generated once
into a temporary folder and read once before the clock starts; start, movements and end must add up
to the cent.
"""

import sys
import tempfile
from datetime import date
from pathlib import Path

import duckdb
from measures import clock, write_tables

from counterpoise.domain.measure.waterfall import Window
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.values.period import Period
from counterpoise.warehouse.measures.waterfall import compute_waterfall

MOST_SECONDS = 2.0
CHANGES_OF_A_DEAL = 6
START, END = date(2025, 1, 1), date(2027, 1, 1)

# Each row's values are hashes of its number, so every run makes the same build.
TABLES = {
    "rep": """
        SELECT 'R' || n AS source_id, 'Rep ' || n AS name, 'T' || n % 20 AS team_id,
            'Region ' || n % 5 AS region FROM range(200) AS r(n)""",
    "team": "SELECT 'T' || n AS source_id, 'Team ' || n AS name FROM range(20) AS r(n)",
    "opportunity": """
        SELECT 'D' || n AS source_id, 'R' || (h1 + 1) % 200 AS owner_id,
            CASE ended WHEN 0 THEN 'Proposal' WHEN 1 THEN 'Closed Won' ELSE 'Closed Lost' END
                AS stage,
            CASE ended WHEN 0 THEN 'open' WHEN 1 THEN 'won' ELSE 'lost' END AS status,
            ((h1 + 3) % 2000000) / 100 AS amount, 'AED' AS currency, created_at,
            CASE WHEN ended > 0 THEN created_at + INTERVAL 200 DAY END AS closed_at,
            DATE '2026-01-01' + CAST((h1 + 4) % 365 AS INTEGER) AS expected_close_on,
            created_at + INTERVAL 200 DAY AS updated_at
        FROM (
            SELECT n, hash(n) % 2147483647 AS h1, h1 % 3 AS ended,
                TIMESTAMPTZ '2025-01-02 00:00:00Z' + to_minutes(CAST(h1 % 500000 AS BIGINT))
                    AS created_at
            FROM range({changes} // {each}) AS r(n)
        )""",
    "opportunity_change": """
        SELECT d.source_id || '|' || v.place AS source_id, d.source_id AS opportunity_id,
            created_at + to_hours(CAST(place * 700 + h % 300 AS BIGINT)) AS changed_at, attribute,
            value_before, value_after, 'history' AS origin
        FROM (SELECT *, hash(source_id) % 2147483647 AS h FROM opportunity) AS d, LATERAL (
            SELECT * FROM (VALUES
                ('amount', 1, CAST((h + 1) % 20000 AS VARCHAR), CAST((h + 2) % 20000 AS VARCHAR)),
                ('expected_close_on', 2, CAST(DATE '2025-06-01' + CAST(h % 400 AS INTEGER)
                    AS VARCHAR), CAST(expected_close_on AS VARCHAR)),
                ('status', 3, 'open', 'lost'),
                ('status', 4, 'lost', 'open'),
                ('owner_id', 5, 'R' || (h % 200), owner_id),
                ('amount', 6, CAST((h + 2) % 20000 AS VARCHAR), CAST(amount AS VARCHAR))
            ) AS v(attribute, place, value_before, value_after)
        ) AS v""",
}
ASKED = (
    ("the whole company", Window(START, END)),
    ("what was due in 2026", Window(START, END, due=Period.parse("2026"))),
    ("each of 200 reps", Window(START, END, by="rep")),
)


def main() -> int:
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rules = load_defaults()
    missed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "build"
        made = {
            name: query.format(changes=changes, each=CHANGES_OF_A_DEAL)
            if name == "opportunity"
            else query
            for name, query in TABLES.items()
        }
        write_tables(folder, made)
        print(f"{changes:,} changes; DuckDB {duckdb.__version__}")
        for title, window in ASKED:
            found = compute_waterfall(folder, window, rulebook=rules)
            moved = 0
            for each in found.parts:
                assert each.start + sum(line.money for line in each.lines) == each.end
                moved += sum(line.n for line in each.lines)
            wall, cpu = clock(
                lambda window=window: compute_waterfall(folder, window, rulebook=rules)
            )
            verdict = "ok" if wall <= MOST_SECONDS else "MISSED"
            missed += verdict == "MISSED"
            print(
                f"  {title}: {moved:,} movements, adds up to the cent   {wall:5.2f} s"
                f" {cpu:5.2f} CPU-s   limit {MOST_SECONDS} s   {verdict}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
