"""What people do about who is who: judge two records, merge two customers, undo it, verify a value.

Nothing of it changes a received row. What is said of two records binds the next run; a merge and a
verified value hold at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args

from counterpoise.actions import rules
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.collect.identity_merges import Merge, follow, list_obstacles, make_merge
from counterpoise.domain.collect.identity_merges import undo_merge as undo
from counterpoise.domain.collect.identity_models import (
    SIDES,
    Kind,
    UnknownCustomer,
    name_customer,
    name_side,
    read_customer,
    read_side,
)
from counterpoise.domain.collect.identity_survivors import (
    Candidate,
    Standing,
    Survivor,
    choose_survivors,
)
from counterpoise.domain.values.text import Text, text
from counterpoise.store import identity as stored
from counterpoise.store import identity_merges as merged
from counterpoise.store.identity import KeptRun, Said, Verdict, Word
from counterpoise.store.identity_merges import KeptMerge
from counterpoise.warehouse.queries import customers as queries
from counterpoise.warehouse.queries.customers import FIELDS, Happened, LikelyPair

LONGEST = 500
Waiting = Literal["new", "later"]
WAITING: tuple[Waiting, ...] = get_args(Waiting)


@dataclass(frozen=True, slots=True)
class WantedMerge:
    """`absorbed` goes on in `kept`. chosen: by field, the record whose value is taken."""

    kept: str
    absorbed: str
    reason: str
    chosen: Mapping[str, str] = field(default_factory=dict)


class NeverMatched(LookupError):
    """No run of the matcher has been kept, so there are no customers yet."""


class InvalidDecision(ValueError):
    """Something said of customers that cannot be kept as it is."""


@dataclass(frozen=True, slots=True)
class Customer:
    """parts: the customers of the matcher that are one by merges, itself first. survivors: one a
    field. merges: that it takes part in, each with what keeps it from being undone. known: of a
    person, contacts with the leads that became them. also: of a contact or a lead the person, of a
    person the contacts and leads."""

    id: str
    kind: Kind
    goes_on_in: str
    parts: tuple[str, ...]
    records: tuple[Candidate, ...]
    survivors: tuple[Survivor, ...]
    merges: tuple[tuple[KeptMerge, tuple[Text, ...]], ...]
    happened: tuple[Happened, ...]
    pairs: tuple[LikelyPair, ...]
    known: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two records side by side, what speaks for and against, and what was said of them."""

    kind: Kind
    pair: LikelyPair
    records: tuple[Candidate, Candidate]
    customers: tuple[str, str]
    verdict: Verdict | None


def get_run(kind: Kind = "account") -> KeptRun:
    """The run that readers see. Raises NeverMatched, for a run of an earlier version that knew
    nothing of the kind too."""
    run = stored.find_newest_run()
    if run is None or run.report.find(kind) is None:
        raise NeverMatched(
            text("Nobody has matched the records yet, so there are no customers. Start a run.")
        )
    return run


def list_doubts(
    workspace: Workspace, kind: Kind, waiting: Waiting = "new"
) -> tuple[LikelyPair, ...]:
    """Pairs that wait for a person, the likeliest first: of which nobody said anything, or those of
    which somebody said `later`. Raises NeverMatched."""
    run = get_run(kind)
    report = run.report.find(kind)
    assert report is not None
    verdicts = stored.list_verdicts(kind)
    folder = workspace.identity / run.id / kind
    if waiting == "later":
        put_off = [(each.one, each.other) for each in verdicts if each.word == "later"]
        return queries.list_named_pairs(folder, kind, put_off)
    decided = [(each.one, each.other) for each in verdicts]
    return queries.list_pairs(folder, kind, report.thresholds.review, decided)


def get_doubt(workspace: Workspace, kind: Kind, one: str, other: str) -> Doubt:
    """Raises NeverMatched, and UnknownCustomer for two records that are not alike."""
    run = get_run(kind)
    pair = queries.find_pair(workspace.identity / run.id / kind, kind, (one, other))
    if pair is None:
        raise UnknownCustomer(
            text(
                "{one} and {other} are no two records that the matcher found alike. Choose a pair"
                " of the list.",
                one=one,
                other=other,
            )
        )
    found = queries.read_candidates(workspace.build_folder(run.build), kind, (one, other))
    first, second = (name_customer(kind, number) for number in pair.entities)
    return Doubt(
        kind,
        pair,
        (found[pair.one], found[pair.other]),
        (first, second),
        stored.find_verdict(kind, pair.one, pair.other),
    )


def review(doubt: Doubt, said: Said, *, author_id: int | None, now: datetime) -> Verdict:
    """Raises VerdictChanged, and InvalidDecision for what contradicts what was said before."""
    pair = (doubt.pair.one, doubt.pair.other)
    if said.word != "later":
        _refuse_contradiction(doubt.kind, pair, said.word)
    said = replace(said, reason=trim_reason(said.reason))
    return stored.give_verdict(doubt.kind, pair, said, author_id=author_id, at=now)


def get_customer(workspace: Workspace, customer: str) -> Customer:
    """Raises NeverMatched and UnknownCustomer."""
    kind = read_customer(customer)[0]
    run = get_run(kind)
    folder = workspace.identity / run.id / kind
    kept = merged.list_merges(kind)
    ends = follow(each.merge for each in kept)
    parts = (customer, *sorted((each for each, end in ends.items() if end == customer), key=_order))
    members = _find_members(workspace, run, kind, parts)
    records = tuple(record for part in parts for record in members.get(part, ()))
    happened = queries.list_happenings(workspace.identity, kind, [_order(each) for each in parts])
    if not records and not happened:
        raise UnknownCustomer(
            text("There is no customer {name}. Look it up in the list of customers.", name=customer)
        )
    build = workspace.build_folder(run.build)
    candidates = tuple(queries.read_candidates(build, kind, records).values())
    ours = [each for each in kept if {each.merge.kept, each.merge.absorbed} & set(parts)]
    return Customer(
        id=customer,
        kind=kind,
        goes_on_in=ends.get(customer, ""),
        parts=parts,
        records=candidates,
        survivors=_choose(kind, parts, candidates, ours, now=run.made_at),
        merges=tuple((each, _list_obstacles(workspace, run, kind, kept, each)) for each in ours),
        happened=happened,
        pairs=queries.list_pairs_within(folder, kind, records),
        known=queries.list_known(folder, records) if kind == "person" else (),
        also=_find_also(workspace, run, kind, records),
    )


def merge(
    workspace: Workspace, wish: WantedMerge, *, author_id: int | None, now: datetime
) -> Merge:
    """Raises RefusedMerge, InvalidDecision, UnknownCustomer and NeverMatched."""
    kept, absorbed, reason = wish.kept, wish.absorbed, wish.reason
    kind = read_customer(kept)[0]
    if read_customer(absorbed)[0] != kind:
        raise InvalidDecision(
            text(
                "{kept} and {absorbed} are of two kinds. Merge two customers of one kind.",
                kept=kept,
                absorbed=absorbed,
            )
        )
    if not reason.strip():
        raise InvalidDecision(
            text("Say why these two are one customer; whoever undoes it reads it.")
        )
    run = get_run(kind)
    members = _find_members(workspace, run, kind, (kept, absorbed))
    _check_chosen(kind, wish.chosen)
    return merged.keep_merge(
        kind,
        lambda merges: make_merge(merges, members, kept, absorbed, wish.chosen),
        trim_reason(reason),
        author_id=author_id,
        at=now,
    )


def undo_merge(
    workspace: Workspace, kind: Kind, merge_id: int, *, author_id: int | None, now: datetime
) -> None:
    """Raises RefusedUndo with every reason, UnknownCustomer and NeverMatched."""
    run = get_run(kind)
    found = next((e for e in merged.list_merges(kind) if e.merge.id == merge_id), None)
    if found is None:
        raise UnknownCustomer(
            text(
                "There is no merge {merge} of this kind. Choose one of the customer's page.",
                merge=merge_id,
            )
        )
    members = _find_now(workspace, run, kind, found.merge)
    merged.undo_merge(
        kind,
        merge_id,
        lambda merges: undo(merges, merge_id, members),
        author_id=author_id,
        at=now,
    )


def verify_value(
    workspace: Workspace,
    customer: str,
    name: str,
    value: str,
    *,
    author_id: int | None,
    now: datetime,
) -> None:
    """From now on this is the customer's value, whatever its records say."""
    found = get_customer(workspace, customer)
    if name not in FIELDS[found.kind]:
        raise InvalidDecision(
            text(
                "A customer has no field '{field}'. Choose one of: {listed}.",
                field=name,
                listed=", ".join(FIELDS[found.kind]),
            )
        )
    if not value.strip():
        raise InvalidDecision(text("Nothing was written, and nothing cannot be verified."))
    merged.verify_value(customer, name, trim_reason(value), author_id=author_id, at=now)


def _refuse_contradiction(kind: Kind, pair: tuple[str, str], word: Word) -> None:
    """Two records cannot be one and not one, not by way of others either."""
    verdicts = [each for each in stored.list_verdicts(kind) if {each.one, each.other} != set(pair)]
    same = [(each.one, each.other) for each in verdicts if each.word == "same"]
    apart = [(each.one, each.other) for each in verdicts if each.word == "different"]
    same += [pair] if word == "same" else []
    apart += [pair] if word == "different" else []
    reached = _reach(pair[0], same)
    for one, other in apart:
        if one in reached and other in reached:
            raise InvalidDecision(
                text(
                    "This contradicts what was said before: {one} and {other} would be one customer"
                    " and two. Change the earlier word first.",
                    one=one,
                    other=other,
                )
            )


def _reach(start: str, same: Iterable[tuple[str, str]]) -> set[str]:
    reached, pairs = {start}, list(same)
    while more := {each for pair in pairs if set(pair) & reached for each in pair} - reached:
        reached |= more
    return reached


def _find_members(
    workspace: Workspace, run: KeptRun, kind: Kind, names: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    folder = workspace.identity / run.id / kind
    found = queries.find_members(folder, [_order(each) for each in names])
    return {name_customer(kind, number): records for number, records in found.items()}


def _find_now(workspace: Workspace, run: KeptRun, kind: Kind, made: Merge) -> dict[str, list[str]]:
    """Where the records that a merge was made of are now."""
    folder = workspace.identity / run.id / kind
    found = queries.find_entities(folder, (*made.kept_members, *made.absorbed_members))
    members: dict[str, list[str]] = {}
    for record, number in found.items():
        members.setdefault(name_customer(kind, number), []).append(record)
    return members


def _find_also(
    workspace: Workspace, run: KeptRun, kind: Kind, records: Iterable[str]
) -> tuple[str, ...]:
    """What the same records are called as people, or the records of a person as contacts and
    leads."""
    sides: dict[Kind, list[str]] = {}
    if kind == "person":
        for record in records:
            side, own = read_side(record)
            sides.setdefault(side, []).append(own)
    elif kind in SIDES and run.report.find("person") is not None:
        sides["person"] = [name_side(kind, record) for record in records]
    named = set()
    for other, theirs in sides.items():
        ends = follow(each.merge for each in merged.list_merges(other))
        found = queries.find_entities(workspace.identity / run.id / other, theirs)
        names = {name_customer(other, number) for number in found.values()}
        named |= {ends.get(name, name) for name in names}
    return tuple(sorted(named, key=read_customer))


def _list_obstacles(
    workspace: Workspace, run: KeptRun, kind: Kind, kept: Iterable[KeptMerge], each: KeptMerge
) -> tuple[Text, ...]:
    members = _find_now(workspace, run, kind, each.merge)
    return list_obstacles([other.merge for other in kept], each.merge, members)


def _choose(
    kind: Kind,
    parts: tuple[str, ...],
    candidates: tuple[Candidate, ...],
    merges: Iterable[KeptMerge],
    *,
    now: datetime,
) -> tuple[Survivor, ...]:
    rulebook = rules.load_rulebook()
    fields = ("", *FIELDS[kind])
    ranks = {
        field: rulebook.get_text("identity.source_rank", now.date(), field).split()
        for field in fields
    }
    chosen = {
        field: record
        for each in merges
        if not each.merge.is_undone
        for field, record in each.merge.chosen
    }
    return choose_survivors(
        FIELDS[kind], candidates, ranks, Standing(merged.list_values(parts), chosen)
    )


def _check_chosen(kind: Kind, chosen: Mapping[str, str]) -> None:
    if unknown := [each for each in chosen if each not in FIELDS[kind]]:
        raise InvalidDecision(
            text(
                "A customer has no field '{field}'. Choose one of: {listed}.",
                field=unknown[0],
                listed=", ".join(FIELDS[kind]),
            )
        )


def _order(name: str) -> int:
    return read_customer(name)[1]


def trim_reason(written: str) -> str:
    bare = written.strip()
    if len(bare) > LONGEST:
        raise InvalidDecision(
            text(
                "This has {count} letters. Write {longest} at most.",
                count=len(bare),
                longest=LONGEST,
            )
        )
    return bare
