"""What an occasion that moves does to a series: Ramadan, an Eid, promotions, launches.

Each step is compared with the same one of the season before (with the step before it, where there
are no two whole seasons): by how much more did it bring for how much more of its days in the
occasion? That takes season and growth away by itself, and what stays in the same place every year
is left to the season. Growth may rise or fall evenly meanwhile. A slope that chance would make is
left out, any other shrunk as far as it is uncertain (Bayes' rule with a normal prior: most
occasions move a step by less than a third), its standard error widened for errors that follow one
another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Verdict = Literal["estimated", "too few", "in the season", "chance"]
FEWEST_OCCURRENCES = 2
FAR = 6.0
"""Robust standard errors beyond which a comparison is left out of the slope."""
MOST_FOLLOWING = 0.9
SHARED = -0.5
"""The correlation of two differences of independent values that have one in common."""
USUAL_SIZE = 0.35
"""The prior's standard deviation, in logarithms; of amounts, as a share of the mean."""
_GROWTH = 2
"""Columns of growth: its mean, and its change."""
SIGNIFICANT = 1.645
"""Standard errors; 90 % of slopes that are nothing are nearer to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """shares: the share of days in the occasion, of each step of the past and on ahead. starts: the
    number of the step that each occurrence begins in, in order."""

    name: str
    shares: Values
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """size: of a step that lies wholly in the occasion; of its logarithm where is_factor, else an
    amount. n: the past occurrences that it rests on."""

    name: str
    size: float
    is_factor: bool
    n: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Lift:
    """What all occasions together do to each step."""

    amounts: Values
    is_factor: bool

    def take_out(self, values: Values) -> Values:
        amounts = self.amounts[: len(values)]
        return values / np.exp(amounts) if self.is_factor else values - amounts

    def put_in(self, ahead: Values, after: int) -> Values:
        """ahead: what follows `after` values, its last axis the steps."""
        amounts = self.amounts[after : after + ahead.shape[-1]]
        return ahead * np.exp(amounts) if self.is_factor else ahead + amounts


def estimate(values: Values, exposures: Sequence[Exposure], season: int) -> tuple[Effect, ...]:
    """The effect of each, from the values alone: what comes after them is not looked at."""
    size, is_factor = len(values), bool(values.min() > 0)
    seen = {each.name: sum(start < size for start in each.starts) for each in exposures}
    lag = season if size >= 2 * season + 1 else 1
    usable = [each for each in exposures if seen[each.name] >= FEWEST_OCCURRENCES]
    sizes = _find_sizes(values, usable, lag, is_factor=is_factor)
    effects = []
    for each in exposures:
        found = sizes.get(each.name)
        verdict: Verdict = "estimated" if found else "chance"
        if each not in usable:
            verdict = "too few"
        elif found is None:
            verdict = "in the season"
        effects.append(Effect(each.name, found or 0.0, is_factor, seen[each.name], verdict))
    return tuple(effects)


def lift(effects: Sequence[Effect], exposures: Sequence[Exposure], *, size: int) -> Lift:
    """size: how many steps."""
    by_name: Mapping[str, Effect] = {each.name: each for each in effects}
    amounts = np.zeros(size)
    for each in exposures:
        amounts += by_name[each.name].size * each.shares[:size]
    return Lift(amounts, is_factor=all(each.is_factor for each in effects))


def _find_sizes(
    values: Values, exposures: Sequence[Exposure], lag: int, *, is_factor: bool
) -> dict[str, float]:
    """By name, shrunk; of those that some comparison tells of, apart from the others."""
    told = np.log(values) if is_factor else values
    grown = told[lag:] - told[:-lag]
    columns, names = [np.ones(len(grown)), np.linspace(-1.0, 1.0, len(grown))], []
    for each in exposures:
        shares = each.shares[: len(values)]
        column = shares[lag:] - shares[:-lag]
        if np.linalg.matrix_rank(np.column_stack([*columns, column])) > len(columns):
            columns.append(column)
            names.append(each.name)
    design = np.column_stack(columns)
    if not names or len(grown) <= design.shape[1] + 1:
        return {}
    slopes, errors = _fit(design, grown, lag)
    prior = USUAL_SIZE * (1.0 if is_factor else float(np.abs(values).mean()))
    return {
        name: _shrink(slope, error, prior)
        for name, slope, error in zip(names, slopes[_GROWTH:], errors[_GROWTH:], strict=True)
    }


def _fit(design: Values, grown: Values, lag: int) -> tuple[Values, Values]:
    """Slopes and their standard errors, without the few comparisons that lie far off. Two that are
    a lag apart share a step, once with each sign, so their errors go against one another."""
    slopes, left = _solve(design, grown)
    spread = 1.4826 * float(np.median(np.abs(left - np.median(left))))
    near = np.abs(left) <= FAR * spread
    kept = design[near]
    if near.sum() > design.shape[1] + 1 and np.linalg.matrix_rank(kept) == design.shape[1]:
        design, (slopes, left) = kept, _solve(kept, grown[near])
    else:
        near = np.ones(len(grown), dtype=bool)
    places = np.flatnonzero(near)
    shared = np.abs(places[:, None] - places[None, :]) == lag
    together = np.eye(len(places)) + SHARED * shared
    free = len(left) - design.shape[1]
    whole = float((left**2).sum())
    following = float((left[1:] * left[:-1]).sum()) / whole if whole else 0.0
    following = min(max(following, 0.0), MOST_FOLLOWING)
    widened = (1.0 + following) / (1.0 - following)
    inverse = np.linalg.inv(design.T @ design)
    spreads = np.diag(inverse @ design.T @ together @ design @ inverse) * whole / free * widened
    return slopes, np.asarray(np.sqrt(spreads), dtype=np.float64)


def _solve(design: Values, grown: Values) -> tuple[Values, Values]:
    slopes = np.asarray(np.linalg.lstsq(design, grown)[0], dtype=np.float64)
    return slopes, grown - design @ slopes


def _shrink(slope: float, error: float, prior: float) -> float:
    if abs(slope) <= SIGNIFICANT * error:
        return 0.0
    return float(slope) * prior**2 / (prior**2 + float(error) ** 2)
