"""The report's charts: what has been sold and will be, how loaded people are, the plan, the bridge.

Each function gives a Drawing. A chart shows what the table beside it says and nothing more.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from counterpoise.connectors.documents import axes, drawing, names
from counterpoise.connectors.documents.axes import Row
from counterpoise.connectors.documents.drawing import ACCENT, INK, PAST, WARN, Drawing
from counterpoise.connectors.documents.figures import Load, PlanMonth
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.measure.waterfall import Waterfall
from counterpoise.domain.tables.action import Variance
from counterpoise.domain.tables.change import ForecastChange
from counterpoise.domain.tables.forecast import BacktestPoint, Cell
from counterpoise.domain.tables.recurring import RollForward
from counterpoise.domain.tables.report import MonthActual

HISTORY_MONTHS = {drawing.WIDE: 24, drawing.NARROW: 12}
ORIGINS = {drawing.WIDE: 60, drawing.NARROW: 26}
LABELS = {drawing.WIDE: 8, drawing.NARROW: 3}
MOST_POOLS = 12
HEIGHT = 240


def draw_outlook(reader: Reader, history: Sequence[MonthActual], cells: Sequence[Cell]) -> Drawing:
    """Won revenue by month: bars of the past, then the forecast with its 80 % range."""

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        before = [each for each in history if each.month < cells[0].month]
        past = before[-HISTORY_MONTHS[width] :]
        months = [each.month for each in past] + [cell.month for cell in cells]
        labels = [reader.short_month(month) for month in months]
        x = axes.build_days(alt, reader, "month", months, axes.thin_out(labels, LABELS[width]))
        rows = _list_past(past) + _list_expected(cells)
        y = axes.build_amounts(alt, reader, "value", max(row["top"] for row in rows))
        color = alt.Color("kind:N", scale=None)
        bars = alt.Chart(alt.Data(values=rows)).mark_bar().encode(x=x, y=y, color=color)
        ranged = alt.Data(values=[row for row in rows if "low" in row])
        rules = alt.Chart(ranged).mark_rule(strokeWidth=3, color=INK)
        ranges = rules.encode(x=x, y="low:Q", y2="high:Q")
        return (bars + ranges).properties(width=width - 70, height=HEIGHT)

    label = gettext("Won revenue by month, then the forecast with its 80% range.")
    return drawing.draw(build, label)


def draw_backtest(reader: Reader, points: Sequence[BacktestPoint]) -> Drawing:
    """What was forecast on earlier days, with the range, and what came."""

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        shown = points[-ORIGINS[width] :]
        labels = [reader.short_day(point.origin) for point in shown]
        days = [point.origin for point in shown]
        x = axes.build_days(alt, reader, "day", days, axes.thin_out(labels, LABELS[width]))
        rows: list[Row] = [
            {
                "day": str(point.origin),
                "forecast": point.forecast,
                "low": point.forecast if point.low_80 is None else point.low_80,
                "high": point.forecast if point.high_80 is None else point.high_80,
                "actual": point.actual,
            }
            for point in shown
        ]
        top = max(max(row["high"], row["actual"]) for row in rows)
        base = alt.Chart(alt.Data(values=rows)).encode(x=x)
        y = axes.build_amounts(alt, reader, "low", top)
        band = base.mark_area(color=ACCENT, opacity=0.25).encode(y=y, y2="high:Q")
        expected = base.mark_line(color=ACCENT, strokeWidth=2.5).encode(y="forecast:Q")
        came = base.mark_point(color=INK, filled=True, size=36, opacity=1).encode(y="actual:Q")
        return (band + expected + came).properties(width=width - 70, height=HEIGHT)

    label = gettext("What was forecast on past days, with its range, and what came.")
    return drawing.draw(build, label)


def draw_loads(reader: Reader, loads: Sequence[Load]) -> Drawing:
    """Work asked of each pool as a share of what it can give; every load has its share."""
    shares = [(load.pool, float(load.share or 0)) for load in loads[:MOST_POOLS]]
    top = max(1.0, *(share for _, share in shares)) * 1.25

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        rows: list[Row] = [
            {
                "pool": _keep_direction(reader, pool),
                "share": share,
                "top": top,
                "written": drawing.isolate(reader, reader.share(share)),
                "kind": WARN if share > 1 else ACCENT,
            }
            for pool, share in shares
        ]
        scale = alt.Scale(domain=[0, top], reverse=reader.is_mirrored)
        x = alt.X("share:Q", scale=scale, axis=None)
        base = alt.Chart(alt.Data(values=rows)).encode(
            y=axes.build_lines(alt, reader, "pool", rows)
        )
        bars = base.mark_bar(size=18).encode(x=x, color=alt.Color("kind:N", scale=None))
        far = alt.X("top:Q", scale=scale, axis=None)
        texts = axes.write_beside(base, reader, inward=True).encode(x=far, text="written:N")
        all_of_it = alt.Chart(alt.Data(values=[{"share": 1}]))
        whole = all_of_it.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=2).encode(x=x)
        return (bars + texts + whole).properties(width=width - 140, height=30 * len(rows) + 10)

    label = gettext("Work asked of each pool, as a share of what it can give.")
    return drawing.draw(build, label)


def draw_plan(reader: Reader, months: Sequence[PlanMonth]) -> Drawing:
    """Deals of each month: served, waiting at its end, given up."""

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        rows: list[Row] = [
            {"month": str(month.month), "deals": deals, "kind": kind, "order": order}
            for month in months
            for order, (deals, kind) in enumerate(
                ((month.served, ACCENT), (month.waiting, PAST), (month.lost, WARN))
            )
        ]
        days = [month.month for month in months]
        labels = axes.thin_out([reader.short_month(day) for day in days], LABELS[width])
        top = max(month.served + month.waiting + month.lost for month in months)
        size = min(60, (width - 100) // (2 * len(months)) + 2)
        return (
            alt.Chart(alt.Data(values=rows))
            .mark_bar(size=size)
            .encode(
                x=axes.build_days(alt, reader, "month", days, labels),
                y=axes.build_amounts(alt, reader, "deals", top),
                color=alt.Color("kind:N", scale=None),
                order="order:Q",
            )
            .properties(width=width - 70, height=HEIGHT - 40)
        )

    return drawing.draw(
        build, gettext("Deals of each month: served, waiting at its end, given up.")
    )


def draw_bridge(reader: Reader, variance: Variance) -> Drawing:
    """From the forecast to the actual, a bar for each cause. The two outer bars are cut off."""
    moves = [(names.name_code("cause", each.cause), each.money) for each in variance.lines]
    steps = _list_steps(
        reader,
        (gettext("Forecast"), variance.forecast),
        moves,
        (gettext("Actual"), variance.actual),
    )
    label = gettext("From the forecast to what was won, a bar for each cause.")
    return _draw_steps(reader, steps, label)


def draw_change(reader: Reader, change: ForecastChange) -> Drawing:
    """From the last forecast of a period to this one, a bar for each cause."""
    moves = [(names.name_code("forecast_change", each.cause), each.money) for each in change.lines]
    ends = (gettext("Forecast before"), change.before), (gettext("Forecast now"), change.now)
    steps = _list_steps(reader, ends[0], moves, ends[1])
    return _draw_steps(reader, steps, gettext("From the last forecast to this one, by cause."))


def draw_waterfall(reader: Reader, waterfall: Waterfall) -> Drawing:
    """From what was open at the start to what is open at the end, a bar for each movement."""
    moves = [
        (names.name_code("movement", each.kind), each.money) for each in waterfall.lines if each.n
    ]
    start, end = gettext("Open at the start"), gettext("Open at the end")
    steps = _list_steps(reader, (start, waterfall.start), moves, (end, waterfall.end))
    label = gettext("What was open at the start, what moved it, and what is open at the end.")
    return _draw_steps(reader, steps, label)


def draw_recurring(reader: Reader, periods: Sequence[RollForward]) -> Drawing:
    """From what ran before the first of the periods to what runs after the last."""
    moves = [
        (names.name_code("recurring", kind), sign * sum(getattr(each, kind) for each in periods))
        for kind, sign in (("new", 1), ("expansion", 1), ("contraction", -1), ("churn", -1))
    ]
    ends = (
        (gettext("At the start"), periods[0].opening),
        (gettext("At the end"), periods[-1].closing),
    )
    steps = _list_steps(reader, ends[0], moves, ends[1])
    return _draw_steps(reader, steps, gettext("From the recurring revenue of then to that of now."))


def _draw_steps(reader: Reader, steps: list[Row], label: str) -> Drawing:
    moves = [row for row in steps if row["is_move"]] or steps
    low = min(min(row["start"], row["end"]) for row in moves)
    high = max(max(row["start"], row["end"]) for row in steps)
    floor = min(low, max(0.0, low - (high - low) * 0.6))
    top = high + ((high - floor) or 1.0) * 0.35
    for row in steps:
        row["start"] = row["start"] if row["is_move"] else floor
        row["far"] = max(row["start"], row["end"])

    def build(width: int) -> Any:
        alt = drawing.load_altair()

        scale = alt.Scale(domain=[floor, top], reverse=reader.is_mirrored, nice=False)
        lines = axes.build_lines(alt, reader, "step", steps)
        base = alt.Chart(alt.Data(values=steps)).encode(y=lines)
        bars = base.mark_bar(size=18).encode(
            x=alt.X("start:Q", scale=scale, axis=None),
            x2="end:Q",
            color=alt.Color("kind:N", scale=None),
        )
        far = alt.X("far:Q", scale=scale, axis=None)
        texts = axes.write_beside(base, reader).encode(x=far, text="written:N")
        return (bars + texts).properties(width=width - 140, height=32 * len(steps))

    return drawing.draw(build, label)


def _list_past(past: Sequence[MonthActual]) -> list[Row]:
    return [
        {"month": str(each.month), "value": value, "top": value, "kind": PAST}
        for each in past
        for value in (float(each.won_revenue),)
    ]


def _list_expected(cells: Sequence[Cell]) -> list[Row]:
    return [
        {
            "month": str(cell.month),
            "value": float(cell.mean),
            "top": max(float(cell.mean), float(cell.quantile("0.9"))),
            "kind": ACCENT,
            "low": float(cell.quantile("0.1")),
            "high": float(cell.quantile("0.9")),
        }
        for cell in cells
    ]


def _list_steps(
    reader: Reader,
    first: tuple[str, Decimal],
    moves: Sequence[tuple[str, Decimal]],
    last: tuple[str, Decimal],
) -> list[Row]:
    running = float(first[1])
    steps = [_build_end(reader, first[0], running, reader.short(first[1]))]
    for name, money in moves:
        after = running + float(money)
        steps.append(
            {
                "step": drawing.isolate(reader, name),
                "start": running,
                "end": after,
                "kind": ACCENT if money >= 0 else WARN,
                "written": drawing.isolate(reader, reader.signed(money)),
                "is_move": True,
            }
        )
        running = after
    return [*steps, _build_end(reader, last[0], running, reader.short(last[1]))]


def _build_end(reader: Reader, label: str, amount: float, written: str) -> Row:
    return {
        "step": drawing.isolate(reader, label),
        "start": 0.0,
        "end": amount,
        "kind": PAST,
        "written": drawing.isolate(reader, written),
        "is_move": False,
    }


def _keep_direction(reader: Reader, name: str) -> str:
    """A name from the business, in its own direction."""
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}" if reader.is_rtl else name
