"""Deals as they were known on the evening of a day, as a table of the engine.

The rules are those of domain/measure/plain_known. The table has a row a deal: `deal` (a number),
`created` and `closed` (business days; closed is empty while open), `status`, `amount`, `rate` (the
number of the rate that states it in the reporting currency), `expected` (a day), `cycle` (days),
`logged_amount` (the record's, if its source logs amounts), and the labels that are asked for.
"""

from collections.abc import Callable
from functools import cached_property

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.domain.measure.question import Question
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.values.zone import list_offsets
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.dating import date_deals
from counterpoise.warehouse.measures.days import Days, from_date, number_of
from counterpoise.warehouse.measures.facts import Facts
from counterpoise.warehouse.measures.places import list_columns, place_deals
from counterpoise.warehouse.measures.rates import number_rates

_RECORD = (
    "deal_source",
    "deal_id",
    "status",
    "own_created",
    "created",
    "closed",
    "expected",
    "cycle",
    "amount",
    "currency",
)
UNRECORDED = "created"  # a first stage that nobody recorded, see domain/collect/changes


class KnownDeals:
    """The deals and changes of a build as one day knows them; tables are made once, on demand."""

    def __init__(
        self,
        backend: SQLBackend,
        settings: Settings,
        facts: Facts,
        question: Question,
        *,
        also: tuple[str, ...] = (),
    ) -> None:
        """also: labels that are no dimension of a measure, such as forecast_category."""
        self.backend = backend
        self.settings = settings
        self.facts = facts
        self.places = (*question.places, *also)
        self._needs = _find_needs(question, self.places)
        self._changes: dict[str, ir.Table] = {}
        self.as_of = number_of(settings.as_of)

    @cached_property
    def days(self) -> Days:
        first = self.facts.first_year or self.settings.as_of.year
        last = self.settings.as_of.year + 1  # whatever comes later is later in any zone
        return Days(self.backend, list_offsets(self.settings.zone, min(first, last) - 1, last))

    @cached_property
    def table(self) -> ir.Table:
        records = self.records
        is_logged = self.is_logged("amount", records.deal_source)
        deals = records.mutate(logged_amount=is_logged.ifelse(records.amount, None))
        if not self.is_present:
            deals = self._as_logged(deals)
        deals = deals.mutate(rate=number_rates(deals, self.settings))
        is_ready = self.is_present and not self.places
        keep = running.name if is_ready else running.keep
        return keep(self.backend, place_deals(self.backend, deals, self.places))

    def changes(self, attribute: str) -> ir.Table:
        """The log of an attribute: deal, micros, day, change (its id), before, after."""
        if attribute not in self._changes:
            self._changes[attribute] = running.name(self.backend, self._read_changes(attribute))
        return self._changes[attribute]

    def _read_changes(self, attribute: str) -> ir.Table:
        log = running.read(self.backend, "opportunity_change")
        is_covered = (log.origin == "dates") & self.is_logged(attribute, log.source)
        log = log.filter((log.attribute == attribute) & ~is_covered).select(
            deal_source=log.source,
            deal_id=log.opportunity_id,
            micros=self.days.micros(log.changed_at),
            change=log.source_id,
            before=log.value_before.fill_null(""),
            after=log.value_after.fill_null(""),
            is_dated=log.origin == "dates",
            is_unrecorded=(log.origin == "dates") & (log.value_after == UNRECORDED),
        )
        keys = ["deal_id"] if self.facts.has_one_source else ["deal_source", "deal_id"]
        joined = log.join(self.records.select("deal", *keys), keys)
        return joined.mutate(day=self.days.day(joined.micros))

    def is_logged(self, attribute: str, source: ir.StringValue) -> ir.BooleanValue:
        """Whether a source keeps a history of the attribute's changes."""
        return source.isin(sorted(self.facts.histories.get(attribute, frozenset())))

    @cached_property
    def is_present(self) -> bool:
        last = self.facts.last
        return last is None or self.as_of >= last

    @cached_property
    def records(self) -> ir.Table:
        """Every deal that somebody dated and that was there by the day, with its record."""
        deals = self.leave_out_removed(running.read(self.backend, "opportunity"))
        deals = deals.select(
            "status",
            "stage",
            "amount",
            "currency",
            "expected_close_on",
            "forecast_category",
            "owner_id",
            "product_id",
            "account_id",
            "team_id",
            "region",
            "segment",
            "lead_source",
            deal_source=deals.source,
            deal_id=deals.source_id,
            own_created=self.days.micros(deals.created_at),
            ended=self.days.micros(deals.closed_at),
        )
        deals = date_deals(self.backend, deals, self.facts, self.days)
        deals = deals.mutate(
            entered_day=self.days.day(deals.entered),
            own_created_day=self.days.day(deals.own_created),
            ended_day=deals.is_closed.ifelse(self.days.day(deals.ended), ibis.null("int64")),
        )
        deals = deals.mutate(
            created=ibis.least(deals.entered_day, deals.ended_day.fill_null(deals.entered_day)),
            closed=(deals.ended_day <= self.as_of).ifelse(deals.ended_day, ibis.null("int64")),
        )
        deals = deals.filter(deals.created <= self.as_of)
        cycle = deals.closed - deals.own_created_day
        deals = deals.mutate(
            status=deals.closed.isnull().ifelse("open", deals.status),
            expected=from_date(deals.expected_close_on),
            cycle=(cycle >= 0).ifelse(cycle, ibis.null("int64")),
        )
        record = deals.select(*_RECORD, *list_columns(self.places))
        return running.keep_numbered(self.backend, record, "deal")

    def leave_out_removed(self, rows: ir.Table) -> ir.Table:
        """What was removed from its source by the evening of the day is no longer there."""
        if not self.facts.has_removed:
            return rows
        gone = self.days.day(self.days.micros(rows.deleted_at))
        return rows.filter(gone.isnull() | (gone > self.as_of))

    def _as_logged(self, deals: ir.Table) -> ir.Table:
        """The record's values replaced by what the log knew, as far as the question needs them."""
        if "amount" in self._needs:
            deals = self._know(deals, "amount", "amount", read_amount)
        if "stage" in self._needs:
            deals = self._know(deals, "stage", "stage", lambda told: told)
        if "forecast_category" in self._needs:
            deals = self._know(deals, "forecast_category", "forecast_category", lambda told: told)
        if "expected_close_on" in self._needs:
            deals = self._know(deals, "expected_close_on", "expected", read_day)
        for attribute in ("owner_id", "product_id"):
            if attribute in self.facts.logged and attribute in deals.columns:
                deals = self._undo_later(deals, attribute)
        return deals

    def _know(
        self, deals: ir.Table, attribute: str, column: str, read: Callable[[ir.Value], ir.Value]
    ) -> ir.Table:
        """The column as the log told it. Where nothing was ever told, the record settles it if its
        source logs the attribute; or, a planned day aside, if the deal was closed by then."""
        log = self.changes(attribute)
        known = log.group_by("deal").agg(told=tell_value(log, log.day <= self.as_of))
        joined = deals.left_join(running.name(self.backend, known), "deal").drop("deal_right")
        is_settled = self.is_logged(attribute, joined.deal_source)
        if attribute != "expected_close_on":
            is_settled = is_settled | joined.closed.notnull()
        record = is_settled.ifelse(joined[column], None)
        value = joined.told.notnull().ifelse(read(joined.told.nullif("")), record)
        return running.name(self.backend, joined.mutate(value.name(column)).drop("told"))

    def _undo_later(self, deals: ir.Table, attribute: str) -> ir.Table:
        log = self.changes(attribute)
        log = log.filter((log.day > self.as_of) & (log.before != ""))
        order = ibis.struct({"micros": log.micros, "change": log.change})
        then = log.group_by("deal").agg(then=log.before.argmin(order))
        joined = deals.left_join(running.name(self.backend, then), "deal").drop("deal_right")
        value = ibis.coalesce(joined.then, joined[attribute])
        return joined.mutate(value.name(attribute)).drop("then")


def _find_needs(question: Question, places: tuple[str, ...]) -> frozenset[str]:
    """Which attributes that change over a deal's life the question looks at."""
    needs = {"stage", "forecast_category"} & set(places)
    if any(each.adds_up_money for each in question.definitions):
        needs.add("amount")
    if question.names_asked & {"pipeline_open", "coverage"}:
        needs.add("expected_close_on")
    return frozenset(needs)


def tell_value(log: ir.Table, by_then: ir.BooleanValue) -> ir.StringValue:
    """The last value the log told by then; else the one before its first change ('' for none)."""
    order = ibis.struct({"micros": log.micros, "change": log.change})
    last = log.after.argmax(order, where=by_then)
    return ibis.coalesce(last, log.before.argmin(order))


def read_amount(written: ir.StringValue) -> ir.DecimalValue:
    """DuckDB reads narrow decimals a hundred times faster than wide ones, and most are narrow."""
    narrow = written.try_cast("decimal(18, 4)").cast("decimal(24, 4)")
    return ibis.coalesce(narrow, written.try_cast("decimal(24, 4)"))


def read_day(written: ir.StringValue) -> ir.IntegerValue:
    is_day = written.like("____-__-__")
    return from_date(is_day.ifelse(written, ibis.null("string")).try_cast("date"))
