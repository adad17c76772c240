"""The columns of a mart, from the data dictionary: name, engine type, Arrow type."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.domain.tables.dictionary import Attribute, Table, Type

MONEY = "DECIMAL(24,4)"

_ENGINE_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "share": "DOUBLE",
    "money": MONEY,
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
    "boolean": "BOOLEAN",
}
_ARROW_TYPES: dict[Type, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "share": pa.float64(),
    "money": pa.decimal128(24, 4),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
}


def engine_type(attribute: Attribute) -> str:
    return _ENGINE_TYPES[attribute.type]


def arrow_type(attribute: Attribute) -> pa.DataType:
    return _ARROW_TYPES[attribute.type]


def arrow_schema(table: Table) -> pa.Schema:
    """Every mart has `source` first: the system that the row came from."""
    fields = [(each.name, _ARROW_TYPES[each.type]) for each in table.attributes]
    return pa.schema([("source", pa.string()), *fields])


def select_columns(table: Table, written: Path) -> str:
    """SQL of the table's columns out of files written like `written`: what the dictionary has got
    since then is empty in them."""
    held = set(pq.read_schema(written).names)
    added = [each for each in table.attributes if each.name not in held]
    if not added:
        return "*"
    empty = {each.name: f"CAST(NULL AS {engine_type(each)}) AS" for each in added}
    names = ("source", *(each.name for each in table.attributes))
    return ", ".join(f'{empty.get(name, "")} "{name}"'.strip() for name in names)
