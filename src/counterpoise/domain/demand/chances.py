"""The chance of each open deal to be won in a period, by the pipeline leg, and what makes it so."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import (
    deal_contest,
    history,
    origins,
    pipeline,
    segments,
    settings,
    windows,
)
from counterpoise.domain.demand.hazards import Ahead
from counterpoise.domain.demand.pipeline import Learned
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import Deals
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text


class PeriodOver(ValueError):
    """A period of which no day is left."""


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """By open deal, in the order of the deals. value: what it brings if it is won. by_age: as if
    nothing but its age were known of it; in_stage: its age and its stage; as_kept: also its amount,
    its close date, how often that was put off, and its last activity; whole: also whose it is, and
    where is_challenged, what the challenger says of it."""

    value: NDArray[np.float64]
    by_age: NDArray[np.float64]
    in_stage: NDArray[np.float64]
    as_kept: NDArray[np.float64]
    whole: NDArray[np.float64]
    is_challenged: bool = False


def find_chances(deals: Deals, period: Period, rulebook: Rulebook) -> Chances:
    """As known on the as-of day of the deals.

    Raises TooLittleHistory where too few deals were closed to learn from, and PeriodOver.
    """
    known = deals.known_on(deals.as_of)
    rules = settings.read_settings(rulebook, deals.as_of)
    history.require(known, rules)
    laid = windows.lay_out(period, deals.as_of)
    if not laid.last_day:
        raise PeriodOver(
            text(
                "{period} is over on {as_of}, so no open deal can be won in it any more. Choose a"
                " later period, or an earlier day.",
                period=str(period),
                as_of=deals.as_of,
            )
        )
    contest = deal_contest.find_contest(known, rulebook, rules)
    is_heard = contest is not None and contest.is_heard
    calendar = origins.cover(known, (), max(laid.last_day, origins.HORIZONS[-1]))
    parts = segments.split(known)
    learned = pipeline.learn(known, parts, calendar, rules, is_challenged=is_heard)
    ahead = Ahead(laid.month_of_day, len(laid.months))
    found = [
        pipeline.project(known, parts, each, ahead, calendar).open_deals
        for each in _forget_more_and_more(learned)
    ]
    by_age, in_stage, as_kept, whole = (
        np.asarray(each.chance.sum(axis=1), dtype=np.float64) for each in found
    )
    return Chances(found[-1].value, by_age, in_stage, as_kept, whole, is_heard)


def _forget_more_and_more(learned: Learned) -> tuple[Learned, ...]:
    """By age alone first, everything last."""
    as_kept = replace(
        learned,
        base=np.ones_like(learned.base),
        arrivals=np.ones_like(learned.arrivals),
        boosted=None,
    )
    in_stage = replace(as_kept, covariates=learned.covariates.keep_stage())
    by_age = replace(as_kept, covariates=learned.covariates.forget())
    return by_age, in_stage, as_kept, learned
