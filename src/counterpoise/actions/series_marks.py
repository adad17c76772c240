"""Marks on series: times that are not to be learned from. Make one, withdraw one.

A mark holds for the part that it was made of and for all that lies wholly in it. Whatever is
carried forward afterwards takes account of it; what was published before stays as it was.
"""

import re
from datetime import date, datetime
from typing import cast

from counterpoise.actions import series
from counterpoise.domain.demand.explore import Every, Members
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
}


def list_marks(measure: str = "", visitor: Visitor | None = None) -> tuple[KeptMark, ...]:
    """The newest first; of single people and teams only for who sees everybody's. No visitor is the
    command line, which sees all."""
    every = stored.list_history(measure)
    if visitor is None or visitor.reach == "everyone":
        return every
    return tuple(each for each in every if not is_of_people(each.mark))


def is_of_people(mark: SeriesMark) -> bool:
    return any(name in series.PEOPLE for name, _member in mark.by)


def make_mark(
    measure: str,
    period: str,
    by: Members,
    *,
    kind: str,
    comment: str,
    visitor: Visitor | None,
    now: datetime,
) -> SeriesMark:
    """period: a day (2026-03-05), a week (2026-W10), a month (2026-03) or a quarter (2026-Q1).

    Raises UnknownMeasure and UnknownDimension for what is not carried forward, UnknownPeriod,
    InvalidMark, and stored.MarkChanged where it is marked already.
    """
    series.wish(measure, tuple(name for name, _member in by))
    start, end = read_period(period)
    if start > now.date():
        raise InvalidMark(
            text(
                "{period} has not begun yet, so there is nothing to leave out. To plan for something"
                " to come, load it into the table calendar, or override the forecast.",
                period=period,
            )
        )
    mark = SeriesMark(
        id=0,
        measure=measure,
        start=start,
        end=end,
        by=tuple(sorted(by)),
        kind=cast("MarkKind", kind),
        comment=comment,
        author=visitor.name if visitor else "",
        made_at=now,
    )
    return stored.make(mark, author_id=visitor.id if visitor else None)


def withdraw_mark(mark_id: int, visitor: Visitor | None, *, now: datetime) -> SeriesMark:
    """Raises stored.UnknownMark, for a mark that the visitor may not see too, and
    stored.MarkChanged for one that does not hold any more."""
    found = stored.get_mark(mark_id).mark
    if visitor is not None and visitor.reach != "everyone" and is_of_people(found):
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
            " (2026-03) or a quarter (2026-Q1).",
            written=written,
        )
    )
