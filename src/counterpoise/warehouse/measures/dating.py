"""When a deal entered the pipeline and when it was closed: by its record, else by the log."""

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.days import Days
from counterpoise.warehouse.measures.facts import Facts


def date_deals(backend: SQLBackend, deals: ir.Table, facts: Facts, days: Days) -> ir.Table:
    """Deals that somebody dated, with `is_closed` and `entered`; `ended` is filled from the log
    where a closed record does not say it. They have own_created, ended, status and stage."""
    deals = deals.mutate(is_closed=deals.status.isin(["won", "lost"]).fill_null(False))  # noqa: FBT003
    first: ir.IntegerValue = ibis.null("int64")
    if facts.lacks_dates:
        deals = _look_into_log(backend, deals, days)
        first = deals.first_at
    deals = deals.mutate(entered=ibis.coalesce(deals.own_created, first, deals.ended))
    return deals.filter(deals.entered.notnull() & (~deals.is_closed | deals.ended.notnull()))


def _look_into_log(backend: SQLBackend, deals: ir.Table, days: Days) -> ir.Table:
    log = running.read(backend, "opportunity_change")
    log = log.select(
        "attribute",
        "value_after",
        deal_source=log.source,
        deal_id=log.opportunity_id,
        micros=days.micros(log.changed_at),
    )
    begun = log.group_by("deal_source", "deal_id").agg(first_at=log.micros.min())
    told = log.join(
        deals.filter(deals.is_closed & deals.ended.isnull()).select(
            "deal_source", "deal_id", now_status="status", now_stage="stage"
        ),
        ["deal_source", "deal_id"],
    )
    told = told.filter(
        ((told.attribute == "status") & (told.value_after == told.now_status))
        | ((told.attribute == "stage") & (told.value_after == told.now_stage))
    )
    closing = told.group_by("deal_source", "deal_id").agg(told=told.micros.max())
    deals = _join(_join(deals, begun), closing)
    return deals.mutate(ended=ibis.coalesce(deals.ended, deals.told)).drop("told")


def _join(deals: ir.Table, other: ir.Table) -> ir.Table:
    joined = deals.left_join(other, ["deal_source", "deal_id"])
    return joined.drop("deal_source_right", "deal_id_right")
