"""How scores of leads did: what would have been said on earlier days, and what came.

Each day knows only what was known on its evening; all the days that a score looks ahead are over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import lead_model
from counterpoise.domain.demand.calendar import Calendar
from counterpoise.domain.demand.hazards import BLOCK_DAYS
from counterpoise.domain.demand.lead_rules import LeadRules
from counterpoise.domain.tables.deals import Deals, day_number, day_of
from counterpoise.domain.tables.lead_score import SCORE_DAYS, ScoreTest, Tenth

TENTHS = 10
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """Leads that were open on one earlier day: their sources by position, what the score and the
    plain rate said of each and what came, shape (leads, SCORE_DAYS)."""

    day: int
    source: NDArray[np.int64]
    said: Floats
    plain: Floats
    came: NDArray[np.bool_]


def list_days(history: Deals, rules: LeadRules) -> list[int]:
    """The earlier days, oldest first."""
    last = day_number(history.as_of) - SCORE_DAYS[-1]
    return [last - BLOCK_DAYS * back for back in reversed(range(rules.origins))]


def try_scores(history: Deals, calendar: Calendar, rules: LeadRules) -> tuple[Tried, ...]:
    """Without the days on which too little was known. history: as known on its as-of day, leads
    that were removed since included in its whole."""
    whole = history.whole or history
    place = {lead: number for number, lead in enumerate(whole.ids)}
    found = []
    for day in list_days(history, rules):
        known = history.known_on(day_of(day))
        if lead_model.count_learned(known, rules) < rules.least_conversions:
            continue
        model = lead_model.learn(known, calendar, rules)
        seen = lead_model.see(known, model)
        ahead = calendar.slice(day + 1, SCORE_DAYS[-1])
        rows = np.array([place[lead] for lead in known.ids[seen.held]], dtype=np.int64)
        until = day + np.array(SCORE_DAYS)
        came = whole.won[rows, None] & (whole.closed[rows, None] <= until)
        source = known.dimensions["source"].codes[seen.held].astype(np.int64)
        said = np.cumsum(lead_model.look_ahead(model, seen, ahead), axis=1)
        found.append(Tried(day, source, said, seen.plain, came))
    return tuple(found)


def judge(tried: Sequence[Tried]) -> tuple[ScoreTest, ...]:
    """By SCORE_DAYS; none where no lead was tried."""
    if not sum(len(each.said) for each in tried):
        return ()
    said, plain, came = _join(tried)
    return tuple(
        ScoreTest(
            days=days,
            origins=len(tried),
            n=len(said),
            came=int(came[:, number].sum()),
            brier=_find_brier(said[:, number], came[:, number]),
            plain_brier=_find_brier(plain[:, number], came[:, number]),
            auc=find_auc(said[:, number], came[:, number]),
            plain_auc=find_auc(plain[:, number], came[:, number]),
        )
        for number, days in enumerate(SCORE_DAYS)
    )


def split_tenths(tried: Sequence[Tried]) -> tuple[Tenth, ...]:
    """By the chance that was said, from 0 to 10 %, to 20 % and so on; without those that nobody is
    in."""
    if not sum(len(each.said) for each in tried):
        return ()
    said, _, came = _join(tried)
    found = []
    for number, days in enumerate(SCORE_DAYS):
        place = np.minimum((said[:, number] * TENTHS).astype(np.int64), TENTHS - 1)
        for tenth in range(TENTHS):
            rows = place == tenth
            if rows.any():
                means = said[rows, number].mean(), came[rows, number].mean()
                found.append(Tenth(days, tenth + 1, int(rows.sum()), *map(float, means)))
    return tuple(found)


def find_auc(said: Floats, came: NDArray[np.bool_]) -> float | None:
    """The share of pairs, of one that came and one that did not, in which the former was said to be
    likelier, those said alike counting half (Mann & Whitney 1947). None where there is no pair."""
    happened, others = int(came.sum()), int((~came).sum())
    if not happened or not others:
        return None
    _, place, counted = np.unique(said, return_inverse=True, return_counts=True)
    rank = np.cumsum(counted) - (counted - 1) / 2
    above = rank[place][came].sum() - happened * (happened + 1) / 2
    return float(above / (happened * others))


def _find_brier(said: Floats, came: NDArray[np.bool_]) -> float:
    return float(((said - came) ** 2).mean())


def _join(tried: Sequence[Tried]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    return (
        np.concatenate([each.said for each in tried]),
        np.concatenate([each.plain for each in tried]),
        np.concatenate([each.came for each in tried]),
    )
