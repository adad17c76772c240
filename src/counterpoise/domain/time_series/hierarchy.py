"""Which series are sums of which: by the labels of the lowest ones, or by a tree of parents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.values.text import text

Node = tuple[tuple[str, str], ...]
"""What a series is of: (dimension, label) pairs; () is the whole."""


class BrokenHierarchy(ValueError):
    """Parents that make no tree."""


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """nodes: the wide ones first, then the lowest, in the order of `sums`. sums: nodes × lowest, 1
    where a lowest series is part of a node."""

    nodes: tuple[Node, ...]
    sums: NDArray[np.float64]

    @property
    def lowest(self) -> int:
        """How many series are sums of no others."""
        return int(self.sums.shape[1])

    def add_up(self, lowest: NDArray[np.float64]) -> NDArray[np.float64]:
        """lowest: lowest × steps; every node's values, nodes × steps."""
        return self.sums @ lowest


def group_by_labels(
    lowest: Sequence[Mapping[str, str]], levels: Iterable[Sequence[str]]
) -> Hierarchy:
    """A node for each combination of labels that occurs at each level; () is the whole.

    lowest: the labels of each lowest series, which tell them apart.
    """
    size = len(lowest)
    nodes: list[Node] = []
    rows: list[NDArray[np.float64]] = []
    for level in levels:
        members: dict[Node, list[int]] = {}
        for place, labels in enumerate(lowest):
            members.setdefault(tuple((name, labels[name]) for name in level), []).append(place)
        for node, places in sorted(members.items()):
            nodes.append(node)
            row = np.zeros(size)
            row[places] = 1.0
            rows.append(row)
    nodes += [tuple(labels.items()) for labels in lowest]
    return Hierarchy(tuple(nodes), np.vstack([*rows, np.eye(size)]))


def follow_parents(links: Iterable[tuple[str, str]]) -> Hierarchy:
    """A tree of (child, parent); whoever is nobody's parent is lowest. Raises BrokenHierarchy."""
    parent_of: dict[str, str] = {}
    for child, parent in links:
        if parent_of.setdefault(child, parent) != parent:
            raise BrokenHierarchy(
                text(
                    "{child} is under {first} and under {second}. Its figures would count twice:"
                    " name one of them.",
                    child=child,
                    first=parent_of[child],
                    second=parent,
                )
            )
    parents = sorted(set(parent_of.values()))
    lowest = sorted(set(parent_of) - set(parents))
    place = {name: number for number, name in enumerate(lowest)}
    sums = {name: np.zeros(len(lowest)) for name in parents}
    for name in [*lowest, *parents]:
        for above in _climb(name, parent_of):
            if name in place:
                sums[above][place[name]] = 1.0
    wide = sorted(parents, key=lambda name: (-sums[name].sum(), name))
    nodes = tuple((("node", name),) for name in (*wide, *lowest))
    return Hierarchy(nodes, np.vstack([*(sums[name] for name in wide), np.eye(len(lowest))]))


def _climb(name: str, parent_of: Mapping[str, str]) -> list[str]:
    path = [name]
    while path[-1] in parent_of:
        above = parent_of[path[-1]]
        if above in path:
            raise BrokenHierarchy(
                text(
                    "{names} are above one another in a circle, so no sum of them ends. Take one"
                    " of the links out.",
                    names=" → ".join([*path, above]),
                )
            )
        path.append(above)
    return path[1:]
