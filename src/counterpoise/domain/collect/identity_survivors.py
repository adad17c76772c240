"""Which value of a field stands for a customer when its records disagree.

What a person verified stands. Else the better source, of one source the record changed last, of one
time the more complete record, and at last the longer value, so that there is always one answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Ground = Literal[
    "verified", "chosen", "only", "agreed", "source", "recency", "completeness", "order", "enriched"
]
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record of a customer. values: its fields as the source writes them, '' for empty."""

    record: str
    source: str
    updated_at: datetime | None
    values: Mapping[str, str]

    @property
    def filled(self) -> int:
        return sum(map(bool, self.values.values()))


@dataclass(frozen=True, slots=True)
class Survivor:
    """A field's value, the record that it came from ('' where a person wrote it), and on what
    ground. others: different values that stood back, in the order of their rank."""

    field: str
    value: str
    record: str
    ground: Ground
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What people said of a customer's fields. verified: values by field. chosen: records by field,
    of a merge in which someone picked the value."""

    verified: Mapping[str, str]
    chosen: Mapping[str, str]


def choose_survivors(
    fields: Sequence[str],
    candidates: Sequence[Candidate],
    ranks: Mapping[str, Sequence[str]],
    standing: Standing | None = None,
) -> tuple[Survivor, ...]:
    """One for each field with a value. ranks: sources from the best on, by field, '' for all."""
    said = standing or Standing({}, {})
    found = (
        _choose(field, candidates, ranks.get(field, ranks.get("", ())), said) for field in fields
    )
    return tuple(each for each in found if each is not None)


def _choose(
    field: str, candidates: Sequence[Candidate], ranks: Sequence[str], said: Standing
) -> Survivor | None:
    def rank(each: Candidate) -> tuple[int, float, int]:
        place = ranks.index(each.source) if each.source in ranks else len(ranks)
        changed = each.updated_at or _NEVER
        return place, -(changed - _NEVER).total_seconds(), -each.filled

    filled = [each for each in candidates if each.values.get(field)]
    ordered = sorted(filled, key=lambda each: (*rank(each), -len(each.values[field]), each.record))
    values = tuple(dict.fromkeys(each.values[field] for each in ordered))
    if field in said.verified:
        value = said.verified[field]
        owner = next((each.record for each in ordered if each.values[field] == value), "")
        return Survivor(field, value, owner, "verified", _leave_out(values, value))
    picked = next((each for each in ordered if each.record == said.chosen.get(field)), None)
    if picked is not None:
        value = picked.values[field]
        return Survivor(field, value, picked.record, "chosen", _leave_out(values, value))
    if not ordered:
        return None
    first, value = ordered[0], ordered[0].values[field]
    if len(ordered) == 1:
        return Survivor(field, value, first.record, "only")
    rival = next((each for each in ordered if each.values[field] != value), None)
    if rival is None:
        return Survivor(field, value, first.record, "agreed")
    grounds: tuple[Ground, ...] = ("source", "recency", "completeness")
    pairs = zip(grounds, rank(first), rank(rival), strict=True)
    ground: Ground = next((name for name, ours, theirs in pairs if ours != theirs), "order")
    return Survivor(field, value, first.record, ground, values[1:])


def _leave_out(values: Sequence[str], value: str) -> tuple[str, ...]:
    return tuple(each for each in values if each != value)
