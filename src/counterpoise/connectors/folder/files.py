"""Files in a folder of this machine, or in a bucket, through PyArrow's file systems.

A version of a file is told by its size and its time of change, as the place keeps them. A local
folder must lie below one that whoever runs Counterpoise allowed; links that lead out are left.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from counterpoise.connectors.sources.port import FoundFile, SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.reach import OutOfReach, Reach
from counterpoise.connectors.sources.settings import InvalidSetting, Opening, Setting
from counterpoise.domain.values.text import text

SETTINGS = (
    Setting(
        "place",
        text("Folder or bucket"),
        text("A folder of the server, or s3://bucket/folder"),
        example="s3://exports/crm",
    ),
    Setting(
        "endpoint",
        text("Address of the storage service"),
        text("Of a bucket that is not at Amazon; empty otherwise"),
        is_required=False,
        example="https://storage.example.com",
    ),
    Setting(
        "region",
        text("Region"),
        text("Of the bucket, such as eu-central-1; empty where there is none"),
        is_required=False,
        example="eu-central-1",
    ),
    Setting(
        "access_key",
        text("Access key"),
        text("The name of the key; empty for a folder of the server"),
        is_required=False,
    ),
    Setting(
        "secret_key",
        text("Secret key"),
        text("Kept locked and never shown again"),
        is_secret=True,
        is_required=False,
    ),
)
SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet", ".gz", ".zip"}
_BLOCK = 1 << 20


class FolderSource:
    """The tables that lie below one folder. name_of: what a path is called, without the folder."""

    def __init__(self, system: fs.FileSystem, base: str) -> None:
        self._system = system
        self._base = base.rstrip("/")

    def list_files(self) -> tuple[FoundFile, ...]:
        with _speak_plainly(self._base):
            found = self._system.get_file_info(fs.FileSelector(self._base, recursive=True))
        return tuple(
            sorted(
                (
                    FoundFile(self._name(each), _mark(each))
                    for each in found
                    if each.type == fs.FileType.File and self._is_table(each)
                ),
                key=lambda each: each.name,
            )
        )

    def fetch(self, file: FoundFile, target: Path) -> None:
        path = f"{self._base}/{file.name}"
        with _speak_plainly(path):
            with self._system.open_input_stream(path) as source, target.open("wb") as out:
                while block := source.read(_BLOCK):
                    out.write(block)
            if _mark(self._system.get_file_info(path)) != file.mark:
                raise SourceUnreachable(
                    text("{file} was changed while it was read. Refresh again.", file=file.name)
                )

    def _name(self, info: fs.FileInfo) -> str:
        return str(info.path)[len(self._base) :].lstrip("/")

    def _is_table(self, info: fs.FileInfo) -> bool:
        name = PurePosixPath(self._name(info))
        is_hidden = any(part.startswith(".") for part in name.parts)
        return not is_hidden and name.suffix.lower() in SUFFIXES and self._is_inside(info)

    def _is_inside(self, info: fs.FileInfo) -> bool:
        if not isinstance(self._system, fs.LocalFileSystem):
            return True
        return Path(os.path.realpath(info.path)).is_relative_to(os.path.realpath(self._base))


def open_folder(opening: Opening) -> FolderSource:
    """Raises InvalidSetting for a folder that is not allowed or not there, and OutOfReach."""
    place = opening.settings["place"].strip()
    if place.startswith("s3://"):
        return FolderSource(_open_bucket(opening), place.removeprefix("s3://"))
    folder = Path(os.path.realpath(place))
    if not any(folder.is_relative_to(os.path.realpath(each)) for each in opening.folders):
        raise InvalidSetting(
            text(
                "{place} does not lie below a folder that may be read. Whoever runs Counterpoise"
                " lists those in COUNTERPOISE_FOLDERS.",
                place=place,
            )
        )
    if not folder.is_dir():
        raise InvalidSetting(text("{place} is no folder. Check how it is spelled.", place=place))
    return FolderSource(fs.LocalFileSystem(), str(folder))


def _open_bucket(opening: Opening) -> fs.FileSystem:
    endpoint = opening.settings.get("endpoint", "").strip()
    settings = opening.settings
    access_key, secret_key = settings.get("access_key"), opening.secret.get("secret_key")
    if bool(access_key) != bool(secret_key):
        raise InvalidSetting(
            text("An access key and its secret key go together. Give both, or neither.")
        )
    named = urlsplit(
        endpoint or f"https://s3.{settings.get('region') or 'us-east-1'}.amazonaws.com"
    )
    _refuse_inside(opening.reach, named.hostname or "", named.port or 443)
    return fs.S3FileSystem(
        access_key=access_key or None,
        secret_key=secret_key or None,
        anonymous=not access_key,
        region=settings.get("region") or "us-east-1",
        scheme=named.scheme,
        endpoint_override=named.netloc if endpoint else None,
        connect_timeout=10,
        request_timeout=60,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=5),
        check_directory_existence_before_creation=False,
    )


def _refuse_inside(reach: Reach, host: str, port: int) -> None:
    """The library connects by name, so an answer of the name server between this and its own
    asking is not judged."""
    try:
        reach.resolve(host, port)
    except OutOfReach:
        raise
    except OSError as error:
        raise SourceUnreachable(
            text("{host} is not known: {error}", host=host, error=str(error))
        ) from error


def _mark(info: fs.FileInfo) -> str:
    return f"{info.size}-{info.mtime_ns}"


@contextmanager
def _speak_plainly(path: str) -> Iterator[None]:
    """PyArrow speaks of a place in its own words."""
    try:
        yield
    except (PermissionError, FileNotFoundError) as error:
        raise SourceRefused(
            text("{path} cannot be read ({error}).", path=path, error=_first_line(error))
        ) from error
    except (OSError, pa.ArrowException) as error:
        said = _first_line(error)
        if "ACCESS_DENIED" in said or "Access Denied" in said or "403" in said:
            raise SourceRefused(
                text("{path} may not be read with this key ({error}).", path=path, error=said)
            ) from error
        raise SourceUnreachable(
            text("{path} did not answer ({error}).", path=path, error=said)
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
