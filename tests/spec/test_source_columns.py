"""What comes from a source is handed over as text, the way the system wrote it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from counterpoise.connectors.sources.columns import build_batches, flatten, write_text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        ("", ""),
        ("شركة المدار", "شركة المدار"),
        ("=1+1", "=1+1"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (Decimal("1200.50"), "1200.50"),
        (0.25, "0.25"),
        (date(2026, 9, 30), "2026-09-30"),
        (datetime(2026, 9, 30, 8, tzinfo=UTC), "2026-09-30T08:00:00+00:00"),
        ([{"قيمة": Decimal("1.10")}], '[{"قيمة": "1.10"}]'),
        ("half \ud83d letter", "half \ufffd letter"),
        ("\ud83d\ude00", "😀"),
    ],
)
def test_a_value_is_written_as(value, written):
    assert write_text(value) == written


def test_records_become_batches_of_text():
    records = ({"id": number, "name": None, "beside": "x"} for number in range(5))
    batches = list(build_batches(records, ["name", "id", "email"], most_rows=2))
    assert [each.num_rows for each in batches] == [2, 2, 1]
    assert batches[0].to_pylist()[1] == {"name": None, "id": "1", "email": None}
    assert {str(each.type) for each in batches[0].schema} == {"string"}


def test_long_notes_do_not_fill_one_batch():
    note = "ملاحظة" * 1_000_000
    assert [each.num_rows for each in build_batches([{"note": note}] * 7, ["note"])] == [3, 3, 1]


def test_no_record_gives_no_batch():
    assert list(build_batches([], ["id"])) == []


def test_records_within_records_get_names_with_dots():
    record = {
        "id": 1,
        "party": {"name": "x", "country": {"code": "EG"}},
        "emails": [{"value": "a"}],
    }
    assert flatten(record) == {
        "id": 1,
        "party.name": "x",
        "party.country.code": "EG",
        "emails": [{"value": "a"}],
    }
