"""The pack's sections about the plan itself: figures, forecast, gap, limits, scenarios."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext

from counterpoise.connectors.documents import names, pack_charts
from counterpoise.connectors.documents.pack_blocks import (
    Block,
    Card,
    Cards,
    Column,
    Paragraph,
    Picture,
    Row,
    Section,
    Table,
)
from counterpoise.connectors.documents.pack_words import enclose, fill, say, write_units
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.pack import Backtested, Pack, PlanFigures, ProductGap

MOST_PRODUCTS = 12
MOST_METHODS = 8
NO_SUM = "–"  # the ends of the months' ranges do not add up to those of the period
LEAST_COST = Decimal("0.5")  # less would be printed as 0
PROVEN = Decimal("0.00005")
"""Below this the optimality gap would be printed as 0.00 %."""


def build_decision(reader: Reader, pack: Pack) -> Section:
    asked = (
        Paragraph(say(reader, pack.decision), "strong")
        if pack.decision
        else Paragraph(gettext("No decision is asked for: this pack is for reading."), "empty")
    )
    return Section("decision", gettext("Decision asked for"), (asked,))


def build_figures(reader: Reader, pack: Pack) -> Section:
    heading = gettext("The plan in five figures")
    if pack.figures is None:
        return Section("figures", heading, (_say_nothing(gettext("There is no plan yet.")),))
    figures = pack.figures
    gap = reader.share(figures.optimality_gap, 2)
    bound = reader.money(figures.bound)
    cards = (
        _build_volume(reader, gettext("Demand"), figures.demand_units, figures.demand_money),
        _build_volume(reader, gettext("Served"), figures.served_units, figures.served_money),
        _build_volume(
            reader,
            gettext("Demand not served"),
            figures.gap_units,
            figures.gap_money,
            is_short=figures.gap_units > 0,
        ),
        Card(
            gettext("Contribution"),
            enclose(reader, reader.short(figures.contribution)),
            fill(reader, gettext("no plan can earn more than {bound}"), bound=bound),
        ),
        Card(gettext("Optimality gap"), enclose(reader, gap), _judge_gap(figures)),
    )
    return Section("figures", heading, (Cards(cards), _build_verdict(figures)))


def build_forecast(reader: Reader, pack: Pack) -> Section:
    heading = gettext("Forecast by month")
    if not pack.months:
        return Section("forecast", heading, (_say_nothing(gettext("No month was forecast.")),))
    drawing = pack_charts.draw_months(reader, pack.months)
    tested = _build_backtest(reader, pack.backtest[:MOST_METHODS])
    return Section(
        "forecast", heading, (Picture(drawing.label, drawing), _build_months(reader, pack), tested)
    )


def build_gap(reader: Reader, pack: Pack) -> Section:
    return Section(
        "gap",
        gettext("What is not served, and why"),
        (_build_products(reader, pack), _build_limits(reader, pack)),
    )


def build_scenarios(reader: Reader, pack: Pack) -> Section:
    heading = gettext("Scenarios side by side")
    if len(pack.scenarios) < 2:
        nothing = _say_nothing(gettext("No scenario was compared."))
        return Section("scenarios", heading, (nothing,))
    columns = (
        Column(gettext("Scenario"), weight=1),
        Column(gettext("Demand"), is_figure=True),
        Column(gettext("Served"), is_figure=True),
        Column(gettext("Not served, in money"), is_figure=True),
        Column(gettext("Contribution"), is_figure=True),
        Column(gettext("Hires"), is_figure=True),
    )
    rows = tuple(
        Row(
            (
                _name_scenario(reader, each.name, is_chosen=each.is_chosen),
                write_units(reader, each.demand_units),
                write_units(reader, each.served_units),
                reader.short(each.gap_money),
                reader.short(each.contribution),
                reader.number(each.hires),
            ),
            is_strong=each.is_chosen,
        )
        for each in pack.scenarios
    )
    caption = gettext("Deals and money under each scenario")
    return Section("scenarios", heading, (Table(caption, columns, rows),))


def _say_nothing(words: str) -> Paragraph:
    return Paragraph(words, "empty")


def _build_volume(
    reader: Reader, label: str, units: Decimal, money: Decimal, *, is_short: bool = False
) -> Card:
    worth = fill(reader, gettext("deals, worth {money}"), money=reader.money(money))
    written = write_units(reader, units)
    return Card(label, enclose(reader, written), worth, "warn" if is_short else "plain")


def _judge_gap(figures: PlanFigures) -> str:
    if figures.optimality_gap < PROVEN:
        return gettext("proven: nothing is left on the table")
    return gettext("at most this much is left on the table")


def _build_verdict(figures: PlanFigures) -> Paragraph:
    if figures.is_verified:
        kept = gettext(
            "A check that does not use the optimiser found that the plan keeps every rule."
        )
        return Paragraph(kept, "soft")
    broken = gettext(
        "A check that does not use the optimiser found broken rules: do not sign this plan."
    )
    return Paragraph(broken, "warn")


def _build_months(reader: Reader, pack: Pack) -> Table:
    is_changed = any(each.statistical is not None for each in pack.months)
    before = (Column(gettext("Before overrides"), is_figure=True),) if is_changed else ()
    columns = (
        Column(gettext("Month"), weight=1),
        Column(gettext("Deals"), is_figure=True),
        *before,
        Column(gettext("Revenue"), is_figure=True),
        Column(gettext("Low end"), is_figure=True),
        Column(gettext("High end"), is_figure=True),
    )
    rows = [
        Row(
            (
                reader.month(each.month),
                write_units(reader, each.deals),
                *((_show(reader, each.statistical),) if is_changed else ()),
                reader.short(each.revenue),
                reader.short(each.low),
                reader.short(each.high),
            )
        )
        for each in pack.months
    ]
    deals = sum((each.deals for each in pack.months), Decimal())
    revenue = sum((each.revenue for each in pack.months), Decimal())
    statistical = sum(
        (each.revenue if each.statistical is None else each.statistical for each in pack.months),
        Decimal(),
    )
    whole = (
        gettext("Whole period"),
        write_units(reader, deals),
        *((reader.short(statistical),) if is_changed else ()),
        reader.short(revenue),
        NO_SUM,
        NO_SUM,
    )
    caption = gettext(
        "Revenue and deals expected; in 8 of 10 cases revenue is between the two ends"
    )
    return Table(caption, columns, (*rows, Row(whole, is_strong=True)))


def _build_backtest(reader: Reader, backtest: Sequence[Backtested]) -> Block:
    if not backtest:
        words = gettext("The forecast was not tested on past days: there is too little history.")
        return _say_nothing(words)
    columns = (
        Column(gettext("Method"), weight=1),
        Column(gettext("Days ahead"), is_figure=True),
        Column(gettext("Past days tested"), is_figure=True),
        Column(gettext("Average miss"), is_figure=True),
        Column(gettext("Within its 80% range"), is_figure=True),
    )
    rows = tuple(
        Row(
            (
                names.name_code("method", each.method),
                reader.number(each.horizon_days),
                reader.number(each.origins),
                reader.share(each.wmape),
                gettext("no range") if each.coverage_80 is None else reader.share(each.coverage_80),
            )
        )
        for each in backtest
    )
    return Table(gettext("How this forecast did on past days"), columns, rows)


def _build_products(reader: Reader, pack: Pack) -> Block:
    if not pack.products:
        return _say_nothing(gettext("Nothing is known by product."))
    columns = (
        Column(gettext("Product"), weight=1),
        Column(gettext("Demand"), is_figure=True),
        Column(gettext("Served"), is_figure=True),
        Column(gettext("Not served"), is_figure=True),
        Column(gettext("Not served, in money"), is_figure=True),
    )
    ranked = sorted(pack.products, key=lambda each: (-each.gap_money, -each.demand, each.product))
    rows = [
        _write_product(reader, enclose(reader, names.name_part(each.product)), (each,))
        for each in ranked[:MOST_PRODUCTS]
    ]
    if rest := ranked[MOST_PRODUCTS:]:
        count = reader.number(len(rest))
        rows.append(_write_product(reader, fill(reader, gettext("{n} others"), n=count), rest))
    return Table(gettext("Gap by product, in deals and money"), columns, tuple(rows))


def _write_product(reader: Reader, name: str, products: Sequence[ProductGap]) -> Row:
    return Row(
        (
            name,
            write_units(reader, sum((each.demand for each in products), Decimal())),
            write_units(reader, sum((each.served for each in products), Decimal())),
            write_units(reader, sum((each.gap_units for each in products), Decimal())),
            reader.short(sum((each.gap_money for each in products), Decimal())),
        )
    )


def _build_limits(reader: Reader, pack: Pack) -> Block:
    costly = [each for each in pack.limits if abs(each.cost) >= LEAST_COST]
    if not costly:
        return _say_nothing(gettext("No limit was found that costs contribution."))
    columns = (
        Column(gettext("Limit"), weight=2),
        Column(gettext("Contribution lost"), is_figure=True),
        Column(gettext("Why"), weight=4),
    )
    rows = tuple(
        Row(
            (
                enclose(reader, names.name_code("constraint", each.constraint)),
                reader.short(each.cost),
                say(reader, each.why),
            )
        )
        for each in sorted(costly, key=lambda each: -each.cost)
    )
    return Table(gettext("What limits the plan, and what it is worth"), columns, rows)


def _name_scenario(reader: Reader, name: str, *, is_chosen: bool) -> str:
    written = enclose(reader, names.name_code("scenario", name))
    if not is_chosen:
        return written
    return fill(reader, gettext("{scenario} (asked to sign)"), scenario=written)


def _show(reader: Reader, value: Decimal | None) -> str:
    return gettext("unchanged") if value is None else reader.short(value)
