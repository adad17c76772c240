"""A table of what other systems should hold: object, source_id, field, value; a row for each field.

Names are the other system's own. An empty value empties the field. Rows of one record are one push.
"""

import re
from collections.abc import Sequence

from counterpoise.domain.execute.pushes import Wish
from counterpoise.domain.values.text import Text, text

COLUMNS = ("object", "source_id", "field", "value")
LONGEST_VALUE = 10_000
LONGEST_ID = 200
MOST_NAMED = 20
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,99}")


class UnreadableTable(ValueError):
    """A table in which something cannot be taken; then nothing of it is."""


def read_push_table(rows: Sequence[Sequence[str]], cause: str) -> tuple[Wish, ...]:
    """rows: the first names the columns. Raises UnreadableTable, naming the rows at fault."""
    if not rows or tuple(each.strip().lower() for each in rows[0]) != COLUMNS:
        raise UnreadableTable(
            text(
                "The table begins with {found}. Its first row must be: {columns}.",
                found=",".join(rows[0])[:100] if rows else "–",
                columns=",".join(COLUMNS),
            )
        )
    wanted: dict[tuple[str, str], dict[str, str | None]] = {}
    faults: dict[int, Text] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(each.strip() for each in row):
            continue
        if (fault := _take(row, wanted)) is not None:
            faults[number] = fault
    if faults:
        raise UnreadableTable(
            text(
                "{count} rows cannot be taken, so nothing was: {rows}. The first: {first} Correct"
                " them and send the table again.",
                count=len(faults),
                rows=", ".join(map(str, list(faults)[:MOST_NAMED])),
                first=next(iter(faults.values())),
            )
        )
    if not wanted:
        raise UnreadableTable(text("The table has no row. Write one for each field to change."))
    return tuple(Wish(name, record, fields, cause) for (name, record), fields in wanted.items())


def _take(row: Sequence[str], wanted: dict[tuple[str, str], dict[str, str | None]]) -> Text | None:
    """Put a row where it belongs, or say what is wrong with it."""
    if len(row) != len(COLUMNS):
        return text("it has {count} cells where 4 belong.", count=len(row))
    name, record, field, value = row[0].strip(), row[1].strip(), row[2].strip(), row[3]
    for column, written in (("object", name), ("field", field)):
        if not _NAME.fullmatch(written):
            return text(
                "{column} is '{written}'. Write the name that the other system has for it.",
                column=column,
                written=written[:60],
            )
    if not record or len(record) > LONGEST_ID or not record.isprintable():
        return text("source_id is '{written}'. Write the record's id.", written=record[:60])
    if len(value) > LONGEST_VALUE or "\0" in value:
        return text("the value has {count} letters; 10,000 fit.", count=len(value))
    fields = wanted.setdefault((name, record), {})
    if fields.get(field, value or None) != (value or None):
        return text("{field} of {record} is to be two things.", field=field, record=record)
    fields[field] = value or None
    return None
