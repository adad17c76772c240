"""Entries of the trail as a table that the database sorts, filters and pages, and one's difference.

The trail grows for ever, so no page reads it whole.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from counterpoise.store.audit import Entry, Found, Wanted
from counterpoise.web import tables
from counterpoise.web.reading import Eyes
from counterpoise.web.tables import Arranged, Choice, Column, Row, Table

NAME = "entries"
PAGE_ROWS = 50
LONGEST_SEARCH = 100
COLUMNS = (
    Column("number", _("Entry"), "number"),
    Column("at", _("When"), "moment"),
    Column("actor", _("Who")),
    Column("verb", _("What")),
    Column("subject", _("Of what")),
    Column("origin", _("From")),
)
SORTED = frozenset({"number", "at", "actor", "verb", "subject"})
DIFFERENCE = (
    Column("field", _("Field")),
    Column("before", _("Before")),
    Column("after", _("After")),
)


def read_wanted(asked: QueryDict) -> Wanted:
    """What the address asks for; nonsense in it asks for nothing."""
    sort = asked.get(f"{NAME}.sort", "")
    return Wanted(
        words=_read_text(asked, "q"),
        actor=_read_text(asked, "actor"),
        verb=_read_text(asked, "verb"),
        sort=sort if sort.removeprefix("-") in SORTED else "",
    )


def read_page(asked: QueryDict) -> int:
    written = asked.get(f"{NAME}.page", "1")
    is_number = written.isascii() and written.isdigit() and len(written) < 10
    return max(1, int(written)) if is_number else 1


def build_entries(entries: Sequence[Entry]) -> Table:
    rows = tuple(
        Row(
            {
                "number": each.number,
                "at": each.at,
                "actor": each.actor,
                "verb": each.verb,
                "subject": each.subject,
                "origin": each.origin,
            },
            {"number": reverse("audit:entry", args=[each.number])},
        )
        for each in entries
    )
    return Table(
        NAME,
        _("Who changed what"),
        COLUMNS,
        rows,
        _("Nothing was changed yet."),
        page_rows=PAGE_ROWS,
    )


def arrange(found: Found, page: int, asked: QueryDict, eyes: Eyes) -> Arranged:
    """What the database has sorted, filtered and cut is shown as it is."""
    table = build_entries(found.entries)
    frame = tables.arrange(replace(table, rows=()), asked, eyes)
    pages = max(1, -(-found.matching // PAGE_ROWS))
    return replace(
        frame,
        headings=tuple(
            each if each.column.key in SORTED else replace(each, link="?")
            for each in frame.headings
        ),
        rows=tables.arrange(table, QueryDict(), eyes).rows,
        matching=found.matching,
        total=found.total,
        page=page,
        pages=pages,
        words=_read_text(asked, "q"),
        choices=(
            _offer(COLUMNS[2], found.actors, asked),
            _offer(COLUMNS[3], found.verbs, asked),
        ),
        kept=tuple(each for each in frame.kept if each[0] not in {f"{NAME}.actor", f"{NAME}.verb"}),
        previous=_link(asked, page - 1) if page > 1 else "",
        next=_link(asked, page + 1) if page < pages else "",
    )


def build_difference(entry: Entry) -> Table:
    """One row a field: what it was and what it is. What stayed the same is left out."""
    before, after = _flatten(entry.before), _flatten(entry.after)
    rows = tuple(
        Row({"field": name, "before": before.get(name, ""), "after": after.get(name, "")})
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name) or name not in before
    )
    return Table(
        "difference", _("What was changed"), DIFFERENCE, rows, _("The entry carries no values.")
    )


def _flatten(document: Mapping[str, Any] | None, above: str = "") -> dict[str, str]:
    """Documents within documents become names with dots."""
    found: dict[str, str] = {}
    for name, value in (document or {}).items():
        if isinstance(value, Mapping) and value:
            found |= _flatten(value, f"{above}{name}.")
        else:
            written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            found[f"{above}{name}"] = written
    return found


def _offer(column: Column, values: Sequence[str], asked: QueryDict) -> Choice:
    parameter = f"{NAME}.{column.key}"
    return Choice(column, parameter, asked.get(parameter, ""), tuple((v, v) for v in values))


def _link(asked: QueryDict, page: int) -> str:
    gone = {f"{NAME}.page", f"{NAME}.export"}
    kept = [(key, value) for key, values in asked.lists() for value in values if key not in gone]
    return "?" + urlencode([*kept, (f"{NAME}.page", str(page))])


def _read_text(asked: QueryDict, part: str) -> str:
    return asked.get(f"{NAME}.{part}", "")[:LONGEST_SEARCH].replace("\0", "")
