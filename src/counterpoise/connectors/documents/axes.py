"""The axes that the report's charts share; in Arabic they begin at the right.

`alt` is the altair module, which callers import late because it is slow to import.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from counterpoise.connectors.documents import drawing
from counterpoise.connectors.documents.drawing import INK, SOFT
from counterpoise.connectors.documents.reader import Reader

Row = dict[str, Any]


def build_days(
    alt: Any, reader: Reader, field: str, days: Sequence[date], labels: Sequence[str]
) -> Any:
    """Days or months in order; `labels` has a text for each, '' where none shall stand."""
    written = [str(day) for day in days]
    marked = [(day, label) for day, label in zip(written, labels, strict=True) if label]
    known = ",".join(f"'{day}'" for day, _ in marked)
    texts = ",".join(drawing.quote(drawing.isolate(reader, label)) for _, label in marked)
    return alt.X(
        f"{field}:O",
        sort=written[::-1] if reader.is_mirrored else written,
        axis=alt.Axis(
            values=[day for day, _ in marked],
            labelExpr=f"[{texts}][indexof([{known}], datum.value)]",
            labelAngle=0,
            title=None,
        ),
    )


def thin_out(labels: Sequence[str], most: int) -> list[str]:
    """At most `most` of the labels, evenly apart and with the last among them; '' for the rest."""
    every = max(1, -(-len(labels) // most))
    last = len(labels) - 1
    return [label if (last - n) % every == 0 else "" for n, label in enumerate(labels)]


def build_amounts(
    alt: Any,
    reader: Reader,
    field: str,
    high: float,
    write: Callable[[float], str] | None = None,
    low: float = 0.0,
) -> Any:
    """From nothing, or from below `low` where that is less, up to `high`, in round numbers;
    shortened where nothing else writes them."""
    ticks = drawing.choose_ticks(high, low=low)
    written = map(write or reader.short, ticks)
    texts = ",".join(drawing.quote(drawing.isolate(reader, each)) for each in written)
    known = ",".join(str(tick) for tick in ticks)
    return alt.Y(
        f"{field}:Q",
        scale=alt.Scale(domain=[ticks[0], ticks[-1]]),
        axis=alt.Axis(
            values=list(ticks),
            tickCount=len(ticks),  # else Vega leaves out every other one where it thinks them many
            labelExpr=f"[{texts}][indexof([{known}], datum.value)]",
            orient="right" if reader.is_mirrored else "left",
            domain=False,
            ticks=False,
            title=None,
        ),
    )


def build_lines(alt: Any, reader: Reader, field: str, rows: Sequence[Row]) -> Any:
    """One line of the chart for each row, in their order."""
    return alt.Y(
        f"{field}:N",
        sort=[row[field] for row in rows],
        axis=alt.Axis(
            orient="right" if reader.is_mirrored else "left",
            domain=False,
            ticks=False,
            title=None,
            labelColor=INK,
            labelLimit=120,
        ),
    )


def write_beside(base: Any, reader: Reader, *, inward: bool = False) -> Any:
    """Text after its point in the reader's direction, or ending there when `inward`."""
    leftward = reader.is_mirrored != inward
    return base.mark_text(
        align="right" if leftward else "left",
        dx=-6 if leftward else 6,
        color=SOFT,
        fontSize=12,
    )
