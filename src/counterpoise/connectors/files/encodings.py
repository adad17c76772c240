"""Decides how a text file that is no UTF-8 is encoded, and writes it anew as UTF-8.

A mark at the beginning is believed. Otherwise every usual encoding is tried on the lines beyond
ASCII, and one is taken only when it alone gives plausible writing: garbled names are worse than
a refusal.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

from counterpoise.connectors.files import plausible
from counterpoise.connectors.files.refusals import BrokenText, UnsureEncoding
from counterpoise.domain.values.text import Text, text

_SINGLE = ("cp1252", "cp1256", "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1257")
_OTHER_SINGLE = ("iso8859_6", "iso8859_2", "iso8859_5", "koi8_r", "cp866", "cp850", "mac_roman")
# Rare by now: they make a guess unsure, and are never the answer themselves.
_RIVALS = frozenset({"cp866", "cp850", "mac_roman"})
_EAST_ASIAN = ("cp932", "gb18030", "cp949", "big5")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EVIDENCE_BYTES = 1 << 20
_CHUNK = 1 << 20
_TOLERATED = 0.02
_TOLERATED_EAST = 0.1
# Share of accented words that one language of the encoding has: of the answer, of the best of its
# rivals, and of whatever is a rival at all.
_COVERED = 0.97
_NOT_COVERED = 0.9
_PARTLY_COVERED = 0.8
_ENOUGH_WORDS = 5
# Fewer East Asian signs, or of fewer rows of their table, may be another script by accident.
_ENOUGH_SIGNS = 20
_ENOUGH_LEADS = 6


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Lines beyond ASCII: those that are no UTF-8 by themselves, and those that are."""

    foreign: bytes
    utf8: bytes
    foreign_lines: int
    utf8_lines: int
    first_foreign: int


def find_wide_encoding(path: Path) -> str | None:
    """UTF-16 or UTF-32 by its mark, or by where its null bytes stand; None for any other file."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head.count(0) < len(head) / 50:
        return None
    even = head[: len(head) // 2 * 2]
    likely = []
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(even)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and _reads_as_table(text):
            likely.append(encoding)
    return likely[0] if len(likely) == 1 else None


def find_encoding(path: Path, name: str) -> str:
    """The encoding of a text that is no UTF-8.

    Raises UnsureEncoding, with the likeliest guess, where none or several explain it.
    """
    evidence = _gather(path)
    if evidence.utf8_lines > evidence.foreign_lines:
        raise UnsureEncoding(
            text(
                "{name} is UTF-8 on {utf8_lines} lines and is not on {foreign_lines}, first"
                " on line {first_foreign}. One encoding would garble the other's names;"
                " save the whole file as CSV UTF-8.",
                name=name,
                utf8_lines=evidence.utf8_lines,
                foreign_lines=evidence.foreign_lines,
                first_foreign=evidence.first_foreign,
            )
        )
    held = _list_plausible(evidence.foreign)
    texts = {text: encoding for encoding, text in reversed(held)}
    if len(texts) > 1:
        texts = _prefer_language(texts)
    if len(texts) != 1 or not set(texts.values()) - _RIVALS:
        raise UnsureEncoding(_explain(name, evidence.foreign, [each for each, _ in held]))
    encoding = next(iter(texts.values()))
    if evidence.utf8_lines and encoding not in _EAST_ASIAN:
        _refuse_mixed(evidence, encoding, name)
    return encoding


def transcode(path: Path, encoding: str, target: Path, name: str) -> None:
    """Write the file anew as UTF-8. Raises BrokenText where a byte has no place in the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as out:
        while True:
            chunk = source.read(_CHUNK)
            try:
                decoded = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise BrokenText(
                    text(
                        "{name} was read as {encoding}, but after line {line} stands {met},"
                        " which that encoding does not have. Save the file as CSV UTF-8.",
                        name=name,
                        encoding=encoding,
                        line=line,
                        met=repr(error.object[error.start : error.start + 4]),
                    )
                ) from None
            line += decoded.count("\n")
            out.write(decoded)
            if not chunk:
                return


def _reads_as_table(text: str) -> bool:
    """Mostly letters, digits and ASCII: the other byte order gives rare signs instead."""
    sample = text[:4000]
    usual = sum(each in "\r\n\t" or " " <= each <= "\u06ff" for each in sample)
    return usual > 0.9 * len(sample) and any(each in sample for each in ",;\t|\n")


def _gather(path: Path) -> _Evidence:
    foreign, utf8, foreign_lines, utf8_lines, first = bytearray(), bytearray(), 0, 0, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            is_utf8 = _is_utf8(line)
            utf8_lines += is_utf8
            foreign_lines += not is_utf8
            first = first or (0 if is_utf8 else number)
            kept = utf8 if is_utf8 else foreign
            count = utf8_lines if is_utf8 else foreign_lines
            if len(kept) < _EVIDENCE_BYTES or count % 100 == 0:
                kept += line
    return _Evidence(bytes(foreign), bytes(utf8), foreign_lines, utf8_lines, first)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _list_plausible(evidence: bytes) -> list[tuple[str, str]]:
    held = []
    for encoding in (*_SINGLE, *_OTHER_SINGLE, *_EAST_ASIAN):
        try:
            text = evidence.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_plausible(text, encoding):
            held.append((encoding, text))
    return held


def _is_plausible(text: str, encoding: str) -> bool:
    if plausible.holds_unwritten(text):
        return False
    suspicious = plausible.share_suspicious(text)
    if encoding in _EAST_ASIAN:
        return suspicious <= _TOLERATED_EAST and _is_common(text, encoding)
    if encoding == "cp1252" and plausible.holds_signs_only(text):
        return True
    is_language = plausible.share_covered(text, encoding) >= _PARTLY_COVERED
    return suspicious <= _TOLERATED and is_language and plausible.is_telling(text)


def _prefer_language(texts: dict[str, str]) -> dict[str, str]:
    """Of Latin readings: the one whose words are of its languages, if the others' are not."""
    if not set(texts.values()) <= set(plausible.list_languages()):
        return texts
    if min(plausible.count_accented(text) for text in texts) < _ENOUGH_WORDS:
        return texts
    for share in (plausible.share_covered, plausible.share_of_one):
        held = {text: share(text, encoding) for text, encoding in texts.items()}
        best, second = sorted(held, key=held.__getitem__, reverse=True)[:2]
        if held[best] >= _COVERED and held[second] < _NOT_COVERED:
            return {best: texts[best]}
    return texts


def _is_common(text: str, encoding: str) -> bool:
    """Whether the signs are everyday ones of the encoding's language, not rare ones by accident."""
    signs = [each for each in text if ord(each) > 0x2E80]
    if len(signs) < _ENOUGH_SIGNS:
        return False
    hangul = sum("\uac00" <= each <= "\ud7a3" for each in signs)
    kana = sum("\u3041" <= each <= "\u30fe" for each in signs)
    leads = [each.encode(encoding, errors="replace") for each in signs]
    if len({each[0] for each in leads}) < (2 if encoding == "cp932" else _ENOUGH_LEADS):
        return False
    if encoding == "cp949":
        return hangul >= 0.9 * len(signs)
    if encoding == "cp932":
        usual = sum(0x88 <= each[0] <= 0x97 for each in leads)
        return usual + kana >= 0.9 * len(signs)
    if encoding == "gb18030":
        pairs = [each for each in leads if 0xB0 <= each[0] <= 0xD7 and len(each) == 2]
        everyday = [each for each in pairs if each[1] >= 0xA1]
        beyond = sum(each[0] > 0xC8 for each in everyday)
        return len(everyday) >= 0.9 * len(signs) and beyond >= 0.1 * len(signs)
    return sum(0xA4 <= each[0] <= 0xC6 for each in leads) >= 0.95 * len(signs)


def _refuse_mixed(evidence: _Evidence, encoding: str, name: str) -> None:
    read = evidence.utf8.decode(encoding, errors="replace")
    if plausible.share_suspicious(read) > _TOLERATED:
        raise UnsureEncoding(
            text(
                "{name} is {encoding} on {foreign_lines} lines and UTF-8 on {utf8_lines}."
                " One encoding would garble the other's names; save the whole file as CSV"
                " UTF-8.",
                name=name,
                encoding=encoding,
                foreign_lines=evidence.foreign_lines,
                utf8_lines=evidence.utf8_lines,
            )
        )


def _explain(name: str, evidence: bytes, held: list[str]) -> Text:
    if not held:
        import charset_normalizer  # noqa: PLC0415 -- slow import

        best = charset_normalizer.from_bytes(evidence[:65536]).best()
        held = [best.encoding] if best else []
    guess = " / ".join(held)
    line = evidence.splitlines()[0][:60]
    return text(
        "{name} is no UTF-8, and its encoding is not sure; the guess is {guess}. Read wrongly,"
        " names such as those in {line} would be garbled. Save the file as CSV UTF-8."
        if guess
        else "{name} is no UTF-8, and its encoding is not known. Names such as those in {line}"
        " would be garbled. Save the file as CSV UTF-8.",
        name=name,
        guess=guess,
        line=repr(line),
    )
