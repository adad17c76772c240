"""How Tryton writes values in JSON, and how they are written as text and read back."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from counterpoise.domain.values.text import text

_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


class Unwritable(ValueError):
    """A text that is no value of the field's type."""


def read_value(value: Any) -> Any:
    """Moments are in UTC there without saying so; here they say it."""
    if not isinstance(value, Mapping):
        return value
    read = _READERS.get(value.get("__class__", ""))
    return read(value) if read else dict(value)


def read_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """`{"party.": {"name": …}}`, as Tryton has a related record, becomes `party.name`."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if not name.endswith("."):
            flat[name] = read_value(value)
        elif isinstance(value, Mapping):
            flat |= {f"{name}{inner}": held for inner, held in read_record(value).items()}
    return flat


def write_moment(moment: datetime) -> dict[str, Any]:
    held = moment.astimezone(UTC)
    return {"__class__": "datetime", **{each: getattr(held, each) for each in _PARTS}}


def write_value(kind: str, written: str | None) -> Any:
    """Raises Unwritable. kind: the field's type, in Tryton's word."""
    if written is None or (not written and kind not in ("char", "text")):
        return None
    try:
        return _WRITERS.get(kind, _keep)(written)
    except (ValueError, InvalidOperation) as error:
        raise Unwritable(text("{written} is no {kind}", written=written, kind=kind)) from error


def _write_date(written: str) -> dict[str, Any]:
    day = date.fromisoformat(written)
    return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}


def _write_decimal(written: str) -> dict[str, Any]:
    return {"__class__": "Decimal", "decimal": str(Decimal(written))}


def _write_timestamp(written: str) -> dict[str, Any]:
    return write_moment(datetime.fromisoformat(written))


def _keep(written: str) -> Any:
    return written


def _read_moment(held: Mapping[str, Any]) -> datetime:
    year, month, day, hour, minute, second, microsecond = (held[each] for each in _PARTS)
    return datetime(year, month, day, hour, minute, second, microsecond, UTC)


_READERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "Decimal": lambda held: Decimal(held["decimal"]),
    "date": lambda held: date(held["year"], held["month"], held["day"]),
    "datetime": _read_moment,
    "timedelta": lambda held: held["seconds"],
    "bytes": lambda held: held["base64"],
}
_WRITERS: dict[str, Callable[[str], Any]] = {
    "many2one": int,
    "integer": int,
    "float": float,
    "numeric": _write_decimal,
    "date": _write_date,
    "datetime": _write_timestamp,
    "timestamp": _write_timestamp,
    "boolean": lambda written: written.lower() == "true",
}
