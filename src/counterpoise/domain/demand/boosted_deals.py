"""A gradient-boosted model of what becomes of open deals: a challenger of the hazards.

On past evenings half a month apart, deals open then are told by what was known of them: age, stage,
amount, the day they were due, how often it was put off, the last activity, the place in the
quarter, and whose they are. From what came, trees learn whether a deal that is open when a block of
thirty days begins is won, lost or still open at its end. The three chances add up to 1, so those of
one block after the other do too: won in each, lost in each, still open after all.

A block that is not over teaches nothing, whatever has come of it: what closes soon would count for
more than it should. The same deals give the same answer: a fixed seed, one thread.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import landmarks
from counterpoise.domain.demand.covariates import FACTOR_DIMENSIONS, TELLS, find_usual
from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS
from counterpoise.domain.demand.landmarks import Sightings
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.tables.deals import Deals, day_number

Floats = NDArray[np.float64]
SEED = 1
EVERY_DAYS, EVENINGS = 15, 24
MOST_LESSONS = 60_000
"""More are drawn from, so that learning takes a second or two however many deals there are."""
MOST_MEMBERS = 250
"""The scikit-learn of today tells at most 255 members apart: rarer ones count as none."""
CATEGORIES = 1 + len(FACTOR_DIMENSIONS)
"""The first columns: the stage, then whose a deal is."""
OPEN, WON, LOST = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Boosted:
    """usual: the amount that each deal's is set beside. is_told: which columns tell anything."""

    model: Any
    is_told: NDArray[np.bool_]
    usual: Floats

    def say(self, deals: Deals) -> Floats:
        """Of each open deal, the chances to be won and to be lost in each block of days ahead;
        shape (deals, 2, BLOCKS). deals: those that were learned from."""
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- slow import

        seen = landmarks.look_at(deals, [day_number(deals.as_of)])
        still_open = np.ones(len(seen))
        said = np.zeros((len(seen), 2, BLOCKS))
        for block in range(BLOCKS if len(seen) else 0):
            asked = _tell(deals, seen, block, self.usual)[:, self.is_told]
            chance = np.zeros((len(seen), 3))
            with threadpool_limits(1):
                chance[:, self.model.classes_] = self.model.predict_proba(asked)
            said[:, :, block] = still_open[:, None] * chance[:, [WON, LOST]]
            still_open *= chance[:, OPEN]
        return said


def learn(deals: Deals, segments: Segments) -> Boosted | None:
    """None where no past evening tells one outcome from another."""
    from sklearn.ensemble import (  # noqa: PLC0415 -- slow import
        HistGradientBoostingClassifier,
    )
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- as above

    usual = find_usual(deals, segments)
    asked, came = _list_lessons(deals, usual)
    if len(np.unique(came)) < 2:
        return None
    is_told = np.asarray(~np.isnan(asked).all(axis=0))
    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=50,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        l2_regularization=1.0,
        early_stopping=False,
        categorical_features=list(range(int(is_told[:CATEGORIES].sum()))),
        random_state=SEED,
    )
    with threadpool_limits(1):
        model.fit(asked[:, is_told], came)
    return Boosted(model, is_told, usual)


def count_to_quarter_end(day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days until the first one of the next quarter."""
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    following = (month // 3 + 1) * 3
    return following.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - day


def _list_lessons(deals: Deals, usual: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """What was known of deals open when a block began, and what had become of them at its end."""
    today = day_number(deals.as_of)
    evenings = [today - EVERY_DAYS * back for back in range(EVENINGS, 0, -1)]
    seen = landmarks.look_at(deals, evenings)
    asked, came = [], []
    for block in range(BLOCKS):
        begin = seen.day + BLOCK_DAYS * block
        end = begin + BLOCK_DAYS
        closed, won = deals.closed[seen.deal], deals.won[seen.deal]
        kept = np.flatnonzero((end <= today) & (closed > begin))
        asked.append(_tell(deals, _pick(seen, kept), block, usual))
        came.append(np.where(closed > end, OPEN, np.where(won, WON, LOST))[kept])
    every, outcome = np.concatenate(asked), np.concatenate(came)
    if len(outcome) > MOST_LESSONS:
        drawn = np.random.default_rng(SEED).permutation(len(outcome))[:MOST_LESSONS]
        return every[drawn], outcome[drawn]
    return every, outcome


def _pick(seen: Sightings, kept: NDArray[np.intp]) -> Sightings:
    return Sightings(*(getattr(seen, each.name)[kept] for each in fields(seen)))


def _tell(deals: Deals, seen: Sightings, block: int, usual: Floats) -> Floats:
    """A row for each sighting; NaN where nothing is known."""
    begin = seen.day + BLOCK_DAYS * block
    return np.column_stack(
        [
            seen.stage,
            *(_name(deals, dimension)[seen.deal] for dimension in FACTOR_DIMENSIONS),
            seen.day - deals.created[seen.deal],
            np.log(np.where(seen.amount > 0, seen.amount, np.nan)),
            *(tell(seen, usual) for tell, _ in TELLS.values()),
            np.full(len(seen), block),
            count_to_quarter_end(begin),
        ]
    )


def _name(deals: Deals, dimension: str) -> Floats:
    """Each deal's member by how many deals it has, the most first; NaN where it has none."""
    if (found := deals.dimensions.get(dimension)) is None:
        return np.full(len(deals), np.nan)
    known = found.codes >= 0
    counted = np.bincount(found.codes[known], minlength=len(found.labels))
    place = np.argsort(np.argsort(-counted, kind="stable"), kind="stable")
    member = place[np.where(known, found.codes, 0)] if len(place) else found.codes
    return np.where(known & (member < MOST_MEMBERS), member, np.nan)
