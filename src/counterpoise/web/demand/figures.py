"""The tables of the demand page: cells of the forecast, its back-test, what was won before."""

from collections.abc import Container, Iterator, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.actions.overrides import Outlook
from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.demand.overrides import list_overridden
from counterpoise.domain.tables.figure import Figure, find_figure, list_figures
from counterpoise.domain.tables.forecast import SPLITS, Cell, Forecast
from counterpoise.domain.tables.override import FigureKey, list_in_force
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.rights import Visitor
from counterpoise.web.demand import cells
from counterpoise.web.tables import Column, Kind, Row, Table

LEVELS: dict[str, tuple[str, ...]] = {
    "whole": (),
    "region": ("region",),
    "product": ("product",),
    "region-product": ("region", "product"),
    **{name: (name,) for name in SPLITS},
}
LEVEL_NAMES = {
    "whole": gettext_lazy("Whole company"),
    "region": gettext_lazy("By region"),
    "product": gettext_lazy("By product"),
    "region-product": gettext_lazy("By region and product"),
    "team": gettext_lazy("By team"),
    "segment": gettext_lazy("By segment"),
    "source": gettext_lazy("By lead source"),
}
DIMENSION_NAMES = {
    "region": gettext_lazy("Region"),
    "product": gettext_lazy("Product"),
    "team": gettext_lazy("Team"),
    "segment": gettext_lazy("Segment"),
    "source": gettext_lazy("Lead source"),
}


def may_see(visitor: Visitor, cell: Cell) -> bool:
    """What is forecast of a team is for those who see its people."""
    team = dict(cell.by).get("team")
    return team is None or visitor.sees_person("", team)


def build_forecast(outlook: Outlook, measure: str, level: str, visitor: Visitor) -> Table:
    """Every figure of a level, each linked to its own page where it can be overridden."""
    period = str(outlook.forecast.period)
    figure: Kind = "money" if measure == "won_revenue" else "quantity"
    said = {cell.key: cell for cell in (*outlook.statistical.cells, *outlook.statistical.splits)}
    overridden = list_overridden(outlook.statistical, outlook.overrides)
    said_of = outlook.statistical
    in_force = list_in_force(outlook.overrides, said_of.as_of, said_of.currency)
    locked = {each.cell for each in in_force if each.kind == "lock"}
    members = LEVELS[level]
    rows = []
    for cell in _find_level(outlook.forecast, measure, members):
        if not may_see(visitor, cell):
            continue
        key = cell.key
        by = dict(cell.by)
        address = "" if level in SPLITS else cells.link("cell", period, key)
        statistical = said[key].mean
        rows.append(
            Row(
                {
                    "month": cell.month,
                    **{name: names.name_part(by[name]) for name in members},
                    "mean": cell.mean,
                    "low_80": cell.quantile("0.1"),
                    "high_80": cell.quantile("0.9"),
                    "low_90": cell.quantile("0.05"),
                    "high_90": cell.quantile("0.95"),
                    "open": cell.from_open,
                    "statistical": statistical,
                    "state": _name_state(cell, statistical, overridden, locked),
                },
                {"month": address, "mean": address} if address else {},
            )
        )
    return Table(
        name="forecast",
        caption=_name_forecast(outlook.forecast, measure),
        columns=_list_columns(members, figure, is_overridden=bool(outlook.overrides)),
        rows=tuple(rows),
        empty=_(
            "The forecast has no figures at this level: the deals do not name what it is told by."
        ),
        currency=outlook.cycle.currency,
    )


def build_backtest(forecast: Forecast) -> Table:
    return Table(
        name="backtest",
        caption=_("Test on the past: this forecast beside what people use today"),
        columns=(
            Column("method", _("Method")),
            Column("horizon", _("Days ahead"), "number", has_choices=True),
            Column("origins", _("Past days tried"), "number"),
            Column("wmape", _("Missed by"), "share"),
            Column("bias", _("Too high or low"), "share"),
            Column("coverage", _("In the 80% range"), "share"),
        ),
        rows=tuple(
            Row(
                {
                    "method": names.name_code("method", row.method),
                    "horizon": row.horizon_days,
                    "origins": row.origins,
                    "wmape": row.wmape,
                    "bias": row.bias,
                    "coverage": row.coverage_80,
                }
            )
            for row in forecast.backtest
        ),
        empty=_("No past day is finished that the method could be tried on."),
    )


def build_contest(forecast: Forecast) -> Iterator[Table]:
    """Nothing where no challenger of single deals was let to compete."""
    if forecast.contest is None:
        return
    yield Table(
        name="deal-contest",
        caption=_("Chances of single deals on past days"),
        columns=(
            Column("method", _("Method")),
            Column("horizon", _("Days ahead"), "number", has_choices=True),
            Column("brier", _("Brier score"), "number", places=4),
            Column("log_loss", _("Log loss"), "number", places=4),
            Column("won", _("Won deals too high or low"), "share"),
            Column("wmape", _("Value missed by"), "share"),
        ),
        rows=tuple(
            Row(
                {
                    "method": names.name_code("method", each.method),
                    "horizon": each.horizon_days,
                    "brier": each.brier,
                    "log_loss": each.log_loss,
                    "won": each.won_bias,
                    "wmape": each.wmape,
                }
            )
            for each in forecast.contest.scores
        ),
        empty=_("It was tried on no past day."),
    )


def build_points(forecast: Forecast, cycle: Cycle) -> Table:
    return Table(
        name="points",
        caption=_("Every past day that was tried"),
        columns=(
            Column("origin", _("Day"), "day"),
            Column("horizon", _("Days ahead"), "number", has_choices=True),
            Column("forecast", _("Forecast"), "money"),
            Column("low", _("80% from"), "money"),
            Column("high", _("80% to"), "money"),
            Column("actual", _("Came"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "origin": point.origin,
                    "horizon": point.horizon_days,
                    "forecast": point.forecast,
                    "low": point.low_80,
                    "high": point.high_80,
                    "actual": point.actual,
                }
            )
            for point in forecast.points
        ),
        empty=_("No past day is finished that the method could be tried on."),
        currency=cycle.currency,
        sort="-origin",
    )


def build_weights(weights: Mapping[int, Mapping[str, float]]) -> Table:
    return Table(
        name="weights",
        caption=_("What each part of the method counts for"),
        columns=(
            Column("leg", _("Part of the method")),
            Column("horizon", _("Days ahead"), "number"),
            Column("weight", _("Weight"), "share"),
        ),
        rows=tuple(
            Row({"leg": names.name_code("method", leg), "horizon": days, "weight": weight})
            for days, legs in sorted(weights.items())
            for leg, weight in legs.items()
        ),
        empty=_("The forecast rests on one method alone."),
    )


def build_history(cycle: Cycle) -> Table:
    return Table(
        name="history",
        caption=_("What was won in past months"),
        columns=(
            Column("month", _("Month"), "month"),
            Column("revenue", _("Won revenue"), "money"),
            Column("deals", _("Won deals"), "number"),
        ),
        rows=tuple(
            Row({"month": each.month, "revenue": each.won_revenue, "deals": each.won_deals})
            for each in cycle.history
        ),
        empty=_("No deal was won yet."),
        currency=cycle.currency,
        sort="-month",
        page_rows=12,
    )


def build_sums(outlook: Outlook, figure: Figure, reader: Reader) -> Table:
    """A figure among those that it is part of, and the parts that it is made of."""
    kind: Kind = "money" if figure.measure == "won_revenue" else "quantity"
    rows = list(_list_spans(outlook, figure, reader))
    own = set(figure.by)
    for each in sorted(list_figures(outlook.forecast, figure.measure, figure.month), key=_rank):
        if set(each.by) < own:
            rows.append(_relate(outlook, each, figure, cells.name_members(each.by), is_above=True))
        elif set(each.by) > own and len(each.by) == len(own) + 1:
            (new,) = [name for name, _member in each.by if name not in dict(figure.by)]
            rows.append(
                _relate(outlook, each, figure, cells.name_members(each.by), _name_part(new))
            )
    return Table(
        name="sums",
        caption=_("How it adds up"),
        columns=(
            Column("figure", _("Figure")),
            Column("relation", _("Stands to this figure as"), has_choices=True),
            Column("mean", _("Expected"), kind),
            Column("share", _("The part is of the whole"), "share"),
        ),
        rows=tuple(rows),
        empty=_("The forecast has no wider and no finer figures than this one."),
        currency=outlook.cycle.currency,
    )


def _list_spans(outlook: Outlook, figure: Figure, reader: Reader) -> Iterator[Row]:
    """A month of the whole period, or the months that the whole is made of."""
    months = [each.start for each in outlook.forecast.period.months]
    if len(months) == 1:
        return
    for span in months if figure.month is None else (None,):
        each = find_figure(outlook.forecast, (figure.measure, span, figure.by))
        if each is None:
            continue
        if span is None:
            yield _relate(outlook, each, figure, _("Whole period"), is_above=True)
        else:
            yield _relate(outlook, each, figure, reader.month(span), _("a month of this"))


def _relate(
    outlook: Outlook,
    each: Figure,
    figure: Figure,
    name: str,
    relation: str = "",
    *,
    is_above: bool = False,
) -> Row:
    part, whole = (figure.mean, each.mean) if is_above else (each.mean, figure.mean)
    return Row(
        {
            "figure": name,
            "relation": _("this is a part of it") if is_above else relation,
            "mean": each.mean,
            "share": part / whole if whole else None,
        },
        {"figure": cells.link("cell", str(outlook.forecast.period), each.key)},
    )


def _rank(figure: Figure) -> tuple[int, str, Decimal]:
    """Wider figures first; the parts of one kind stand together, the largest first."""
    return len(figure.by), " ".join(sorted(name for name, _member in figure.by)), -figure.mean


def _find_level(forecast: Forecast, measure: str, members: tuple[str, ...]) -> list[Cell]:
    found = (
        cell
        for cell in (*forecast.cells, *forecast.splits)
        if cell.measure == measure and {name for name, _member in cell.by} == set(members)
    )
    return sorted(found, key=lambda cell: (cell.month, *(dict(cell.by)[name] for name in members)))


def _list_columns(
    members: tuple[str, ...], figure: Kind, *, is_overridden: bool
) -> tuple[Column, ...]:
    """What the statistics say stands beside the figures where somebody overrode any of them."""
    overriding = (
        Column("statistical", _("Statistics say"), figure),
        Column("state", _("Override"), has_choices=True),
    ) * is_overridden
    return (
        Column("month", _("Month"), "month", has_choices=True),
        *(Column(name, DIMENSION_NAMES[name], has_choices=True) for name in members),
        Column("mean", _("Expected"), figure),
        *overriding,
        Column("low_80", _("80% from"), figure),
        Column("high_80", _("80% to"), figure),
        Column("low_90", _("90% from"), figure),
        Column("high_90", _("90% to"), figure),
        Column("open", _("From open deals"), figure),
    )


def _name_forecast(forecast: Forecast, measure: str) -> str:
    return _("{measure} expected by month, with ranges").format(
        measure=names.name_code("measure", measure)
    )


def _name_state(
    cell: Cell,
    statistical: Decimal,
    overridden: Container[FigureKey],
    locked: Container[FigureKey],
) -> str:
    if cell.key in locked:
        return _("locked")
    if cell.key in overridden:
        return _("overridden")
    return _("none") if cell.mean == statistical else _("moved by an override")


def _name_part(dimension: str) -> str:
    return (
        _("a part of this, by region") if dimension == "region" else _("a part of this, by product")
    )
