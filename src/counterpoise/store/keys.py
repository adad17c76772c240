"""Keys of an installation: out of the environment, else made once and kept in the workspace.

A key file is readable by its owner alone, and no backup carries it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile


def read_key(variable: str, file: Path, make: Callable[[], str]) -> str:
    """The key that the environment names, else the file's; a file is made where there is none."""
    if key := os.environ.get(variable):
        return key
    if not file.exists():
        _keep(file, make())
    return file.read_text("utf-8")


def _keep(file: Path, key: str) -> None:
    """Whole or not at all: of two processes that start at once, both read the first one's key."""
    with NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}.", encoding="utf-8") as new:
        new.write(key)
        new.flush()
        try:
            os.link(new.name, file)
        except FileExistsError:
            return
