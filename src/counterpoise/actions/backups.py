"""Backs a workspace up into one file while it works, and restores it into an empty folder.

The file is a tar archive: each content once, under its hash; last the list of all files; behind the
archive's end a line with the hash of everything before it, so that no flipped bit goes unseen. The
key that signs sessions stays where it is, and so do sessions.
"""

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from counterpoise import __version__
from counterpoise.actions.workspaces import Workspace, init_workspace, name_store
from counterpoise.store import audit, snapshots
from counterpoise.store.snapshots import Snapshot
from counterpoise.warehouse.landing.disk import ASIDE, hash_file, sync, sync_tree

FORMAT = "counterpoise-backup/1"
LIST = "backup.json"
STORE = "store.sqlite3"
SHARED = ("warehouse/builds/", "warehouse/landing/")
"""Published files never change, so equal ones may be one file on the disk."""
_SEAL = b"counterpoise-backup sha256 "
_SEAL_BYTES = len(_SEAL) + 64 + 1
_CHUNK = 1 << 20


class BadPlace(ValueError):
    """A file or folder in which a backup or a workspace cannot be written."""


class MissingFiles(RuntimeError):
    """Files that the store names and that are not there."""


class DamagedBackup(RuntimeError):
    """A file that is no backup, or not what was written."""


@dataclass(frozen=True, slots=True)
class Backup:
    """entries: of the audit trail in it. has_store: not for PostgreSQL."""

    path: Path
    size: int
    files: int
    builds: int
    entries: int
    has_store: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """is_whole: whether the audit trail is; None where the store is not in the backup."""

    workspace: Workspace
    files: int
    builds: int
    entries: int
    is_whole: bool | None


class _Hashed:
    """A file whose content is hashed on its way out."""

    def __init__(self, file: IO[bytes]) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        return content


def back_up(workspace: Workspace, out: Path, *, now: datetime) -> Backup:
    """Write the backup of a workspace in use. Raises BadPlace, MissingFiles, BrokenStore."""
    path = out.absolute()
    _check_place(workspace, path)
    aside = path.with_name(path.name + ASIDE)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as desk:
            store = Path(desk) / STORE
            # The store comes first: every build that it knows is published by then and stays.
            taken = snapshots.take(store)
            files = [*_list_files(workspace, taken), *([(STORE, store)] if store.exists() else [])]
            listed = _write(aside, Path(desk), files, taken, now)
        sync(aside)
        aside.rename(path)
        sync(path.parent)
    finally:
        aside.unlink(missing_ok=True)
    size = path.stat().st_size
    return Backup(path, size, listed, len(taken.builds), taken.entries, taken.kind == "sqlite")


def restore(file: Path, folder: Path) -> Restored:
    """Make the workspace that the backup holds. Raises BadPlace and DamagedBackup; then the folder
    is as it was."""
    target = folder.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadPlace(
            f"{target} is not empty. Restore into a folder that is empty or not there yet."
        )
    _check_seal(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(suffix=ASIDE, dir=target.parent))
    try:
        with tarfile.open(file, "r:") as archive:
            listed = _read_list(archive)
            _check_store(target, listed)
            _unpack(archive, listed["files"], aside)
        sync_tree(aside)
        _check_files(listed["files"], aside)
        aside.chmod(0o755)
        aside.rename(target)
    except tarfile.TarError as error:
        raise DamagedBackup(f"{file} cannot be read ({error}). Take another backup.") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    sync(target.parent)
    return _open(target, listed)


def _check_place(workspace: Workspace, path: Path) -> None:
    if path.exists():
        raise BadPlace(f"{path} is there already. Name a file that is not.")
    if not path.parent.is_dir():
        raise BadPlace(f"{path.parent} is no folder. Make it, or name a file in another one.")
    for each in (workspace.warehouse, workspace.reports, workspace.uploads):
        if path.is_relative_to(each):
            raise BadPlace(
                f"{path} lies in what is backed up. Name a file elsewhere, best on another disk."
            )


def _list_files(workspace: Workspace, taken: Snapshot) -> Iterator[tuple[str, Path]]:
    """Names as in the workspace. Raises MissingFiles for a build or batch that is not there."""
    for folder, names in ((workspace.landing, taken.batches), (workspace.builds, taken.builds)):
        for name in names:
            if not (folder / name).is_dir():
                raise MissingFiles(
                    f"The store names {name}, and {folder} does not hold it. Restore it from an"
                    " earlier backup first."
                )
            yield from _walk(workspace.root, folder / name)
    for folder in (workspace.reports, workspace.uploads):
        yield from _walk(workspace.root, folder)
    for each in sorted(workspace.root.glob("*.toml")):
        yield each.name, each


def _walk(root: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    for each in sorted(folder.rglob("*")):
        if each.is_file() and not each.is_symlink():
            yield each.relative_to(root).as_posix(), each


def _write(
    aside: Path, desk: Path, files: Iterable[tuple[str, Path]], taken: Snapshot, now: datetime
) -> int:
    listed: list[dict[str, Any]] = []
    known: set[str] = set()
    aside.touch(mode=0o600)  # password hashes are in it
    with tarfile.open(aside, mode="w:", format=tarfile.PAX_FORMAT) as archive:
        for name, path in files:
            content_hash, size = _add(archive, path, known, desk)
            listed.append({"path": name, "size": size, "sha256": content_hash})
        document = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "code_version": __version__,
            "store": taken.kind,
            "audit": {"entries": taken.entries, "hash": taken.last_hash},
            "builds": taken.builds,
            "files": listed,
        }
        written = json.dumps(document, ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo(LIST)
        entry.size = len(written)
        archive.addfile(entry, BytesIO(written))
    seal = _SEAL + hash_file(aside).encode() + b"\n"
    with aside.open("ab") as file:
        file.write(seal)
    return len(listed)


def _add(archive: tarfile.TarFile, path: Path, known: set[str], desk: Path) -> tuple[str, int]:
    """Put a content into the archive unless it is there; returns its hash and its size.

    What goes in is a copy: a report may be written again while it is read.
    """
    copy = desk / "copy"
    with path.open("rb") as file, copy.open("wb") as target:
        passing = _Hashed(file)
        shutil.copyfileobj(passing, target, _CHUNK)
    content_hash, size = passing.digest.hexdigest(), copy.stat().st_size
    if content_hash not in known:
        entry = tarfile.TarInfo(f"files/{content_hash}")
        entry.size = size
        with copy.open("rb") as file:
            archive.addfile(entry, file)
        known.add(content_hash)
    return content_hash, size


def _check_seal(file: Path) -> None:
    size = file.stat().st_size
    digest = hashlib.sha256()
    with file.open("rb") as content:
        left = size - _SEAL_BYTES
        while left > 0 and (part := content.read(min(_CHUNK, left))):
            digest.update(part)
            left -= len(part)
        seal = content.read()
    if seal != _SEAL + digest.hexdigest().encode() + b"\n":
        raise DamagedBackup(
            f"{file} is no backup, or not what was written: its seal does not fit. Nothing was"
            " restored. Take another backup."
        )


def _read_list(archive: tarfile.TarFile) -> dict[str, Any]:
    member = archive.extractfile(LIST)
    listed: dict[str, Any] = json.loads(member.read()) if member else {}
    if listed.get("format") != FORMAT:
        raise DamagedBackup(
            f"The backup's format is {listed.get('format')!r}, not {FORMAT!r}. Restore it with the"
            " Counterpoise that wrote it."
        )
    return listed


def _check_store(target: Path, listed: Mapping[str, Any]) -> None:
    """The restored store must be the one that the workspace then uses."""
    if listed["store"] == "sqlite" and name_store(Workspace(target)) != str(target / STORE):
        raise BadPlace(
            "COUNTERPOISE_STORE names another store, and this backup holds its own. Unset it, then"
            " restore."
        )


def _unpack(archive: tarfile.TarFile, files: Iterable[Mapping[str, Any]], aside: Path) -> None:
    first: dict[str, Path] = {}
    for each in files:
        path = aside / _check_name(each["path"])
        path.parent.mkdir(parents=True, exist_ok=True)
        is_shared = each["path"].startswith(SHARED)
        if is_shared and each["sha256"] in first:
            os.link(first[each["sha256"]], path)
            continue
        try:
            content = archive.extractfile(f"files/{each['sha256']}")
        except KeyError:
            content = None
        if content is None:
            raise DamagedBackup(f"The backup lacks the content of {each['path']}. Take another.")
        with path.open("xb") as file:
            shutil.copyfileobj(content, file, _CHUNK)
        if each["path"] == STORE:
            path.chmod(0o600)
        if is_shared:
            first[each["sha256"]] = path


def _check_name(name: str) -> str:
    """Raises DamagedBackup for a name that leads out of the workspace."""
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise DamagedBackup(
            f"The backup holds a file {name!r} outside the workspace. Do not use it."
        )
    return name


def _check_files(files: Iterable[Mapping[str, Any]], aside: Path) -> None:
    for each in files:
        if hash_file(aside / each["path"]) != each["sha256"]:
            raise DamagedBackup(
                f"{each['path']} was not written as it is in the backup. Check the disk, then"
                " restore again."
            )


def _open(target: Path, listed: Mapping[str, Any]) -> Restored:
    files, builds, entries = len(listed["files"]), len(listed["builds"]), listed["audit"]["entries"]
    if listed["store"] != "sqlite":
        return Restored(Workspace(target), files, builds, entries, None)
    workspace = init_workspace(target)
    trail = audit.check_chain()
    is_whole = trail.broken_at is None and trail.entries == entries
    return Restored(workspace, files, builds, entries, is_whole)
