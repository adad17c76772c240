"""What a figure of the forecast is made of, month by month: the chart, its key and the table."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from counterpoise.actions.overrides import Outlook
from counterpoise.connectors.documents import leg_charts, names
from counterpoise.connectors.documents.leg_charts import NUMBERS
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.demand.legs import stack_legs
from counterpoise.domain.tables.leg_stack import LegStack
from counterpoise.web.demand import cells
from counterpoise.web.demand.cells import Members
from counterpoise.web.drawings import draw_once
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Kind, Row, Table


def show_legs(
    request: HttpRequest, outlook: Outlook, measure: str, by: Members = ()
) -> tuple[dict[str, Any], list[Table]]:
    """For the page and its tables; neither where the run did not keep its legs."""
    stacks = stack_legs(outlook.statistical, outlook.forecast, measure, by)
    if not stacks:
        return {"legs_are_kept": bool(outlook.statistical.legs)}, []
    reader = get_eyes(request).in_currency(outlook.cycle.currency).reader
    there = [kind for kind in NUMBERS if any(_has(each, kind) for each in stacks)]
    context = {
        "legs_are_kept": True,
        "legs_chart": draw_once(leg_charts.draw_legs, reader, stacks) if there else None,
        "legs_key": [(kind, name_leg(kind, reader)) for kind in there],
        "legs_of": cells.name_members(by),
    }
    return context, [build_legs(outlook, stacks, reader)]


def name_leg(kind: str, reader: Reader) -> str:
    """With its number in the chart."""
    number = next(place for each, place in NUMBERS.items() if each == kind)
    return f"{reader.number(number)} {names.name_code('leg', kind)}"


def build_legs(outlook: Outlook, stacks: tuple[LegStack, ...], reader: Reader) -> Table:
    """The parts of each month beside their sum; what history alone says is in no sum. A part
    that is nothing in every month is for the files."""
    figure: Kind = "money" if stacks[0].measure == "won_revenue" else "quantity"
    told = {part.kind for each in stacks for part in each.parts if part.amount}
    is_whole = any(each.series is not None for each in stacks)
    alone = (Column("series", _("History alone says"), figure),) * is_whole
    return Table(
        name="legs",
        caption=_("{measure} by month: what it is made of").format(
            measure=names.name_code("measure", stacks[0].measure)
        ),
        columns=(
            Column("month", _("Month"), "month"),
            *(
                Column(kind, name_leg(kind, reader), figure, is_for_files=kind not in told)
                for kind in NUMBERS
            ),
            Column("mean", _("Expected"), figure),
            Column("low", _("80% from"), figure),
            Column("high", _("80% to"), figure),
            *alone,
        ),
        rows=tuple(
            Row(
                {
                    "month": each.month,
                    **{part.kind: part.amount for part in each.parts},
                    "mean": each.mean,
                    "low": each.low,
                    "high": each.high,
                    "series": each.series,
                }
            )
            for each in stacks
        ),
        empty=_("No month is forecast."),
        currency=outlook.cycle.currency,
    )


def _has(stack: LegStack, kind: str) -> bool:
    return any(part.kind == kind and part.amount for part in stack.parts)
