"""Values as JSON has them, so that saved documents, commands and hashes agree on one form."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text


def to_plain(value: Any) -> Any:
    """Amounts and dates become text, shares stay fractions, texts are English; never a float of
    money: Decimals are written in full."""
    if isinstance(value, Mapping):
        return {str(key): to_plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, Text | Period):
        return {each.name: to_plain(getattr(value, each.name)) for each in fields(value)}
    return _to_scalar(value)


def _to_scalar(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
    assert isinstance(value, Text | Period | PurePath), f"no plain form for {type(value)}"
    return str(value)
