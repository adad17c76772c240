"""The rates that the deals of a table are stated by: their number there, and here their value."""

from decimal import Decimal

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.rulebook.rates import Rates
from counterpoise.domain.tables.deals import day_of
from counterpoise.warehouse.measures.days import number_of
from counterpoise.warehouse.measures.running import fetch

_NO_RATE = -1


def number_rates(deals: ir.Table, settings: Settings) -> ir.IntegerValue:
    """0 for the reporting currency, n for the n-th dated rate, -1 where none was in force."""
    rates = settings.rates
    foreign = sorted({each.currency for each in rates.dated})
    if not foreign:
        return ibis.literal(0, "int64")
    on = deals.closed.fill_null(deals.created)
    branches = [
        ((deals.currency == each.currency) & (on >= number_of(each.effective_from)), number)
        for number, each in reversed(list(enumerate(rates.dated, 1)))
    ]
    return ibis.cases(*branches, (deals.currency.isin(foreign), _NO_RATE), else_=0).cast("int64")


def get_rate_of(number: int, rates: Rates) -> Decimal:
    return rates.dated[number - 1].rate if number else Decimal(1)


def check_rates(backend: SQLBackend, deals: ir.Table, rates: Rates) -> None:
    """Raises MissingRate where a deal was priced before the first rate of its currency."""
    if not rates.dated:
        return
    unpriced = deals.filter(deals.rate == _NO_RATE)
    on = unpriced.closed.fill_null(unpriced.created)
    for row in fetch(backend, unpriced.select("currency", on=on).limit(1)):
        rates.get_rate(row["currency"], day_of(row["on"]))
