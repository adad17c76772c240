"""A batch: one load as it was received, never changed afterwards.

`landing/<batch>/` holds `<n>.parquet` with every record of a received file as text, in its order;
`quarantine.parquet` with every row that could not be taken; and `manifest.json` with the files'
names and hashes, the mapping, the rules and the code that read them. From these alone the marts can
be built again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping
from counterpoise.domain.tables.received import Quarantined, Received
from counterpoise.domain.values.plain import to_plain
from counterpoise.domain.values.text import Text, text
from counterpoise.warehouse.landing.disk import hash_file
from counterpoise.warehouse.landing.reading import Landed

MANIFEST = "manifest.json"
QUARANTINE = "quarantine.parquet"
_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
    ]
)
_PAGE = 10_000


class DamagedBatch(RuntimeError):
    """A landed batch whose files are not what its manifest says."""


@dataclass(frozen=True, slots=True)
class Batch:
    """stage_kinds: by folded stage name, as the rulebook had them when the batch was loaded."""

    id: str
    received_at: datetime
    zone: str
    code_version: str
    stage_kinds: Mapping[str, str]
    files: tuple[tuple[Landed, FileMapping], ...]


def write_batch(folder: Path, batch: Batch, quarantined: Iterable[Quarantined]) -> None:
    """Write manifest and quarantine beside the landed files, which are there already."""
    _write_quarantine(folder / QUARANTINE, quarantined)
    manifest = {
        "batch": batch.id,
        "received_at": batch.received_at.isoformat(),
        "time_zone": batch.zone,
        "code_version": batch.code_version,
        "stage_kinds": dict(batch.stage_kinds),
        "files": [_describe(landed, mapping) for landed, mapping in batch.files],
        "quarantine": hash_file(folder / QUARANTINE),
    }
    written = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(written + "\n", "utf-8")


def read_batch(folder: Path) -> Batch:
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return Batch(
        id=content["batch"],
        received_at=datetime.fromisoformat(content["received_at"]),
        zone=content["time_zone"],
        code_version=content["code_version"],
        stage_kinds=content["stage_kinds"],
        files=tuple(_read_file(folder, each) for each in content["files"]),
    )


def verify_batch(folder: Path) -> None:
    """Raises DamagedBatch where a file is not what was landed."""
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    hashes = {each["path"]: each["sha256"] for each in content["files"]}
    for name, known in {**hashes, QUARANTINE: content["quarantine"]}.items():
        if hash_file(folder / name) != known:
            raise DamagedBatch(
                text(
                    "{name}/{file} is not what was landed; the file was changed or the disk"
                    " is failing. Restore it from a backup.",
                    name=folder.name,
                    file=name,
                )
            )


def read_quarantine(folder: Path) -> Iterator[Quarantined]:
    with pq.ParquetFile(folder / QUARANTINE) as file:
        for page in file.iter_batches(_PAGE):
            for row in page.to_pylist():
                yield Quarantined(**{**row, "reason": read_reason(row["reason"])})


def list_files(folder: Path) -> tuple[str, ...]:
    """The names of the files that a batch received."""
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return tuple(each["name"] for each in content["files"])


def write_reason(reason: Text) -> str:
    values = {name: to_plain(value) for name, value in reason.values}
    return json.dumps({"template": reason.template, "values": values}, ensure_ascii=False)


def read_reason(written: str) -> Text:
    content: dict[str, Any] = json.loads(written)
    return Text(content["template"], tuple(content["values"].items()))


def _write_quarantine(path: Path, quarantined: Iterable[Quarantined]) -> None:
    with pq.ParquetWriter(path, _SCHEMA, compression="lz4") as writer:
        page: list[dict[str, object]] = []
        for each in quarantined:
            page.append(
                {
                    "file": each.file,
                    "row": each.row,
                    "column": each.column,
                    "value": each.value,
                    "reason": write_reason(each.reason),
                }
            )
            if len(page) == _PAGE:
                writer.write_table(pa.Table.from_pylist(page, _SCHEMA))
                page.clear()
        writer.write_table(pa.Table.from_pylist(page, _SCHEMA))


def _describe(landed: Landed, mapping: FileMapping) -> dict[str, object]:
    return {
        "name": landed.received.name,
        "path": landed.path.name,
        "sha256": hash_file(landed.path),
        "content_hash": landed.received.content_hash,
        "received_columns": list(landed.received.columns),
        "columns": list(landed.columns),
        "rows": landed.rows,
        "rejected": len(landed.rejects),
        "gaps": list(landed.gaps),
        "is_plain": landed.is_plain,
        "is_tidy": landed.is_tidy,
        "table": mapping.table,
        "source": mapping.source,
        "unmapped": list(mapping.unmapped),
        "mapping": [
            {
                "column": each.column,
                "attribute": each.attribute,
                "confidence": each.confidence,
                "date_order": each.date_order,
                "decimal_mark": each.decimal_mark,
            }
            for each in mapping.columns
        ],
    }


def _read_file(folder: Path, content: dict[str, Any]) -> tuple[Landed, FileMapping]:
    """The file as it was received is gone: what is left of it is the landed one."""
    name, path = content["name"], folder / content["path"]
    received = Received(
        name, path, "parquet", None, tuple(content["received_columns"]), content["content_hash"], ()
    )
    landed = Landed(
        received,
        path,
        tuple(content["columns"]),
        content["rows"],
        tuple(content["gaps"]),
        (),
        is_plain=content["is_plain"],
        is_tidy=content["is_tidy"],
    )
    columns = tuple(
        ColumnMapping(file=name, table=content["table"], why=text("as landed"), **each)
        for each in content["mapping"]
    )
    return landed, FileMapping(
        name, content["table"], content["source"], columns, tuple(content["unmapped"])
    )
