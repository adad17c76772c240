"""Why the plan earns less than serving all demand freely would: money for each kind of limit.

Free means without any limit: every deal served in its month by the people there. Each kind of limit
is given its Shapley value: what lifting it adds, averaged over every order in which the kinds could
be lifted. The plan is solved again, in fractions of people, for every set of kinds lifted. What
whole people cost on top (a plan cannot hire half a person) stands in a line of its own. The lines
add up to the whole difference, to the cent.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import combinations
from math import factorial, floor, fsum

from counterpoise.domain.reconcile.model import LIMITS, Limit, build_model
from counterpoise.domain.reconcile.solver import solve_linear
from counterpoise.domain.tables.plan import ConstraintValue, Problem, Solution
from counterpoise.domain.values.text import Text, text

CENT = Decimal("0.01")
WHOLE_PEOPLE = "whole people"
WHY: dict[str, Text] = {
    "people": text("There are fewer people than the work needs, whoever they are."),
    "hiring lead time": text(
        "New people take months to find, can start only a few at a time, and learn before they"
        " give full work."
    ),
    "overtime and contractor limits": text(
        "People can work only so much overtime, and only so many contractors can be called in."
    ),
    "backlog policy": text("Only a part of a month's deals may wait for a later month."),
    WHOLE_PEOPLE: text(
        "People are hired whole, and the search ended once no plan could be better by much."
    ),
}


def explain_gap(problem: Problem, solution: Solution) -> tuple[ConstraintValue, ...]:
    """Adds up to free contribution minus the plan's; largest first."""
    worth = {
        frozenset(lifted): _solve_without(problem, frozenset(lifted))
        for size in range(1 + len(LIMITS))
        for lifted in combinations(LIMITS, size)
    }
    values: dict[str, float] = {
        limit: share_fairly(limit, LIMITS, worth.__getitem__) for limit in LIMITS
    }
    values[WHOLE_PEOPLE] = worth[frozenset()] - solution.objective
    cents = _round_to_sum(values, worth[frozenset(LIMITS)] - solution.objective)
    return tuple(
        ConstraintValue(name, money, WHY[name])
        for name, money in sorted(cents.items(), key=lambda item: -item[1])
        if money or name != WHOLE_PEOPLE
    )


def measure_free_contribution(problem: Problem) -> float:
    """What could be earned if nothing limited the work."""
    return _solve_without(problem, frozenset(LIMITS))


def share_fairly(
    member: Limit, members: Sequence[Limit], worth: Callable[[frozenset[Limit]], float]
) -> float:
    """The member's Shapley value: its average contribution over every order of joining."""
    others = [each for each in members if each != member]
    total = factorial(len(members))
    return fsum(
        factorial(size)
        * factorial(len(others) - size)
        / total
        * (worth(frozenset({*before, member})) - worth(frozenset(before)))
        for size in range(len(members))
        for before in combinations(others, size)
    )


def _solve_without(problem: Problem, lifted: frozenset[Limit]) -> float:
    return solve_linear(build_model(problem, lifted)).objective


def _round_to_sum(values: dict[str, float], total: float) -> dict[str, Decimal]:
    """To the cent, so that the cents add up to the total's; those rounded down most gain one."""
    down = {name: floor(value * 100) for name, value in values.items()}
    left = round(total * 100) - sum(down.values())
    by_remainder = sorted(values, key=lambda name: down[name] - values[name] * 100)
    return {name: (down[name] + (place < left)) * CENT for place, name in enumerate(by_remainder)}
