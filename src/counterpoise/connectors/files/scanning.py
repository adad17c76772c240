"""One pass over a file's bytes: its hash, and what would stop it from being read as text."""

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from counterpoise.connectors.files.refusals import BrokenText
from counterpoise.domain.values.text import text

LONGEST_LINE = 64 << 20
"""Bytes of a line, 64 MiB: more is no record but a broken file."""

# Small enough to stay in the processor's cache while it is looked at several times.
_CHUNK = 256 << 10
_LINE_FEED = 10


@dataclass(frozen=True, slots=True)
class Scan:
    """newlines: line feeds. returns: carriage returns. first_nul, first_bad: positions of the first
    null byte and of the first byte that is no UTF-8, or None. longest_line is exact above 256 KiB;
    longest_after is how many lines come before it.
    """

    sha256: str
    size: int
    newlines: int
    returns: int
    has_quotes: bool
    longest_line: int
    longest_after: int
    first_nul: int | None
    first_bad: int | None


def scan(path: Path) -> Scan:
    """Everything in one read of the file; lines are measured across chunks, never kept."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = newlines = returns = 0
    started, longest, longest_after = 0, 0, 0
    has_quotes = False
    first_nul: int | None = None
    first_bad: int | None = None
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if first_nul is None and (found := chunk.find(0)) >= 0:
                first_nul = size + found
            if first_bad is None:
                first_bad = _find_bad(decoder, chunk, size)
            if (end := chunk.find(b"\n")) >= 0:
                if size + end - started > longest:
                    longest, longest_after = size + end - started, newlines
                newlines += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == _LINE_FEED))
                started = size + chunk.rfind(b"\n") + 1
            returns += chunk.count(b"\r") if b"\r" in chunk else 0
            has_quotes = has_quotes or b'"' in chunk or b"'" in chunk
            size += len(chunk)
    if size - started > longest:
        longest, longest_after = size - started, newlines
    if first_bad is None and decoder.getstate()[0]:
        first_bad = size - len(decoder.getstate()[0])
    return Scan(
        sha256=digest.hexdigest(),
        size=size,
        newlines=newlines,
        returns=returns,
        has_quotes=has_quotes,
        longest_line=longest,
        longest_after=longest_after,
        first_nul=first_nul,
        first_bad=first_bad,
    )


def refuse_broken(found: Scan, name: str) -> None:
    """Raises BrokenText for null bytes and for a line longer than LONGEST_LINE."""
    if found.first_nul is not None:
        raise BrokenText(
            text(
                "{name} has a null byte at position {first_nul}, which no text has: it is"
                " cut off, or no text at all. Export it again, or save it as CSV UTF-8.",
                name=name,
                first_nul=found.first_nul + 1,
            )
        )
    if found.longest_line > LONGEST_LINE:
        raise BrokenText(
            text(
                "{name} has a line of {longest_line} bytes after line {longest_after}; up"
                " to {most} are read. Look for a quote that was never closed, or a"
                " document stored in a field.",
                name=name,
                longest_line=found.longest_line,
                longest_after=found.longest_after,
                most=LONGEST_LINE,
            )
        )


def _find_bad(decoder: codecs.IncrementalDecoder, chunk: bytes, position: int) -> int | None:
    kept = decoder.getstate()[0]
    if not kept and chunk.isascii():
        return None
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        return position - len(kept) + error.start
    return None
