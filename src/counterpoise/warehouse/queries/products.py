"""Products of a build: the names that deals know them by, their family and list price."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from counterpoise.domain.rulebook.rates import MissingRate, build_rates
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.launch import Product
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.queries.tables import get_currency

CENT = Decimal("0.01")


def list_products(folder: Path, rulebook: Rulebook, on: date) -> tuple[Product, ...]:
    """By name; of several of one name the one that says most. Prices are in the reporting currency
    at the rate of the day; one that no rate is known for counts as unknown.

    Products have no history: family and price are those of the build, on whatever day.
    """
    with open_build(folder) as build:
        rows = build.con.execute(_PRODUCTS).fetchall()
    reporting = get_currency(folder, rulebook, on)
    worth = {each: _find_rate(rulebook, reporting, each, on) for each in {row[3] for row in rows}}
    return tuple(
        Product(name, family, _price(price, worth[currency]))
        for name, family, price, currency in rows
    )


def _find_rate(rulebook: Rulebook, reporting: str, currency: str, on: date) -> Decimal | None:
    try:
        return build_rates(rulebook, (reporting, currency), on).get_rate(currency, on)
    except MissingRate:
        return None


def _price(price: Decimal | None, rate: Decimal | None) -> Decimal | None:
    """Nothing is free: a price of 0 is one that nobody wrote."""
    if not price or rate is None:
        return None
    return (Decimal(str(price)) * rate).quantize(CENT, ROUND_HALF_EVEN)


_PRODUCTS = """
SELECT
    coalesce(nullif(name, ''), source_id) AS known_as,
    coalesce(family, '') AS family,
    list_price,
    coalesce(currency, '') AS currency
FROM product
QUALIFY row_number() OVER (
    PARTITION BY known_as
    ORDER BY (coalesce(family, '') = '')::INT + (list_price IS NULL)::INT, source, source_id
) = 1
ORDER BY known_as
"""
