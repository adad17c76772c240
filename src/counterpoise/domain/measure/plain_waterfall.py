"""The waterfall in plain Python: each deal's history told event by event, exact and slow.

Which history counts: amounts and expected closing days are told by the log as in plain_known, and
from the last moment that the records tell of on they are what the record says. The owner and the
product before a change are what that change says, afterwards what the next one or the record says.
How a deal ends is for its record to say, and when: a closing in the log counts where the log undoes
it later. Whether a deal was closed in between is told by its status, or by its stage where its
source keeps a history of stages and none of the status.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from counterpoise.domain.measure.plain_known import (
    Key,
    Knowledge,
    find_last_change,
    to_date,
    to_money,
)
from counterpoise.domain.measure.plain_places import Row, Tables
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.measure.waterfall import EVENTS, Event, Kind, Step, Window
from counterpoise.domain.values.zone import start_of_day

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_CLOSED = ("won", "lost")
_Found = tuple[datetime, Event, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class State:
    """A deal at a moment, as far as the pipeline cares."""

    exists: bool = False
    status: str = "open"
    amount: Decimal | None = None
    is_due: bool = False
    label: str = ""

    @property
    def is_in(self) -> bool:
        return self.exists and self.status == "open" and self.is_due

    @property
    def worth(self) -> Decimal:
        return (self.amount or Decimal(0)) if self.is_in else Decimal(0)


@dataclass(frozen=True, slots=True)
class Movement:
    """money: in the deal's currency; above 0 where it came into the pipeline of the label."""

    deal: Key
    at: datetime
    kind: Kind
    label: str
    money: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """A deal's history: its states in turn, from each event on; the first is before all events."""

    deal: Key
    currency: str
    rate: Decimal
    states: tuple[tuple[datetime, Event, State], ...]

    def state_before(self, moment: datetime) -> State:
        return [state for at, _, state in self.states if at < moment][-1]


def measure_waterfall(tables: Tables, window: Window, settings: Settings) -> tuple[Step, ...]:
    """A step for each movement, and for each deal at the start and at the end."""
    start, end = (start_of_day(day, settings.zone) for day in (window.start, window.end))
    steps = []
    for told in tell_histories(tables, window, settings):
        for at, moment in (("start", start), ("end", end)):
            state = told.state_before(moment)
            if state.is_in:
                steps.append(_step(told, state.label, at, state.worth))
        steps += [
            _step(told, each.label, each.kind, each.money)
            for each in list_movements(told)
            if start <= each.at < end
        ]
    return _count(steps)


def list_movements(told: Told) -> Iterator[Movement]:
    for (_, _, before), (at, event, after) in pairwise(told.states):
        for kind, label, money in _name(event, before, after):
            yield Movement(told.deal, at, kind, label, money)


def tell_histories(tables: Tables, window: Window, settings: Settings) -> Iterator[Told]:
    """Of every deal that somebody dated and that was there before the window's end."""
    teller = _Teller(tables, window, settings)
    for row in tables.get("opportunity", ()):
        if (told := teller.tell(row)) is not None:
            yield told


def _step(told: Told, label: str, at: str, money: Decimal) -> tuple[Key, Step]:
    step = Step(label, at, told.currency, told.rate, money, 1, 1)  # type: ignore[arg-type]
    return told.deal, step


def _count(steps: Iterable[tuple[Key, Step]]) -> tuple[Step, ...]:
    """Steps that are alike as one; a deal counts once in it."""
    groups: dict[tuple[str, str, str, Decimal], list[tuple[Key, Step]]] = {}
    for deal, step in steps:
        alike = (step.label, step.at, step.currency, step.rate)
        groups.setdefault(alike, []).append((deal, step))
    return tuple(
        replace(
            group[0][1],
            money=sum((step.money for _, step in group), Decimal(0)),
            n=len(group),
            deals=len({deal for deal, _ in group}),
        )
        for group in groups.values()
    )


def _name(event: Event, before: State, after: State) -> Iterator[tuple[Kind, str, Decimal]]:
    """What an event did to the pipeline; most do one thing or nothing."""
    money = after.worth - before.worth
    if before.is_in and after.is_in:
        if before.label != after.label:
            yield "reassigned_out", before.label, -before.worth
            yield "reassigned_in", after.label, after.worth
        elif before.amount is None and after.amount is not None:
            yield "priced", after.label, money
        elif before.amount != after.amount:
            yield ("up" if money > 0 else "down"), after.label, money
    elif after.is_in:
        came: dict[Event, Kind] = {"expected": "pulled_in", "created": "created"}
        yield came.get(event, "reopened"), after.label, money
    elif before.is_in:
        went: dict[Event, Kind] = {"expected": "pushed_out", "deleted": "deleted"}
        yield went.get(event) or _name_closing(after), before.label, money
    elif before.exists and after.is_due and before.status != after.status:
        again = replace(after, status="open")  # lost at first, then won after all
        yield "reopened", after.label, again.worth
        yield _name_closing(after), after.label, -again.worth


def _name_closing(state: State) -> Kind:
    return "won" if state.status == "won" else "lost"


class _Teller:
    def __init__(self, tables: Tables, window: Window, settings: Settings) -> None:
        self.window = window
        self.settings = settings
        self.knowledge = Knowledge(tables, settings.as_of, settings.zone, settings.rates)
        self.end = start_of_day(window.end, settings.zone)
        self.present = find_last_change(tables, but_not="dates") or _BEFORE_ALL

    def tell(self, row: Row) -> Told | None:
        key = (row["source"], row["source_id"])
        dated = self.knowledge.date_deal(row)
        if dated is None or dated[0] >= self.end:
            return None
        entered, closing = dated
        found = [
            *self._tell_value(row, "amount"),
            *self._tell_value(row, "expected_close_on"),
            *self._tell_labels(row),
            (entered, "created", {"exists": True}),
            *self._tell_status(row, closing),
        ]
        if row.get("deleted_at") is not None:
            gone_at = max(row["deleted_at"], entered)
            found.append((gone_at, "deleted", {"exists": False}))
        # of two of one kind at one moment the order above counts: sorting keeps it
        found.sort(key=lambda each: (each[0], EVENTS.index(each[1])))
        states = [(_BEFORE_ALL, EVENTS[0], State())]
        for at, event, changed in found:
            states.append((at, event, replace(states[-1][2], **changed)))
        currency = row.get("currency") or ""
        rate = self.settings.rates.get_rate(currency, self.knowledge.day(entered))
        return Told(key, currency, rate, tuple(states))

    def _tell_value(self, row: Row, attribute: str) -> Iterator[_Found]:
        key = (row["source"], row["source_id"])
        changes = self.knowledge.changes.get((key, attribute), [])
        is_logged = self.knowledge.logs(key, attribute)
        recorded = "" if row.get(attribute) is None else str(row[attribute])
        begin = recorded if is_logged else ""
        if changes:
            begin = changes[0].get("value_before") or ""
        yield self._change(_BEFORE_ALL, attribute, begin)
        for change in changes:
            if change["changed_at"] <= self.present:
                after = change.get("value_after") or ""
                yield self._change(change["changed_at"], attribute, after)
        yield self._change(self.present, attribute, recorded)

    def _change(self, at: datetime, attribute: str, value: str) -> _Found:
        if attribute == "amount":
            return at, "amount", {"amount": to_money(value)}
        return at, "expected", {"is_due": self.window.is_due(to_date(value))}

    def _tell_labels(self, row: Row) -> Iterator[_Found]:
        key = (row["source"], row["source_id"])
        attribute = "product_id" if self.window.by == "product" else "owner_id"
        meant = row.get(attribute) or ""
        turns = []
        for change in reversed(self.knowledge.changes.get((key, attribute), [])):
            turns.append((change["changed_at"], meant))
            meant = change.get("value_before") or meant
        turns.append((_BEFORE_ALL, meant))
        for at, value in reversed(turns):
            yield at, "owner", {"label": self._label(row, {**row, attribute: value})}

    def _label(self, row: Row, held: Row) -> str:
        if not self.window.by:
            return ""
        places = self.knowledge.directory.place_deal(
            row, held.get("owner_id"), held.get("product_id")
        )
        return places[self.window.by]

    def _tell_status(self, row: Row, closing: datetime | None) -> Iterator[_Found]:
        turns = [each for each in self._list_turns(row) if closing is None or each[0] < closing]
        undone = [
            place
            for place, (_, _, status) in enumerate(turns)
            if (status != row["status"] if closing else status == "open")
        ]
        kept = turns[: undone[-1] + 1] if undone else []
        yield _BEFORE_ALL, "status", {"status": kept[0][1] if kept else "open"}
        for at, _, status in kept:
            yield at, "status", {"status": status}
        if closing:
            yield closing, "status", {"status": row["status"]}

    def _list_turns(self, row: Row) -> list[tuple[datetime, str, str]]:
        """When the log tells of a status: the moment, the status before and from then on."""
        key = (row["source"], row["source_id"])
        by_stage = self.knowledge.logs(key, "stage") and not self.knowledge.logs(key, "status")
        changes = self.knowledge.changes.get((key, "stage" if by_stage else "status"), [])
        read = self._read_stage if by_stage else _read_status
        return [
            (each["changed_at"], read(row, each["value_before"]), read(row, each["value_after"]))
            for each in changes
        ]

    def _read_stage(self, row: Row, stage: str | None) -> str:
        """A stage of which the rulebook says nothing is what the record is while it stands in it,
        else open."""
        found = self.settings.stage_kinds.get(self.settings.fold(stage or ""))
        if found is None and stage and stage == row.get("stage"):
            found = row.get("status")
        return _read_status(row, found)


def _read_status(_row: Row, status: str | None) -> str:
    return status if status in _CLOSED else "open"
