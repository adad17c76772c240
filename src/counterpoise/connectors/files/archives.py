"""Unpacks gz and zip within stated limits: what would burst them is refused before it is written.

Sizes that an archive states are checked first; bytes are counted while unpacking all the same,
because a statement can lie.
"""

import gzip
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from counterpoise.connectors.files.refusals import DangerousFile, EmptyFile, UnreadableFile
from counterpoise.domain.values.text import Text, text

MOST_BYTES = 2 << 30
MOST_RATIO = 100
MOST_MEMBERS = 1000
DEEPEST = 2
"""Archives within archives: a zip of gz files is two deep."""

# Below this, a high ratio is an ordinary file of repeated rows.
_SMALL = 16 << 20
_CHUNK = 1 << 20
_END_RECORD = b"PK\x05\x06"


@dataclass(frozen=True, slots=True)
class Member:
    """A file that was in an archive; name is the archive's name and its own."""

    name: str
    path: Path


@dataclass(slots=True)
class Budget:
    """What one received file may still unpack to, its archives within archives included."""

    bytes_left: int = MOST_BYTES
    members_left: int = MOST_MEMBERS


def unpack_gz(path: Path, target: Path, name: str, budget: Budget) -> None:
    """Write the content to `target`. Raises DangerousFile beyond the limits."""
    try:
        with gzip.open(path) as packed:
            _copy(packed, target, name, path.stat().st_size, budget)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnreadableFile(
            text(
                "{name} is a damaged gz file ({error}). Download or export it again.",
                name=name,
                error=str(error),
            )
        ) from None


def unpack_zip(path: Path, folder: Path, name: str, budget: Budget) -> Iterator[Member]:
    """Each file of the archive, written below `folder` under a number; folders are left out."""
    _refuse_many(path, name)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [each for each in archive.infolist() if not each.is_dir()]
            check_members(infos, path.stat().st_size, name, budget)
            for number, info in enumerate(infos):
                target = folder / f"{number}{PurePosixPath(info.filename).suffix.lower()}"
                with archive.open(info) as packed:
                    _copy(packed, target, f"{name}/{info.filename}", info.compress_size, budget)
                yield Member(f"{name}/{info.filename}", target)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, struct.error) as error:
        raise UnreadableFile(
            text(
                "{name} is a damaged or unusual zip file ({error}). Pack it again as a plain zip.",
                name=name,
                error=str(error),
            )
        ) from None


def check_members(infos: list[zipfile.ZipInfo], size: int, name: str, budget: Budget) -> None:
    """Raises DangerousFile for what the archive's directory already gives away."""
    if not infos:
        raise EmptyFile(
            text(
                "{name} is an archive without files. Pack the exports into it again.",
                name=name,
            )
        )
    if len(infos) > budget.members_left:
        raise _refuse(
            text(
                "{name} holds {files:,} files; up to {most:,} are read.",
                name=name,
                files=len(infos),
                most=MOST_MEMBERS,
            )
        )
    budget.members_left -= len(infos)
    for info in infos:
        _refuse_member(info, name)
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if packed > size:
        raise _refuse(text("{name} has files that overlap, as only a zip bomb does.", name=name))
    if unpacked > budget.bytes_left:
        raise _refuse(
            text(
                "{name} unpacks to {size:,} bytes; up to {most:,} are read.",
                name=name,
                size=unpacked,
                most=MOST_BYTES,
            )
        )
    if unpacked > _SMALL and unpacked > MOST_RATIO * max(packed, 1):
        raise _refuse(
            text(
                "{name} unpacks to {times:,} times its size.",
                name=name,
                times=unpacked // max(packed, 1),
            )
        )


def _refuse_member(info: zipfile.ZipInfo, name: str) -> None:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise _refuse(
            text(
                "{name} has a file named {member}, which points outside of it.",
                name=name,
                member=repr(info.filename),
            )
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _refuse(
            text(
                "{name} has a link in place of a file, {member}.",
                name=name,
                member=repr(info.filename),
            )
        )
    if info.flag_bits & 1:
        raise _refuse(
            text(
                "{name} is encrypted ({member}); unpack it with its password first.",
                name=name,
                member=repr(info.filename),
            )
        )


def _copy(
    packed: IO[bytes] | gzip.GzipFile, target: Path, name: str, size: int, budget: Budget
) -> None:
    written = 0
    with target.open("wb") as out:
        while chunk := packed.read(_CHUNK):
            written += len(chunk)
            budget.bytes_left -= len(chunk)
            if budget.bytes_left < 0:
                raise _refuse(
                    text("{name} unpacks to more than {most:,} bytes.", name=name, most=MOST_BYTES)
                )
            if written > _SMALL and written > MOST_RATIO * max(size, 1):
                raise _refuse(
                    text(
                        "{name} unpacks to more than {times} times its size.",
                        name=name,
                        times=MOST_RATIO,
                    )
                )
            out.write(chunk)


def _refuse_many(path: Path, name: str) -> None:
    """The end record states how many files there are, so a huge directory is never read."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - (1 << 16) - 22))
        tail = file.read()
    at = tail.rfind(_END_RECORD)
    if at >= 0 and len(tail) >= at + 12:
        (members,) = struct.unpack_from("<H", tail, at + 10)
        if members > 4 * MOST_MEMBERS:
            raise _refuse(
                text(
                    "{name} holds {files:,} files or more; up to {most:,} are read.",
                    name=name,
                    files=members,
                    most=MOST_MEMBERS,
                )
            )


def _refuse(what: Text) -> DangerousFile:
    return DangerousFile(
        text(
            "{what} It is not unpacked, since it could fill the disk or reach other files. If it is"
            " genuine, unpack it yourself and give its files.",
            what=what,
        )
    )
