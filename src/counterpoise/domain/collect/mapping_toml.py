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
        raise InvalidMapping(f"{name} is no valid TOML: {error}. Mend that line.") from None
    files = content.get("file", [])
    if set(content) - {"file"} or not isinstance(files, list):
        raise InvalidMapping(f"{name} must hold [[file]] entries and nothing else.")
    read = tuple(_read_file(each, f"{name}, file {n}") for n, each in enumerate(files, 1))
    names = [each.file for each in read]
    if len(set(names)) < len(names):
        twice = next(each for each in names if names.count(each) > 1)
        raise InvalidMapping(f"{name} has two entries for {twice}. Keep one.")
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
                    f"{file.file} has no column {each.column!r}, which the mapping gives to"
                    f" {each.table}.{each.attribute}. It has: {', '.join(columns[file.file])}."
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
        raise InvalidMapping(f"{where} has no name. Write the received file's name.")
    if unknown := set(entry) - _FILE_FIELDS:
        raise InvalidMapping(f"{where} has {sorted(unknown)}; a file has {sorted(_FILE_FIELDS)}.")
    table, source = entry.get("table", ""), entry.get("source", "files")
    if table not in (*TABLES, ""):
        raise InvalidMapping(
            f"{where} ({entry['name']}): {table!r} is no canonical table. There are:"
            f" {', '.join(TABLES)}; leave it empty to skip the file."
        )
    if not isinstance(source, str) or not source:
        raise InvalidMapping(
            f"{where} ({entry['name']}): source must name a system, such as files."
        )
    columns = entry.get("columns", {})
    if not isinstance(columns, dict) or (columns and not table):
        raise InvalidMapping(
            f"{where} ({entry['name']}): columns must be a table of column = attribute, and need a"
            " canonical table to go to."
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
            raise InvalidMapping(f"{where}: {way} = {value!r} is not known. There are {known}.")
    mapped = []
    for attribute in attributes:
        if not isinstance(attribute, str) or get_table(table).find_attribute(attribute) is None:
            known = ", ".join(each.name for each in get_table(table).attributes)
            raise InvalidMapping(
                f"{where}: {table} has no attribute {attribute!r}. It has: {known}."
            )
        why = text("stated in the mapping")
        mapped.append(ColumnMapping(file, column, table, attribute, 1.0, why, **ways))  # type: ignore[arg-type]
    return mapped


def _check_attributes(file: FileMapping) -> None:
    taken: dict[str, str] = {}
    for each in file.columns:
        if each.attribute in taken:
            raise InvalidMapping(
                f"{file.file}: both {taken[each.attribute]!r} and {each.column!r} go to"
                f" {file.table}.{each.attribute}. An attribute is fed by one column; remove one."
            )
        taken[each.attribute] = each.column
