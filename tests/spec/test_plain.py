"""Values as JSON has them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from counterpoise.domain.values.period import Period
from counterpoise.domain.values.plain import to_plain
from counterpoise.domain.values.text import text


@dataclass(frozen=True)
class Sale:
    amount: Decimal
    on: date


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        pytest.param(Decimal("1E+3"), "1000", id="an amount is written in full"),
        pytest.param(Decimal("0.10"), "0.10", id="an amount keeps its places"),
        pytest.param(0.05, 0.05, id="a share stays a fraction"),
        pytest.param(None, None, id="nothing stays nothing"),
        pytest.param(date(2026, 1, 2), "2026-01-02", id="a date"),
        pytest.param(datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00+00:00", id="a time"),
        pytest.param(Period.parse("2026-Q1"), "2026-Q1", id="a period"),
        pytest.param(Path("a/b"), "a/b", id="a path"),
        pytest.param(text("{n} rows", n=3), "3 rows", id="a sentence"),
        pytest.param({1: (Decimal(2),)}, {"1": ["2"]}, id="what stands in rows and columns"),
        pytest.param(
            Sale(Decimal(1), date(2026, 1, 2)), {"amount": "1", "on": "2026-01-02"}, id="a record"
        ),
    ],
)
def test_plain_form(value, plain):
    assert to_plain(value) == plain
