"""The chance of an open lead to become an opportunity, learned as that of a deal to be won.

A lead becomes an opportunity, is given up, or stays open: competing risks by its age, times factors
of what is known of it, each shrunk to 1 (hazards.py, covariates.py). What its source, country,
region, industry and account are is known from the beginning; when it was first touched and when it
was touched last changes, and is learned from past evenings.

Beside it stands the plain rate: of the leads of a source that got as old without becoming an
opportunity, the share that did in the days after, as the lags of the funnel say (conversion.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import conversion, exposure, hazards, landmarks, segments
from counterpoise.domain.demand.calendar import Calendar
from counterpoise.domain.demand.conversion import Conversion
from counterpoise.domain.demand.covariates import Covariates, Tells, fit_covariates
from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS, Ahead, Hazards
from counterpoise.domain.demand.landmarks import Sightings
from counterpoise.domain.demand.lead_rules import LeadRules
from counterpoise.domain.tables.deals import STILL_OPEN, Deals, day_number
from counterpoise.domain.tables.lead_score import SCORE_DAYS, LeadTrait

LASTING: tuple[LeadTrait, ...] = ("source", "country", "region", "industry", "account")
TOUCHED: tuple[LeadTrait, ...] = ("first_touch", "last_touch")
FIRST_TOUCH_EDGES = (1.0, 3.0, 8.0)
LAST_TOUCH_EDGES = (3.0, 8.0, 31.0)
"""Days at which the second, third and fourth class begin; the fifth is of untouched leads."""
BY_DAYS = Ahead(np.arange(SCORE_DAYS[-1]) // BLOCK_DAYS, BLOCKS)
"""The windows between SCORE_DAYS."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LeadModel:
    """lasting: by trait, the factors of its members on the rates of becoming an opportunity and of
    being given up, shape (members + 1, 2); the last is of leads that do not tell, and is 1. lags:
    of the sources, the last of leads without one. learned: leads that it rests on."""

    hazards: Hazards
    lasting: dict[LeadTrait, Floats]
    covariates: Covariates
    lags: Conversion
    learned: int


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Leads that are open on a day, by position. codes: of each trait but the age, the class of
    each lead. times: what its class multiplies both rates by, shape (leads, 2, BLOCKS)."""

    held: NDArray[np.intp]
    age: Ints
    codes: dict[LeadTrait, Ints]
    times: dict[LeadTrait, Floats]
    plain: Floats


def count_learned(history: Deals, rules: LeadRules) -> int:
    """Leads that became opportunities in the days that are learned from."""
    since = day_number(history.as_of) - exposure.HISTORY_DAYS
    age = history.closed.astype(np.int64) - history.created
    return int(
        (history.won & (history.closed > since) & (age <= rules.settings.age_limit_days)).sum()
    )


def learn(history: Deals, calendar: Calendar, rules: LeadRules) -> LeadModel:
    """history: as known on its as-of day; at least one of its leads became an opportunity.
    calendar: of any stretch of days that holds the history's."""
    settings = rules.settings
    seen = exposure.observe(history, settings.age_limit_days)
    risks = hazards.fit_hazards(seen, calendar, settings)
    lasting = _fit_lasting(history, seen, risks, rules.prior_conversions)
    base = np.ones((len(history), 2))
    for name, factors in lasting.items():
        base *= factors[_code(history, name)]
    return LeadModel(
        hazards=risks,
        lasting=lasting,
        covariates=fit_covariates(
            history, segments.split(history), risks, base, settings, tell_touches(history)
        ),
        lags=_fit_lags(history, rules),
        learned=count_learned(history, rules),
    )


def see(history: Deals, model: LeadModel) -> Seen:
    """The leads that are open on the as-of day of the history, which is the one learned from."""
    held = np.flatnonzero(history.is_open)
    seen = landmarks.look_at(history, [day_number(history.as_of)])
    codes: dict[LeadTrait, Ints] = {name: _code(history, name)[held] for name in model.lasting}
    times: dict[LeadTrait, Floats] = {
        name: np.repeat(factors[codes[name]][:, :, None], BLOCKS, axis=2)
        for name, factors in model.lasting.items()
    }
    classes = dict(zip(model.covariates.factors, model.covariates.classify(seen), strict=True))
    for name in TOUCHED:
        if name in classes:
            codes[name] = classes[name]
            times[name] = model.covariates.factors[name][classes[name]]
    source = _code(history, "source")[held]
    age = day_number(history.as_of) - history.created[held].astype(np.int64)
    ages = age.astype(np.float64)
    plain = [model.lags.of_waiting(source, ages, ages + 1, ages + days) for days in SCORE_DAYS]
    return Seen(held, age, codes, times, np.stack(plain, axis=1))


def look_ahead(model: LeadModel, seen: Seen, calendar: Calendar, ahead: Ahead = BY_DAYS) -> Floats:
    """The chance in each window with all that is known, shape (leads, windows). calendar: of the
    days after the as-of day."""
    return _look(model, seen, calendar, multiply(seen), ahead)


def multiply(seen: Seen) -> Floats:
    """What each lead's rates are multiplied by, shape (leads, 2, BLOCKS)."""
    together = np.ones((len(seen.held), 2, BLOCKS))
    for times in seen.times.values():
        together *= times
    return together


def take_apart(
    model: LeadModel, seen: Seen, calendar: Calendar
) -> Iterator[tuple[LeadTrait, Floats]]:
    """The chances by SCORE_DAYS as more and more is known of a lead, its age first."""
    together = np.ones((len(seen.held), 2, BLOCKS))
    yield "age", np.cumsum(_look(model, seen, calendar, together, BY_DAYS), axis=1)
    for name, times in seen.times.items():
        together = together * times
        yield name, np.cumsum(_look(model, seen, calendar, together, BY_DAYS), axis=1)


def tell_touches(history: Deals) -> Tells:
    """How long it took until a lead was first touched, and how long ago the last time is."""
    first = np.full(len(history), np.nan)
    first[history.touches.deal[::-1]] = history.touches.day[::-1]

    def tell_first(seen: Sightings, _: Floats) -> Floats:
        day = first[seen.deal]
        return np.where(day <= seen.day, day - history.created[seen.deal], np.nan)

    def tell_last(seen: Sightings, _: Floats) -> Floats:
        return seen.day - seen.touched

    return {
        "first_touch": (tell_first, FIRST_TOUCH_EDGES),
        "last_touch": (tell_last, LAST_TOUCH_EDGES),
    }


def find_label(history: Deals, name: LeadTrait, code: int) -> str:
    """ "" for a lead that does not tell."""
    labels = history.dimensions[name].labels
    return labels[code] if 0 <= code < len(labels) else ""


def _look(
    model: LeadModel, seen: Seen, calendar: Calendar, factors: Floats, ahead: Ahead
) -> Floats:
    age = np.minimum(seen.age, len(model.hazards.won.by_age))
    return hazards.look_ahead(model.hazards, calendar, ahead, age, factors)


def _fit_lasting(
    history: Deals, seen: exposure.Exposure, risks: Hazards, prior: float
) -> dict[LeadTrait, Floats]:
    """Whether something is filled in may tell nothing: people fill it in when a lead gets further.
    So a trait is learned from the leads that have it, and is 1 for all others."""
    found: dict[LeadTrait, Floats] = {}
    expected = [
        hazards.expected_events(risk, seen.entry_age, seen.exit_age)
        for risk in (risks.won, risks.lost)
    ]
    for name in LASTING:
        members = len(history.dimensions[name].labels)
        if members < 2:
            continue
        codes = _code(history, name)
        has = codes < members
        factors = np.ones((members + 1, 2))
        for way, events in enumerate((seen.won_here, seen.lost_here)):
            factors[:members, way] = hazards.fit_segments(
                events[has], expected[way][has], codes[has], prior, members
            )
            expected[way] *= factors[codes, way]
        found[name] = factors
    return found


def _fit_lags(history: Deals, rules: LeadRules) -> Conversion:
    today = day_number(history.as_of)
    recent = np.flatnonzero(history.created > today - rules.window_days)
    event = np.where(history.won, history.closed, STILL_OPEN).astype(np.int32)
    cohort = conversion.Cohort(
        history.created[recent],
        event[recent],
        _code(history, "source")[recent].astype(np.int32),
        len(history.dimensions["source"].labels) + 1,
    )
    limit = rules.settings.age_limit_days
    return conversion.learn(cohort, today=today, limit=limit, prior=rules.prior_leads)


def _code(history: Deals, name: LeadTrait) -> Ints:
    """The position of each lead's member; one past the last where it has none."""
    dimension = history.dimensions[name]
    codes = dimension.codes.astype(np.int64)
    return np.where(codes < 0, len(dimension.labels), codes)
