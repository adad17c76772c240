"""How commands answer: one JSON document, or tables and sentences for a person."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from counterpoise.domain.values.plain import to_plain

JSON = dict[str, Any]
WIDTH = 120
"""Columns of a table in a pipe or a file, where no terminal says how many there are."""


def print_json(document: JSON) -> None:
    sys.stdout.write(json.dumps(to_plain(document), ensure_ascii=False, indent=2) + "\n")


def say(sentence: str) -> None:
    """Tell the person something; standard output stays free for the answer."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Numbers stand right, the rest left."""
    table = Table(title=title, title_justify="left")
    for n, column in enumerate(columns):
        numeric = any(isinstance(row[n], int | float | Decimal) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(each) for each in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    console.print(table, markup=False)


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner on a terminal while something takes its time; nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield


def _cell(value: Any) -> str:
    match value:
        case None:
            return "–"
        case Decimal():
            return f"{value:,.2f}" if value % 1 else f"{value:,.0f}"
        case float():
            return f"{value:,.3f}"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
    return str(value)
