"""Uploads: take files in within stated limits, propose what their columns mean, collect or discard.

Files lie in `uploads/<id>/` of the workspace under random names, and are gone once they were
collected or thrown away: a load keeps what was received in the landing.
"""

import shutil
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction

from counterpoise.actions import kept
from counterpoise.actions.collect import Collected, Proposed, collect, propose, refuse_nothing
from counterpoise.actions.workspaces import Workspace
from counterpoise.connectors.files.content import TABLE_SUFFIXES, find_content
from counterpoise.connectors.files.refusals import UnreadableFile
from counterpoise.domain.collect.mapping_toml import check_mapping
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.mapping import Mapping as FilesMapping
from counterpoise.domain.tables.received import SentFile
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import Text, explain, text
from counterpoise.store import inbox, jobs, uploads
from counterpoise.store.uploads import KeptFile, Sent, Upload
from counterpoise.warehouse.landing.reading import Unreadable

DAY = timedelta(days=1)
FORGOTTEN = timedelta(days=7)
"""How long files wait for someone to say what they mean."""
EXAMPLES = 3
LONGEST_NAME = 120

Tell = Callable[[float, Text], None]


class NothingSent(ValueError):
    """An upload without a file."""


class TooLarge(ValueError):
    """A file above the limit."""


class NoRoom(RuntimeError):
    """A disk that would be left with less than its reserve."""


class UploadDecided(RuntimeError):
    """An upload that someone else has confirmed or thrown away in the meantime."""


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes, but for uploads_a_day. reserve: what must stay free on the disk."""

    file: int = 200 << 20
    day: int = 1000 << 20
    uploads_a_day: int = 100
    reserve: int = 1 << 30

    @property
    def most(self) -> Sent:
        return Sent(self.uploads_a_day, self.day)


class Intake:
    """Counts one request's bytes as they come, and refuses the moment that a limit is passed."""

    def __init__(self, folder: Path, limits: Limits, sent: Sent) -> None:
        self._folder = folder
        self._limits = limits
        self._sent = replace(sent, uploads=sent.uploads + 1)
        self._name, self._size = "", 0

    def begin(self, name: str) -> None:
        """The next file. Raises what `take` raises, for nothing taken yet."""
        self._name, self._size = clean_name(name), 0
        self.take(0)

    def take(self, size: int) -> None:
        """Raises TooLarge, QuotaReached, NoRoom, before the bytes are written."""
        self._size += size
        self._sent = replace(self._sent, size=self._sent.size + size)
        if self._size > self._limits.file:
            raise TooLarge(
                text(
                    "{name} is larger than {file} MB, the most for one file. Split it, pack it"
                    " as zip or gz, or collect it at the command line.",
                    name=self._name,
                    file=self._limits.file >> 20,
                )
            )
        uploads.refuse_beyond(self._limits.most, self._sent)
        if shutil.disk_usage(self._folder).free - size < self._limits.reserve:
            raise NoRoom(
                text(
                    "The disk must keep {reserve} MB free, and this would leave less. Nothing"
                    " was kept. Whoever runs Counterpoise can make room.",
                    reserve=self._limits.reserve >> 20,
                )
            )


def open_intake(workspace: Workspace, sender: int, limits: Limits, *, now: datetime) -> Intake:
    """Raises QuotaReached where the sender may send nothing more today."""
    sent = uploads.count_sent(sender, since=now - DAY)
    return Intake(workspace.root, limits, sent)


def incoming(workspace: Workspace) -> Path:
    """Where files grow while they come in; on the same disk, so that keeping them is a rename."""
    folder = workspace.uploads / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def receive(
    workspace: Workspace,
    files: Sequence[SentFile],
    *,
    sender: int,
    limits: Limits,
    now: datetime,
) -> Upload:
    """Take over files that have come in whole. Raises NothingSent, UnreadableFile, QuotaReached;
    then nothing is kept."""
    if not files:
        raise NothingSent(
            text(
                "No file was sent. Choose one or more files, then upload them.",
            )
        )
    named = tuple(_name_apart(files))
    for each in named:
        find_content(each.path, each.name)
    sweep(workspace, now=now)
    upload_id = uuid.uuid4().hex
    folder = workspace.uploads / upload_id
    folder.mkdir(mode=0o700)
    held = tuple(_take_over(each, folder) for each in named)
    try:
        uploads.keep_upload(upload_id, sender, held, most=limits.most, since=now - DAY, at=now)
    except uploads.QuotaReached:
        _remove(workspace, upload_id)
        raise
    return uploads.get_upload(upload_id)


def propose_upload(workspace: Workspace, upload_id: str, *, now: datetime) -> Upload:
    """Read the files and keep what their columns are taken for. Safe to do again.

    Raises what reading raises; files that cannot be read are refused for good and removed.
    """
    upload = uploads.get_upload(upload_id)
    if upload.state != "waiting":
        return upload
    desk = workspace.uploads / upload_id / "desk"
    shutil.rmtree(desk, ignore_errors=True)
    desk.mkdir()
    try:
        proposed = propose(workspace, _list_files(workspace, upload), desk, now=now)
    except (UnreadableFile, Unreadable):  # nothing that waiting or another try would mend
        uploads.move_on(upload_id, "refused", after=["waiting"], at=now)
        _remove(workspace, upload_id)
        raise
    finally:
        shutil.rmtree(desk, ignore_errors=True)
    document = {"proposed": to_document(_shorten(proposed))}
    uploads.move_on(upload_id, "proposed", after=["waiting"], proposal=document, at=now)
    return uploads.get_upload(upload_id)


def get_proposed(upload: Upload) -> Proposed:
    """What was proposed, or confirmed, for an upload that was read."""
    return from_document(Proposed, upload.proposal)


def is_undecided(upload: Upload) -> bool:
    """Whether someone may still say what the files mean.

    So it is again after a load of them that failed or was stopped.
    """
    return upload.state == "proposed" or (
        upload.state == "confirmed"
        and not any(each.arguments.get("upload") == upload.id for each in jobs.list_going())
    )


def confirm(upload_id: str, mapping: FilesMapping, *, now: datetime) -> None:
    """Say what the columns mean. Raises InvalidMapping, NothingToCollect, UploadDecided.

    Whoever asks for the load does so in the same transaction, so that of two people who confirm at
    once the second is told.
    """
    with transaction.atomic():
        upload = uploads.hold_upload(upload_id)
        if not is_undecided(upload):
            raise _decided(upload)
        proposed = get_proposed(upload)
        columns = {each.file: [c.column for c in each.columns] for each in proposed.profiles}
        check_mapping(mapping, columns)
        refuse_nothing(mapping, columns)
        uploads.move_on(
            upload_id,
            "confirmed",
            after=[upload.state],
            proposal={"proposed": to_document(replace(proposed, mapping=mapping))},
            said={"tables": {each.file: each.table for each in mapping.files}},
            at=now,
        )


def discard(workspace: Workspace, upload_id: str, *, now: datetime) -> None:
    """Throw the files away. Raises UploadDecided once they are being collected."""
    with transaction.atomic():
        upload = uploads.hold_upload(upload_id)
        if upload.state != "waiting" and not is_undecided(upload):
            raise _decided(upload)
        uploads.move_on(upload_id, "discarded", after=[upload.state], at=now)
    _remove(workspace, upload_id)


def collect_upload(
    workspace: Workspace, upload_id: str, *, person: int | None, tell: Tell, now: datetime
) -> dict[str, Any]:
    """Collect a confirmed upload, judge the build, and tell who asked. Safe to do again."""
    upload = uploads.get_upload(upload_id)
    if upload.outcome is not None:
        return dict(upload.outcome)
    if upload.state != "confirmed":
        raise _decided(upload)
    tell(0.05, text("Reading the files and building the tables"))
    proposed = get_proposed(upload)
    files = _list_files(workspace, upload)
    done = collect(workspace, files, mapping=proposed.mapping, now=now)
    tell(0.6, text("Judging the data"))
    outcome = {**_describe(upload, done), **judge(workspace, now)}
    with transaction.atomic():
        uploads.move_on(
            upload_id,
            "collected",
            after=["confirmed"],
            proposal={"proposed": upload.proposal, "outcome": outcome},
            said={"batch": done.batch, "build": done.build},
            at=now,
        )
        if person is not None:
            link = f"/collect/loads/{done.batch}/" if done.batch else "/collect/"
            names = ", ".join(each.name for each in upload.files)
            told = text("Loaded and ready: {files}", files=names)
            inbox.tell(person, "work", f"upload:{upload_id}", link, told, now)
    _remove(workspace, upload_id)
    return outcome


def judge(workspace: Workspace, now: datetime) -> dict[str, Any]:
    """What was loaded is loaded, even where it cannot be judged before someone adds a rule."""
    try:
        return {"score": kept.examine_build(workspace, now=now).health.score, "unjudged": None}
    except (MissingRate, InvalidRule) as error:
        return {"score": None, "unjudged": to_document(explain(error))}


def sweep(workspace: Workspace, *, now: datetime) -> None:
    """Throw away what nobody has decided about for a week, and what a crash left behind."""
    for each in uploads.list_open():
        if now - each.sent_at > FORGOTTEN and (each.state == "waiting" or is_undecided(each)):
            uploads.move_on(each.id, "discarded", after=[each.state], at=now)
    known = uploads.list_known()
    coming = incoming(workspace)
    for left in (*coming.iterdir(), *workspace.uploads.iterdir()):
        is_needed = left == coming or left.name in known
        if is_needed or now.timestamp() - left.stat().st_mtime < DAY.total_seconds():
            continue  # what is young may be coming in right now
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def clean_name(name: str) -> str:
    """The last part of a name, without what could steer a terminal, a page or a file system."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    composed = unicodedata.normalize("NFC", last)
    seen = "".join(each for each in composed if unicodedata.category(each) not in _UNSEEN)
    bare = " ".join(seen.split()).lstrip(". ") or "file"
    stem, suffix = PurePosixPath(bare).stem, PurePosixPath(bare).suffix
    return bare if len(bare) <= LONGEST_NAME else stem[: LONGEST_NAME - len(suffix)] + suffix


_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _name_apart(files: Sequence[SentFile]) -> Iterator[SentFile]:
    """Clean names, each once: a load knows a file by its name."""
    taken: set[str] = set()
    for each in files:
        clean = unique = clean_name(each.name)
        copy = 2
        while unique in taken:
            path = PurePosixPath(clean)
            unique, copy = f"{path.stem} ({copy}){path.suffix}", copy + 1
        taken.add(unique)
        yield SentFile(unique, each.path)


def _take_over(file: SentFile, folder: Path) -> KeptFile:
    """Under a name that nobody could have chosen."""
    suffix = PurePosixPath(file.name).suffix.lower()
    path = folder / (uuid.uuid4().hex + (suffix if suffix in TABLE_SUFFIXES else ""))
    file.path.replace(path)
    return KeptFile(file.name, path.name, path.stat().st_size)


def _list_files(workspace: Workspace, upload: Upload) -> tuple[SentFile, ...]:
    folder = workspace.uploads / upload.id
    return tuple(SentFile(each.name, folder / each.path) for each in upload.files)


def _shorten(proposed: Proposed) -> Proposed:
    """A page needs a few examples of a column, not its whole sample."""
    return replace(
        proposed,
        profiles=tuple(
            replace(
                file,
                columns=tuple(
                    replace(each, sample=tuple(v[:200] for v in each.sample[:EXAMPLES]))
                    for each in file.columns
                ),
            )
            for file in proposed.profiles
        ),
    )


def _describe(upload: Upload, done: Collected) -> dict[str, Any]:
    return {
        "upload": upload.id,
        "batch": done.batch,
        "build": done.build,
        "tables": {table: asdict(counts) for table, counts in done.tables.items()},
        "notes": [to_document(each) for each in done.notes],
    }


def _decided(upload: Upload) -> UploadDecided:
    return UploadDecided(
        text(
            "This upload is {upload_state} by now: someone was faster, or it was asked for twice."
            " Nothing was changed by this request.",
            upload_state=upload.state,
        )
    )


def _remove(workspace: Workspace, upload_id: str) -> None:
    shutil.rmtree(workspace.uploads / upload_id, ignore_errors=True)
