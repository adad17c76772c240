"""Deals on their way, as tables: stages entered, and deals that were due in a period.

The rules are those of domain/measure/plain_flow.
"""

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.domain.measure.question import Question
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.days import first_of_month, first_of_quarter, number_of
from counterpoise.warehouse.measures.known import KnownDeals, read_amount, read_day, tell_value


def list_entries(known: KnownDeals, told: ir.Table | None = None) -> ir.Table:
    """First entries into open stages: the deal's labels, stage, day, and whether it got on.

    told: what tell_stages gave, where it was asked before.
    """
    entries = keep_open(known, tell_stages(known) if told is None else told)
    entries = entries.group_by("deal", "stage").agg(micros=entries.micros.min())
    entries = running.keep(known.backend, entries)
    last = entries.group_by("deal").agg(last=entries.micros.max())
    deals = known.table
    if "stage" in deals.columns:
        deals = deals.drop("stage")
    rows = entries.join(last, "deal").join(deals, "deal")
    return rows.mutate(
        day=known.days.day(rows.micros),
        got_on=((rows.status == "won") | (rows.micros < rows.last)).ifelse(1, 0),
    )


def tell_stages(known: KnownDeals) -> ir.Table:
    """Every stage that the log names by the day: deal, stage, micros, change, and is_recorded."""
    log = known.changes("stage")
    is_unrecorded = log.is_unrecorded.fill_null(False)  # noqa: FBT003
    log = log.select(
        "deal",
        "micros",
        "before",
        "change",
        stage=is_unrecorded.ifelse("", log.after),
        is_recorded=log.is_dated.ifelse(0, 1),
    )
    log = running.keep(known.backend, log)
    told = log.filter((known.days.day(log.micros) <= known.as_of) & (log.stage != ""))
    begun = _find_beginnings(known, log).mutate(
        change=ibis.literal(""), is_recorded=ibis.literal(1, log.is_recorded.type())
    )
    columns = ("deal", "stage", "micros", "change", "is_recorded")
    return running.name(known.backend, told.select(*columns).union(begun.select(*columns)))


def keep_open(known: KnownDeals, told: ir.Table) -> ir.Table:
    """Only the rows whose stage is an open one."""
    stages = {row["stage"] for row in running.fetch(known.backend, told.select("stage").distinct())}
    return told.filter(told.stage.isin(sorted(filter(known.settings.is_open, stages))))


def _find_beginnings(known: KnownDeals, log: ir.Table) -> ir.Table:
    """The stage a log begins with without saying when it was entered: at the record's creation."""
    begun = log.group_by("deal").agg(
        begin=log.micros.min(), unsaid=log.micros.min(where=log.before == "")
    )
    begun = begun.filter(begun.unsaid.isnull() | (begun.unsaid > begun.begin))
    named = log.join(begun, [log.deal == begun.deal, log.micros == begun.begin])
    named = named.group_by("deal", "begin").agg(stage=named.before.min())
    named = named.join(known.records.select("deal", "own_created"), "deal")
    named = named.mutate(micros=ibis.least(named.begin, named.own_created.fill_null(named.begin)))
    named = named.filter(known.days.day(named.micros) <= known.as_of)
    return named.select("deal", "stage", "micros")


def list_due(known: KnownDeals, deals: ir.Table, question: Question) -> ir.Table:
    """Deals due in a finished bucket on the evening before it: worth then, and whether it slipped.

    `day` is the bucket's first day.
    """
    due = _put_in_buckets(known.backend, _list_expectations(known), question)
    due = due.filter((due.since < due.day) & (due.end <= known.as_of + 1))
    due = due.filter(due.until.isnull() | (due.until >= due.day))
    if question.period:
        start, end = number_of(question.period.start), number_of(question.period.end)
        due = due.filter((due.day >= start) & (due.day < end))
    due = due.join(deals.drop("amount", "expected"), "deal")
    due = due.filter((due.created < due.day) & (due.closed.isnull() | (due.closed >= due.day)))
    due = _value_on_eve(known, due)
    return due.mutate(
        slipped=(due.closed.isnull() | (due.closed >= due.end)).ifelse(1, 0),
    )


def _list_expectations(known: KnownDeals) -> ir.Table:
    """Which closing day was expected of a deal from the evening of `since` until that of `until`.

    A deal without a logged change keeps its record's day all along if its source logs changes.
    """
    log = known.changes("expected_close_on")
    log = log.mutate(
        until=log.day.lead().over(ibis.window(group_by="deal", order_by=[log.micros, log.change])),
        rank=ibis.row_number().over(
            ibis.window(group_by="deal", order_by=[log.micros, log.change])
        ),
    )
    always = -(10**7)
    told = log.select("deal", since=log.day, until=log.until, expected=read_day(log.after))
    first = log.filter(log["rank"] == 0)
    before = first.select(
        "deal",
        since=ibis.literal(always, "int64"),
        until=first.day,
        expected=read_day(first.before),
    )
    records = known.records
    records = records.filter(known.is_logged("expected_close_on", records.deal_source))
    silent = records.anti_join(first, "deal")
    kept = silent.select(
        "deal",
        since=ibis.literal(always, "int64"),
        until=ibis.null("int64"),
        expected=silent.expected,
    )
    spans = told.union(before).union(kept)
    return spans.filter(spans.expected.notnull())


def _put_in_buckets(backend: SQLBackend, spans: ir.Table, question: Question) -> ir.Table:
    """`day` and `end`: the bucket that the expected day lies in, from and up to but without."""
    if question.period and not question.time:
        start, end = number_of(question.period.start), number_of(question.period.end)
        inside = spans.filter((spans.expected >= start) & (spans.expected < end))
        return inside.mutate(day=ibis.literal(start, "int64"), end=ibis.literal(end, "int64"))
    start, months = first_of_month(backend, spans.expected), 1
    if question.time == "quarter":
        start, months = first_of_quarter(backend, spans.expected), 3
    end = start
    for _ in range(months):
        end = first_of_month(backend, end + 31)
    return spans.mutate(day=start, end=end)


def _value_on_eve(known: KnownDeals, due: ir.Table) -> ir.Table:
    """Adds `amount` as the log knew it on the evening before the bucket; drops those without."""
    log = known.changes("amount")
    moments = due.select("deal", eve=due.day).distinct()
    log = log.select("deal", "micros", "change", "before", "after", changed=log.day)
    pairs = moments.join(log, "deal")
    told = pairs.group_by("deal", "eve").agg(told=tell_value(pairs, pairs.changed < pairs.eve))
    due = due.left_join(told, [due.deal == told.deal, due.day == told.eve]).drop(
        "deal_right", "eve"
    )
    value = due.told.notnull().ifelse(read_amount(due.told.nullif("")), due.logged_amount)
    due = due.mutate(amount=value).drop("told")
    return due.filter(due.amount.notnull())
