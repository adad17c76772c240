"""Deals as they were known on the evening of a day, from the rows of the canonical tables.

Of an attribute that changes, the change log decides: the last change by then gives the value; where
all changes came later, the first of them gives the value before. Where no change was ever logged,
the record counts if its source logs changes of the attribute, or if the deal was closed by then;
otherwise nobody can say when the value became known. Changes read from a record's own dates do not
count where its source logs the attribute. On the last day that the records, their history or a
later load tell of, and after it, a deal is what its record says. A record that was removed from its
source is no longer there from the day of its removal on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from counterpoise.domain.measure.plain_places import Directory, Row, Tables
from counterpoise.domain.measure.question import label_time
from counterpoise.domain.rulebook.rates import Rates
from counterpoise.domain.values.zone import business_day

Key = tuple[str, str]
"""A row's source and its id there."""

_MONEY_STEP = Decimal("0.0001")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class KnownDeal:
    """status: open, won or lost as known. rate: what one unit of its currency is worth.

    cycle_days: from the record's creation to the closing, None where it cannot be said.
    """

    key: Key
    created_on: date
    closed_on: date | None
    status: str
    amount: Decimal | None
    rate: Decimal
    expected_close_on: date | None
    cycle_days: int | None
    labels: Mapping[str, str]

    @property
    def worth(self) -> Decimal | None:
        return None if self.amount is None else self.amount * self.rate


class Knowledge:
    """The tables as a day knows them."""

    def __init__(self, tables: Tables, as_of: date, zone: str, rates: Rates) -> None:
        self.tables = tables
        self.as_of = as_of
        self.zone = zone
        self.rates = rates
        self._log: dict[tuple[Key, str], list[Row]] = {}
        self._records = {
            (row["source"], row["source_id"]): row for row in tables.get("opportunity", ())
        }
        self._logged: set[tuple[str, str]] = set()
        self._first: dict[Key, datetime] = {}
        self.directory = Directory(tables)
        for row in sorted(
            tables.get("opportunity_change", ()),
            key=lambda row: (row["changed_at"], row["source_id"]),
        ):
            deal = (row["source"], row["opportunity_id"])
            self._log.setdefault((deal, row["attribute"]), []).append(row)
            self._first.setdefault(deal, row["changed_at"])
            if row["origin"] == "history":
                self._logged.add((row["source"], row["attribute"]))
        self.changes = {
            (deal, attribute): kept
            for (deal, attribute), rows in self._log.items()
            if (kept := [row for row in rows if not self._is_covered(row)])
        }
        last = find_last_change(tables, but_not="dates")
        self.is_present = last is None or as_of >= self.day(last)

    def day(self, instant: datetime) -> date:
        return business_day(instant, self.zone)

    def is_there(self, record: Row) -> bool:
        """Whether the record was not yet removed from its source on the evening of the day."""
        gone: datetime | None = record.get("deleted_at")
        return gone is None or self.day(gone) > self.as_of

    def _is_covered(self, change: Row) -> bool:
        """Whether it was read from dates though the source keeps a history of the attribute."""
        by_dates: bool = change["origin"] == "dates"
        return by_dates and (change["source"], change["attribute"]) in self._logged

    def logs(self, key: Key, attribute: str) -> bool:
        return (key[0], attribute) in self._logged

    def value_on(self, record: Row, attribute: str, on: date, *, is_settled: bool) -> str:
        """What the log knew on the evening of a day, as text; '' for nothing."""
        key = (record["source"], record["source_id"])
        changes = self.changes.get((key, attribute), [])
        told = [row for row in changes if self.day(row["changed_at"]) <= on]
        if told:
            return str(told[-1].get("value_after") or "")
        if changes:
            return str(changes[0].get("value_before") or "")
        value = record.get(attribute)
        return "" if value is None or not is_settled else str(value)

    def get_record(self, key: Key) -> Row:
        return self._records[key]

    def list_deals(self) -> list[KnownDeal]:
        rows = [row for row in self.tables.get("opportunity", ()) if self.is_there(row)]
        return [deal for row in rows if (deal := self._know(row)) is not None]

    def _know(self, row: Row) -> KnownDeal | None:
        key = (row["source"], row["source_id"])
        if (dated := self.date_deal(row)) is None:
            return None
        created_on = self.day(dated[0])
        if created_on > self.as_of:
            return None
        closing = self.day(dated[1]) if dated[1] else None
        closed_on = closing if closing and closing <= self.as_of else None
        return KnownDeal(
            key=key,
            created_on=created_on,
            closed_on=closed_on,
            status=row["status"] if closed_on else "open",
            amount=to_money(self._value(row, "amount", is_closed=closed_on is not None)),
            rate=self.rates.get_rate(row.get("currency") or "", closed_on or created_on),
            expected_close_on=to_date(self._value(row, "expected_close_on", is_closed=False)),
            cycle_days=self._count_cycle(row, closed_on),
            labels={
                **self._label(row, is_closed=closed_on is not None),
                "created_quarter": label_time("quarter", created_on),
            },
        )

    def date_deal(self, row: Row) -> tuple[datetime, datetime | None] | None:
        """When a deal entered the pipeline, and when it was closed if its record says that it is;
        None where nobody dated it."""
        ends = self._find_closing(row)
        entered = (
            row.get("created_at") or self._first.get((row["source"], row["source_id"])) or ends
        )
        is_closed = row.get("status") in ("won", "lost")
        if entered is None or (is_closed and ends is None):
            return None
        return (min(entered, ends), ends) if is_closed and ends else (entered, None)

    def _find_closing(self, row: Row) -> datetime | None:
        if row.get("closed_at") is not None:
            closed: datetime = row["closed_at"]
            return closed
        key = (row["source"], row["source_id"])
        told = [
            change["changed_at"]
            for attribute in ("status", "stage")
            for change in self._log.get((key, attribute), [])
            if change.get("value_after") is not None and change["value_after"] == row.get(attribute)
        ]
        return max(told, default=None)

    def _count_cycle(self, row: Row, closed_on: date | None) -> int | None:
        if closed_on is None or row.get("created_at") is None:
            return None
        days = (closed_on - self.day(row["created_at"])).days
        return days if days >= 0 else None

    def _value(self, row: Row, attribute: str, *, is_closed: bool) -> str:
        if self.is_present:
            return "" if row.get(attribute) is None else str(row[attribute])
        key = (row["source"], row["source_id"])
        settled = is_closed or self.logs(key, attribute)
        return self.value_on(row, attribute, self.as_of, is_settled=settled)

    def _label(self, row: Row, *, is_closed: bool) -> dict[str, str]:
        owner = self._value_before_later(row, "owner_id")
        product_id = self._value_before_later(row, "product_id")
        stage = self._value(row, "stage", is_closed=is_closed)
        return {**self.directory.place_deal(row, owner, product_id), "stage": stage}

    def _value_before_later(self, row: Row, attribute: str) -> str | None:
        """Who or what it was: the value before the first later change that says it, else now's."""
        key = (row["source"], row["source_id"])
        for change in self.changes.get((key, attribute), []):
            if self.day(change["changed_at"]) > self.as_of and change.get("value_before"):
                return str(change["value_before"])
        return row.get(attribute)


def find_last_change(tables: Tables, but_not: str = "") -> datetime | None:
    """When the last thing happened that the deals and their log tell of, one origin left out."""
    moments = [
        row[name]
        for table, names in (
            ("opportunity", ("created_at", "closed_at", "updated_at")),
            ("opportunity_change", ("changed_at",)),
        )
        for row in tables.get(table, ())
        for name in names
        if row.get(name) is not None and not (but_not and row.get("origin") == but_not)
    ]
    return max(moments, default=None)


def to_money(written: str) -> Decimal | None:
    """An amount as the log writes it, to four decimals; None for what is no amount."""
    try:
        amount = Decimal(written).quantize(_MONEY_STEP, ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def to_date(written: str) -> date | None:
    """A day as the log writes it, 2026-03-31; None for what is no day."""
    if not _DAY.fullmatch(written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
