"""Takes a cluster apart where it hangs together too loosely, or where people said that two of its
records are not one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CERTAIN = 2.0
"""The likelihood of a pair of which a person said that it is one: above any that is computed."""
COHESION = 0.15
"""Two parts join where their pairs, one with another, are at least this likely on average. So a
switchboard or a common name does not chain up a town, and a cluster may still have members of which
not every pair was compared."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Two records that are compared, and how likely they are one."""

    one: int
    other: int
    likelihood: float


def split_cluster(
    members: Sequence[int],
    edges: Iterable[Edge],
    apart: Iterable[tuple[int, int]] = (),
    *,
    threshold: float,
) -> tuple[tuple[int, ...], ...]:
    """The parts of a cluster, none with two records that are to stay apart; largest first.

    Edges are taken from the likeliest on, down to the threshold. Each joins its two parts, unless
    they hang together too loosely or that would bring together a pair that is apart. So it is the
    weakest link that gives way, whatever the order of input.
    """
    likelihood: dict[int, dict[int, float]] = {member: {} for member in members}
    links = sorted(edges, key=lambda each: (-each.likelihood, each.one, each.other))
    for edge in links:
        likelihood[edge.one][edge.other] = likelihood[edge.other][edge.one] = edge.likelihood
    enemies: dict[int, set[int]] = {member: set() for member in members}
    for one, other in apart:
        enemies[one].add(other)
        enemies[other].add(one)
    part_of = {member: {member} for member in members}
    for edge in links:
        if edge.likelihood < threshold:
            break
        ours, theirs = part_of[edge.one], part_of[edge.other]
        if ours is theirs or any(enemies[each] & theirs for each in ours):
            continue
        if edge.likelihood < CERTAIN and _hang(ours, theirs, likelihood) < COHESION:
            continue
        ours |= theirs
        for each in theirs:
            part_of[each] = ours
    parts = {id(part): tuple(sorted(part)) for part in part_of.values()}
    return tuple(sorted(parts.values(), key=lambda part: (-len(part), part)))


def _hang(ours: set[int], theirs: set[int], likelihood: dict[int, dict[int, float]]) -> float:
    """How likely a record of ours and one of theirs are one, on average."""
    total = sum(
        min(found, 1.0)
        for each in sorted(ours)
        for other, found in likelihood[each].items()
        if other in theirs
    )
    return total / (len(ours) * len(theirs))
