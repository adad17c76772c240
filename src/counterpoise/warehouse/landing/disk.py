"""Makes what was written last: files and folders are on the disk before anything points to them."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

_CHUNK = 1 << 20
ASIDE = ".writing"
"""The ending of a folder that is being written; one found at the start is left from a crash."""


def hash_file(path: Path) -> str:
    """SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_tree(folder: Path) -> None:
    """Every file in the folder and below, then the folders that name them."""
    for each in sorted(folder.rglob("*"), reverse=True):
        sync(each)
    sync(folder)


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish(aside: Path, final: Path) -> None:
    """Give a finished folder its name, all of it or nothing."""
    sync_tree(aside)
    aside.rename(final)
    sync(final.parent)


def sweep(folder: Path, keep: Iterable[str]) -> tuple[str, ...]:
    """Remove the folders that nothing points to: a crash left them. Returns their names.

    Only the one writer may call this: another's half-written folder looks the same.
    """
    kept = set(keep)
    orphans = sorted(each for each in folder.iterdir() if each.name not in kept)
    for each in orphans:
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()
    return tuple(each.name for each in orphans)
