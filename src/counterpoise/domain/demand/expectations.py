"""What the forecast expects of each rep's own deals over the whole period, and of their teams.

The pipeline leg is learned and simulated once more, by team and rep; then every month of a team's
figure is shared out to the cent among those whose deals are in it. So reps add up to their teams
and all of them to the company. Whoever has left opens no new deals. A team, and a team above teams,
is the sum of its people as the staff list has them, and its range is that of their summed paths.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.cells import CENT, Outcome
from counterpoise.domain.demand.segments import NONE, Segments
from counterpoise.domain.demand.splits import share_out, stretch
from counterpoise.domain.tables.forecast import Cell, Expectation, Staff

NOTHING = Decimal(0)
LEVELS = (0.1, 0.9)
"""The ends of the 80 % range."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """won and mean in cents. closed: deals won or lost so far. paths: of what is ahead."""

    won: Decimal
    mean: Decimal
    closed: int
    paths: NDArray[np.float64]


def expect(
    outcome: Outcome,
    pairs: Segments,
    closed: NDArray[np.bool_],
    whole: Mapping[str, Sequence[Cell]],
    staff: Staff,
    least: float,
) -> tuple[Expectation, ...]:
    """By rep, by team, then of everybody.

    outcome: by (team, rep), as `pairs` names them. closed: of each deal whether it is won or lost.
    whole: the cells of each team, by month; those of "" where no team is told apart. least: so many
    closed deals have a range of their own.
    """
    parts: dict[str, list[_Part]] = {}
    for rep, part in _share_out(outcome, pairs, closed, whole, staff):
        parts.setdefault(rep, []).append(part)
    reps = {rep: _add_up(parts[rep]) for rep in sorted(parts)}
    told = [_tell("rep", rep, reps[rep], least, staff.teams.get(rep, ())) for rep in reps]
    teams = sorted({team for each in told for team in each.teams})
    told += [
        _tell(
            "team", team, _add_up([reps[each.name] for each in told if team in each.teams]), least
        )
        for team in teams
    ]
    return (*told, _tell("", "", _add_up(list(reps.values())), least))


def follow(expected: Sequence[Expectation], now: Decimal) -> tuple[Expectation, ...]:
    """What is expected of reps where launches moved the whole to `now`: what is ahead of each moves
    in proportion, and teams are their sums again."""
    reps = [each for each in expected if each.scope == "rep"]
    if not reps or sum(each.mean for each in reps) == now:
        return tuple(expected)
    ahead = now - sum((each.won for each in reps), NOTHING)
    shares = share_out(ahead, np.array([float(each.mean - each.won) for each in reps]))
    means = {each.name: each.won + more for each, more in zip(reps, shares, strict=True)}
    return tuple(
        _move(each, sum((means[rep.name] for rep in reps if _counts_in(rep, each)), NOTHING))
        for each in expected
    )


def _share_out(
    outcome: Outcome,
    pairs: Segments,
    closed: NDArray[np.bool_],
    whole: Mapping[str, Sequence[Cell]],
    staff: Staff,
) -> Iterator[tuple[str, _Part]]:
    counts = np.bincount(pairs.of_deal[closed], minlength=len(pairs))
    stays = np.array([rep not in staff.gone for _, rep in pairs.names])
    for team, cells in whole.items():
        held = [n for n, (of, _) in enumerate(pairs.names) if team in ("", of)]
        won = dict.fromkeys(held, NOTHING)
        mean = dict.fromkeys(held, NOTHING)
        for place, cell in enumerate(cells):
            new = outcome.from_new[held, place] * stays[held]
            shared = zip(
                held,
                share_out(cell.won, outcome.known[held, place]),
                share_out(cell.from_open - cell.won, outcome.from_open[held, place]),
                share_out(cell.mean - cell.from_open, new),
                strict=True,
            )
            for pair, won_here, from_open, from_new in shared:
                won[pair] += won_here
                mean[pair] += won_here + from_open + from_new
        for pair in held:
            rep = pairs.names[pair][1]
            paths = outcome.paths[:, pair].sum(axis=1)
            part = _Part(won[pair], mean[pair], int(counts[pair]), paths)
            yield "" if rep == NONE else rep, part


def _add_up(parts: Sequence[_Part]) -> _Part:
    return _Part(
        won=sum((each.won for each in parts), NOTHING),
        mean=sum((each.mean for each in parts), NOTHING),
        closed=sum(each.closed for each in parts),
        paths=np.sum([each.paths for each in parts], axis=0),
    )


def _tell(
    scope: str, name: str, part: _Part, least: float, teams: tuple[str, ...] = ()
) -> Expectation:
    low = high = None
    if part.closed >= least:
        now, ahead = float(part.paths.mean()), float(part.mean - part.won)
        paths = part.paths * (ahead / now) if now > 0 else np.full(len(part.paths), ahead)
        low, high = (
            part.won + Decimal(repr(float(each))).quantize(CENT, ROUND_HALF_EVEN)
            for each in np.quantile(paths, LEVELS)
        )
    return Expectation(scope, name, part.won, part.mean, low, high, part.closed, teams)


def _counts_in(rep: Expectation, group: Expectation) -> bool:
    match group.scope:
        case "rep":
            return rep.name == group.name
        case "team":
            return group.name in rep.teams
    return True


def _move(before: Expectation, mean: Decimal) -> Expectation:
    return replace(
        before,
        mean=mean,
        low=None if before.low is None else stretch(before.low, before, mean - before.won),
        high=None if before.high is None else stretch(before.high, before, mean - before.won),
    )
