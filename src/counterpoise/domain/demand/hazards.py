"""Open deals as competing risks: won, lost or still open, by age, calendar and segment.

On each day a deal of age a that is still open is won with probability

    w(a, day, segment) = w0(a) · calendar_w(day) · segment_w        and lost with l(…) alike,

and stays open otherwise; the chance to be won by a later day is the sum over the days between of
(still open until then) × (won then): the discrete-time cumulative incidence of Aalen & Johansen
(1978). w0 is an occurrence/exposure rate over bins of age, the newest days counting most.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.calendar import Calendar, Factors, fit_factors
from counterpoise.domain.demand.exposure import Exposure
from counterpoise.domain.demand.settings import Settings

MOST_CERTAIN = 0.95
"""No day's chance to close is taken to be higher, whatever the factors multiply to."""

PRIOR_DEAL_DAYS = 10.0
"""Deal-days at the rate of the age before, added to each bin of age."""

FITTING_ROUNDS = 3
AGE_BANDS = 4

BLOCK_DAYS = 30
BLOCKS = 3
"""What is known of a deal today tells less of later days: its factors are kept by such blocks."""


@dataclass(frozen=True, slots=True, eq=False)
class Risk:
    """One way to close: the daily rate by age, and what the calendar makes of it in each band of
    ages, for a quarter's end hurries old deals more than young ones."""

    by_age: NDArray[np.float64]
    band: NDArray[np.int64]
    calendar: tuple[Factors, ...]

    def on_days(self, calendar: Calendar) -> NDArray[np.float64]:
        """The rate on each day of `calendar` at each age."""
        factor = np.stack([factors.of(calendar) for factors in self.calendar], axis=1)
        return factor[:, self.band] * self.by_age

    def forget_calendar(self) -> "Risk":
        """Every day like any other."""
        return replace(self, calendar=tuple(each.forget() for each in self.calendar))


@dataclass(frozen=True, slots=True, eq=False)
class Hazards:
    won: Risk
    lost: Risk


def fit_hazards(exposure: Exposure, calendar: Calendar, settings: Settings) -> Hazards:
    """calendar: of any stretch that holds the exposure's days."""
    days = calendar.slice(exposure.first_day, len(exposure.at_risk))
    past = np.arange(len(exposure.at_risk))[::-1]
    weight = 0.5 ** (past / settings.hazard_half_life_days)
    band = _bands((exposure.won + exposure.lost).sum(axis=0))
    fit = partial(_fit_risk, exposure, days, weight, band, settings.calendar_prior_periods)
    return Hazards(fit(exposure.won), fit(exposure.lost))


def _fit_risk(
    exposure: Exposure,
    days: Calendar,
    weight: NDArray[np.float64],
    band: NDArray[np.int64],
    prior_periods: float,
    events: NDArray[np.float64],
) -> Risk:
    """Rates by age and factors of the calendar explain each other's remainder in turn."""
    bands = np.flatnonzero(np.diff(band, prepend=-1))
    counted = np.add.reduceat(events, bands, axis=1)
    factor = np.ones((len(events), len(bands)))
    for _ in range(FITTING_ROUNDS):
        exposed = ((weight[:, None] * factor).T @ exposure.at_risk)[band, np.arange(len(band))]
        rate = _rate_by_bin(weight @ events, exposed)
        expected = np.add.reduceat(exposure.at_risk * rate, bands, axis=1)
        factors = tuple(
            fit_factors(counted[:, each], expected[:, each], days, prior_periods)
            for each in range(len(bands))
        )
        factor = np.stack([each.of(days) for each in factors], axis=1)
    ages = np.diff([*exposure.starts, exposure.oldest + 1])
    return Risk(np.repeat(rate, ages), np.repeat(band, ages), factors)


def fit_segments(
    events: NDArray[np.bool_],
    expected: NDArray[np.float64],
    codes: NDArray[np.int64],
    prior_deals: float,
    segments: int,
) -> NDArray[np.float64]:
    """Each segment's factor on the rate, (counted + prior) / (expected + prior), by code.

    expected: what each deal's own time at risk would have brought if all segments were alike.
    """
    counted_by = np.bincount(codes, events.astype(np.float64), segments)
    expected_by = np.bincount(codes, expected, segments)
    overall = counted_by.sum() / expected_by.sum() if expected_by.sum() > 0 else 1.0
    factor = (counted_by + prior_deals) / (expected_by * overall + prior_deals)
    return np.asarray(factor, dtype=np.float64)


def expected_events(
    risk: Risk, entry_age: NDArray[np.int64], exit_age: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What each deal's ages at risk, first and last, would bring at the rate of age alone."""
    cumulated = np.concatenate([[0.0], np.cumsum(risk.by_age)])
    return np.asarray(cumulated[exit_age + 1] - cumulated[entry_age], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """window_of_day: the window each day after the as-of day belongs to, tomorrow first, or -1."""

    window_of_day: NDArray[np.int64]
    windows: int


def look_ahead(
    hazards: Hazards,
    calendar: Calendar,
    ahead: Ahead,
    age: NDArray[np.int64],
    factors: NDArray[np.float64],
    worth: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """The chance of each deal to be won in each window of the days ahead; shape (deals, windows).

    calendar: of the days ahead. age: on the as-of day; -3 is a deal that will be created three days
    from then. factors: on the rates of winning and of losing, shape (deals, 2, blocks); a block is
    BLOCK_DAYS of the days ahead, the last one holding for all that follow. worth: what a deal won
    at each age counts; 1 where nothing is said.
    """
    oldest = len(hazards.won.by_age) - 1
    counts = np.ones(oldest + 1) if worth is None else worth
    won_days, lost_days = hazards.won.on_days(calendar), hazards.lost.on_days(calendar)
    still_open = np.ones(len(age))
    won = np.zeros((ahead.windows, len(age)))
    for day, window in enumerate(ahead.window_of_day):
        block = min(day // BLOCK_DAYS, factors.shape[2] - 1)
        today = np.minimum(age + day + 1, oldest)
        born = today >= 0
        wins = np.where(born, won_days[day, today], 0.0) * factors[:, 0, block]
        losses = np.where(born, lost_days[day, today], 0.0) * factors[:, 1, block]
        closing = wins + losses
        tamed = MOST_CERTAIN / np.maximum(closing, MOST_CERTAIN)
        if window >= 0:
            won[window] += still_open * wins * tamed * counts[today]
        still_open *= 1.0 - closing * tamed
    return won.T


def _rate_by_bin(events: NDArray[np.float64], exposure: NDArray[np.float64]) -> NDArray[np.float64]:
    """A daily rate for each bin of ages, leaning on the bin before where thin."""
    rates = np.empty(len(events))
    before = events.sum() / max(exposure.sum(), 1.0)
    for place, (counted, exposed) in enumerate(zip(events, exposure, strict=True)):
        before = (counted + PRIOR_DEAL_DAYS * before) / (exposed + PRIOR_DEAL_DAYS)
        rates[place] = before
    return rates


def _bands(closings: NDArray[np.float64]) -> NDArray[np.int64]:
    """The band of each bin: as many closings in each of AGE_BANDS as whole bins allow."""
    before = np.cumsum(closings) - closings
    place = np.minimum(before * AGE_BANDS // closings.sum(), AGE_BANDS - 1).astype(np.int64)
    return np.asarray(np.unique(place, return_inverse=True)[1], dtype=np.int64)
