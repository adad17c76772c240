"""What another system's records held when they were last read, as it wrote it.

Landing keeps every record as it was received, so this asks the landed files of the connection, the
newest batch first, and stops once every field was found.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from counterpoise.domain.tables.mapping import FileMapping
from counterpoise.warehouse.engine import literal, open_connection, quote
from counterpoise.warehouse.landing.batches import MANIFEST, Batch, read_batch
from counterpoise.warehouse.landing.reading import Landed

Read = tuple[str | None, datetime]


def find_last_read(
    landing: Path, source: str, name: str, fields: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, Read]]:
    """name: of the object. fields: by the record's id, those that are asked for."""
    missing = {record: set(each) for record, each in fields.items()}
    found: dict[str, dict[str, Read]] = {}
    for batch in _list_batches(landing):
        for landed, mapping in batch.files:
            if mapping.source == source and Path(mapping.file).stem == Path(name).stem:
                for record, field, value in _ask(landed, mapping, missing):
                    found.setdefault(record, {})[field] = (value or None, batch.received_at)
        for record in list(missing):
            missing[record] -= found.get(record, {}).keys()
            if not missing[record]:
                del missing[record]
        if not missing:
            break
    return found


def _list_batches(landing: Path) -> Iterator[Batch]:
    """The newest first."""
    folders = [each.parent for each in landing.glob(f"*/{MANIFEST}")]
    yield from sorted(map(read_batch, folders), key=lambda each: each.received_at, reverse=True)


def _ask(
    landed: Landed, mapping: FileMapping, missing: Mapping[str, set[str]]
) -> Iterator[tuple[str, str, str | None]]:
    """Of a record that is in the file twice, the later row is the newer one."""
    held = dict(zip(landed.received.columns, landed.columns, strict=True))
    ids = [each.column for each in mapping.columns if each.attribute == "source_id"]
    wanted = [name for name in held if any(name in each for each in missing.values())]
    if not ids or not wanted:
        return
    columns = ", ".join(quote(held[each]) for each in (ids[0], *wanted))
    connection = open_connection()
    try:
        connection.execute("CREATE TABLE wanted (id VARCHAR)")
        connection.executemany("INSERT INTO wanted VALUES (?)", [[each] for each in missing])
        rows = connection.execute(
            f"SELECT {columns} FROM read_parquet({literal(str(landed.path))})"
            f" WHERE {quote(held[ids[0]])} IN (SELECT id FROM wanted)"
        ).fetchall()
    finally:
        connection.close()
    for record, *values in rows:
        for name, value in zip(wanted, values, strict=True):
            if name in missing[record]:
                yield record, name, value
