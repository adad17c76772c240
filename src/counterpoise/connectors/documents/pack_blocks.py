"""What a pack is made of before it becomes a page or a print: sections of a few kinds of blocks.

All texts are written for the reader already; whoever sets them adds no words of its own.
"""

from dataclasses import dataclass
from typing import Literal

from counterpoise.connectors.documents.drawing import Drawing
from counterpoise.connectors.documents.reader import Language

Tone = Literal["plain", "strong", "soft", "warn", "empty"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """tone empty: says in words that there is nothing to show."""

    words: str
    tone: Tone = "plain"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Bullets:
    words: tuple[str, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Card:
    label: str
    value: str
    note: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Cards:
    cards: tuple[Card, ...]
    kind: Literal["cards"] = "cards"


@dataclass(frozen=True, slots=True)
class Column:
    """weight: its share of the width that is left; 0 for as wide as what stands in it."""

    title: str
    weight: int = 0
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[str, ...]
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        assert all(len(row.cells) == len(self.columns) for row in self.rows)

    @property
    def lines(self) -> tuple[tuple[bool, str, tuple[tuple[Column, str], ...]], ...]:
        """For the page: whether the row is strong, its first cell, and the others by column."""
        return tuple(
            (
                row.is_strong,
                row.cells[0],
                tuple(zip(self.columns[1:], row.cells[1:], strict=True)),
            )
            for row in self.rows
        )


@dataclass(frozen=True, slots=True)
class Picture:
    caption: str
    drawing: Drawing
    kind: Literal["picture"] = "picture"


Block = Paragraph | Bullets | Cards | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A pack in a reader's language. facts: lines under the title, each a label and its value.

    unprintable: what a print says when it lacks a letter.
    page_of: the sentence that counts the pages of a print, with {page} and {pages} in it.
    """

    language: Language
    title: str
    kicker: str
    company: str
    period: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    running: str
    page_of: str
    contents: str
    made_by: str
    unprintable: str
    direction: Literal["ltr", "rtl"]
