"""Writes a mapping as TOML that a person edits, and reads it back strictly.

A column is named on the left, its attribute on the right; a list feeds several attributes, and a
table adds how the column is written: { attribute = "closed_at", date_order = "dmy" }.
What is read back has been seen by a person, so its confidence is 1.
"""

from collections.abc import Mapping as Columns
from collections.abc import Sequence

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from counterpoise.domain.tables.dictionary import TABLES, get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping
from counterpoise.domain.values.text import text

_TITLE = """\
Which received column becomes which attribute. Edit it and pass it back:
counterpoise collect PATH --mapping THIS_FILE
An attribute may be fed by one column only. docs/reference/tables.md lists tables and attributes."""
_FILE_FIELDS = {"name", "table", "source", "columns", "unmapped"}
_WAYS: dict[str, tuple[str, ...]] = {
    "date_order": ("ymd", "dmy", "mdy"),
    "decimal_mark": (".", ","),
}


class InvalidMapping(ValueError):
    """A mapping that cannot be followed as written."""


def write_mapping(mapping: Mapping) -> str:
    document = tomlkit.document()
    for line in _TITLE.splitlines():
        document.add(tomlkit.comment(line))
    files = tomlkit.aot()
    for file in mapping.files:
        files.append(_write_file(file))
    document.add("file", files)
    return tomlkit.dumps(document)


def read_mapping(written: str, name: str) -> Mapping:
    """Raises InvalidMapping, naming the place, for whatever cannot be followed."""
    try:
        content = tomlkit.parse(written).unwrap()
    except TOMLKitError as error:
        raise InvalidMapping(
            text(
                "{name} is no valid TOML: {error}. Mend that line.",
                name=name,
                error=str(error),
            )
        ) from None
    files = content.get("file", [])
    if set(content) - {"file"} or not isinstance(files, list):
        raise InvalidMapping(
            text(
                "{name} must hold [[file]] entries and nothing else.",
                name=name,
            )
        )
    read = tuple(_read_file(each, f"{name}, file {n}") for n, each in enumerate(files, 1))
    names = [each.file for each in read]
    if len(set(names)) < len(names):
        twice = next(each for each in names if names.count(each) > 1)
        raise InvalidMapping(
            text(
                "{name} has two entries for {twice}. Keep one.",
                name=name,
                twice=twice,
            )
        )
    return Mapping(read)


def check_mapping(mapping: Mapping, columns: Columns[str, Sequence[str]]) -> None:
    """Hold a mapping to the columns of the files at hand, by file name.

    Raises InvalidMapping for a column that its file lacks and two columns for one attribute.
    Files of the mapping that are not at hand are no error.
    """
    for file in mapping.files:
        _check_attributes(file)
        if file.file not in columns:
            continue
        held = set(columns[file.file])
        for each in file.columns:
            if each.column not in held:
                raise InvalidMapping(
                    text(
                        "{file} has no column '{column}', which the mapping gives to"
                        " {table}.{attribute}. It has: {listed}.",
                        file=file.file,
                        column=each.column,
                        table=each.table,
                        attribute=each.attribute,
                        listed=", ".join(columns[file.file]),
                    )
                )


def _write_file(file: FileMapping) -> Table:
    table = tomlkit.table()
    for note in file.notes:
        table.add(tomlkit.comment(str(note).replace("\n", " ")))
    table.add("name", file.file)
    table.add("table", file.table)
    table.add("source", file.source)
    if file.unmapped:
        table.add("unmapped", list(file.unmapped))
    columns = tomlkit.table()
    for column in dict.fromkeys(each.column for each in file.columns):
        mapped = [each for each in file.columns if each.column == column]
        item = tomlkit.item(_write_column(mapped))
        spoken = "; ".join(f"{each.confidence:.2f} {each.why}" for each in mapped)
        item.comment(" ".join(spoken.split()))
        columns.add(column, item)
    table.add("columns", columns)
    return table


def _write_column(mapped: list[ColumnMapping]) -> str | list[str] | dict[str, str | list[str]]:
    attributes = [each.attribute for each in mapped]
    attribute = attributes[0] if len(attributes) == 1 else attributes
    ways = {way: value for way in _WAYS if (value := getattr(mapped[0], way)) is not None}
    return {"attribute": attribute, **ways} if ways else attribute


def _read_file(entry: object, where: str) -> FileMapping:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise InvalidMapping(
            text(
                "{where} has no name. Write the received file's name.",
                where=where,
            )
        )
    if unknown := set(entry) - _FILE_FIELDS:
        raise InvalidMapping(
            text(
                "{where} has {unknown}; a file has {file_fields}.",
                where=where,
                unknown=str(sorted(unknown)),
                file_fields=str(sorted(_FILE_FIELDS)),
            )
        )
    table, source = entry.get("table", ""), entry.get("source", "files")
    if table not in (*TABLES, ""):
        raise InvalidMapping(
            text(
                "{where} ({name}): '{table}' is no canonical table. There are: {listed};"
                " leave it empty to skip the file.",
                where=where,
                name=entry["name"],
                table=table,
                listed=", ".join(TABLES),
            )
        )
    if not isinstance(source, str) or not source:
        raise InvalidMapping(
            text(
                "{where} ({name}): source must name a system, such as files.",
                where=where,
                name=entry["name"],
            )
        )
    columns = entry.get("columns", {})
    if not isinstance(columns, dict) or (columns and not table):
        raise InvalidMapping(
            text(
                "{where} ({name}): columns must be a table of column = attribute, and need"
                " a canonical table to go to.",
                where=where,
                name=entry["name"],
            )
        )
    mapped: list[ColumnMapping] = []
    for column, target in columns.items():
        mapped.extend(_read_column(entry["name"], table, column, target))
    unmapped = tuple(str(each) for each in entry.get("unmapped", ()))
    file = FileMapping(entry["name"], table, source, tuple(mapped), unmapped)
    _check_attributes(file)
    return file


def _read_column(file: str, table: str, column: str, target: object) -> list[ColumnMapping]:
    where = f"{file}, column {column!r}"
    ways: dict[str, object] = {}
    if isinstance(target, dict):
        ways = {way: value for way, value in target.items() if way != "attribute"}
        target = target.get("attribute")
    attributes = target if isinstance(target, list) else [target]
    for way, value in ways.items():
        if way not in _WAYS or value not in _WAYS[way]:
            known = "; ".join(f"{each}: {', '.join(values)}" for each, values in _WAYS.items())
            raise InvalidMapping(
                text(
                    "{where}: {way} = '{value}' is not known. There are {known}.",
                    where=where,
                    way=way,
                    value=str(value),
                    known=known,
                )
            )
    mapped = []
    for attribute in attributes:
        if not isinstance(attribute, str) or get_table(table).find_attribute(attribute) is None:
            known = ", ".join(each.name for each in get_table(table).attributes)
            raise InvalidMapping(
                text(
                    "{where}: {table} has no attribute '{attribute}'. It has: {known}.",
                    where=where,
                    table=table,
                    attribute=str(attribute),
                    known=known,
                )
            )
        why = text("stated in the mapping")
        mapped.append(ColumnMapping(file, column, table, attribute, 1.0, why, **ways))  # type: ignore[arg-type]
    return mapped


def _check_attributes(file: FileMapping) -> None:
    taken: dict[str, str] = {}
    for each in file.columns:
        if each.attribute in taken:
            raise InvalidMapping(
                text(
                    "{file}: both '{taken}' and '{column}' go to {table}.{attribute}. An"
                    " attribute is fed by one column; remove one.",
                    file=file.file,
                    taken=taken[each.attribute],
                    column=each.column,
                    table=file.table,
                    attribute=each.attribute,
                )
            )
        taken[each.attribute] = each.column
