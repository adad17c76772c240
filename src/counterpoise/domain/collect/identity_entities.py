"""Gives clusters of records their lasting ids: who was one customer yesterday keeps the number.

A cluster takes over the id of the earlier entity that it shares most members with. An id that is
given up is never given to anybody else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Happening = Literal["created", "joined", "split", "retired"]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many records of a cluster were members of an entity before."""

    cluster: str
    entity: int
    records: int


@dataclass(frozen=True, slots=True)
class Event:
    """created: from records that no entity had. joined: `entity` goes on in `other`. split:
    `entity` came out of `other`. retired: none of its records is there any more."""

    happening: Happening
    entity: int
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """entities: in order of the clusters given. following: the first number never used."""

    entities: tuple[int, ...]
    events: tuple[Event, ...]
    following: int


def assign_entities(
    clusters: Sequence[str],
    overlaps: Iterable[Overlap],
    known: Iterable[int] = (),
    *,
    following: int = 1,
) -> Assignment:
    """clusters: by their first record, in order. known: entities that had members before.

    The largest overlap is served first; of equal ones the older entity, then the first cluster.
    """
    listed = sorted(overlaps, key=lambda each: (-each.records, each.entity, each.cluster))
    number_of: dict[str, int] = {}
    cluster_of: dict[int, str] = {}
    for each in listed:
        if each.cluster not in number_of and each.entity not in cluster_of:
            number_of[each.cluster] = each.entity
            cluster_of[each.entity] = each.cluster
    came_from: dict[str, int] = {}
    went_to: dict[int, str] = {}
    for each in listed:
        came_from.setdefault(each.cluster, each.entity)
        went_to.setdefault(each.entity, each.cluster)
    events = []
    for cluster in clusters:
        if cluster not in number_of:
            number_of[cluster] = following
            following += 1
            origin = came_from.get(cluster)
            happening: Happening = "created" if origin is None else "split"
            events.append(Event(happening, number_of[cluster], origin))
    for entity in sorted({*known, *went_to} - set(cluster_of)):
        if entity in went_to:
            events.append(Event("joined", entity, number_of[went_to[entity]]))
        else:
            events.append(Event("retired", entity))
    return Assignment(tuple(number_of[each] for each in clusters), tuple(events), following)
