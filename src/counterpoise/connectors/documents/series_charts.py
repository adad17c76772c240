"""The chart of a measure carried forward: what came, then what is expected with its ranges."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from counterpoise.connectors.documents import axes, drawing
from counterpoise.connectors.documents.axes import Row
from counterpoise.connectors.documents.charts import HEIGHT, LABELS
from counterpoise.connectors.documents.drawing import ACCENT, INK, PAST, WARN, Drawing
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.carried import CarriedPart
from counterpoise.domain.tables.occasion import Occasion

PERIODS = {
    "day": {drawing.WIDE: 84, drawing.NARROW: 28},
    "week": {drawing.WIDE: 78, drawing.NARROW: 26},
    "month": {drawing.WIDE: 36, drawing.NARROW: 14},
    "quarter": {drawing.WIDE: 36, drawing.NARROW: 14},
    "year": {drawing.WIDE: 36, drawing.NARROW: 14},
}
"""The newest that came, as many as can be told apart."""
HOLY = ("ramadan", "eid")
ABOVE = 8
"""Where occasions stand, in pixels from the top."""


def draw_carried(reader: Reader, part: CarriedPart, every: str, unit: str) -> Drawing:
    """The 80 % range lighter than the 50 % range; both begin at the last period that came.
    Occasions stand above, and a ring is around what was not learned from as it came."""

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        past = part.history[-PERIODS[every][width] :]
        days = [each.start for each in past] + [each.start for each in part.ahead]
        write_day = reader.short_day if every in ("day", "week") else reader.short_month
        labels = [write_day(day) for day in days]
        x = axes.build_days(alt, reader, "start", days, axes.thin_out(labels, LABELS[width]))
        came: list[Row] = [{"start": str(each.start), "value": float(each.value)} for each in past]
        ahead = _list_ahead(part, came[-1])
        top = max(*(row["value"] for row in came), *(row["high_80"] for row in ahead))
        write = reader.share if unit == "share" else None
        y = axes.build_amounts(alt, reader, "value", top, write)
        future = alt.Chart(alt.Data(values=ahead)).encode(x=x)
        wide = future.mark_area(color=ACCENT, opacity=0.18).encode(
            y=axes.build_amounts(alt, reader, "low_80", top, write), y2="high_80:Q"
        )
        narrow = future.mark_area(color=ACCENT, opacity=0.28).encode(
            y=axes.build_amounts(alt, reader, "low_50", top, write), y2="high_50:Q"
        )
        expected = future.mark_line(color=ACCENT, strokeWidth=2.5).encode(y=y)
        past_of = alt.Chart(alt.Data(values=came)).encode(x=x, y=y)
        known = past_of.mark_line(color=INK, strokeWidth=2)
        points = past_of.mark_point(color=INK, filled=True, size=18, opacity=1)
        layers = wide + narrow + expected + known + points
        for layer in _mark(alt, x, y, part, days):
            layers += layer
        return layers.properties(width=width - 70, height=HEIGHT)

    return drawing.draw(build, _name(every))


def _list_ahead(part: CarriedPart, last: Row) -> list[Row]:
    names = ("low_80", "low_50", "middle", "high_50", "high_80")
    begun: Row = {**dict.fromkeys(names, last["value"]), **last}
    return [
        begun,
        *(
            {
                "start": str(step.start),
                "value": float(step.expected),
                **dict(zip(names, map(float, step.quantiles), strict=True)),
            }
            for step in part.ahead
        ),
    ]


def _mark(alt: Any, x: Any, y: Any, part: CarriedPart, days: Sequence[date]) -> Iterator[Any]:
    """Layers for what there is in the days that are drawn."""
    holy = {each for each in part.occasions if each.kind in HOLY}
    for occasions, shape, color in (
        (holy, "square", PAST),
        (set(part.occasions) - holy, "triangle-down", WARN),
    ):
        if rows := _touch(occasions, days):
            base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=alt.value(ABOVE))
            yield base.mark_point(color=color, filled=True, shape=shape, size=40, opacity=1)
    drawn = {str(day) for day in days}
    rings = [
        {"start": str(each.start), "value": float(each.was)}
        for each in part.replaced
        if str(each.start) in drawn
    ]
    if rings:
        base = alt.Chart(alt.Data(values=rings)).encode(x=x, y=y)
        yield base.mark_point(color=WARN, filled=False, size=90, strokeWidth=2, opacity=1)


def _touch(occasions: Iterable[Occasion], days: Sequence[date]) -> list[Row]:
    """The periods that any of the occasions has a day in; of the last one, only its first day is
    known here."""
    ends = [*days[1:], days[-1] + timedelta(days=1)]
    return [
        {"start": str(start)}
        for start, end in zip(days, ends, strict=True)
        if any(each.first < end and each.last >= start for each in occasions)
    ]


def _name(every: str) -> str:
    match every:
        case "day":
            return gettext("By day: what came, then what is expected with its 50% and 80% ranges.")
        case "week":
            return gettext("By week: what came, then what is expected with its 50% and 80% ranges.")
        case "quarter":
            return gettext(
                "By quarter: what came, then what is expected with its 50% and 80% ranges."
            )
        case "year":
            return gettext("By year: what came, then what is expected with its 50% and 80% ranges.")
        case _:
            return gettext(
                "By month: what came, then what is expected with its 50% and 80% ranges."
            )
