"""What each threshold for joining records would cost, as a line, with the one that is in force."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from counterpoise.connectors.documents import axes, drawing
from counterpoise.connectors.documents.drawing import ACCENT, WARN, Drawing
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.collect.identity_costs import Point

HEIGHT = 200
MOST_LABELS = {drawing.WIDE: 8, drawing.NARROW: 4}


def draw_costs(reader: Reader, points: Sequence[Point], automatic: float) -> Drawing:
    """Cost by threshold; the first threshold at or above the one in force is marked."""
    marked = next((each for each in points if each.threshold >= automatic), points[-1])

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        names = [str(each.threshold) for each in points]
        texts = axes.thin_out([reader.share(each.threshold) for each in points], MOST_LABELS[width])
        shown = [(name, written) for name, written in zip(names, texts, strict=True) if written]
        known = ",".join(f"'{name}'" for name, _ in shown)
        listed = ",".join(drawing.quote(drawing.isolate(reader, each)) for _, each in shown)
        x = alt.X(
            "threshold:O",
            sort=names[::-1] if reader.is_mirrored else names,
            axis=alt.Axis(
                values=[name for name, _ in shown],
                labelExpr=f"[{listed}][indexof([{known}], datum.value)]",
                labelAngle=0,
                title=None,
            ),
        )
        y = axes.build_amounts(alt, reader, "cost", max(each.cost for each in points))
        rows = [{"threshold": str(each.threshold), "cost": each.cost} for each in points]
        line = alt.Chart(alt.Data(values=rows)).mark_line(point=True, color=ACCENT)
        ours = [{"threshold": str(marked.threshold), "cost": marked.cost}]
        dot = alt.Chart(alt.Data(values=ours)).mark_point(size=160, color=WARN, strokeWidth=3)
        drawn = line.encode(x=x, y=y) + dot.encode(x=x, y=y)
        return drawn.properties(width=width - 70, height=HEIGHT)

    label = gettext("Expected cost by threshold, with the threshold in force.")
    return drawing.draw(build, label)
