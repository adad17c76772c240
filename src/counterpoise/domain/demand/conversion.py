"""How many leads of an age get further, learned from those that were watched up to that age.

Discrete time in days. Of the leads still watched at an age, some have the event: that share is the
age's hazard, and the shares that had it by an age follow from the hazards (Kaplan–Meier; with
nobody leaving but at the as-of day it is also Aalen–Johansen's cumulative incidence, because who
was given up stays among those watched and simply never has the event). A lead too young to be
watched further leaves at its age. A source leans on all sources by so many leads that follow the
curve of all.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.deals import STILL_OPEN

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Leads by the day they came in and the day of the event, STILL_OPEN where it did not come;
    source: a position below `sources`."""

    created: Ints
    event: Ints
    source: Ints
    sources: int


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """reached: by source and age in days, the share that had the event by then. events: of each
    source's own leads. strength: events that a source's share rests on, borrowed ones included."""

    reached: Floats
    events: NDArray[np.int64]
    strength: Floats

    def between(self, source: NDArray[np.intp], first: Floats, last: Floats) -> Floats:
        """Of leads that come in: the share that has the event at ages from first up to last."""
        return self.by(source, last) - self.by(source, first - 1)

    def of_waiting(
        self, source: NDArray[np.intp], age: Floats, first: Floats, last: Floats
    ) -> Floats:
        """Of leads of an age that have not had the event: the share that has it at ages from first
        up to last."""
        rest = np.maximum(1.0 - self.by(source, age), 1e-9)
        return np.asarray(self.between(source, first, last) / rest)

    def by(self, source: NDArray[np.intp], age: Floats) -> Floats:
        """The share that had it by an age; nothing before the lead came in, flat in the end."""
        place = np.clip(age, 0, self.reached.shape[1] - 1).astype(np.intp)
        return np.asarray(np.where(age < 0, 0.0, self.reached[source, place]))


def learn(cohort: Cohort, *, today: int, limit: int, prior: float) -> Conversion:
    """today: the last day that is known. limit: the age in days after which nobody is watched.
    prior: leads that a source borrows from all."""
    created, event, source, sources = cohort.created, cohort.event, cohort.source, cohort.sources
    watched = np.minimum(today - created, limit)
    age = np.where(event == STILL_OPEN, limit + 1, np.maximum(event - created, 0))
    came = age <= watched
    left = np.where(came, age, watched)
    happened = _count(left[came], source[came], sources, limit)
    leaving = _count(left, source, sources, limit)
    at_risk = np.cumsum(leaving[:, ::-1], axis=1)[:, ::-1]
    of_all = _follow(happened.sum(axis=0), at_risk.sum(axis=0))
    before = np.concatenate([[0.0], of_all[:-1]])
    reached = _follow(happened + prior * (of_all - before), at_risk + prior * (1.0 - before))
    events = happened.sum(axis=1).astype(np.int64)
    return Conversion(reached, events, events + prior * of_all[-1])


def _count(age: Ints, source: Ints, sources: int, limit: int) -> Floats:
    place = source.astype(np.int64) * (limit + 1) + age
    counted = np.bincount(place, minlength=sources * (limit + 1))
    return counted.reshape(sources, limit + 1).astype(np.float64)


def _follow(happened: Floats, at_risk: Floats) -> Floats:
    """The share that had it by each age, from hazards; nothing is learned where nobody is left."""
    hazard = np.divide(happened, at_risk, out=np.zeros_like(happened), where=at_risk > 0)
    return np.asarray(1.0 - np.cumprod(1.0 - np.clip(hazard, 0.0, 1.0), axis=-1))
