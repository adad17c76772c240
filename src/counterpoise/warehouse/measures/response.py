"""Leads with the working time until they were first tried: the rules of domain/measure/
plain_response, on an engine."""

import ibis
import ibis.expr.types as ir

from counterpoise.domain.measure.plain_response import find_agreed, find_evening
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.known import KnownDeals
from counterpoise.warehouse.measures.working import Working


def time_leads(known: KnownDeals, leads: ir.Table) -> ir.Table:
    """worked: working time until the first attempt in microseconds, empty where there was none.
    is_due, in_time, untried: 1 or 0."""
    tried = (known.days.day(leads.touched) <= known.as_of).ifelse(leads.touched, ibis.null("int64"))
    rows = leads.mutate(tried=tried)
    rows = rows.filter(rows.tried.isnull() | (rows.tried >= rows.created))
    evening, agreed = find_evening(known.settings), find_agreed(known.settings)
    (reach,) = running.fetch(known.backend, rows.agg(first=rows.created.min()))
    first = evening if reach["first"] is None else reach["first"]
    working = Working(known, rows, first, evening)
    rows = working.place(rows).mutate(evening=ibis.literal(evening, "int64"))
    for moment in ("created", "tried", "evening"):
        rows = working.count(rows, moment, f"by_{moment}")
    rows = rows.mutate(worked=rows.by_tried - rows.by_created)
    is_tried = rows.worked.notnull()
    return running.keep(
        known.backend,
        rows.mutate(
            is_due=(is_tried | (rows.by_evening - rows.by_created >= agreed)).ifelse(1, 0),
            in_time=(rows.worked <= agreed).fill_null(False).ifelse(1, 0),  # noqa: FBT003
            untried=is_tried.ifelse(0, 1),
        ),
    )
