"""Tells what a file is by its first bytes: the name it goes by is no proof."""

import re
from pathlib import Path
from typing import Literal

from counterpoise.connectors.files.refusals import EmptyFile, UnknownContent
from counterpoise.domain.values.text import text

Content = Literal["text", "workbook", "parquet", "gz", "zip", "mail", "calendar"]

# Suffixes that are looked at when a whole folder is given.
TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".psv", ".txt"})
BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
MESSAGE_SUFFIXES = frozenset({".mbox", ".eml", ".ics"})
TABLE_SUFFIXES = (
    TEXT_SUFFIXES | BOOK_SUFFIXES | MESSAGE_SUFFIXES | {".parquet", ".pq", ".gz", ".zip"}
)

_HEAD = 4096
_TELLING = 3
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"RIFF", "a sound, film or picture"),
    (b"OggS", "a sound"),
    (b"ID3", "a sound"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
)
_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script)", re.I | re.S)
_MARKUP = re.compile(rb"\s*<(?:\?xml|!doctype|svg)", re.I)
_JSON = re.compile(rb"\s*(?:\{\s*\"|\{\s*\}|\[\s*(?:\{|\[|\"))")
_CALENDAR = re.compile(rb"\s*BEGIN:VCALENDAR\s", re.I)
_MAILBOX = re.compile(rb"From [^\r\n]+\r?\n[!-9;-~]+:")
_HEADER = re.compile(rb"([!-9;-~]+):[^\r\n]*\r?\n((?:[ \t][^\r\n]*\r?\n)*)")
_OF_MAIL = frozenset(
    {
        *(b"from", b"to", b"date", b"subject", b"message-id", b"received", b"mime-version"),
        *(b"return-path", b"delivered-to", b"dkim-signature", b"reply-to", b"content-type"),
    }
)
_PICKY = {b"MZ", b"ORC", b"ID3", b"RIFF", b"BZh", b"OggS", b"Rar!", b"GIF8"}


def find_content(path: Path, name: str) -> Content:
    """Raises EmptyFile and UnknownContent, which say what the file is instead of a table."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        raise EmptyFile(
            text(
                "{name} is empty, so there is nothing to read. Export it again.",
                name=name,
            )
        )
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _tell_zip(path, name)
    if head.startswith(_OLE):
        return "workbook"
    if (written := _find_message(head.removeprefix(b"\xef\xbb\xbf"))) is not None:
        return written
    if (foreign := _find_foreign(head)) is not None:
        raise UnknownContent(
            text(
                "{name} is {foreign}, not a table. Export it as CSV, Excel or Parquet.",
                name=name,
                foreign=foreign,
            )
        )
    return "text"


def _find_message(head: bytes) -> Literal["mail", "calendar"] | None:
    """Mail begins with its headers; three that only mail has, and it is no table."""
    if _CALENDAR.match(head):
        return "calendar"
    if _MAILBOX.match(head):
        return "mail"
    place, met = 0, set()
    while (header := _HEADER.match(head, place)) is not None:
        place = header.end()
        met.add(header[1].lower())
    return "mail" if len(met & _OF_MAIL) >= _TELLING else None


def _find_foreign(head: bytes) -> str | None:
    for magic, what in _FOREIGN:
        # Short magics are also how a header may begin, so they need a byte that no text has.
        if head.startswith(magic) and (magic not in _PICKY or _has_binary(head)):
            return what
    bare = head.removeprefix(b"\xef\xbb\xbf")
    if _PAGE.match(bare):
        return "a web page (perhaps a sign-in page that was saved in place of the export)"
    if _MARKUP.match(bare):
        return "an XML document"
    return "a JSON document" if _JSON.match(bare) else None


def _has_binary(head: bytes) -> bool:
    return any(byte < 9 or 13 < byte < 32 for byte in head)


def _tell_zip(path: Path, name: str) -> Content:
    """Office files are zips with a list of their parts; the names stand at the end of the file."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, path.stat().st_size - (1 << 20)))
        names = file.read()
    if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in head:
        return "workbook"
    if b"[Content_Types].xml" not in head + names:
        return "zip"
    if b"xl/workbook." in names:
        return "workbook"
    raise UnknownContent(
        text(
            "{name} is a Word or PowerPoint document, not a table. Export it as CSV or Excel.",
            name=name,
        )
    )
