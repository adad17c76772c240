"""What a series is learned from, where more is known of its steps than their values.

In this order: values are scaled to an ordinary number of working days, what occasions did is taken
out, and of days the season of the year, outliers are replaced; then the methods carry on what is
left, and these effects are put back ahead. All of it is done anew from what was known on each day
that is looked back from, so errors stay those of a forecast that could not see what came.

Working days count only where that missed by less on past days, before those that the series is
judged by afterwards; they are tried with Theta alone, which is quick. What is slow (sells in fewer
than half of all steps) is carried as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series import occasions as moving
from counterpoise.domain.time_series import outliers
from counterpoise.domain.time_series.occasions import Effect, Exposure
from counterpoise.domain.time_series.outliers import Outlier
from counterpoise.domain.time_series.past import look_back
from counterpoise.domain.time_series.ranges import OVERLAP_GAIN
from counterpoise.domain.time_series.series import Series
from counterpoise.domain.time_series.together import ORIGINS, Say, is_slow, say
from counterpoise.domain.time_series.trial import TOO_SHORT, Trial, compare
from counterpoise.domain.time_series.year_in_days import (
    KNOWN_DAYS,
    carry_quickly,
    find_year,
    say_newest,
    try_year,
)

Values = NDArray[np.float64]
MOST_TRIED = 3
"""Steps ahead that working days are tried over."""
MOST_ORIGINS = 24
"""Past days that they are tried on, each a step after the other."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Of each step from the first one on, past the last one that is carried to.

    working: working days as a share of what is usual; None where no calendar says it. spread: where
    an outlier begins, in robust standard deviations; 0 for no cleaning.
    """

    working: Values | None = None
    exposures: tuple[Exposure, ...] = ()
    spread: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Learning:
    """How one series is learned from; `say` goes in the place of together.say.

    trial: of working days; None where there are none to try. year: of the season of the year; None
    in all but days. carry: what carries the values that are left; it may say several things at
    once, the last axis being the steps.
    """

    surroundings: Surroundings
    trial: Trial | None
    carry: Say = say
    year: Trial | None = None

    def say(self, values: Values, steps: int, season: int) -> Values:
        if is_slow(values) or np.ptp(values) == 0:
            return self.carry(values, steps, season)
        plain, dress = self._strip(values, steps, season)
        clean = outliers.replace(plain, self._find_outliers(plain, season))
        ahead = dress(self.carry(clean, steps, season), len(values))
        floor = 0.0 if values.min() >= 0 else -np.inf
        return np.asarray(np.maximum(ahead, floor), dtype=np.float64)

    def list_effects(self, values: Values, season: int) -> tuple[Effect, ...]:
        if is_slow(values) or np.ptp(values) == 0:
            return ()
        return moving.estimate(
            values / self._scale(len(values)), self.surroundings.exposures, season
        )

    def list_outliers(self, values: Values, season: int) -> tuple[Outlier, ...]:
        """Each as it came, and as it would have come in its step."""
        if is_slow(values) or np.ptp(values) == 0:
            return ()
        plain, dress = self._strip(values, 0, season)
        found = self._find_outliers(plain, season)
        put = dress(outliers.replace(plain, found), 0)
        return tuple(
            Outlier(each.number, float(values[each.number]), float(put[each.number]))
            for each in found
        )

    def _strip(
        self, values: Values, steps: int, season: int
    ) -> tuple[Values, Callable[[Values, int], Values]]:
        """The values without working days, occasions and the year, and what puts these into values
        that follow so many, up to the steps ahead."""
        exposures, size = self.surroundings.exposures, len(values)
        working = self._scale(size + steps)
        plain = values / working[:size]
        effects = moving.estimate(plain, exposures, season)
        lift = moving.lift(effects, exposures, size=size + steps)
        plain = lift.take_out(plain)
        year = self._find_year(plain, size + steps)

        def dress(told: Values, after: int) -> Values:
            days = working[after : after + told.shape[-1]]
            return lift.put_in(year.put_in(told, after), after) * days

        return year.take_out(plain), dress

    def _find_year(self, plain: Values, size: int) -> moving.Lift:
        if self.year is None or not self.year.helps or len(plain) < KNOWN_DAYS:
            return moving.lift((), (), size=size)
        return find_year(plain, size)

    def _scale(self, size: int) -> Values:
        working = self.surroundings.working
        if working is None or self.trial is None or not self.trial.helps:
            return np.ones(size)
        return working[:size]

    def _find_outliers(self, plain: Values, season: int) -> tuple[Outlier, ...]:
        return outliers.find_outliers(plain, season, self.surroundings.spread)


def learn(series: Series, steps: int, surroundings: Surroundings, carry: Say = say) -> Learning:
    """Decides whether working days count, and of days the season of the year, from days before
    those that the series is judged by."""
    working, trial = surroundings.working, None
    if working is not None and not is_slow(series.values) and np.ptp(working) > 0:
        trial = _try_out(series, steps, working)
    if series.frequency != "day":
        return Learning(surroundings, trial, carry)
    return Learning(surroundings, trial, say_newest, try_year(series, steps))


def _try_out(series: Series, steps: int, working: Values) -> Trial:
    """Over as many steps as are asked for, MOST_TRIED at most."""
    known = series.values[: len(series.values) - (steps + ORIGINS - 1)]
    tried = min(steps, MOST_TRIED)
    before = Series(series.key, series.frequency, series.first, known)

    def carry_scaled(values: Values, ahead: int, season: int) -> Values:
        size = len(values)
        plain = carry_quickly(values / working[:size], ahead, season)
        return plain * working[size : size + ahead]

    scaled, plain = (
        np.array(
            [
                np.abs(each.came - each.said).mean()
                for each in look_back(before, tried, origins=MOST_ORIGINS, say=way)
            ]
        )
        for way in (carry_scaled, carry_quickly)
    )
    if not len(plain):
        return TOO_SHORT
    gain = plain - scaled
    separate = max(1.0, len(gain) * OVERLAP_GAIN / (tried + OVERLAP_GAIN - 1.0))
    error = float(gain.std()) / np.sqrt(separate)
    return compare(scaled, plain, error)
