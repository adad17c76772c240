"""The pipeline waterfall of a build: what its events sum up to, and what each of them did."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.measure.waterfall import (
    EVENTS,
    KINDS,
    Event,
    Kind,
    Step,
    Waterfalls,
    Window,
    add_up,
)
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.measures import events, running
from counterpoise.warehouse.measures.events import MONEY, Events
from counterpoise.warehouse.measures.facts import find_facts, list_currencies
from counterpoise.warehouse.measures.rates import get_rate_of

_ENDS: tuple[Literal["start", "end"], ...] = ("start", "end")
_NOTHING = -1


def compute_waterfall(folder: Path, window: Window, *, rulebook: Rulebook) -> Waterfalls:
    """Of the build in `folder`. Raises MissingRate."""
    with open_build(folder) as build:
        build.con.execute("SET preserve_insertion_order = false")
        found = tell_events(build, window, rulebook)
        return add_up(window, count_steps(found), found.settings.rates.reporting)


def count_steps(found: Events) -> tuple[Step, ...]:
    """What is in the pipeline at both ends, and every kind of movement between them."""
    return tuple(
        Step(
            label=row["label"],
            at=(*_ENDS, *KINDS)[row["at"]],
            currency=row["currency"] or "",
            rate=get_rate_of(row["rate"], found.settings.rates),
            money=row["money"],
            n=row["n"],
            deals=row["deals"],
        )
        for row in running.fetch(found.backend, _list_steps(found))
    )


def tell_events(backend: SQLBackend, window: Window, rulebook: Rulebook) -> Events:
    as_of = window.end - timedelta(days=1)
    facts = find_facts(backend, rulebook.get_text("company.time_zone", as_of))
    settings = build_settings(rulebook, as_of, currencies=list_currencies(backend), fold=fold)
    return Events(backend, window, settings, facts)


def _list_steps(found: Events) -> ir.Table:
    """label, at (a place in ENDS and KINDS), currency, rate, money, n, deals."""
    moved = list_movements(found)
    steps = moved.select("deal", "number", "money", at=moved.kind)
    for at, end in enumerate(_ENDS):
        held = found.sums.select("deal", money=f"{end}_money", flags=f"{end}_flags")
        held = held.filter(_is_in(held.flags))
        named = held.select(
            "deal", number=_get_label(held.flags), money="money", at=ibis.literal(at, "int64")
        )
        steps = steps.union(named)
    steps = steps.join(found.deals.select("deal", "currency", "rate"), "deal")
    sums = steps.group_by("number", "at", "currency", "rate").agg(
        money=steps.money.sum(), n=steps.count(), deals=steps.deal.nunique()
    )
    if not found.window.by:
        return sums.mutate(label=ibis.literal(""))
    return sums.join(found.labels, "number")


def list_movements(found: Events) -> ir.Table:
    """deal, micros, kind, number (of the label), money: what each event did, if it did anything."""
    named = running.keep(found.backend, _name_events(found))
    main = named.filter(named.kind != _NOTHING)
    return main.select("deal", "micros", "kind", "number", "money").union(_list_second(named))


def _name_events(found: Events) -> ir.Table:
    table = found.table
    inside = table.filter(table.micros >= found.start)
    sums = found.sums.semi_join(inside, "deal")
    start = sums.select(
        "deal",
        micros=ibis.literal(found.start - 1, "int64"),
        turn=ibis.literal(-1, "int64"),
        money="start_money",
        flags="start_flags",
    )
    rows = inside.union(start)
    order = ibis.window(
        group_by="deal", order_by=[rows.micros, rows.turn], preceding=None, following=0
    )
    rows = rows.mutate(
        amount=rows.money.sum().over(order).cast(MONEY),
        after=rows.flags.sum().over(order).cast("int64"),
    )
    rows = rows.mutate(before=rows.after - rows.flags)
    rows = rows.filter((rows.turn >= 0) & ((rows.flags != 0) | (rows.money != 0)))
    rows = rows.mutate(
        was_in=_is_in(rows.before), is_in=_is_in(rows.after), closed=_get_status(rows.after)
    )
    return _name(rows)


def _name(rows: ir.Table) -> ir.Table:
    stays = rows.was_in & rows.is_in
    comes, goes = ~rows.was_in & rows.is_in, rows.was_in & ~rows.is_in
    is_again, is_handed = _closes_again(rows), stays & _is_of(rows, "owner")
    is_priced = (_get(rows.before, events.PRICED) == 0) & (_get(rows.after, events.PRICED) == 1)
    kind = ibis.cases(
        (stays & _is_of(rows, "amount") & is_priced, number_kind("priced")),
        (stays & _is_of(rows, "amount") & (rows.money > 0), number_kind("up")),
        (stays & _is_of(rows, "amount"), number_kind("down")),
        (is_handed, number_kind("reassigned_out")),
        (comes & _is_of(rows, "expected"), number_kind("pulled_in")),
        (comes & _is_of(rows, "created"), number_kind("created")),
        (comes | is_again, number_kind("reopened")),
        (goes & _is_of(rows, "expected"), number_kind("pushed_out")),
        (goes & _is_of(rows, "deleted"), number_kind("deleted")),
        (goes, _number_closing(rows.closed)),
        else_=_NOTHING,
    )
    money = ibis.cases(
        (stays & _is_of(rows, "amount"), rows.money),
        (comes | is_again, rows.amount),
        else_=-rows.amount,
    )
    return rows.select(
        "deal",
        "micros",
        "turn",
        "after",
        "amount",
        "closed",
        kind=kind.cast("int64"),
        money=money.cast(MONEY),
        number=_get_label((stays | goes).ifelse(rows.before, rows.after)),
        has_second=is_handed | is_again,
    )


def _list_second(named: ir.Table) -> ir.Table:
    """The other half of what has two: a deal handed on came to someone, a lost one was won."""
    rows = named.filter(named.has_second)
    is_handed = rows.kind == number_kind("reassigned_out")
    return rows.select(
        "deal",
        "micros",
        kind=is_handed.ifelse(number_kind("reassigned_in"), _number_closing(rows.closed)),
        number=_get_label(rows.after),
        money=is_handed.ifelse(rows.amount, -rows.amount).cast(MONEY),
    )


def _closes_again(rows: ir.Table) -> ir.BooleanValue:
    """Lost at first, then won after all, or the other way, without being open between."""
    were = (_get(rows.before, events.EXISTS) == 1) & (_get(rows.after, events.ELSEWHERE) == 0)
    return (
        ~rows.was_in
        & ~rows.is_in
        & _is_of(rows, "status")
        & were
        & (rows.closed != 0)
        & (_get_status(rows.before) != 0)
    )


def _is_of(rows: ir.Table, event: Event) -> ir.BooleanValue:
    return (rows.turn >> events.PLACE) == EVENTS.index(event)


def _number_closing(status: ir.IntegerValue) -> ir.IntegerValue:
    is_won = status == events.STATUSES.index("won")
    return is_won.ifelse(number_kind("won"), number_kind("lost")).cast("int64")


def number_kind(kind: Kind) -> int:
    """As list_movements writes it."""
    return len(_ENDS) + KINDS.index(kind)


def _is_in(flags: ir.IntegerValue) -> ir.BooleanValue:
    """The deal exists, is not due at another time, and is open."""
    asked = 3 << events.EXISTS | 3 << events.ELSEWHERE | 3 << events.STATUS
    return (flags & asked) == 1 << events.EXISTS


def _get(flags: ir.IntegerValue, begin: int) -> ir.IntegerValue:
    return (flags >> begin) & 3


def _get_status(flags: ir.IntegerValue) -> ir.IntegerValue:
    return _get(flags, events.STATUS)


def _get_label(flags: ir.IntegerValue) -> ir.IntegerValue:
    return (flags >> events.LABEL).cast("int64")
