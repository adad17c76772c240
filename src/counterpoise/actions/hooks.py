"""Hooks: opened to a sender, given another secret, closed, and told what their records mean."""

import re
import secrets as random
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from counterpoise.actions.collect import Proposed, refuse_nothing
from counterpoise.connectors.events.rows import write_rows
from counterpoise.domain.collect import signatures
from counterpoise.domain.collect.deliveries import (
    Places,
    Record,
    UnfitDelivery,
    list_records,
    read_body,
)
from counterpoise.domain.collect.mapping_toml import InvalidMapping, check_mapping
from counterpoise.domain.collect.proposal import propose_mapping
from counterpoise.domain.collect.short_names import may_tell_apart, shorten
from counterpoise.domain.collect.signatures import Agreement
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping
from counterpoise.domain.tables.mapping import Mapping as FilesMapping
from counterpoise.domain.tables.profile import FileProfile
from counterpoise.domain.values.text import text
from counterpoise.store import deliveries, hooks
from counterpoise.store.hooks import Hook, NewHook
from counterpoise.warehouse.landing.land import land_files
from counterpoise.warehouse.landing.profiles import profile_file

REQUESTS_A_MINUTE = 3_000
MOST_A_MINUTE = 60_000
KEPT_FOR = timedelta(hours=24)
"""How long the secret before is taken, so that a sender has time to change to the new one."""
LONGEST_KEPT = timedelta(days=30)
LOOKED_AT = 500
LOOKED_AT_BYTES = 4 << 20
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_PLACE_LENGTH = 200
_TRIES = 6


class InvalidHook(ValueError):
    """A hook that cannot be opened as it was described."""


class NothingDelivered(LookupError):
    """No delivery from which anybody could see what its values mean."""


@dataclass(frozen=True, slots=True)
class Wish:
    """source: empty for the hook's own name. secret: empty for one that is made."""

    name: str
    agreement: Agreement
    places: Places = field(default_factory=Places)
    source: str = ""
    secret: str = ""
    requests_a_minute: int = REQUESTS_A_MINUTE


def make(wish: Wish, *, by: int | None, now: datetime) -> tuple[Hook, str]:
    """The hook and its secret, which is not shown again.

    Raises InvalidHook, InvalidAgreement, HookNameTaken.
    """
    source = wish.source or wish.name
    for each in (wish.name, source):
        if not _NAME.fullmatch(each):
            raise InvalidHook(
                text(
                    "'{name}' cannot be part of an address. Write up to 40 small letters, digits"
                    " and hyphens, such as marketing-forms.",
                    name=each[:60],
                )
            )
    if not 1 <= wish.requests_a_minute <= MOST_A_MINUTE:
        raise InvalidHook(
            text(
                "{requests} requests a minute is no limit that can be kept. Write 1 to {most}.",
                requests=wish.requests_a_minute,
                most=MOST_A_MINUTE,
            )
        )
    for place in (wish.places.records, wish.places.kind, wish.places.version):
        if len(place) > _PLACE_LENGTH or not place.isprintable():
            raise InvalidHook(
                text(
                    "'{place}' cannot be a place in a document. Write names parted by dots, such"
                    " as data.type.",
                    place=place[:60],
                )
            )
    secret = _choose_secret(wish.agreement, wish.secret)
    new = NewHook(wish.name, source, wish.agreement, wish.places, wish.requests_a_minute)
    return hooks.make(new, secret, by=by, at=now), secret


def rotate(name: str, *, secret: str = "", kept_for: timedelta = KEPT_FOR, now: datetime) -> str:
    """The new secret; the one before holds a while longer. Raises UnknownHook, InvalidAgreement."""
    hook = hooks.get_hook(name)
    chosen = _choose_secret(hook.agreement, secret)
    kept = min(max(kept_for, timedelta()), LONGEST_KEPT)
    hooks.rotate(name, chosen, until=now + kept, at=now)
    return chosen


def remove(name: str, *, now: datetime) -> None:
    """Raises UnknownHook."""
    hooks.remove(name, now)


def propose(hook: Hook) -> Proposed:
    """What the values of its newest deliveries are taken for; what was confirmed is kept.

    Raises NothingDelivered.
    """
    sample = _gather_sample(hook)
    stated = {each.file: each for each in hook.mapping.files} if hook.mapping else {}
    if not sample and not stated:
        raise NothingDelivered(
            text(
                "Nothing that holds records was delivered to '{name}' yet. Let the sender send one"
                " event, then say here what its values mean.",
                name=hook.name,
            )
        )
    kinds = sorted({*sample, *stated})
    looked = [_look_at(kind, sample.get(kind, []), stated.get(kind)) for kind in kinds]
    return Proposed(
        FilesMapping(tuple(_settle(each, stated, hook.source) for each, _ in looked)),
        tuple(profile for _, profile in looked),
        (),
    )


def confirm(hook: Hook, mapping: FilesMapping, *, edition: int, now: datetime) -> None:
    """Say what the values mean. Everything that was delivered is then read anew by it.

    Raises InvalidMapping, NothingToCollect, HookChanged, UnknownHook.
    """
    check_mapping(mapping, {})
    refuse_nothing(mapping, {each.file: [c.column for c in each.columns] for each in mapping.files})
    for each in mapping.files:
        _refuse_keyless(each)
    _refuse_two_ways(mapping)
    settled = FilesMapping(tuple(replace(each, source=hook.source) for each in mapping.files))
    hooks.confirm(hook.name, settled, edition=edition, at=now)
    deliveries.keep_waiting(hook.id, hook.name, None, at=now)


def replay(hook: Hook, delivery_id: int | None = None, *, now: datetime) -> int:
    """Let one delivery, or all, be landed once more; how many. What was known stays known."""
    return deliveries.keep_waiting(hook.id, hook.name, delivery_id, at=now)


def _choose_secret(agreement: Agreement, stated: str) -> str:
    made = b64encode(random.token_bytes(32)).decode()
    secret = stated or (signatures.MARK + made if agreement.scheme == "standard" else made)
    signatures.check_secret(agreement, secret)
    return secret


def _gather_sample(hook: Hook) -> dict[str, list[Record]]:
    """Records of the newest deliveries by kind; what is unfit says so where it is landed."""
    found: dict[str, list[Record]] = {}
    newest = deliveries.list_newest(hook.id, most=LOOKED_AT, most_bytes=LOOKED_AT_BYTES)
    for each in newest:
        try:
            records = list_records(read_body(each.body), hook.places)
        except UnfitDelivery:
            continue
        for record in records:
            found.setdefault(record.kind, []).append(record)
    return found


def _look_at(
    kind: str, records: list[Record], stated: FileMapping | None
) -> tuple[FileMapping, FileProfile]:
    """What a kind is taken for. Events tell of one thing many times, and a key is known by being
    unique: where nothing is recognised, the newest of each value that reads as an id is tried."""
    short = shorten(_list_columns(records, stated))
    tried = ["", *(each for each in short if may_tell_apart(each))][:_TRIES]
    looked = [_profile(kind, _thin(records, each), short) for each in tried[:1]]
    mapping = propose_mapping(looked).files[0]
    for each in tried[1:]:
        if mapping.table or stated is not None:
            break
        looked = [_profile(kind, _thin(records, each), short)]
        mapping = propose_mapping(looked).files[0]
    return _lengthen(mapping, looked[0], {each: name for name, each in short.items()})


def _thin(records: list[Record], column: str) -> list[Record]:
    """The newest of each value; all where no column is named."""
    if not column:
        return records
    return list({each.fields.get(column): each for each in reversed(records)}.values())


def _profile(kind: str, records: list[Record], short: Mapping[str, str]) -> FileProfile:
    rows = [{name: each.fields.get(long) for long, name in short.items()} for each in records]
    with TemporaryDirectory() as folder:
        desk = Path(folder)
        received = write_rows(rows, list(short.values()), desk / "rows.parquet", kind)
        (landed,) = land_files([received], desk / "landing", desk)
        return profile_file(landed)


def _lengthen(
    mapping: FileMapping, profile: FileProfile, long: Mapping[str, str]
) -> tuple[FileMapping, FileProfile]:
    """With the names that the document has."""
    return replace(
        mapping,
        columns=tuple(replace(each, column=long[each.column]) for each in mapping.columns),
        unmapped=tuple(long[each] for each in mapping.unmapped),
    ), replace(
        profile,
        columns=tuple(replace(each, column=long[each.column]) for each in profile.columns),
    )


def _list_columns(records: list[Record], stated: FileMapping | None) -> list[str]:
    """Each spelling once: the engine holds names that differ by case for one."""
    known = [each.column for each in stated.columns] if stated else []
    met = (name for each in records for name in each.fields)
    columns: dict[str, str] = {}
    for name in (*known, *met):
        columns.setdefault(name.casefold(), name)
    return [each for each in columns.values() if each.strip()]


def _settle(proposed: FileMapping, stated: dict[str, FileMapping], source: str) -> FileMapping:
    """A person's word stays; what nobody has seen yet is taken as proposed, where it has room."""
    held = stated.get(proposed.file)
    if held is None:
        return replace(proposed, source=source)
    seen = {*(each.column for each in held.columns), *held.unmapped}
    fed = {each.attribute for each in held.columns}
    added = [
        each
        for each in proposed.columns
        if proposed.table == held.table and each.column not in seen and each.attribute not in fed
    ]
    columns = (*held.columns, *added)
    taken = {each.column for each in columns}
    met = dict.fromkeys([*(c.column for c in proposed.columns), *proposed.unmapped])
    return replace(held, columns=columns, unmapped=tuple(each for each in met if each not in taken))


def _refuse_keyless(file: FileMapping) -> None:
    if not file.table:
        return
    key = get_table(file.table).attributes[0].name
    if key not in {each.attribute for each in file.columns}:
        raise InvalidMapping(
            text(
                "{file} gives nothing to {table}.{key}. Choose the value by which the source tells"
                " records apart: without it the same record could be there twice.",
                file=file.file,
                table=file.table,
                key=key,
            )
        )


def _refuse_two_ways(mapping: FilesMapping) -> None:
    """Records of one table come together whatever kind they are, so they are written one way."""
    met: dict[tuple[str, str], ColumnMapping] = {}
    for each in _list_mapped(mapping):
        first = met.setdefault((each.table, each.attribute), each)
        if (first.date_order, first.decimal_mark) != (each.date_order, each.decimal_mark):
            raise InvalidMapping(
                text(
                    "{one} and {other} both go to {table}.{attribute} and are said to be written in"
                    " two ways. Choose one.",
                    one=f"{first.file}: {first.column}",
                    other=f"{each.file}: {each.column}",
                    table=each.table,
                    attribute=each.attribute,
                )
            )


def _list_mapped(mapping: FilesMapping) -> Iterator[ColumnMapping]:
    for file in mapping.files:
        yield from file.columns
