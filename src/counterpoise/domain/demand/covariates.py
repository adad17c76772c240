"""What is known of an open deal besides its age, and what it multiplies the rates by.

Its stage, its amount beside what such deals are usually worth, the day its seller expects it to
close, how often that day was put off, and how long nobody was in touch over it: each in classes. On
past days deals open then are put by their class; what a class multiplies the rate by in the first,
second, third thirty days after is counted / expected over those days, both while still open, shrunk
to 1. One covariate after another explains what those before it left over, so none counts what
another told already.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import landmarks
from counterpoise.domain.demand.hazards import (
    BLOCK_DAYS,
    BLOCKS,
    Hazards,
    expected_events,
    fit_segments,
)
from counterpoise.domain.demand.landmarks import Sightings
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.tables.deals import Deals, day_number

FACTOR_DIMENSIONS = ("product", "region", "segment", "source", "rep")
"""What an open deal's rates may depend on besides its age and its covariates, in the order of
fitting."""

STAGE = "stage"
Codes = NDArray[np.int64]
Tell = Callable[[Sightings, NDArray[np.float64]], NDArray[np.float64]]
Tells = Mapping[str, tuple[Tell, tuple[float, ...]]]
TELLS: Tells = {
    "amount over the usual": (lambda seen, usual: seen.amount / usual[seen.deal], (0.5, 1.0, 2.0)),
    "days until due": (lambda seen, _: seen.due - seen.day, (0.0, 31.0, 92.0)),
    "times put off": (lambda seen, _: seen.pushes, (1.0, 2.0, 3.0)),
    "days since an activity": (lambda seen, _: seen.day - seen.touched, (8.0, 31.0, 92.0)),
}
"""Beside the stage, in the order of fitting: the value that tells a deal's class, and at which
values the second, third and fourth class begin. A fifth is of deals of which nothing is known."""
CLASSES = 5
FEWEST_AMOUNTS = 10
"""Where a segment has fewer amounts, those of all deals say what is usual."""


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """usual: the amount that each deal's is set beside. factors: by covariate, on the rates of
    winning and losing, shape (classes, 2, BLOCKS). tells: as TELLS."""

    usual: NDArray[np.float64]
    factors: Mapping[str, NDArray[np.float64]]
    tells: Tells

    def classify(self, seen: Sightings) -> tuple[Codes, ...]:
        """Each sighting's class, for each covariate."""
        return tuple(
            _classify(seen, self.usual, len(factor), self.tells.get(name))
            for name, factor in self.factors.items()
        )

    def multiply(self, codes: tuple[Codes, ...]) -> NDArray[np.float64]:
        """The factors of the classes together, shape (rows, 2, BLOCKS)."""
        found = np.ones((len(codes[0]), 2, BLOCKS))
        for each, factor in zip(codes, self.factors.values(), strict=True):
            found *= factor[each]
        return found

    def keep_stage(self) -> "Covariates":
        """The others forgotten."""
        return replace(self, factors={STAGE: self.factors[STAGE]})

    def forget(self) -> "Covariates":
        return replace(self, factors={STAGE: np.ones_like(self.factors[STAGE])})


def fit_covariates(
    deals: Deals,
    segments: Segments,
    hazards: Hazards,
    base: NDArray[np.float64],
    settings: Settings,
    tells: Tells = TELLS,
) -> Covariates:
    """base: each deal's factors from elsewhere, shape (deals, 2). tells: what is told beside the
    stage.

    What was alike for all deals, or known of none, tells nothing and is left out; the stage stays.
    """
    usual = find_usual(deals, segments)
    seen = landmarks.look_at(deals, landmarks.list_landmarks(deals))
    sizes = {STAGE: len(deals.stage_labels) + 1} | dict.fromkeys(tells, CLASSES)
    codes = {name: _classify(seen, usual, size, tells.get(name)) for name, size in sizes.items()}
    told = [name for name in sizes if name == STAGE or len(np.unique(codes[name])) > 1]
    factors = {name: np.ones((sizes[name], 2, BLOCKS)) for name in told}
    for block in range(BLOCKS):
        sides = _set_against(deals, seen, hazards, block, settings)
        for way, (events, by_age) in enumerate(sides):
            expected = by_age * base[seen.deal, way]
            for name in told:
                fitted = fit_segments(
                    events, expected, codes[name], settings.segment_prior_deals, sizes[name]
                )
                factors[name][:, way, block] = fitted
                expected *= fitted[codes[name]]
    return Covariates(usual, factors, tells)


def _set_against(
    deals: Deals, seen: Sightings, hazards: Hazards, block: int, settings: Settings
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.float64]]]:
    """Of winning, and of losing: whether each sighting's deal did in the block of days after, and
    what its age alone would have brought while it was open in them."""
    created, closed = deals.created[seen.deal].astype(np.int64), deals.closed[seen.deal]
    before = seen.day + BLOCK_DAYS * block
    last = np.minimum(np.minimum(closed, before + BLOCK_DAYS), day_number(deals.as_of))
    entry = np.minimum(before + 1 - created, settings.age_limit_days)
    leave = np.minimum(last.astype(np.int64) - created, settings.age_limit_days)
    leave = np.where(last > before, leave, entry - 1)
    closes, won = (last > before) & (closed == last), deals.won[seen.deal]
    yield closes & won, expected_events(hazards.won, entry, leave)
    yield closes & ~won, expected_events(hazards.lost, entry, leave)


def _classify(
    seen: Sightings,
    usual: NDArray[np.float64],
    classes: int,
    told: tuple[Tell, tuple[float, ...]] | None,
) -> Codes:
    """By the stage where nothing else is told. The last of the classes is of deals of which nothing
    is known."""
    if told is None:
        return np.nan_to_num(seen.stage, nan=classes - 1).astype(np.int64)
    tell, edges = told
    value = tell(seen, usual)
    return np.where(np.isnan(value), classes - 1, np.searchsorted(edges, value, side="right"))


def find_usual(deals: Deals, segments: Segments) -> NDArray[np.float64]:
    """The median amount of each deal's segment; NaN where no deal has an amount above 0."""
    amount = deals.amount
    known = np.flatnonzero(amount > 0)
    if not len(known):
        return np.full(len(deals), np.nan)
    by_segment = np.full(len(segments), np.median(amount[known]))
    order = known[np.lexsort((amount[known], segments.of_deal[known]))]
    segment, first = np.unique(segments.of_deal[order], return_index=True)
    count = np.diff(first, append=len(order))
    middle = amount[order[first + count // 2]]
    enough = count >= FEWEST_AMOUNTS
    by_segment[segment[enough]] = middle[enough]
    return np.asarray(by_segment[segments.of_deal], dtype=np.float64)
