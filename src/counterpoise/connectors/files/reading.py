"""Reads files and folders as a source: every table in them, as UTF-8 text or Parquet.

What cannot be read safely and exactly is refused with its name; nothing is dropped in silence.
UTF-8 and Parquet files are used where they lie, all else is written anew below `scratch`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

from counterpoise.connectors.files import archives, dialects, encodings, parquets, quotes, workbooks
from counterpoise.connectors.files.archives import Budget
from counterpoise.connectors.files.content import TABLE_SUFFIXES, Content, find_content
from counterpoise.connectors.files.refusals import (
    BrokenText,
    DangerousFile,
    EmptyFile,
    UnknownContent,
    UnreadableFile,
)
from counterpoise.connectors.files.scanning import Scan, refuse_broken, scan
from counterpoise.domain.tables.received import Dialect, Received, SentFile
from counterpoise.domain.values.text import Text, explain, text

_DELIMITER_NAMES = {
    ";": "semicolons",
    "\t": "tabs",
    "|": "bars",
    "\x1f": "unit separators",
    " ": "spaces",
}
_NAMED_AT_MOST = 10
Reader = Callable[[Path, str, Path], Received]
"""Reads a file of the name as a table, which it writes to the last path."""
NO_READERS: Mapping[Content, Reader] = {}


@dataclass(frozen=True, slots=True)
class _Item:
    """A file on disk and what the user knows it as. is_asked: given itself, not by its folder."""

    name: str
    path: Path
    is_asked: bool
    depth: int = 0


@dataclass(slots=True)
class _Desk:
    """Where things are written, each under a number of its own, and what was left alone."""

    scratch: Path
    count: int
    left: list[str]
    readers: Mapping[Content, Reader]

    def place(self, suffix: str) -> Path:
        self.count += 1
        return self.scratch / f"{self.count}{suffix}"


def read_sources(
    paths: Sequence[Path | SentFile], scratch: Path, readers: Mapping[Content, Reader] = NO_READERS
) -> tuple[Received, ...]:
    """Every table in the files and folders, in the order given and by name within a folder.

    readers: for content that is no table and can be read as one, such as mail.

    A folder's files of other kinds are left alone and named in a note on its first table; a file
    given itself must be a table. Raises UnreadableFile, of the one kind if one file stops us, else
    with the messages of all. `scratch` must exist, and be empty.
    """
    desk = _Desk(scratch, 0, [], readers)
    received: list[Received] = []
    refused: list[UnreadableFile] = []
    for item in _list_items(paths, desk):
        try:
            received.extend(_read(item, desk, Budget()))
        except UnreadableFile as error:
            refused.append(error)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        raise UnreadableFile(reduce(_say_both, map(explain, refused)))
    if not received:
        raise EmptyFile(
            text(
                "{listed} holds no CSV, Excel or Parquet file, nor gz or zip of these. Name"
                " the exports.",
                listed=", ".join(str(each) for each in paths),
            )
        )
    if desk.left:
        received[0] = replace(received[0], notes=(*received[0].notes, _note_left(desk.left)))
    return tuple(received)


def _say_both(one: Text, other: Text) -> Text:
    return text("{one}\n{other}", one=one, other=other)


def _list_items(paths: Sequence[Path | SentFile], desk: _Desk) -> Iterator[_Item]:
    taken: set[str] = set()
    for path in paths:
        if isinstance(path, SentFile):
            yield _Item(_name(path.path, path.name, taken), path.path, is_asked=True)
        elif path.is_dir():
            found = sorted(each for each in path.rglob("*") if each.is_file())
            for each in found:
                inner = each.relative_to(path)
                if any(part.startswith(".") for part in inner.parts):
                    continue
                if each.suffix.lower() in TABLE_SUFFIXES:
                    yield _Item(_name(each, inner.as_posix(), taken), each, is_asked=False)
                else:
                    desk.left.append(inner.as_posix())
        elif path.is_file():
            yield _Item(_name(path, path.name, taken), path, is_asked=True)
        else:
            raise UnreadableFile(
                text(
                    "{path} is no file or folder. Check how it is spelled.",
                    path=str(path),
                )
            )


def _name(path: Path, name: str, taken: set[str]) -> str:
    """A name that no earlier file has: its folders are put before it until it differs."""
    folders = list(path.absolute().parent.parts)
    depth = name.count("/")
    folders = folders[: len(folders) - depth]
    while name in taken and folders:
        name = f"{folders.pop()}/{name}"
    taken.add(name)
    return name


def _read(item: _Item, desk: _Desk, budget: Budget) -> Iterator[Received]:
    content = find_content(item.path, item.name)
    if content in ("gz", "zip") and item.depth >= archives.DEEPEST:
        raise DangerousFile(
            text(
                "{name} is an archive inside {depth} others; up to {deepest} are opened."
                " Unpack it yourself and give its files.",
                name=item.name,
                depth=item.depth,
                deepest=archives.DEEPEST,
            )
        )
    if content == "zip":
        yield from _read_zip(item, desk, budget)
    elif content == "gz":
        yield from _read_gz(item, desk, budget)
    elif content == "workbook":
        yield from _read_workbook(item, desk)
    elif content == "parquet":
        yield _read_parquet(item)
    elif content in ("mail", "calendar"):
        yield _read_other(item, content, desk)
    elif (table := _read_text(item, desk)) is not None:
        yield table


def _read_zip(item: _Item, desk: _Desk, budget: Budget) -> Iterator[Received]:
    folder = desk.place("")
    folder.mkdir()
    is_found = False
    for member in archives.unpack_zip(item.path, folder, item.name, budget):
        inner = member.name.removeprefix(f"{item.name}/")
        is_hidden = any(part.startswith((".", "__MACOSX")) for part in inner.split("/"))
        if is_hidden:
            continue
        if member.path.suffix not in TABLE_SUFFIXES:
            desk.left.append(member.name)
            continue
        is_found = True
        inside = _Item(member.name, member.path, is_asked=False, depth=item.depth + 1)
        yield from _read(inside, desk, budget)
    if not is_found:
        raise EmptyFile(
            text(
                "{name} holds no CSV, Excel or Parquet file. Pack the exports again.",
                name=item.name,
            )
        )


def _read_gz(item: _Item, desk: _Desk, budget: Budget) -> Iterator[Received]:
    target = desk.place(Path(item.name.removesuffix(".gz")).suffix)
    archives.unpack_gz(item.path, target, item.name, budget)
    name = item.name.removesuffix(".gz")
    yield from _read(replace(item, name=name, path=target, depth=item.depth + 1), desk, budget)


def _read_workbook(item: _Item, desk: _Desk) -> Iterator[Received]:
    for sheet in workbooks.read_sheets(item.path, item.name):
        target = desk.place(".csv")
        workbooks.write_sheet(sheet, target)
        columns, made = dialects.name_columns([each.strip() for each in sheet.rows[0]])
        yield Received(
            name=sheet.name,
            path=target,
            format="text",
            dialect=Dialect(",", '"', 1),
            columns=columns,
            content_hash=hashlib.sha256(target.read_bytes()).hexdigest(),
            notes=(*sheet.notes, *_note_columns(made), *_note_rows(has_rows=len(sheet.rows) > 1)),
        )


def _read_parquet(item: _Item) -> Received:
    columns = parquets.read_columns(item.path, item.name)
    found = scan(item.path)
    return Received(item.name, item.path, "parquet", None, columns, found.sha256, ())


def _read_other(item: _Item, content: Content, desk: _Desk) -> Received:
    reader = desk.readers.get(content)
    if reader is None:
        raise UnknownContent(
            text("{name} holds messages or meetings, which are not read here.", name=item.name)
        )
    return reader(item.path, item.name, desk.place(".parquet"))


def _read_text(item: _Item, desk: _Desk) -> Received | None:
    """None for a text in a folder that has no columns: a note to the reader, not a table."""
    found = scan(item.path)
    path, notes = item.path, []
    encoding = encodings.find_wide_encoding(path)
    if encoding is None:
        refuse_broken(found, item.name)
        if found.first_bad is not None:
            encoding = encodings.find_encoding(path, item.name)
    if encoding is not None:
        path = _write_anew(item, encoding, desk)
        notes.append(text("read as {encoding} and kept as UTF-8", encoding=encoding))
    checked = found if encoding is None else scan(path)
    refuse_broken(checked, item.name)
    if checked.newlines == 0 and checked.returns:
        path = _break_lines(path, desk)
        notes.append(text("its lines end with carriage returns; they were made line feeds"))
    layout = dialects.find_layout(path)
    if len(layout.header) == 1 and not item.is_asked and item.path.suffix.lower() == ".txt":
        desk.left.append(item.name)
        return None
    _refuse_quote(path, layout.dialect, checked, item.name)
    columns, made = dialects.name_columns(layout.header)
    notes += [*_note_dialect(layout.dialect), *_note_columns(made)]
    notes += _note_rows(has_rows=layout.has_rows)
    return Received(item.name, path, "text", layout.dialect, columns, found.sha256, tuple(notes))


def _write_anew(item: _Item, encoding: str, desk: _Desk) -> Path:
    target = desk.place(".csv")
    encodings.transcode(item.path, encoding, target, item.name)
    return target


def _break_lines(path: Path, desk: _Desk) -> Path:
    target = desk.place(".csv")
    with path.open("rb") as source, target.open("wb") as out:
        while chunk := source.read(1 << 20):
            out.write(chunk.replace(b"\r", b"\n"))
    return target


def _refuse_quote(path: Path, dialect: Dialect, found: Scan, name: str) -> None:
    if not found.has_quotes or not quotes.may_swallow(path, dialect.quote):
        return
    line = quotes.find_swallowing_quote(path, dialect)
    if line is not None:
        raise BrokenText(
            text(
                "{name} opens a quote on line {line} that is not closed within {most_lines}"
                " lines, and the lines after it look like rows: they would be swallowed"
                " into one field. Close or remove the quote on that line.",
                name=name,
                line=line,
                most_lines=quotes.MOST_LINES,
            )
        )


def _note_dialect(dialect: Dialect) -> list[Text]:
    notes = []
    if dialect.delimiter != ",":
        divided = _DELIMITER_NAMES.get(dialect.delimiter, dialect.delimiter)
        notes.append(text("fields are divided by {delimiter}", delimiter=divided))
    if dialect.header_line > 1:
        notes.append(
            text(
                "the header is on line {line}; what is above it was taken for a title",
                line=dialect.header_line,
            )
        )
    return notes


def _note_columns(made: tuple[str, ...]) -> list[Text]:
    if not made:
        return []
    return [
        text("columns without a name of their own were named {columns}", columns=", ".join(made))
    ]


def _note_rows(*, has_rows: bool) -> list[Text]:
    return [] if has_rows else [text("it has a header and no rows")]


def _note_left(left: list[str]) -> Text:
    named = ", ".join(left[:_NAMED_AT_MOST]) + (", …" if len(left) > _NAMED_AT_MOST else "")
    return text(
        "{files} files are no tables and were left alone: {names}", files=len(left), names=named
    )
