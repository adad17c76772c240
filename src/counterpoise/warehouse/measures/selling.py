"""Meetings and calls that took place and what each adds to the others, on an engine: the rules of
domain/measure/plain_selling."""

from datetime import date

import ibis
import ibis.expr.types as ir

from counterpoise.domain.measure.plain_response import find_evening
from counterpoise.domain.measure.selling import CUSTOMER, Owner, find_longest
from counterpoise.domain.measure.working_time import MINUTE
from counterpoise.domain.tables.deals import day_of
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.known import KnownDeals
from counterpoise.warehouse.measures.places import place_reps


def list_meetings(known: KnownDeals) -> ir.Table:
    """begin, end: microseconds; day; owner_id, rep, team and region; has_customer: 1 or 0."""
    settings, micros = known.settings, known.days.micros
    rows = known.leave_out_removed(running.read(known.backend, "activity"))
    is_selling = rows.type.strip().lower().isin(sorted(settings.selling_types))
    outcome = rows.outcome.fill_null("").strip().lower()
    is_held = ~outcome.isin(sorted(settings.not_held))
    minutes = rows.duration_minutes
    rows = rows.filter(
        is_selling,
        is_held,
        rows.owner_id.fill_null("") != "",
        (minutes > 0) & (minutes < find_longest(settings)),
    )
    named = [rows[each].fill_null("") != "" for each in CUSTOMER]
    rows = rows.select(
        "owner_id",
        "source_id",
        deal_source=rows.source,
        begin=micros(rows.occurred_at),
        length=(rows.duration_minutes * float(MINUTE) + 0.5).floor().cast("int64"),
        has_customer=ibis.or_(*named).ifelse(1, 0),
    )
    rows = rows.mutate(day=known.days.day(rows.begin))
    rows = rows.filter(rows.day <= known.as_of)
    rows = rows.mutate(end=ibis.least(rows.begin + rows.length, find_evening(settings)))
    return running.keep(known.backend, place_reps(known.backend, rows, "owner_id"))


def find_firsts(known: KnownDeals, meetings: ir.Table) -> dict[Owner, date]:
    """The day of everybody's first meeting."""
    found = meetings.group_by("deal_source", "owner_id").agg(first=meetings.day.min())
    return {
        (row["deal_source"], row["owner_id"]): day_of(row["first"])
        for row in running.fetch(known.backend, found)
    }


def list_added(meetings: ir.Table) -> ir.Table:
    """added: the microseconds that a meeting adds to those of the same person."""
    order = [meetings.begin, meetings.end, meetings.deal_source, meetings.source_id]
    so_far = ibis.window(group_by="rep", order_by=order, preceding=None, following=0)
    rows = meetings.mutate(reach=meetings.end.max().over(so_far))
    order = [rows.begin, rows.end, rows.deal_source, rows.source_id]
    before = rows.reach.lag().over(ibis.window(group_by="rep", order_by=order))
    rows = rows.mutate(start=ibis.greatest(rows.begin, before.fill_null(rows.begin)))
    added = rows.end - rows.start
    return rows.mutate(added=(added > 0).ifelse(added, 0))
