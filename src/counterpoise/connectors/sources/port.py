"""What a refresh and the outbox ask of an outside system; a folder beside this one answers it.

Whatever is read arrives as text, the way the system wrote it: what it means is said by the mapping,
and casting is staging's work. So nothing is lost on the way, and a load from a connector and a load
from its export come to the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import pyarrow as pa

from counterpoise.domain.tables.mapping import FileMapping


class SourceRefused(RuntimeError):
    """The system answers, and will not: wrong credentials, missing rights, an unknown object.

    Asking again changes nothing; a person must act.
    """


class SourceUnreachable(RuntimeError):
    """The system did not answer, or not in full, after all tries; the next refresh may succeed."""


@dataclass(frozen=True, slots=True)
class SourceField:
    """type: the system's own word. is_derived: computed there, so a change of it moves no
    timestamp and is found only by reading everything again."""

    name: str
    type: str
    is_derived: bool = False


@dataclass(frozen=True, slots=True)
class SourceObject:
    """name: as the system calls it, such as Opportunity. table: the canonical one, or empty.

    keeps_time: whether its records say when they changed; where not, each refresh reads all.
    """

    name: str
    table: str
    fields: tuple[SourceField, ...]
    keeps_time: bool = True


@dataclass(frozen=True, slots=True)
class Removed:
    """A record that is gone from the system. into: the record it was merged into, if it was."""

    source_id: str
    at: datetime
    into: str = ""


class Source(Protocol):
    """One company's system. Raises SourceRefused or SourceUnreachable, and nothing else of its own.

    `read` gives records whose time of change lies within [since, until], all where since is None;
    the same record may come twice, the newer version last. Batches hold text columns named like
    the object's fields, nested ones with dots.
    """

    def describe(self) -> tuple[SourceObject, ...]:
        """The objects it holds that we know of, with the fields that this account may see."""
        ...

    def map(self, described: SourceObject) -> FileMapping:
        """What its fields mean; `file` is the object's name, `source` the connection's.

        Without a column in it, the refresh proposes one from what it reads, and keeps to it.
        """
        ...

    def read(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[pa.RecordBatch]: ...

    def read_removed(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Removed]: ...

    def count(self, described: SourceObject) -> int | None:
        """How many records it holds now; None where it cannot say."""
        ...


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that lies in a source. mark: changes whenever its content does."""

    name: str
    mark: str


@runtime_checkable
class FileSource(Protocol):
    """A place where files are put. Raises SourceRefused or SourceUnreachable."""

    def list_files(self) -> tuple[FoundFile, ...]:
        """All tables that lie there, in order of name."""
        ...

    def fetch(self, file: FoundFile, target: Path) -> None:
        """Copy it to `target`. Raises SourceUnreachable where it is another by now."""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """One record as it is to be. key: tells this write from every other, so that the system can
    know it again. source_id: empty where the record is yet to be made. expected: the fields as we
    last read them, by which a change of somebody else is noticed before it is overwritten; None
    where nothing stood there."""

    key: str
    object: str
    source_id: str
    fields: Mapping[str, str | None]
    expected: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Written:
    """done: it is there. known: it was there before. conflict: `found` differs from what was
    expected. refused: it will never be taken, and `reason` says why. again: try later, not before
    `wait_seconds`; it may have arrived all the same. source_id: of the record that was made, so
    that later writes find it."""

    key: str
    outcome: Literal["done", "known", "conflict", "refused", "again"]
    reason: str = ""
    found: Mapping[str, str | None] | None = None
    wait_seconds: float | None = None
    source_id: str = ""


class Writer(Protocol):
    """Answers each write, in order; one that fails does not keep the others from being tried.

    It reads the fields before it writes them: what is as wanted is `known`, what is neither wanted
    nor expected is a `conflict`. A writer whose system knows a key again, so that a write sent
    twice is done once, also has `knows_keys = True`.
    """

    def write(self, writes: Sequence[Write]) -> tuple[Written, ...]: ...
