"""Working time on an engine: how much of it there was from a first day up to any moment.

A person's working time is made in plain Python, day by day in UTC, with what went before it: so an
engine looks up a moment's day and adds and compares whole numbers, and knows no time zone itself.
The time between two moments is the difference of two of these counts.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from counterpoise.domain.measure.schedules import Schedules
from counterpoise.domain.measure.working_time import DAY, Interval, day_of, list_intervals
from counterpoise.domain.measure.working_week import Schedule
from counterpoise.domain.values.zone import OffsetChange
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.days import Days, number_of
from counterpoise.warehouse.measures.directory import read_directory
from counterpoise.warehouse.measures.known import KnownDeals


class Working:
    """The working time of the owners of some rows, between the earliest and the latest moment."""

    def __init__(self, known: KnownDeals, rows: ir.Table, first: int, last: int) -> None:
        self._known = known
        self._days = Days(known.backend, (OffsetChange(0, 0),))
        directory = read_directory(known, ("rep", "team", "calendar"))
        schedules = Schedules(directory, known.settings)
        owners = running.fetch(known.backend, rows.select("deal_source", "owner_id").distinct())
        self._numbers: dict[Schedule, int] = {}
        self._owners = [
            (
                each["deal_source"],
                each["owner_id"] or "",
                self._number(schedules.get(each["deal_source"], each["owner_id"])),
            )
            for each in owners
        ]
        self._first, self._last = day_of(first), day_of(last)

    def _number(self, schedule: Schedule) -> int:
        return self._numbers.setdefault(schedule, len(self._numbers))

    def place(self, rows: ir.Table) -> ir.Table:
        """Rows with the number of their owner's schedule."""
        schema = pa.schema(
            [("at_source", pa.string()), ("at_id", pa.string()), ("week", pa.int64())]
        )
        columns = list(zip(*sorted(set(self._owners)), strict=True)) or [(), (), ()]
        owners = running.hand_over(
            self._known.backend, pa.table([list(each) for each in columns], schema)
        )
        rows = rows.mutate(at_owner=rows.owner_id.fill_null(""))
        joined = rows.join(
            owners, [rows.deal_source == owners.at_source, rows.at_owner == owners.at_id]
        )
        return joined.drop("at_source", "at_id", "at_owner")

    def count(self, rows: ir.Table, moment: str, name: str) -> ir.Table:
        """Rows that were placed, with the working time up to the moment (empty where it is)."""
        days = self._table
        width = (len(days.columns) - 3) // 2
        joined = rows.mutate(on_day=self._days.day(rows[moment]))
        joined = joined.left_join(days, [joined.week == days.of_week, joined.on_day == days.of_day])
        counted = joined.before
        for number in range(width):
            begin, end = joined[f"begin_{number}"], joined[f"end_{number}"]
            part = ibis.least(joined[moment], end) - begin
            counted = counted + (part > 0).ifelse(part, 0)
        return joined.mutate(counted.name(name)).drop("on_day", *days.columns)

    @cached_property
    def _table(self) -> ir.Table:
        return running.hand_over(
            self._known.backend, _lay_out(tuple(self._numbers), self._first, self._last)
        )


def _lay_out(schedules: Sequence[Schedule], first: date, last: date) -> pa.Table:
    """A row for each schedule and day in UTC: what was worked before it, and its intervals."""
    counts, parts = [], []
    for number, schedule in enumerate(schedules):
        by_day = _split_days(schedule, first, last)
        before = 0
        for step in range((last - first).days + 1):
            day = number_of(first) + step
            held = by_day.get(day, [])
            counts.append((number, day, before))
            parts.append(held)
            before += sum(end - begin for begin, end in held)
    width = max(map(len, parts), default=0)
    names = ["of_week", "of_day", "before"]
    columns: list[list[int]] = [list(each) for each in zip(*counts, strict=True)] or [[], [], []]
    for place in range(width):
        names += [f"begin_{place}", f"end_{place}"]
        filled = [held[place] if place < len(held) else (0, 0) for held in parts]
        columns += [[begin for begin, _ in filled], [end for _, end in filled]]
    schema = pa.schema([(name, pa.int64()) for name in names])
    return pa.table(columns, schema)


def _split_days(schedule: Schedule, first: date, last: date) -> dict[int, list[Interval]]:
    around = timedelta(days=2)
    found: dict[int, list[Interval]] = {}
    for begin, end in list_intervals(schedule, first - around, last + around):
        start = begin
        while start < end:
            stop = min(end, (start // DAY + 1) * DAY)
            found.setdefault(start // DAY, []).append((start, stop))
            start = stop
    return found
