"""Months carried forward, told in the quarters and years that they fill."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext

from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.measure.question import bucket_of
from counterpoise.domain.tables.carried import Carried, CarriedPart
from counterpoise.domain.time_series.periods import MONTHS
from counterpoise.domain.values.period import Period
from counterpoise.web.demand.carried_tables import find_kind
from counterpoise.web.tables import Column, Row, Table


def build_totals(found: Carried, part: CarriedPart, asked: dict[str, Any], reader: Reader) -> Table:
    """Whole ones only, each with what of it came already. asked: what its link keeps."""
    kind = find_kind(found)
    return Table(
        name="totals",
        caption=gettext("The same in quarters and years"),
        columns=(
            Column("period", gettext("Period")),
            Column("start", gettext("From"), "month"),
            Column("expected", gettext("Expected"), kind),
            Column("came", gettext("Of it came already"), kind),
        ),
        rows=tuple(
            Row(
                {"period": reader.period(period), "start": period.start, **_add_up(part, period)},
                {"period": "?" + urlencode({**asked, "every": size, "steps": number})},
            )
            for size in MONTHS
            for number, period in _list_filled(part, size)
        ),
        empty="",
        currency=found.unit,
    )


def _list_filled(part: CarriedPart, size: str) -> list[tuple[int, Period]]:
    """Each with its number among those ahead, from 1 on."""
    months = {each.start for each in part.history} | {each.start for each in part.ahead}
    touched = sorted({bucket_of(size, each.start) for each in part.ahead})
    return [
        (number, period)
        for number, period in enumerate(touched, 1)
        if {each.start for each in period.months} <= months
    ]


def _add_up(part: CarriedPart, period: Period) -> dict[str, Decimal]:
    came = (each.value for each in part.history if period.contains(each.start))
    ahead = (each.expected for each in part.ahead if period.contains(each.start))
    there = sum(came, Decimal(0))
    return {"came": there, "expected": sum(ahead, there)}
