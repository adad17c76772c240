"""The season of the year in a series of days, beside that of its week.

Days are added up to weeks that end with the newest one, and a line and WAVES waves of a year
(Fourier terms; Hyndman & Athanasopoulos, Forecasting: principles and practice, 7.4) are fitted to
their logarithms, or to the weeks themselves where one of them brought nothing. The waves are shrunk
as far as noise alone would make them.

A wave that is not there would be carried ahead all the same, so they count only where they missed
by less on past days, and by more than chance would: over MOST_TRIED days after each of up to
MOST_LOOKS days, as far from one another, before those that the series is judged by afterwards. They
are tried with Theta alone, which is quick.
"""

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series import methods
from counterpoise.domain.time_series.occasions import Lift
from counterpoise.domain.time_series.series import Series
from counterpoise.domain.time_series.together import ORIGINS, is_slow, say
from counterpoise.domain.time_series.trial import TOO_SHORT, Trial, compare

Values = NDArray[np.float64]
WEEK = 7
YEAR = 365.25
WAVES = 2
KNOWN_DAYS = 731
"""Two years, of which each shows the same days once."""
NEWEST_DAYS = 728
"""What the methods carry forward: the newest two years of whole weeks."""
MOST_TRIED = 28
MOST_LOOKS, FEWEST_LOOKS = 12, 4


def say_newest(values: Values, steps: int, season: int) -> Values:
    """As together.say, of the newest two years of days."""
    return say(values[-NEWEST_DAYS:], steps, season)


def carry_quickly(values: Values, steps: int, season: int) -> Values:
    """By Theta alone, of the newest two years where they are days."""
    return methods.carry_by("theta", values[-NEWEST_DAYS:], steps, season)


def find_year(values: Values, size: int) -> Lift:
    """What the year does to each of `size` days, from the first of the values on."""
    weeks = values[len(values) % WEEK :].reshape(-1, WEEK).sum(axis=1)
    is_factor = bool(weeks.min() > 0)
    told = np.log(weeks) if is_factor else weeks / WEEK
    middle = len(values) % WEEK + WEEK * np.arange(len(weeks), dtype=float) + (WEEK - 1) / 2
    design = np.column_stack([np.ones(len(weeks)), middle, _wave(middle)])
    found = np.linalg.lstsq(design, told)[0]
    left = told - design @ found
    waves = found[2:]
    signal = float(((_wave(middle) @ waves) ** 2).mean())
    noise = float((left**2).sum()) / (len(weeks) - design.shape[1]) * 2 * WAVES / len(weeks)
    kept = max(0.0, 1.0 - noise / signal) if signal else 0.0
    return Lift(np.asarray(_wave(np.arange(size, dtype=float)) @ waves * kept), is_factor=is_factor)


def try_year(series: Series, steps: int) -> Trial | None:
    """None for what sells in fewer than half of all days, or never varied."""
    if is_slow(series.values) or np.ptp(series.values) == 0:
        return None
    known = series.values[: len(series.values) - (steps + ORIGINS - 1)]
    tried = min(steps, MOST_TRIED)
    ends = [len(known) - tried - number * max(tried, WEEK) for number in range(MOST_LOOKS)]
    looks = [_look(known, end, tried) for end in ends if end >= KNOWN_DAYS]
    if len(looks) < FEWEST_LOOKS:
        return TOO_SHORT
    with_it, without = np.array(looks).T
    error = float((without - with_it).std(ddof=1) / np.sqrt(len(looks)))
    return compare(with_it, without, error)


def _look(known: Values, end: int, steps: int) -> tuple[float, float]:
    """The mean miss after `end` days, with the season of the year and without."""
    before, came = known[:end], known[end : end + steps]
    year = find_year(before, end + steps)
    with_it = year.put_in(carry_quickly(year.take_out(before), steps, WEEK), end)
    return (
        float(np.abs(came - with_it).mean()),
        float(np.abs(came - carry_quickly(before, steps, WEEK)).mean()),
    )


def _wave(days: Values) -> Values:
    """Of each day, sine and cosine of every wave."""
    turns = 2 * np.pi * days[:, None] / YEAR * np.arange(1, WAVES + 1)
    return np.asarray(np.concatenate([np.sin(turns), np.cos(turns)], axis=1))
