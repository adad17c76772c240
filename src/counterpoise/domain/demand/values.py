"""What a deal is worth if it is won.

A deal with an amount: that amount × what such deals kept of theirs. Deals open on past days that
were won since tell it, each by the amount it asked on that evening and the stage that it stood in:
a discount is given late, so who stands early has most of it before them. A stage leans on all:

    kept = (Σ won + prior · usual · kept of all) / (Σ asked + prior · usual)

A deal without an amount: the mean of won deals of its segment, leaning on its product's mean and
that on the whole's, newest deals counting most:

    mean = (sum of values + prior · mean of the wider group) / (count + prior)

Large deals take longer, so what is created and won within weeks is smaller than the mean: a mean is
told apart by the age at which deals were won, as far as bands of ages differ by more than chance.

An amount that nobody will ever pay, below zero or many times what such a deal ever brought, is a
slip of the keyboard, and one of them can outweigh the whole pipeline: it counts as none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import landmarks
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.tables.deals import Deals, day_number

AGE_BANDS = 8
CUTS = np.arange(1, AGE_BANDS) / AGE_BANDS

MOST_KEPT = 10.0
"""A deal that brought more times what it asked says no more of the spread than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """mean and spread (standard deviation / mean) of a won deal by segment; kept: by stage, the
    last one unknown, won amount / amount asked while it stood there; kept_spread: of that ratio
    over deals. by_age: what a deal won at each age in days brings, as a share of its segment's
    mean."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    kept: NDArray[np.float64]
    kept_spread: float
    by_age: NDArray[np.float64]

    def of_deals(
        self, amount: NDArray[np.float64], segment: NDArray[np.int64], stage: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """stage: one past the last label where it is unknown."""
        known = np.isfinite(amount)
        return np.where(known, np.nan_to_num(amount) * self.kept[stage], self.mean[segment])

    def spread_of_deals(
        self, amount: NDArray[np.float64], segment: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        return np.where(np.isfinite(amount), self.kept_spread, self.spread[segment])


def believe_amounts(deals: Deals, segments: Segments, settings: Settings) -> NDArray[np.float64]:
    """Each deal's amount as last known; NaN where none is, and where it is not to be believed.

    What was won is. The limit is the largest amount won of the deal's product, of all products
    where it won too few, times `believed_ratio`.
    """
    amount = deals.amount
    won = np.flatnonzero(deals.won & np.isfinite(amount))
    if not len(won):
        return amount
    product = segments.products[segments.of_deal]
    products = int(segments.products.max()) + 1
    largest = np.full(products, amount[won].max())
    own = np.zeros(products)
    np.maximum.at(own, product[won], amount[won])
    is_known = np.bincount(product[won], minlength=products) >= settings.segment_prior_deals
    largest[is_known] = own[is_known]
    limit = settings.believed_ratio * largest[product]
    is_slip = ~deals.won & ((amount < 0) | (amount > limit))
    return np.where(is_slip, np.nan, amount)


def fit_values(
    deals: Deals, amount: NDArray[np.float64], segments: Segments, settings: Settings
) -> Values:
    """amount: each deal's, as believed. Won deals whose amount is unknown teach nothing here."""
    taught = np.flatnonzero(deals.won & np.isfinite(amount))
    age = day_number(deals.as_of) - deals.closed[taught].astype(np.float64)
    weight = 0.5 ** (age / settings.hazard_half_life_days)
    value, segment = amount[taught], segments.of_deal[taught]
    prior = settings.value_prior_deals
    whole = float((weight @ value) / weight.sum()) if len(taught) else 0.0
    product = segments.products[segment]
    by_product = _lean(value, weight, product, np.full(segments.products.max() + 1, whole), prior)
    mean = _lean(value, weight, segment, by_product[segments.products], prior)
    whole_spread = _spread(value, weight, np.full(len(value), whole)) if len(taught) else 0.0
    square = (value / np.maximum(mean[segment], 1e-9) - 1.0) ** 2
    spread = np.sqrt(_lean(square, weight, segment, np.full(len(mean), whole_spread**2), prior))
    kept, kept_spread = _follow_amounts(deals, amount, settings)
    took = np.minimum(deals.closed[taught] - deals.created[taught], settings.age_limit_days)
    by_age = _follow_age(took, weight * value, weight * mean[segment], settings)
    return Values(mean, spread, kept, kept_spread, by_age)


def _follow_age(
    age: NDArray[np.int64],
    value: NDArray[np.float64],
    usual: NDArray[np.float64],
    settings: Settings,
) -> NDArray[np.float64]:
    """By age in days: Σ value / Σ usual of the won deals of its band, leaning on 1 by as much as
    chance alone would have set the bands apart (James & Stein's rule).

    Bands have as many deals as each other. With fewer than two for each, age tells nothing.
    """
    ages = np.arange(settings.age_limit_days + 1)
    edges = np.zeros(0)
    if len(age) >= 2 * AGE_BANDS:
        edges = np.unique(np.quantile(age, CUTS, method="lower"))
        edges = edges[edges < age.max()]
    band = np.searchsorted(edges, age, side="left")
    awaited = np.bincount(band, usual, len(edges) + 1)
    if not len(edges) or not (awaited > 0).all():
        return np.ones(len(ages))
    ratio = np.bincount(band, value, len(awaited)) / awaited
    off = (value - ratio[band] * usual) ** 2
    chance = float((np.bincount(band, off, len(awaited)) / awaited**2).mean())
    apart = float(((ratio - 1.0) ** 2).mean())
    kept = max(0.0, 1.0 - chance / apart) if apart > 0 else 0.0
    by_band = 1.0 + kept * (ratio - 1.0)
    return np.asarray(by_band[np.searchsorted(edges, ages, side="left")], dtype=np.float64)


def _lean(
    value: NDArray[np.float64],
    weight: NDArray[np.float64],
    group: NDArray[np.int64],
    wider: NDArray[np.float64],
    prior: float,
) -> NDArray[np.float64]:
    total = np.bincount(group, weight * value, len(wider))
    count = np.bincount(group, weight, len(wider))
    return np.asarray((total + prior * wider) / (count + prior), dtype=np.float64)


def _spread(
    value: NDArray[np.float64], weight: NDArray[np.float64], mean: NDArray[np.float64]
) -> float:
    square = (weight @ (value - mean) ** 2) / weight.sum()
    return float(np.sqrt(square) / max(abs(mean[0]), 1e-9))


def _follow_amounts(
    deals: Deals, amount: NDArray[np.float64], settings: Settings
) -> tuple[NDArray[np.float64], float]:
    """What won deals kept of the amount asked on past evenings, by the stage they stood in then,
    one past the last label where it is unknown; and the spread of what single deals kept.

    All lean on 1, and a stage leans on all, by so many sightings of the usual amount.
    """
    stages = len(deals.stage_labels) + 1
    seen = landmarks.look_at(deals, landmarks.list_landmarks(deals))
    won = np.where(deals.won, amount, np.nan)[seen.deal]
    both = np.flatnonzero(np.isfinite(won) & (seen.amount > 0))
    if not len(both):
        return np.ones(stages), 0.0
    past = day_number(deals.as_of) - seen.day[both]
    weight = 0.5 ** (past / settings.hazard_half_life_days)
    brought, asked = weight * won[both], weight * seen.amount[both]
    stage = np.nan_to_num(seen.stage[both], nan=stages - 1).astype(np.int64)
    borrowed = settings.value_prior_deals * asked.sum() / weight.sum()
    of_all = (brought.sum() + borrowed) / (asked.sum() + borrowed)
    kept = (np.bincount(stage, brought, stages) + borrowed * of_all) / (
        np.bincount(stage, asked, stages) + borrowed
    )
    off = np.minimum(won[both] / seen.amount[both], MOST_KEPT) / kept[stage]
    return np.asarray(kept, dtype=np.float64), float(np.std(off))
