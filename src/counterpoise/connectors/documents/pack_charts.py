"""The pack's one chart: revenue expected by month, with its 80 % range."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from counterpoise.connectors.documents import axes, drawing
from counterpoise.connectors.documents.drawing import ACCENT, INK, Drawing
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.pack import ExpectedMonth

HEIGHT = 150
LABELS = {drawing.WIDE: 8, drawing.NARROW: 4}


def draw_months(reader: Reader, months: Sequence[ExpectedMonth]) -> Drawing:
    """A bar for each month up to the mean, and a line from the low end (nothing at least) to the
    high end."""
    rows: list[axes.Row] = [
        {
            "month": str(each.month),
            "mean": float(each.revenue),
            "low": max(0.0, float(each.low)),
            "high": float(each.high),
        }
        for each in months
    ]
    top = max(max(row["mean"], row["high"]) for row in rows)

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        days = [each.month for each in months]
        labels = axes.thin_out([reader.short_month(day) for day in days], LABELS[width])
        x = axes.build_days(alt, reader, "month", days, labels)
        y = axes.build_amounts(alt, reader, "mean", top)
        size = min(70, (width - 100) // (2 * len(rows)) + 2)
        base = alt.Chart(alt.Data(values=rows)).encode(x=x)
        bars = base.mark_bar(size=size, color=ACCENT).encode(y=y)
        ranges = base.mark_rule(strokeWidth=3, color=INK).encode(y="low:Q", y2="high:Q")
        return (bars + ranges).properties(width=width - 70, height=HEIGHT)

    return drawing.draw(build, gettext("Expected revenue by month, with its 80% range"))
