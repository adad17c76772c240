"""Everything that ever changed what a deal adds to the pipeline, as a table of differences.

The rules are those of domain/measure/plain_waterfall. A row is an event of a deal: `deal` (a
number), `micros`, `turn` (orders what happened at one moment; from bit PLACE on it is the event's
place in EVENTS), and what it changed: `money` by how much, and `flags` by how much. A deal's state
is the sum of its events. Flags hold small numbers side by side, which stay apart because each
stays below four: whether the deal exists, is due at another time and has an amount, its status
(open, won, lost), and above them the number of its label.
"""

from collections.abc import Callable
from functools import cached_property

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.measure.waterfall import EVENTS, Event, Window
from counterpoise.domain.values.zone import list_offsets, start_of_day
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.dating import date_deals
from counterpoise.warehouse.measures.days import Days, from_date, number_of, to_micros
from counterpoise.warehouse.measures.facts import Facts
from counterpoise.warehouse.measures.known import read_amount, read_day
from counterpoise.warehouse.measures.places import list_columns, name_places
from counterpoise.warehouse.measures.rates import check_rates, number_rates

EXISTS, ELSEWHERE, PRICED, STATUS, LABEL = 0, 2, 4, 6, 8
"""Where each number begins in the flags, in bits."""
PLACE = 40
ALWAYS = -(2**62)
STATUSES = ("open", "won", "lost")
_LAST = 2**31
MONEY = "decimal(28, 4)"
_BY_PRODUCT = "product"
_BY_OWNER = ("rep", "team", "region")
Read = Callable[[ir.StringValue], tuple[ir.DecimalValue, ir.IntegerValue]]


class Events:
    """The events of all deals that were there before the window's end."""

    def __init__(
        self, backend: SQLBackend, window: Window, settings: Settings, facts: Facts
    ) -> None:
        self.backend = backend
        self.window = window
        self.settings = settings
        self.facts = facts
        self.start, self.end = (
            to_micros(start_of_day(day, settings.zone)) for day in (window.start, window.end)
        )
        self.present = ALWAYS if facts.present is None else facts.present

    @cached_property
    def deals(self) -> ir.Table:
        """A row a deal: entered, closing (empty while open), final (a place in STATUSES), deleted;
        money, priced and is_due as recorded; currency, rate and what it is labelled by."""
        deals = running.read(self.backend, "opportunity")
        micros = self._days.micros
        deals = deals.select(
            "status",
            "stage",
            "currency",
            *list_columns((self.window.by,)),
            deal_source=deals.source,
            deal_id=deals.source_id,
            own_created=micros(deals.created_at),
            ended=micros(deals.closed_at),
            deleted=micros(deals.deleted_at),
            money=deals.amount.fill_null(0).cast(MONEY),
            priced=deals.amount.notnull().ifelse(1, 0),
            is_due=self._is_due(from_date(deals.expected_close_on)),
        )
        deals = date_deals(self.backend, deals, self.facts, self._days)
        closing = deals.is_closed.ifelse(deals.ended, ibis.null("int64"))
        deals = deals.mutate(
            closing=closing,
            entered=ibis.least(deals.entered, closing.fill_null(deals.entered)),
            final=_number_status(deals.status),
        )
        deals = deals.filter(deals.entered < self.end)
        deals = deals.mutate(created=self._days.day(deals.entered), closed=ibis.null("int64"))
        deals = deals.mutate(rate=number_rates(deals, self.settings))
        deals = deals.drop("ended", "own_created")
        kept = running.keep_numbered(self.backend, deals, "deal")
        check_rates(self.backend, kept, self.settings.rates)
        return kept

    @cached_property
    def table(self) -> ir.Table:
        """All events before the window's end."""
        parts = [self._tell_amounts(), self._tell_being(), self._tell_status()]
        if self.window.due:
            parts.append(self._tell_due())
        if self.window.by:
            parts.append(self._tell_labels())
        every = ibis.union(*parts)
        return running.keep(self.backend, every.filter(every.micros < self.end))

    @cached_property
    def sums(self) -> ir.Table:
        """The state of each deal at both ends."""
        is_before = self.table.micros < self.start
        return running.keep(
            self.backend,
            self.table.group_by("deal").agg(
                start_money=is_before.ifelse(self.table.money, 0).sum().cast(MONEY),
                start_flags=is_before.ifelse(self.table.flags, 0).sum().cast("int64"),
                end_money=self.table.money.sum().cast(MONEY),
                end_flags=self.table.flags.sum().cast("int64"),
            ),
        )

    @cached_property
    def labels(self) -> ir.Table:
        """Labels by number."""
        held = self._holders
        return running.keep_numbered(self.backend, held.select("label").distinct(), "number")

    @cached_property
    def _days(self) -> Days:
        last = self.settings.as_of.year + 1
        first = min(self.facts.first_year or last, last)
        return Days(self.backend, list_offsets(self.settings.zone, first - 1, last))

    def _changes(self, attribute: str, *columns: str) -> ir.Table:
        """The log of an attribute: deal, micros, change, before, after, and columns of the deal."""
        log = running.read(self.backend, "opportunity_change")
        is_covered = (log.origin == "dates") & self._is_logged(attribute, log.source)
        log = log.filter((log.attribute == attribute) & ~is_covered).select(
            deal_source=log.source,
            deal_id=log.opportunity_id,
            micros=self._days.micros(log.changed_at),
            change=log.source_id,
            before=log.value_before.fill_null(""),
            after=log.value_after.fill_null(""),
        )
        keys = ["deal_id"] if self.facts.has_one_source else ["deal_source", "deal_id"]
        wanted = self.deals.select("deal", *dict.fromkeys(("deal_source", *keys, *columns)))
        joined = log.drop("deal_source") if self.facts.has_one_source else log
        return joined.join(wanted, keys)

    def _is_logged(self, attribute: str, source: ir.StringValue) -> ir.BooleanValue:
        return source.isin(sorted(self.facts.histories.get(attribute, frozenset())))

    def _is_due(self, day: ir.IntegerValue) -> ir.BooleanValue:
        if (due := self.window.due) is None:
            return day.isnull() | day.notnull()
        is_in = (day >= number_of(due.start)) & (day < number_of(due.end))
        return is_in.fill_null(False)  # noqa: FBT003

    def _tell_amounts(self) -> ir.Table:
        def read(written: ir.StringValue) -> tuple[ir.DecimalValue, ir.IntegerValue]:
            amount = read_amount(written)
            return amount.fill_null(0).cast(MONEY), _flag(amount.notnull(), PRICED)

        recorded = (self.deals.money, _flag(self.deals.priced == 1, PRICED))
        return self._tell_values("amount", "amount", read, recorded)

    def _tell_due(self) -> ir.Table:
        def read(written: ir.StringValue) -> tuple[ir.DecimalValue, ir.IntegerValue]:
            return ibis.literal(0, MONEY), _flag(~self._is_due(read_day(written)), ELSEWHERE)

        recorded = (ibis.literal(0, MONEY), _flag(~self.deals.is_due, ELSEWHERE))
        return self._tell_values("expected_close_on", "expected", read, recorded)

    def _tell_values(
        self,
        attribute: str,
        event: Event,
        read: Read,
        recorded: tuple[ir.DecimalValue, ir.IntegerValue],
    ) -> ir.Table:
        """What the log tells of an attribute until the records speak for themselves."""
        log = self._changes(attribute)
        (money, flags), first = read(log.after), read(log.before)
        log = log.mutate(money=money, flags=flags, first_money=first[0], first_flags=first[1])
        order = ibis.window(group_by="deal", order_by=[log.micros, log.change])
        log = log.mutate(
            turn=ibis.row_number().over(order),
            money_before=log.money.lag().over(order),
            flags_before=log.flags.lag().over(order),
        )
        log = log.mutate(
            money_before=ibis.coalesce(log.money_before, log.first_money),
            flags_before=ibis.coalesce(log.flags_before, log.first_flags),
        )
        kept = ("deal", "micros", "turn", "money", "flags", "money_before", "flags_before")
        log = running.keep(self.backend, log.select(*kept))
        begun = log.filter(log.turn == 0).select("deal", money="money_before", flags="flags_before")
        deals = self.deals.mutate(money=recorded[0], flags=recorded[1])
        is_logged, unknown = self._is_logged(attribute, deals.deal_source), read(ibis.literal(""))
        silent = deals.mutate(
            money=is_logged.ifelse(deals.money, unknown[0]).cast(MONEY),
            flags=is_logged.ifelse(deals.flags, unknown[1]).cast("int64"),
        )
        silent = silent.anti_join(begun, "deal").select("deal", "money", "flags")
        begun = begun.union(silent).mutate(micros=ibis.literal(ALWAYS, "int64"))
        told = log.filter(log.micros <= self.present)
        told = told.mutate(
            money=told.money - told.money_before, flags=told.flags - told.flags_before
        )
        every = _list_events(begun, event).union(_list_events(told, event))
        every = running.keep(self.backend, every)
        if self.present >= self.end:
            return every
        return every.union(_list_events(_settle(deals, every, self.present), event))

    @cached_property
    def _holders(self) -> ir.Table:
        """Which label a deal had from each moment on: deal, micros, turn, label."""
        by, deals = self.window.by, self.deals
        column = "product_id" if by == _BY_PRODUCT else "owner_id"
        begun = deals.mutate(micros=ibis.literal(ALWAYS, "int64"), turn=ibis.literal(0, "int64"))
        held = begun
        if by == _BY_PRODUCT or by in _BY_OWNER:
            held = self._follow(column, begun)
        named = name_places(self.backend, held, (by,))
        return running.keep(self.backend, named.select("deal", "micros", "turn", label=named[by]))

    def _follow(self, column: str, begun: ir.Table) -> ir.Table:
        """Deals with who held them from each moment on: until a change it was whom that names."""
        log = self._changes(column)
        log = log.filter(log.before != "")
        order = ibis.window(group_by="deal", order_by=[log.micros, log.change])
        log = log.mutate(
            following=log.before.lead().over(order), turn=ibis.row_number().over(order) + 1
        ).select("deal", "micros", "turn", "before", "following")
        log = running.keep(self.backend, log)
        first = log.filter(log.turn == 1).select("deal", held="before")
        begun = begun.left_join(first, "deal").drop("deal_right")
        begun = begun.mutate(ibis.coalesce(begun.held, begun[column]).name(column)).drop("held")
        later = self.deals.join(log.drop("before"), "deal")
        later = later.mutate(ibis.coalesce(later.following, later[column]).name(column))
        return begun.union(later.select(*begun.columns))

    def _tell_labels(self) -> ir.Table:
        held = self._holders.join(self.labels, "label")
        order = ibis.window(group_by="deal", order_by="turn")
        before = held.number.lag().over(order).fill_null(0)
        return _list_events(held, "owner", flags=(held.number - before).cast("int64") * 2**LABEL)

    def _tell_being(self) -> ir.Table:
        deals = self.deals
        created = _list_events(
            deals.mutate(micros=deals.entered), "created", flags=ibis.literal(1, "int64")
        )
        gone = deals.filter(deals.deleted.notnull())
        gone = gone.mutate(micros=ibis.greatest(gone.deleted, gone.entered))
        return created.union(_list_events(gone, "deleted", flags=ibis.literal(-1, "int64")))

    def _tell_status(self) -> ir.Table:
        """Closings that were undone, as the log tells them, and the last one of the record."""
        turns = self._list_turns()
        turns = turns.filter(turns.closing.isnull() | (turns.micros < turns.closing))
        order = ibis.window(group_by="deal", order_by=[turns.micros, turns.change])
        turns = turns.mutate(
            turn=ibis.row_number().over(order), number_before=turns.number.lag().over(order)
        )
        turns = running.keep(self.backend, turns)
        is_undone = turns.closing.isnull().ifelse(turns.number == 0, turns.number != turns.final)
        undone = turns.filter(is_undone).group_by("deal")
        kept = turns.join(undone.agg(last=lambda row: row.turn.max()), "deal")
        kept = kept.filter(kept.turn <= kept["last"])
        first = kept.filter(kept.turn == 0).mutate(micros=ibis.literal(ALWAYS, "int64"))
        before = ibis.coalesce(kept.number_before, kept.first_number)
        every = running.keep(
            self.backend,
            _list_events(first, "status", flags=first.first_number * 2**STATUS).union(
                _list_events(kept, "status", flags=(kept.number - before) * 2**STATUS)
            ),
        )
        closed = self.deals.filter(self.deals.closing.notnull())
        closed = closed.mutate(money=ibis.literal(0, MONEY), flags=closed.final * 2**STATUS)
        return every.union(_list_events(_settle(closed, every, closed.closing), "status"))

    def _list_turns(self) -> ir.Table:
        """What the log tells of the status: number from then on, and first_number before it."""
        histories = self.facts.histories
        by_stage = sorted(
            histories.get("stage", frozenset()) - histories.get("status", frozenset())
        )
        columns = ("closing", "final", "stage", "status")
        log = self._changes("status", *columns)
        told = log.filter(~log.deal_source.isin(by_stage))
        told = told.mutate(
            number=_number_status(told.after), first_number=_number_status(told.before)
        )
        kept = ("deal", "micros", "change", "closing", "final", "number", "first_number")
        told = told.select(*kept)
        if not by_stage:
            return told
        log = self._changes("stage", *columns)
        log = running.keep(self.backend, log.filter(log.deal_source.isin(by_stage)))
        kinds = self._read_stages(log)
        stages = log.mutate(
            number=_number_stage(log, log.after, kinds),
            first_number=_number_stage(log, log.before, kinds),
        )
        return told.union(stages.select(*kept))

    def _read_stages(self, log: ir.Table) -> dict[str, list[str]]:
        """The stages met of which the rulebook says what they are, by that."""
        met = log.select(met=log.after).union(log.select(met=log.before)).distinct()
        kinds: dict[str, list[str]] = {each: [] for each in STATUSES}
        for row in running.fetch(self.backend, met):
            kind = self.settings.stage_kinds.get(self.settings.fold(row["met"]))
            if kind is not None:
                kinds[kind].append(row["met"])
        return kinds


def _number_stage(
    log: ir.Table, stage: ir.StringValue, kinds: dict[str, list[str]]
) -> ir.IntegerValue:
    known = [
        (stage.isin(sorted(kinds[status])), number)
        for number, status in enumerate(STATUSES)
        if kinds[status]
    ]
    is_now = (stage == log.stage).fill_null(False) & (stage != "")  # noqa: FBT003
    return ibis.cases(*known, (is_now, _number_status(log.status)), else_=0).cast("int64")


def _number_status(status: ir.StringValue) -> ir.IntegerValue:
    return ibis.cases((status == "won", 1), (status == "lost", 2), else_=0).cast("int64")


def _flag(is_set: ir.BooleanValue, begin: int) -> ir.IntegerValue:
    return is_set.ifelse(1 << begin, 0).cast("int64")


def _settle(deals: ir.Table, told: ir.Table, micros: int | ir.IntegerValue) -> ir.Table:
    """What is left between what was told of each deal and its record, at a moment."""
    sums = told.group_by("deal").agg(told_money=told.money.sum(), told_flags=told.flags.sum())
    deals = deals.mutate(micros=micros).left_join(sums, "deal")
    deals = deals.mutate(
        turn=ibis.literal(_LAST, "int64"),
        money=deals.money - deals.told_money.fill_null(0),
        flags=deals.flags - deals.told_flags.fill_null(0),
    )
    return deals.filter((deals.money != 0) | (deals.flags != 0))


def _list_events(rows: ir.Table, event: Event, flags: ir.IntegerValue | None = None) -> ir.Table:
    place = EVENTS.index(event) << PLACE
    money = rows.money if "money" in rows.columns and flags is None else ibis.literal(0, MONEY)
    return rows.select(
        "deal",
        micros=rows.micros.cast("int64"),
        turn=(rows.turn + place) if "turn" in rows.columns else ibis.literal(place, "int64"),
        money=money.cast(MONEY),
        flags=(rows.flags if flags is None else flags).cast("int64"),
    )
