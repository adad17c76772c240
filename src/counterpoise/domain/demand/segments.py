"""Region × product: the grain in which deals are counted, valued and handed over."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.deals import Deals

NONE = "(none)"
"""Stands for the region or product of a deal that has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """names: (region, product) by segment. regions, products: by segment, positions of labels.

    of_deal: the segment of each deal.
    """

    names: tuple[tuple[str, str], ...]
    regions: NDArray[np.int64]
    products: NDArray[np.int64]
    of_deal: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.names)


def split(deals: Deals, by: tuple[str, str] = ("region", "product")) -> Segments:
    """Only combinations that occur; one segment (none, none) where deals have neither. by: the
    dimensions that stand where regions and products do."""
    region_labels, regions = _codes(deals, by[0])
    product_labels, products = _codes(deals, by[1])
    pair = regions * len(product_labels) + products
    occurs = np.bincount(pair, minlength=len(region_labels) * len(product_labels)) > 0
    of_region, of_product = np.divmod(np.flatnonzero(occurs), len(product_labels))
    return Segments(
        names=tuple(
            (region_labels[region], product_labels[product])
            for region, product in zip(of_region, of_product, strict=True)
        ),
        regions=of_region,
        products=of_product,
        of_deal=(np.cumsum(occurs) - 1)[pair],
    )


def split_by(deals: Deals, name: str) -> Segments:
    """By one other dimension alone: its members stand where the regions do."""
    labels, codes = _codes(deals, name)
    occurs = np.bincount(codes, minlength=len(labels)) > 0
    members = np.flatnonzero(occurs)
    return Segments(
        names=tuple((labels[member], NONE) for member in members),
        regions=members,
        products=np.zeros(len(members), dtype=np.int64),
        of_deal=(np.cumsum(occurs) - 1)[codes],
    )


def _codes(deals: Deals, name: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    dimension = deals.dimensions.get(name)
    if dimension is None:
        return (NONE,), np.zeros(len(deals), dtype=np.int64)
    codes = dimension.codes.astype(np.int64)
    return (*dimension.labels, NONE), np.where(codes < 0, len(dimension.labels), codes)
