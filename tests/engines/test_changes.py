"""Changes of deals: the warehouse's SQL says what the rule in plain Python says."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.changes import COLUMNS, Deal, list_changes, write_key
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.marts.changes import News, write_changes
from counterpoise.warehouse.schema import arrow_schema

SCHEMA = arrow_schema(get_table("opportunity"))
RECEIVED = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
moments = st.none() | st.integers(-200, 30).map(lambda days: RECEIVED + timedelta(days=days))
deals = st.builds(
    Deal,
    opportunity_id=st.just(""),
    stage=st.sampled_from(["New", "Proposal", "Won", "Lost"]),
    status=st.sampled_from([None, "open", "won", "lost"]),
    amount=st.none() | st.decimals(-(10**6), 10**9, places=2),
    owner_id=st.none() | st.sampled_from(["Layla", "Tom", "O'Neil"]),
    product_id=st.none() | st.sampled_from(["GTX Pro", "حاسوب"]),
    expected_close_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    probability=st.none() | st.integers(0, 1000).map(lambda share: share / 1000),
    forecast_category=st.none() | st.just("commit"),
    created_at=moments,
    stage_entered_at=moments,
    closed_at=moments,
    updated_at=moments,
)


def write(path, rows):
    written = [
        {"source": "files", "source_id": row["opportunity_id"], **row} for row in map(asdict, rows)
    ]
    pq.write_table(pa.Table.from_pylist(written, SCHEMA), path)
    return path


def number(rows):
    return [
        Deal(**{**asdict(row), "opportunity_id": f"O-{place}"})
        for place, row in enumerate(rows)
        if row is not None
    ]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pairs=st.lists(st.tuples(st.none() | deals, deals), min_size=1, max_size=8))
def test_the_warehouse_finds_the_changes_that_the_rule_finds(tmp_path, pairs):
    before = {each.opportunity_id: each for each in number([first for first, _ in pairs])}
    after = number([second for _, second in pairs])
    held = (write(tmp_path / "before.parquet", before.values()),) if before else ()
    staged = write(tmp_path / "after.parquet", after)
    news = News(held, staged, "files", COLUMNS, RECEIVED, 3)
    with open_connection() as connection:
        write_changes(connection, news, tmp_path / "changes.parquet")
        found = pq.read_table(tmp_path / "changes.parquet").to_pylist()
    expected = [
        {
            "source": "files",
            "source_id": write_key(change, 3),
            "changed_by": None,
            **asdict(change),
        }
        for deal in after
        for change in list_changes(before.get(deal.opportunity_id), deal, RECEIVED)
    ]
    key = lambda row: (row["changed_at"], row["source_id"])  # noqa: E731 -- used twice below
    assert sorted(found, key=key) == sorted(expected, key=key)


def test_attributes_that_the_newer_file_lacks_have_not_changed(tmp_path):
    deal = Deal(opportunity_id="O-1", stage="New", status="open", amount=Decimal(10))
    held = write(tmp_path / "before.parquet", [deal])
    staged = write(tmp_path / "after.parquet", [Deal(opportunity_id="O-1", stage="Won")])
    news = News((held,), staged, "files", ("stage",), RECEIVED, 0)
    with open_connection() as connection:
        write_changes(connection, news, tmp_path / "changes.parquet")
    found = pq.read_table(tmp_path / "changes.parquet").to_pylist()
    assert [(row["attribute"], row["value_after"]) for row in found] == [("stage", "Won")]
