"""The chart of what a forecast is made of: a stack of legs for each month, and its range.

Each leg has a number beside it, and a fill and an outline of its own, so that colour is not the
only sign. What takes away is stacked below nothing; the figure itself is the diamond.
"""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from django.utils.translation import gettext

from counterpoise.connectors.documents import axes, drawing
from counterpoise.connectors.documents.axes import Row
from counterpoise.connectors.documents.charts import HEIGHT, LABELS
from counterpoise.connectors.documents.drawing import ACCENT, INK, PAST, SOFT, WARN, Drawing
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.leg_stack import LegKind, LegStack

NUMBERS: dict[LegKind, int] = {kind: place for place, kind in enumerate(get_args(LegKind), 1)}
"""What stands beside a leg, and before its name in the key and the table."""
LOOKS: dict[LegKind, Row] = {
    "won": {"color": PAST, "opacity": 1.0},
    "open": {"color": ACCENT, "opacity": 1.0},
    "new": {"color": ACCENT, "opacity": 0.3, "stroke": ACCENT, "strokeWidth": 1},
    "combination": {"color": INK, "opacity": 0.12, "stroke": INK, "strokeDash": [4, 3]},
    "launches": {"color": WARN, "opacity": 0.2, "stroke": WARN, "strokeDash": [1, 2]},
    "overrides": {"color": WARN, "opacity": 1.0},
}
LEAST_PIXELS = 13
"""A leg that is drawn lower than its number is tall has none."""
WIDEST_BAR = 60


def draw_legs(reader: Reader, stacks: tuple[LegStack, ...]) -> Drawing:
    """stacks: of at least one month."""

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        months = [each.month for each in stacks]
        labels = axes.thin_out([reader.short_month(each) for each in months], LABELS[width])
        x = axes.build_days(alt, reader, "month", months, labels)
        rows = [row for each in stacks for row in _pile(reader, each)]
        ranges = [
            {
                "month": str(each.month),
                "mean": float(each.mean),
                "low": float(each.low),
                "high": float(each.high),
            }
            for each in stacks
        ]
        top = max(*(row["end"] for row in rows), *(row["high"] for row in ranges))
        low = min(row["start"] for row in rows)
        ticks = drawing.choose_ticks(top, low=low)
        y = axes.build_amounts(alt, reader, "start", top, low=low)
        size = min(WIDEST_BAR, (width - 100) // (2 * len(stacks)) + 2)
        layers = [*_fill(alt, x, y, rows, size), *_measure(alt, x, ranges)]
        if low < 0:
            nothing = alt.Chart(alt.Data(values=[{"start": 0}]))
            layers.append(nothing.mark_rule(color=SOFT, strokeWidth=1).encode(y="start:Q"))
        tall = HEIGHT / (ticks[-1] - ticks[0])
        told = [row for row in rows if (row["end"] - row["start"]) * tall >= LEAST_PIXELS]
        if told:
            layers.append(_number(alt, reader, x, told, size))
        return alt.layer(*layers).properties(width=width - 70, height=HEIGHT)

    return drawing.draw(
        build, gettext("What each month is made of, leg upon leg, with its 80% range.")
    )


def _pile(reader: Reader, stack: LegStack) -> Iterator[Row]:
    """What adds stands upon what adds, what takes away hangs below; nothing has no leg."""
    up = down = 0.0
    for part in stack.parts:
        amount = float(part.amount)
        if not amount:
            continue
        start = up if amount > 0 else down + amount
        if amount > 0:
            up += amount
        else:
            down += amount
        yield {
            "month": str(stack.month),
            "kind": part.kind,
            "start": start,
            "end": start + abs(amount),
            "middle": start + abs(amount) / 2,
            "number": drawing.isolate(reader, reader.number(NUMBERS[part.kind])),
        }


def _fill(alt: Any, x: Any, y: Any, rows: Sequence[Row], size: int) -> Iterator[Any]:
    """A layer for each kind of leg, for each looks its own way."""
    for kind, looks in LOOKS.items():
        if mine := [row for row in rows if row["kind"] == kind]:
            bars = alt.Chart(alt.Data(values=mine)).mark_bar(size=size, **_look(looks))
            yield bars.encode(x=x, y=y, y2="end:Q")


def _look(looks: Row) -> Row:
    """Only the fill is faint; an outline is always drawn in full."""
    faint = {"fillOpacity": looks["opacity"]}
    return {**{name: value for name, value in looks.items() if name != "opacity"}, **faint}


def _measure(alt: Any, x: Any, ranges: Sequence[Row]) -> Iterator[Any]:
    """The 80 % range with an end at each side, and the figure on it."""
    base = alt.Chart(alt.Data(values=list(ranges))).encode(x=x)
    yield base.mark_rule(color=INK, strokeWidth=2).encode(y="low:Q", y2="high:Q")
    for end in ("low:Q", "high:Q"):
        yield base.mark_tick(color=INK, thickness=2, size=14).encode(y=end)
    yield base.mark_point(
        color=INK, fill="white", shape="diamond", size=70, strokeWidth=2, opacity=1
    ).encode(y="mean:Q")


def _number(alt: Any, reader: Reader, x: Any, rows: Sequence[Row], size: int) -> Any:
    """Beside the bar, where the ink stands on the page's own ground."""
    aside = size / 2 + 5
    base = alt.Chart(alt.Data(values=list(rows))).mark_text(
        align="right" if reader.is_mirrored else "left",
        dx=-aside if reader.is_mirrored else aside,
        color=INK,
        fontSize=12,
    )
    return base.encode(x=x, y="middle:Q", text="number:N")
