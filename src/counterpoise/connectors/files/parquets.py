"""Looks at a Parquet file's footer: what it holds, and whether it is what it claims to be."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.connectors.files.refusals import DangerousFile, UnreadableFile
from counterpoise.domain.values.text import text

MOST_ROWS = 1_000_000_000
MOST_COLUMNS = 10_000
# Cells for each byte of the file: real tables stay below ten, bombs reach millions.
_MOST_CELLS_A_BYTE = 200
_FEW_CELLS = 50_000_000


def read_columns(path: Path, name: str) -> tuple[str, ...]:
    """Names of the top columns. Raises for a damaged footer and for more than can be genuine."""
    try:
        with pq.ParquetFile(path) as file:
            rows, columns = file.metadata.num_rows, tuple(file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableFile(
            text(
                "{name} is a damaged Parquet file ({reason}). Export it again.",
                name=name,
                reason=reason,
            )
        ) from None
    if not columns:
        raise UnreadableFile(
            text(
                "{name} is a Parquet file without columns. Export it again.",
                name=name,
            )
        )
    cells = rows * len(columns)
    is_bomb = cells > _FEW_CELLS and cells > _MOST_CELLS_A_BYTE * path.stat().st_size
    if rows > MOST_ROWS or rows < 0 or len(columns) > MOST_COLUMNS or is_bomb:
        raise DangerousFile(
            text(
                "{name} claims {rows} rows of {count} columns in {size} bytes. That"
                " would fill the disk, so it is not read. Export the table again in smaller"
                " files.",
                name=name,
                rows=rows,
                count=len(columns),
                size=path.stat().st_size,
            )
        )
    return columns
