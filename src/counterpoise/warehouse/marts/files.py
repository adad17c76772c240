"""A mart as the Parquet files it consists of, on the way from one build to the next."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from counterpoise.domain.tables.dictionary import Table
from counterpoise.warehouse.engine import literal
from counterpoise.warehouse.schema import arrow_schema

_MANY = 24
"""Files of a mart beyond which they are written into one."""


@dataclass(slots=True)
class Mart:
    """files: in order; those of the previous build stay where they are until `settle`.

    folder: where new files go. changed: whether any row differs from the previous build.
    """

    table: Table
    folder: Path
    files: list[Path]
    batch: str
    changed: bool = False
    made: int = field(default=0)

    def name_file(self) -> Path:
        self.made += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{self.batch}-{self.made:03}.parquet"

    def take(self, staged: Path) -> Path:
        """Move a finished file in as it is."""
        target = self.name_file()
        staged.rename(target)
        self.files.append(target)
        self.changed = True
        return target

    def replace(self, old: Path, new: Path) -> None:
        self.files[self.files.index(old)] = new
        self.changed = True
        if old.parent == self.folder:
            old.unlink()

    @property
    def rows(self) -> int:
        return sum(int(pq.read_metadata(each).num_rows) for each in self.files)

    @property
    def is_scattered(self) -> bool:
        return len(self.files) > _MANY

    def settle(self) -> None:
        """Link what is unchanged into the new folder; a mart without rows gets one empty file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for each in self.files:
            if each.parent != self.folder:
                os.link(each, self.folder / each.name)
        if not self.files:
            pq.write_table(arrow_schema(self.table).empty_table(), self.folder / "empty.parquet")


def read(files: Iterable[Path]) -> str:
    """SQL of the rows of some Parquet files."""
    listed = ", ".join(literal(str(each)) for each in files)
    return f"read_parquet([{listed}])"
