"""The chart of a measure carried forward: what came, then what is expected with its ranges."""

from typing import Any

from django.utils.translation import gettext

from counterpoise.connectors.documents import axes, drawing
from counterpoise.connectors.documents.axes import Row
from counterpoise.connectors.documents.charts import HEIGHT, LABELS
from counterpoise.connectors.documents.drawing import ACCENT, INK, Drawing
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.carried import CarriedPart

PERIODS = {drawing.WIDE: 36, drawing.NARROW: 14}


def draw_carried(reader: Reader, part: CarriedPart, every: str, unit: str) -> Drawing:
    """The 80 % range lighter than the 50 % range; both begin at the last period that came."""

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        past = part.history[-PERIODS[width] :]
        days = [each.start for each in past] + [each.start for each in part.ahead]
        labels = [reader.short_month(day) for day in days]
        x = axes.build_days(alt, reader, "start", days, axes.thin_out(labels, LABELS[width]))
        came: list[Row] = [{"start": str(each.start), "value": float(each.value)} for each in past]
        last = came[-1]["value"]
        names = ("low_80", "low_50", "middle", "high_50", "high_80")
        ahead: list[Row] = [{**dict.fromkeys(names, last), "value": last, **came[-1]}]
        ahead += [
            {
                "start": str(step.start),
                "value": float(step.expected),
                **dict(zip(names, map(float, step.quantiles), strict=True)),
            }
            for step in part.ahead
        ]
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
        return (wide + narrow + expected + known + points).properties(
            width=width - 70, height=HEIGHT
        )

    label = (
        gettext("By quarter: what came, then what is expected with its 50% and 80% ranges.")
        if every == "quarter"
        else gettext("By month: what came, then what is expected with its 50% and 80% ranges.")
    )
    return drawing.draw(build, label)
