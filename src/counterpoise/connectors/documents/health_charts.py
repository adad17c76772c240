"""The chart of how healthy the data was, build by build."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext

from counterpoise.connectors.documents import axes, drawing
from counterpoise.connectors.documents.axes import Row
from counterpoise.connectors.documents.charts import HEIGHT, LABELS
from counterpoise.connectors.documents.drawing import ACCENT, Drawing
from counterpoise.connectors.documents.reader import Reader

MOST_DAYS = {drawing.WIDE: 60, drawing.NARROW: 26}
CLEAN = 100


def draw_trend(reader: Reader, scores: Sequence[tuple[date, int]]) -> Drawing:
    """scores: by day, oldest first; the last of a day."""
    by_day = dict(scores)

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        days = list(by_day)[-MOST_DAYS[width] :]
        labels = axes.thin_out([reader.short_day(day) for day in days], LABELS[width])
        x = axes.build_days(alt, reader, "day", days, labels)
        y = axes.build_amounts(alt, reader, "score", CLEAN)
        rows: list[Row] = [{"day": str(day), "score": by_day[day]} for day in days]
        base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
        line = base.mark_line(color=ACCENT, strokeWidth=2.5)
        points = base.mark_point(color=ACCENT, filled=True, size=36, opacity=1)
        return (line + points).properties(width=width - 70, height=HEIGHT)

    label = gettext("Health of the data from build to build, 100 being clean.")
    return drawing.draw(build, label)
