"""Meetings and calls that took place, one by one: whose, when, and what each adds to the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from counterpoise.domain.measure.plain_counted import Counted
from counterpoise.domain.measure.plain_known import Knowledge
from counterpoise.domain.measure.plain_places import Row
from counterpoise.domain.measure.plain_response import find_evening
from counterpoise.domain.measure.selling import (
    CUSTOMER,
    Owner,
    add_to_union,
    find_longest,
    measure_length,
)
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.measure.working_time import to_micros


@dataclass(frozen=True, slots=True)
class Meeting:
    """begin, end: microseconds. counted: its labels and its day."""

    begin: int
    end: int
    key: tuple[str, str]
    owner: Owner
    counted: Counted
    has_customer: bool


def list_meetings(knowledge: Knowledge, settings: Settings) -> list[Meeting]:
    """Of selling types, with somebody's name and a length, that were held."""
    evening = find_evening(settings)
    rows = knowledge.tables.get("activity", ())
    return [_read(row, knowledge, evening) for row in rows if _is_held(row, knowledge, settings)]


def find_firsts(meetings: Iterable[Meeting]) -> dict[Owner, date]:
    """The day of everybody's first meeting."""
    firsts: dict[Owner, date] = {}
    for each in meetings:
        day = each.counted.day
        assert day is not None
        firsts[each.owner] = min(day, firsts.get(each.owner, day))
    return firsts


def list_added(meetings: Iterable[Meeting]) -> list[Counted]:
    """number: the microseconds that a meeting adds to those of the same person."""
    people: dict[str, list[Meeting]] = {}
    for each in meetings:
        people.setdefault(each.counted.labels["rep"], []).append(each)
    rows = []
    for held in people.values():
        ordered = sorted(held, key=lambda each: (each.begin, each.end, each.key))
        added = add_to_union((each.begin, each.end) for each in ordered)
        rows += [
            Counted(each.counted.labels, each.counted.day, number=number)
            for each, number in zip(ordered, added, strict=True)
        ]
    return rows


def _is_held(row: Row, knowledge: Knowledge, settings: Settings) -> bool:
    minutes = row.get("duration_minutes")
    outcome = (row.get("outcome") or "").strip().lower()
    return (
        knowledge.day(row["occurred_at"]) <= knowledge.as_of
        and knowledge.is_there(row)
        and bool(row.get("owner_id"))
        and row["type"].strip().lower() in settings.selling_types
        and outcome not in settings.not_held
        and minutes is not None
        and 0 < minutes < find_longest(settings)
    )


def _read(row: Row, knowledge: Knowledge, evening: int) -> Meeting:
    begin = to_micros(row["occurred_at"])
    labels = knowledge.directory.place_rep(row["source"], row["owner_id"])
    return Meeting(
        begin=begin,
        end=min(begin + measure_length(row["duration_minutes"]), evening),
        key=(row["source"], row["source_id"]),
        owner=(row["source"], row["owner_id"]),
        counted=Counted(labels, knowledge.day(row["occurred_at"])),
        has_customer=any(row.get(each) for each in CUSTOMER),
    )
