"""Business days as whole numbers since 1970-01-01, from instants, on any engine.

Engines know different versions of the time zones, and converting an instant to a local date is
slow. So the offsets come from Python and the engine only adds and divides whole numbers.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.domain.values.zone import OffsetChange

_DAY = 86_400_000_000
_SHIFT_DAYS = 1_000_000  # keeps the division above zero for any date an engine knows
_EPOCH = date(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)


@ibis.udf.scalar.builtin(name="epoch_us")  # type: ignore[untyped-decorator]
def _epoch_us(instant: dt.Timestamp(timezone="UTC")) -> int:  # type: ignore[valid-type, empty-body]
    """DuckDB's way to write it."""


@ibis.udf.scalar.builtin(name="unix_micros")  # type: ignore[untyped-decorator]
def _unix_micros(instant: dt.Timestamp(timezone="UTC")) -> int:  # type: ignore[valid-type, empty-body]
    """Spark's way to write it."""


@ibis.udf.scalar.builtin(name="make_date")  # type: ignore[untyped-decorator]
def _make_date(number: dt.int32) -> dt.date:
    """DuckDB's way to write the day of a number; adding days to a date takes three times longer."""


@ibis.udf.scalar.builtin(name="date_from_unix_date")  # type: ignore[untyped-decorator]
def _date_from_unix_date(number: dt.int32) -> dt.date:
    """Spark's way to write it."""


def micros(backend: SQLBackend, instant: ir.TimestampValue) -> ir.IntegerValue:
    """Microseconds since 1970 in UTC."""
    return _unix_micros(instant) if backend.name == "pyspark" else _epoch_us(instant)


class Days:
    """Instants as microseconds and as business days of one time zone."""

    def __init__(self, backend: SQLBackend, offsets: Sequence[OffsetChange]) -> None:
        self._backend = backend
        self._offsets = offsets

    def micros(self, instant: ir.TimestampValue) -> ir.IntegerValue:
        return micros(self._backend, instant)

    def day(self, micros: ir.IntegerValue) -> ir.IntegerValue:
        offsets = [each.offset * 1_000_000 for each in self._offsets]
        shift: ir.IntegerValue | int = offsets[-1]
        if len(offsets) > 1:
            borders = [each.instant * 1_000_000 for each in self._offsets[1:]]
            branches = [
                (micros < border, offset)
                for border, offset in zip(borders, offsets[:-1], strict=True)
            ]
            shift = ibis.cases(*branches, else_=offsets[-1])
        local = micros + shift + _SHIFT_DAYS * _DAY
        return ((local - local % _DAY) / _DAY).cast("int64") - _SHIFT_DAYS


def to_micros(moment: datetime) -> int:
    return (moment - _EPOCH_UTC) // timedelta(microseconds=1)


def number_of(day: date) -> int:
    return (day - _EPOCH).days


def to_date(backend: SQLBackend, number: ir.IntegerValue) -> ir.DateValue:
    days = number.cast("int32")
    return _date_from_unix_date(days) if backend.name == "pyspark" else _make_date(days)


def from_date(day: ir.DateValue) -> ir.IntegerValue:
    return day.delta(ibis.date("1970-01-01"), unit="day").cast("int64")


def first_of_week(number: ir.IntegerValue) -> ir.IntegerValue:
    """The Monday: day 4 of the numbers is one (1970-01-05)."""
    return number - (number - 4 + 7 * _SHIFT_DAYS) % 7


def first_of_month(backend: SQLBackend, number: ir.IntegerValue) -> ir.IntegerValue:
    return number - to_date(backend, number).day().cast("int64") + 1


def first_of_quarter(backend: SQLBackend, number: ir.IntegerValue) -> ir.IntegerValue:
    before = (to_date(backend, number).month() - 1) % 3
    month = first_of_month(backend, number)
    month = (before >= 1).ifelse(first_of_month(backend, month - 1), month)
    return (before >= 2).ifelse(first_of_month(backend, month - 1), month)


def month_number(backend: SQLBackend, number: ir.IntegerValue) -> ir.IntegerValue:
    """Months since the year 0 of the month that a day lies in."""
    day = to_date(backend, number)
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


def first_of_months(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)
