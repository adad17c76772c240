"""A full disk, said plainly, whichever layer met it first."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from counterpoise.domain.values.text import text

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SIGNS = ("no space left", "disk quota exceeded", "file too large", "max_temp_directory_size")


class DiskFull(RuntimeError):
    """A load that found no room. What was published before is as it was."""


@contextmanager
def refuse_full_disk(folder: Path) -> Iterator[None]:
    """Raises DiskFull for what the engine, Arrow or the system say of a disk without room."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL and not _tells(error):
            raise
        raise _refusal(folder, error) from error
    except duckdb.Error as error:
        if not _tells(error):
            raise
        raise _refusal(folder, error) from error


def _tells(error: Exception) -> bool:
    return any(sign in str(error).lower() for sign in _SIGNS)


def _refusal(folder: Path, error: Exception) -> DiskFull:
    said = str(error).strip().splitlines()[0]
    return DiskFull(
        text(
            "The disk of {folder} is full ({said}). Nothing was published and the last build is as"
            " it was. Free some room, then collect the same files again.",
            folder=str(folder),
            said=said,
        )
    )
