"""The calendar of a company or a region: working days, Ramadan, Eid, promotions, launches.

Days off come from the rulebook and from the table calendar. A list of days off ends somewhere, and
what comes after looks as if nobody ever took a day off. It is held to be known for as long after
its last day as the longest time in it that had no day off.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.occasion import CalendarDays, Occasion, OccasionKind
from counterpoise.domain.values.hijri import list_feasts

OBSERVING_KEY = "series.hijri_countries"
KINDS_KEYS: dict[OccasionKind, str] = {
    "promotion": "series.promotion_kinds",
    "launch": "series.launch_kinds",
}
Row = Mapping[str, Any]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Work:
    """country: '' where nobody says which. is_worked: whether a day is; is_ordinary: whether it
    would be if none were off. off: the days off that are known."""

    country: str
    is_worked: Callable[[date], bool]
    is_ordinary: Callable[[date], bool]
    off: frozenset[date]


def build_days(
    rows: Iterable[Row], rulebook: Rulebook, as_of: date, work: Work, span: tuple[date, date]
) -> CalendarDays:
    """rows: of the table calendar. span: the first and the last day that are asked for."""
    first, last = span
    country = work.country
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    occasions = [*_list_hijri(rulebook, as_of, country, span)]
    occasions += _list_events(rows, rulebook, as_of, country)
    return CalendarDays(
        country=country,
        worked=frozenset(filter(work.is_worked, every)),
        ordinary=frozenset(filter(work.is_ordinary, every)),
        off_until=find_end(sorted(work.off)),
        occasions=tuple(sorted(occasions, key=lambda each: (each.first, each.kind, each.name))),
    )


def find_end(off: Sequence[date]) -> date | None:
    """How far a list of days off is known; off: in order."""
    if not off:
        return None
    longest = max((after - before for before, after in pairwise(off)), default=_DAY)
    return off[-1] + longest - _DAY


def _list_hijri(
    rulebook: Rulebook, as_of: date, country: str, span: tuple[date, date]
) -> Iterator[Occasion]:
    observing = _read_words(rulebook, OBSERVING_KEY, as_of)
    if country.strip().lower() in observing:
        for feast in list_feasts(*span):
            yield Occasion(feast.kind, feast.name, feast.first, feast.last)


def _list_events(
    rows: Iterable[Row], rulebook: Rulebook, as_of: date, country: str
) -> Iterator[Occasion]:
    """Days of one name that follow one another are one event. Where the country is known, events
    of other countries are not its own."""
    words = {kind: _read_words(rulebook, key, as_of) for kind, key in KINDS_KEYS.items()}
    own = {"", country.strip().lower()}
    days: dict[tuple[OccasionKind, str], set[date]] = {}
    for row in rows:
        written = (row["kind"] or "").strip().lower()
        where = (row["country"] or "").strip().lower()
        for kind, known in words.items():
            if written in known and (not country or where in own):
                days.setdefault((kind, (row["name"] or "").strip()), set()).add(row["date"])
    for (kind, name), found in sorted(days.items()):
        for first, last in _find_runs(sorted(found)):
            yield Occasion(kind, name, first, last)


def _find_runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    first = days[0]
    for before, after in pairwise([*days, date.max]):
        if after - before > _DAY:
            yield first, before
            first = after


def _read_words(rulebook: Rulebook, key: str, as_of: date) -> frozenset[str]:
    rule = rulebook.find(key, as_of)
    words = (rule.value if rule else "").split(";")
    return frozenset(each.strip().lower() for each in words if each.strip())
