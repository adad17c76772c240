"""Marks on series: times that are not to be learned from. Make one, withdraw one.

A mark holds for the part that it was made of and for all that lies wholly in it. Whatever is
carried forward afterwards takes account of it; what was published before stays as it was.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from counterpoise.actions import series
from counterpoise.domain.demand.explore import Members
from counterpoise.domain.tables.carried import Every
from counterpoise.domain.tables.mark import InvalidMark, MarkKind, SeriesMark
from counterpoise.domain.time_series.series import step
from counterpoise.domain.values.period import UnknownPeriod, find_start
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import text
from counterpoise.store import marks as stored
from counterpoise.store.marks import KeptMark

_SHAPES: dict[Every, re.Pattern[str]] = {
    "day": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "week": re.compile(r"[0-9]{4}-W[0-9]{2}"),
    "month": re.compile(r"[0-9]{4}-[0-9]{2}"),
    "quarter": re.compile(r"[0-9]{4}-Q[1-4]"),
    "year": re.compile(r"[0-9]{4}"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A mark that is to be made. period: a day (2026-03-05), a week (2026-W10), a month (2026-03),
    a quarter (2026-Q1) or a year (2026)."""

    measure: str
    period: str
    by: Members
    kind: str
    comment: str


def list_marks(measure: str = "", visitor: Visitor | None = None) -> tuple[KeptMark, ...]:
    """The newest first; of single people and teams only for who sees everybody's. No visitor is the
    command line, which sees all."""
    every = stored.list_history(measure)
    if visitor is None or visitor.reach == "everyone":
        return every
    return tuple(each for each in every if not names_people(each.mark.by))


def names_people(by: Members) -> bool:
    return any(name in series.PEOPLE for name, _member in by)


def make_mark(draft: Draft, visitor: Visitor | None, *, now: datetime) -> SeriesMark:
    """Raises UnknownMeasure and UnknownDimension for what is not carried forward, UnknownPeriod,
    InvalidMark, and stored.MarkChanged where it is marked already."""
    series.wish(draft.measure, tuple(name for name, _member in draft.by))
    start, end = read_period(draft.period)
    if start > now.date():
        raise InvalidMark(
            text(
                "{period} has not begun yet, so there is nothing to leave out. To plan for"
                " something to come, load it into the table calendar, or override the forecast.",
                period=draft.period,
            )
        )
    mark = SeriesMark(
        id=0,
        measure=draft.measure,
        start=start,
        end=end,
        by=tuple(sorted(draft.by)),
        kind=cast("MarkKind", draft.kind),
        comment=draft.comment,
        author=visitor.name if visitor else "",
        made_at=now,
    )
    return stored.make(mark, author_id=visitor.id if visitor else None)


def withdraw_mark(mark_id: int, visitor: Visitor | None, *, now: datetime) -> SeriesMark:
    """Raises stored.UnknownMark, for a mark that the visitor may not see too, and
    stored.MarkChanged for one that does not hold any more."""
    found = stored.get_mark(mark_id).mark
    if visitor is not None and visitor.reach != "everyone" and names_people(found.by):
        raise stored.UnknownMark(
            text("There is no mark {number}. Choose one of the list of marks.", number=mark_id)
        )
    stored.withdraw(found, person_id=visitor.id if visitor else None, at=now)
    return found


def read_period(written: str) -> tuple[date, date]:
    """From, and up to but without. Raises UnknownPeriod."""
    size = next((size for size, shape in _SHAPES.items() if shape.fullmatch(written)), None)
    try:
        if size is not None:
            start = find_start(written)
            return start, step(start, size, 1)
    except (ValueError, OverflowError):
        pass  # such as the 31st of a shorter month, said below
    raise UnknownPeriod(
        text(
            "'{written}' names no period. Write a day (2026-03-05), a week (2026-W10), a month"
            " (2026-03), a quarter (2026-Q1) or a year (2026).",
            written=written,
        )
    )
