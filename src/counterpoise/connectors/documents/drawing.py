"""Draws an Altair chart as SVG text for a page: once for a phone, once for a desk.

The chart is drawn with a few marker colours; the page's style sheet gives each its colour for
light, dark and print. Text stays text, so the browser shapes Arabic with the reader's own fonts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from counterpoise.connectors.documents.reader import Reader

INK = "#1c2430"
SOFT = "#5a6270"
LINE = "#d5d2ca"
ACCENT = "#0b5e6b"
PAST = "#8a93a0"
WARN = "#a8480a"
NARROW = 330
WIDE = 760
_CONFIG = {
    "background": None,
    "font": "system-ui, 'Noto Sans Arabic', sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT,
        "labelFontSize": 12,
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "titleColor": SOFT,
        "labelLimit": 150,
        "labelPadding": 6,
    },
}
_UNSEEN = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


@dataclass(frozen=True, slots=True)
class Drawing:
    """The same chart for both widths, as SVG elements, and what it shows in words."""

    wide: str
    narrow: str
    label: str


def load_altair() -> Any:
    """The module, told not to hold every part of a chart against Vega's schema.

    That takes most of the time of drawing; a chart that is wrong fails as it is turned into SVG.
    """
    import altair as alt  # noqa: PLC0415 -- slow import
    from altair.utils import schemapi  # noqa: PLC0415 -- comes with it

    schemapi.disable_debug_mode()
    return alt


def draw(build: Callable[[int], Any], label: str) -> Drawing:
    """`build` makes the chart for a width in pixels."""
    return Drawing(wide=_to_svg(build(WIDE)), narrow=_to_svg(build(NARROW)), label=label)


def choose_ticks(high: float, count: int = 5, low: float = 0.0) -> tuple[float, ...]:
    """Round numbers to at or above `high`, from 0 or from at or below `low`."""
    rough = (max(high, 1.0) - min(low, 0.0)) / count
    power = 10.0 ** floor(log10(rough))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough)
    steps = range(floor(min(low, 0.0) / step), ceil(max(high, 1.0) / step) + 1)
    return tuple(step * n for n in steps)


def isolate(reader: Reader, written: str) -> str:
    """Arabic keeps its own direction inside a chart, which is drawn left to right."""
    if not reader.is_rtl:
        return written
    return f"\N{RIGHT-TO-LEFT ISOLATE}{written}\N{POP DIRECTIONAL ISOLATE}"


def quote(written: str) -> str:
    """A Vega string; names come from the business and may hold anything."""
    escaped = "".join(
        each if each.isalnum() or each in " .%" else f"\\u{ord(each):04x}"
        for each in written
        if ord(each) < 0x10000
    )
    return f"'{escaped}'"


def _to_svg(chart: Any) -> str:
    import vl_convert  # noqa: PLC0415 -- slow import

    spec = chart.to_dict(validate=False) | {"config": _CONFIG}
    drawn: str = vl_convert.vegalite_to_svg(spec)
    start = drawn.index("<svg")
    return _UNSEEN.sub("", drawn[start:]).replace("<svg ", '<svg aria-hidden="true" ', 1)
