"""Past launches that a new product may be like: their first twelve months, and how like they are.

A past launch is a product whose first won deal came after the data had begun, so that it was new
and not merely older than the data, and whose first twelve months are over. Nothing is read that
happened after the as-of day of the deals.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.launch_rules import LaunchRules
from counterpoise.domain.demand.segments import NONE
from counterpoise.domain.tables.deals import EPOCH, Deals
from counterpoise.domain.tables.launch import CURVE_MONTHS, PastLaunch, Product, Proposal
from counterpoise.domain.values.period import add_months, first_of_month, months_between

CENT = Decimal("0.01")
PLACES = Decimal("0.001")


def find_past_launches(
    deals: Deals, products: Sequence[Product], rules: LaunchRules
) -> tuple[PastLaunch, ...]:
    """By name. products: what is known of family and price; a product it lacks has neither."""
    known = deals.known_on(deals.as_of)
    won = np.flatnonzero(known.won)
    dimension = known.dimensions.get("product")
    if dimension is None or not len(won):
        return ()
    about = {each.name: each for each in products}
    month, begun = number_months(known.closed[won]), int(number_months(known.closed[won]).min())
    over = count_over(known.as_of)
    product = dimension.codes[won]
    found = []
    for code, name in sorted(enumerate(dimension.labels), key=lambda each: each[1]):
        mine = np.flatnonzero(product == code)
        if not len(mine):
            continue
        first = int(month[mine].min())
        mine = mine[month[mine] < first + CURVE_MONTHS]
        is_new = first - begun >= rules.quiet_months and first + CURVE_MONTHS <= over
        if is_new and len(mine) >= rules.fewest_deals:
            seen = about.get(name, Product(name, "", None))
            found.append(_follow(known, won[mine], month[mine] - first, first, seen))
    return tuple(found)


def propose(
    wanted: Product, regions: Sequence[str], past: Sequence[PastLaunch], rules: LaunchRules
) -> tuple[Proposal, ...]:
    """The likest first; of equally like ones the one with more deals, then by name."""
    others = (each for each in past if each.product != wanted.name)
    made = [_liken(wanted, regions, each, rules) for each in others]
    return tuple(
        sorted(made, key=lambda one: (-one.score, -one.past.total_deals, one.past.product))
    )


def find_first_month(deals: Deals, product: str) -> date | None:
    """The month in which a product was first won, as of; None where it never was."""
    known = deals.known_on(deals.as_of)
    dimension = known.dimensions.get("product")
    if dimension is None or product not in dimension.labels:
        return None
    mine = known.closed[known.won & (dimension.codes == dimension.labels.index(product))]
    return add_months(EPOCH, int(number_months(mine).min())) if len(mine) else None


def number_months(days: NDArray[np.int32]) -> NDArray[np.int64]:
    """Months since January 1970 of days since then."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


def count_over(as_of: date) -> int:
    """How many months since January 1970 are over on the evening of a day."""
    return months_between(EPOCH, first_of_month(as_of + timedelta(days=1)))


def list_regions(deals: Deals) -> tuple[str, ...]:
    """Regions that deals are in; none where deals know no regions."""
    dimension = deals.dimensions.get("region")
    return () if dimension is None else tuple(sorted(dimension.labels))


def _follow(
    deals: Deals,
    mine: NDArray[np.intp],
    age: NDArray[np.int64],
    first: int,
    about: Product,
) -> PastLaunch:
    count = np.bincount(age, minlength=CURVE_MONTHS)
    amount = np.nan_to_num(deals.amount[mine])
    revenue = [Decimal(0)] * CURVE_MONTHS
    for place, value in zip(age.tolist(), amount.tolist(), strict=True):
        revenue[place] += Decimal(repr(value))
    return PastLaunch(
        product=about.name,
        family=about.family,
        price=about.price,
        first_month=add_months(EPOCH, first),
        deals=tuple(count.tolist()),
        revenue=tuple(each.quantize(CENT, ROUND_HALF_EVEN) for each in revenue),
        by_region=tuple(_count_regions(deals, mine)),
    )


def _count_regions(deals: Deals, mine: NDArray[np.intp]) -> Iterator[tuple[str, int]]:
    dimension = deals.dimensions.get("region")
    if dimension is None:
        return
    labels = (*dimension.labels, NONE)
    counts = np.bincount(dimension.codes[mine] % len(labels), minlength=len(labels))
    for label, count in sorted(zip(labels, counts.tolist(), strict=True)):
        if count:
            yield label, count


def _liken(
    wanted: Product, regions: Sequence[str], past: PastLaunch, rules: LaunchRules
) -> Proposal:
    """Nearness in price is e to the minus distance in logarithms: the lower by the higher."""
    family = Decimal(int(bool(wanted.family) and wanted.family == past.family))
    price = None
    if wanted.price and past.price:
        price = (min(wanted.price, past.price) / max(wanted.price, past.price)).quantize(PLACES)
    sold = {region for region, _ in past.by_region}
    here = set(regions) or sold
    both = Decimal(len(here & sold)) / Decimal(max(len(here | sold), 1))
    parts = (
        (rules.family_weight, family),
        (rules.price_weight, price or Decimal(0)),
        (rules.region_weight, both),
    )
    whole = sum(weight for weight, _ in parts)
    score = sum(weight * float(part) for weight, part in parts) / whole if whole else 0.0
    return Proposal(
        past,
        Decimal(repr(score)).quantize(PLACES),
        family,
        price,
        both.quantize(PLACES),
    )
