"""Sentences that a person will read, kept apart from the numbers in them so both can be translated.

The domain writes `text("{rows} rows of {table} lack {attribute}", rows=3, …)`; the template is the
message id of the translation, and whoever shows it formats the values for the reader's language.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

Value: TypeAlias = "str | int | Decimal | date | Text"


@dataclass(frozen=True, slots=True)
class Text:
    """A template with named places and what stands in them, which may be sentences themselves.

    `str()` gives plain English.
    """

    template: str
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return self.template.format(**dict(self.values))


def explain(error: BaseException) -> Text:
    """Why we refused, for a reader of any language: the sentence that the error was raised with."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Text) else Text("{said}", (("said", str(said)),))


def text(template: str, /, **values: Value) -> Text:
    return Text(template, tuple(values.items()))
