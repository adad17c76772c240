"""Units by product and site: units in a won deal, from the lines of deals, times deals forecast.

How many units of each product a deal of a product brings is learned from won deals that have lines;
few deals lean on all of them. A site is known where a product lies at one site, or where the
rulebook says which share of it each site serves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand.deal_paths import DealPaths
from counterpoise.domain.demand.projection import MILLIONTH, Projection, write_volumes
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.rulebook.templates import SUM_TOLERANCE, read_amount, read_share
from counterpoise.domain.tables.deals import Deals
from counterpoise.domain.tables.service import SoldLines, StockedAt
from counterpoise.domain.tables.volume import Learned, Members, Volume, VolumeRefusal, Volumes
from counterpoise.domain.values.text import Text, text

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Sold:
    """Units of won deals that have lines: (deals, items). main: each deal's product."""

    items: tuple[str, ...]
    main: NDArray[np.object_]
    units: Floats


def expect_units(
    deals: DealPaths,
    known: Deals,
    lines: SoldLines | None,
    rulebook: Rulebook,
    rng: Generator,
) -> Volumes:
    """known: deals as of the day, whose won ones are learned from. By product alone; sites are
    laid over by `split_by_site`."""
    sold = _find_sold(known, lines, by_product=deals.products != ("",))
    if sold is None:
        return Volumes(refusals=(VolumeRefusal("units", _say_no_lines()),))
    prior = float(read_amount("units.prior_deals", rulebook, known.as_of))
    items, counted = _expect_items(deals, sold, prior, rng)
    members: list[Members] = [(("product", item),) for item in sold.items]
    volumes = write_volumes("units", members, items, deals.months, has_whole=False)
    learned = tuple(
        _describe(item, int(n), prior) for item, n in zip(sold.items, counted, strict=True)
    )
    unknown = sorted(set(deals.products) - set(sold.main.tolist()))
    notes = tuple(_say_unknown(product) for product in unknown)
    told = {each.by for each in learned if each.n}
    return Volumes(
        tuple(each for each in volumes if each.by in told),
        tuple(each for each in learned if each.n),
        notes=notes,
    )


def split_by_site(
    found: Volumes, stock: Sequence[StockedAt], rulebook: Rulebook, on: date
) -> Volumes:
    """A product that lies at one site goes there whole; of several the rulebook's shares decide,
    and without them the product is told whole and the split refused in words.

    Each site's range is its share of the product's. Raises InvalidRule for shares that do not come
    to 1.
    """
    sites: dict[str, list[str]] = {}
    for stocked in sorted(set(stock), key=lambda one: (one.product, one.site)):
        sites.setdefault(stocked.product, []).append(stocked.site)
    volumes: list[Volume] = []
    notes: list[Text] = []
    products = dict.fromkeys(dict(each.by)["product"] for each in found.volumes)
    shares = {each: _read_shares(each, sites.get(each, []), rulebook, on) for each in products}
    for each in found.volumes:
        product = dict(each.by)["product"]
        volumes.append(each)
        volumes += _share_out(each, shares[product])
    notes += [
        text(
            "{product} lies at {sites}, and nothing says how much of it each serves: its units are"
            " not told by site. Write units.site_share for “product / site” into the rulebook.",
            product=product,
            sites=", ".join(sites[product]),
        )
        for product in products
        if len(sites.get(product, [])) > 1 and not shares[product]
    ]
    return Volumes(
        tuple(volumes), found.learned, found.tests, found.refusals, (*found.notes, *notes)
    )


def _find_sold(known: Deals, lines: SoldLines | None, *, by_product: bool) -> _Sold | None:
    won = np.flatnonzero(known.won)
    if lines is None or not len(lines.deal) or not len(won):
        return None
    place = {name: number for number, name in enumerate(known.ids[won].tolist())}
    of_line = np.array([place.get(name, -1) for name in lines.deal.tolist()])
    kept = np.flatnonzero((of_line >= 0) & (lines.product.codes >= 0) & ~np.isnan(lines.units))
    if not len(kept):
        return None
    rows, of_row = np.unique(of_line[kept], return_inverse=True)
    codes, of_item = np.unique(lines.product.codes[kept], return_inverse=True)
    units = np.zeros((len(rows), len(codes)))
    np.add.at(units, (of_row, of_item), lines.units[kept])
    product = known.dimensions["product"]
    labels = np.array([*product.labels, ""], dtype=object)
    main = labels[product.codes[won[rows]]]
    items = tuple(lines.product.labels[code] for code in codes)
    return _Sold(items, main if by_product else np.full_like(main, ""), units)


def _expect_items(
    deals: DealPaths, sold: _Sold, prior: float, rng: Generator
) -> tuple[Projection, NDArray[np.int64]]:
    """A deal's units are drawn around their mean, as many deals as the path has of them. Beside
    them from how many deals each item is learned; 0 where no deal forecast brings it."""
    shape = (len(sold.items), len(deals.months))
    mean = np.zeros(shape)
    drawn = np.zeros((len(deals.drawn), *shape))
    variance = np.zeros_like(drawn)
    counted = np.zeros(len(sold.items), dtype=np.int64)
    of_all = sold.units.sum(axis=1)
    for place, product in enumerate(deals.products):
        mine = np.flatnonzero(sold.main == product)
        if not len(mine):
            continue
        rate, spread = _learn(sold.units[mine], of_all, prior)
        expected = np.array([float(deals.expected[product, month]) for month in deals.months])
        won = deals.drawn[:, None, place]
        mean += rate[:, None] * expected
        drawn += rate[None, :, None] * won
        variance += spread[None, :, None] ** 2 * won
        counted += (sold.units[mine] > 0).sum(axis=0)
    drawn += np.sqrt(variance) * rng.standard_normal(variance.shape)
    return Projection(mean, np.zeros(shape), np.maximum(drawn, 0.0)), counted


def _learn(units: Floats, of_all: Floats, prior: float) -> tuple[Floats, Floats]:
    """Mean and spread of each item's units in a deal of one product: its total leans on all deals
    by `prior` of them, and its items keep their shares of it."""
    total = units.sum()
    n = len(units)
    leaning = (total + prior * of_all.mean()) / (n + prior)
    share = units.sum(axis=0) / total if total > 0 else np.zeros(units.shape[1])
    rate = leaning * share
    own = units.std(axis=0) if n > 1 else np.zeros(units.shape[1])
    spread = np.sqrt((n * own**2 + prior * (of_all.std() * share) ** 2) / (n + prior))
    return rate, spread


def _share_out(whole: Volume, shares: Mapping[str, Decimal]) -> list[Volume]:
    """The last site takes what rounding leaves: the sites' means add up to the product's."""
    parts = [
        replace(
            whole,
            by=(*whole.by, ("site", site)),
            mean=(whole.mean * share).quantize(MILLIONTH),
            quantiles=tuple((each * share).quantize(MILLIONTH) for each in whole.quantiles),
        )
        for site, share in shares.items()
    ]
    left = whole.mean - sum((each.mean for each in parts), Decimal(0))
    return [*parts[:-1], replace(parts[-1], mean=parts[-1].mean + left)] if parts else []


def _read_shares(
    product: str, sites: Sequence[str], rulebook: Rulebook, on: date
) -> dict[str, Decimal]:
    """Empty where no site is known, or nothing says which of several serves."""
    if len(sites) <= 1:
        return {site: Decimal(1) for site in sites}
    named = {site: f"{product} / {site}" for site in sites}
    given = set(rulebook.subjects("units.site_share", on))
    if not given & set(named.values()):
        return {}
    shares = {
        site: read_share("units.site_share", rulebook, on, subject)
        for site, subject in named.items()
        if subject in given
    }
    if abs(sum(shares.values(), Decimal(0)) - 1) > SUM_TOLERANCE:
        raise InvalidRule(
            text(
                "The shares of {product} by site (units.site_share) come to {total}. Write them so"
                " that they come to 1.",
                product=product,
                total=sum(shares.values(), Decimal(0)),
            )
        )
    return shares


def _describe(item: str, n: int, prior: float) -> Learned:
    return Learned(
        kind="units",
        by=(("product", item),),
        unit="units",
        n=n,
        how=text(
            "Units in {n} won deals that have lines of it, times the deals forecast; few deals lean"
            " on all by {prior} of them.",
            n=n,
            prior=int(prior),
        ),
    )


def _say_unknown(product: str) -> Text:
    return text(
        "No won deal of {product} has lines, so nothing is said of the units it will ask for.",
        product=product or "*",
    )


def _say_no_lines() -> Text:
    return text(
        "No won deal has lines with a product and a quantity, so units are not known. Load"
        " the table opportunity_line."
    )
