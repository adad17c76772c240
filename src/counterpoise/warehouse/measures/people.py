"""Leads and activities as tables with their labels, days and what is counted of them."""

import ibis
import ibis.expr.types as ir

from counterpoise.warehouse.marts.rollup import ROLLUP
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.days import from_date
from counterpoise.warehouse.measures.known import KnownDeals
from counterpoise.warehouse.measures.places import first, place_reps

_WHO = {"rep", "team", "region"}


def list_leads(known: KnownDeals) -> ir.Table:
    """waited: microseconds until the first touch, empty where there was none; converted: 1 or 0."""
    leads = known.leave_out_removed(running.read(known.backend, "lead"))
    micros = known.days.micros
    leads = leads.select(
        "owner_id",
        "opportunity_id",
        "is_converted",
        own_region=leads.region,
        own_source=leads.lead_source,
        deal_source=leads.source,
        created=micros(leads.created_at),
        touched=micros(leads.first_touch_at),
        converted_at=micros(leads.converted_at),
        updated=micros(leads.updated_at),
    )
    leads = leads.mutate(day=known.days.day(leads.created))
    leads = leads.filter(leads.day <= known.as_of)
    if _WHO & set(known.places):
        leads = place_reps(known.backend, leads, "owner_id")
        leads = leads.mutate(region=first(leads.own_region, leads.region))
    has_converted = (
        leads.converted_at.notnull()
        | leads.is_converted.fill_null(False)  # noqa: FBT003
        | (leads.opportunity_id.fill_null("") != "")
    )
    known_at = known.days.day(ibis.coalesce(leads.converted_at, leads.updated, leads.created))
    waited = leads.touched - leads.created
    is_tried = (known.days.day(leads.touched) <= known.as_of) & (waited >= 0)
    return leads.mutate(
        source=first(leads.own_source),
        waited=is_tried.ifelse(waited, ibis.null("int64")),
        converted=(has_converted & (known_at <= known.as_of)).ifelse(1, 0),
    )


def list_activities(known: KnownDeals) -> ir.Table:
    """Activities by day, rep and type: from the roll-up of the publication where there is one, made
    for the same time zone.

    activities: how many. minutes: how long they took. selling: 1 where the type is selling.
    """
    rows = _read_roll_up(known) if ROLLUP in known.backend.list_tables() else _roll_up(known)
    rows = rows.filter(rows.day <= known.as_of)
    if _WHO & set(known.places):
        rows = place_reps(known.backend, rows, "owner_id")
    selling = sorted(known.settings.selling_types)
    return rows.mutate(selling=rows.type.strip().lower().isin(selling).ifelse(1, 0))


def _read_roll_up(known: KnownDeals) -> ir.Table:
    rows = known.backend.table(ROLLUP)
    gone = from_date(rows.gone)
    rows = rows.filter(gone.isnull() | (gone > known.as_of))
    return rows.select(
        "owner_id",
        "type",
        deal_source=rows.source,
        day=from_date(rows.day),
        activities=rows.activities.cast("int64"),
        minutes=rows.minutes.cast("decimal(24, 6)"),
    )


def _roll_up(known: KnownDeals) -> ir.Table:
    rows = known.leave_out_removed(running.read(known.backend, "activity"))
    rows = rows.select(
        "owner_id",
        "type",
        deal_source=rows.source,
        day=known.days.day(known.days.micros(rows.occurred_at)),
        minutes=rows.duration_minutes.cast("decimal(24, 6)"),
    )
    return rows.mutate(activities=ibis.literal(1, "int64"))
