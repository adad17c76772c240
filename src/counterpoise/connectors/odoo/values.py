"""How Odoo writes values in JSON, and how they are written as text and read back.

False stands for empty there, save in a field that is true or false; a related record is a pair of
its id and its name; moments are in UTC without saying so.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from counterpoise.domain.values.text import text

MOMENT = "%Y-%m-%d %H:%M:%S"


class Unwritable(ValueError):
    """A text that is no value of the field's type."""


def read_value(kind: str, value: Any) -> Any:
    if kind == "boolean":
        return bool(value)
    if value is False or value is None:
        return None
    if kind in ("many2one", "many2one_reference") and isinstance(value, list):
        return value[0] if value else None
    if kind == "datetime":
        return f"{value.replace(' ', 'T')}+00:00"
    return value


def read_name(value: Any) -> str | None:
    """Of a related record."""
    return str(value[1]) if isinstance(value, list) and len(value) > 1 else None


def write_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(MOMENT)


def write_value(kind: str, written: str | None) -> Any:
    """Raises Unwritable. kind: the field's type, in Odoo's word."""
    if written is None or not written:
        return False
    try:
        return _WRITERS.get(kind, str)(written)
    except (ValueError, InvalidOperation) as error:
        raise Unwritable(text("{written} is no {kind}", written=written, kind=kind)) from error


def _write_number(written: str) -> float:
    """Odoo keeps its amounts as numbers of the database and takes them as JSON's."""
    return float(Decimal(written.removesuffix("%")))


_WRITERS: dict[str, Callable[[str], Any]] = {
    "many2one": int,
    "integer": int,
    "float": _write_number,
    "monetary": _write_number,
    "date": lambda written: date.fromisoformat(written).isoformat(),
    "datetime": lambda written: write_moment(datetime.fromisoformat(written)),
    "boolean": lambda written: written.lower() == "true",
}
