"""Merges that people make of two customers, and how each is undone.

A merge lies over what the matcher found and changes no row: it says that one entity goes on in
another, and which record each field's value was taken from. So whatever came since, taking the
merge away gives back both as they would be without it, or it is refused with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from counterpoise.domain.values.text import Text, text


@dataclass(frozen=True, slots=True)
class Merge:
    """`absorbed` goes on in `kept`. members: of both when it was made, as the matcher had them.

    chosen: by field, the record whose value was picked.
    """

    id: int
    kept: str
    absorbed: str
    kept_members: tuple[str, ...]
    absorbed_members: tuple[str, ...]
    chosen: tuple[tuple[str, str], ...] = ()
    is_undone: bool = False


class RefusedMerge(ValueError):
    """Two entities that cannot be merged as they stand."""


class RefusedUndo(ValueError):
    """A merge that later facts keep from being undone; `reasons` says all of them."""

    def __init__(self, reasons: Sequence[Text]) -> None:
        super().__init__(reasons[0])
        self.reasons = tuple(reasons)


def follow(merges: Iterable[Merge]) -> Mapping[str, str]:
    """Each absorbed entity with the one that it goes on in, to the end of a chain."""
    onward = {each.absorbed: each.kept for each in merges if not each.is_undone}
    ends = {}
    for entity in onward:
        end = entity
        while end in onward:
            end = onward[end]
        ends[entity] = end
    return ends


def gather(
    members: Mapping[str, Sequence[str]], merges: Iterable[Merge]
) -> dict[str, tuple[str, ...]]:
    """The members of every entity with merges laid over what the matcher found."""
    ends = follow(merges)
    gathered: dict[str, list[str]] = {}
    for entity, records in members.items():
        gathered.setdefault(ends.get(entity, entity), []).extend(records)
    return {entity: tuple(sorted(records)) for entity, records in gathered.items()}


def make_merge(
    merges: Sequence[Merge],
    members: Mapping[str, Sequence[str]],
    kept: str,
    absorbed: str,
    chosen: Mapping[str, str] | None = None,
) -> Merge:
    """A new merge over earlier ones. members: as the matcher found them.

    Raises RefusedMerge for an entity with itself, one without members, and one that already goes
    on in another.
    """
    ends = follow(merges)
    for entity in (kept, absorbed):
        if entity in ends:
            raise RefusedMerge(
                text(
                    "{entity} was merged into {other} before. Merge {other}, or undo that merge.",
                    entity=entity,
                    other=ends[entity],
                )
            )
        if not members.get(entity):
            raise RefusedMerge(
                text(
                    "{entity} has no records, so there is nothing to merge. Look it up again.",
                    entity=entity,
                )
            )
    if kept == absorbed:
        raise RefusedMerge(
            text("{entity} cannot be merged with itself. Choose another.", entity=kept)
        )
    return Merge(
        id=max((each.id for each in merges), default=0) + 1,
        kept=kept,
        absorbed=absorbed,
        kept_members=tuple(sorted(members[kept])),
        absorbed_members=tuple(sorted(members[absorbed])),
        chosen=tuple(sorted((chosen or {}).items())),
    )


def undo_merge(
    merges: Sequence[Merge], merge_id: int, members: Mapping[str, Sequence[str]]
) -> tuple[Merge, ...]:
    """All merges, with the one undone. Raises RefusedUndo with every reason against it."""
    merge = next(each for each in merges if each.id == merge_id)
    if reasons := list_obstacles(merges, merge, members):
        raise RefusedUndo(reasons)
    return tuple(replace(each, is_undone=True) if each.id == merge_id else each for each in merges)


def list_obstacles(
    merges: Sequence[Merge], merge: Merge, members: Mapping[str, Sequence[str]]
) -> tuple[Text, ...]:
    """Why a merge cannot be undone now; nothing where it can. members: as the matcher has them."""
    if merge.is_undone:
        return (text("This merge was undone before. There is nothing left to do."),)
    reasons = [
        text(
            "{absorbed} was merged into {kept} later, on top of this. Undo that merge first.",
            absorbed=each.absorbed,
            kept=each.kept,
        )
        for each in merges
        if each.id > merge.id and not each.is_undone and _touches(each, merge)
    ]
    now = {record: entity for entity, records in members.items() for record in records}
    for entity, before in (
        (merge.kept, merge.kept_members),
        (merge.absorbed, merge.absorbed_members),
    ):
        reasons += _compare(entity, before, now)
    return tuple(reasons)


def _touches(later: Merge, merge: Merge) -> bool:
    return bool({later.kept, later.absorbed} & {merge.kept, merge.absorbed})


def _compare(entity: str, before: Sequence[str], now: Mapping[str, str]) -> list[Text]:
    reasons = []
    for record in before:
        if record not in now:
            reasons.append(
                text(
                    "Record {record} of {entity} was removed since, so it cannot be given back."
                    " Bring it back in its source, or leave the merge.",
                    record=record,
                    entity=entity,
                )
            )
        elif now[record] != entity:
            reasons.append(
                text(
                    "Record {record} of {entity} belongs to {other} since a later run. Say there"
                    " which records are not the same, then run again.",
                    record=record,
                    entity=entity,
                    other=now[record],
                )
            )
    return reasons
