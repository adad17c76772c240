"""Any file, as it comes out of a CRM, a spreadsheet or an attacker's hand."""

import csv
import gzip
import hashlib
import io
import os
import re
import resource
import stat
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from counterpoise.connectors.files import archives, dialects
from counterpoise.connectors.files.quotes import find_swallowing_quote
from counterpoise.connectors.files.reading import read_sources
from counterpoise.connectors.files.refusals import (
    BrokenText,
    DangerousFile,
    EmptyFile,
    UnknownContent,
    UnreadableFile,
    UnreadableSheet,
    UnsureEncoding,
)
from counterpoise.connectors.files.workbooks import write_cell
from counterpoise.domain.tables.received import Dialect

ROWS = "id,name,amount\n1,أحمد,10.50\n2,José,7.25\n"


@pytest.fixture
def read(tmp_path):
    def read_bytes(content, name="deals.csv"):
        path = tmp_path / name
        scratch = tmp_path / "scratch" / str(len(list(tmp_path.rglob("*"))))
        scratch.mkdir(parents=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_sources([path], scratch)

    return read_bytes


def notes(received):
    return [str(note) for note in received.notes]


def rows(received):
    dialect = received.dialect
    text = received.path.read_text("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=dialect.delimiter, quotechar=dialect.quote))


@pytest.mark.parametrize(
    ("delimiter", "named"),
    [(",", ""), (";", "semicolons"), ("\t", "tabs"), ("|", "bars"), ("^", "^"), ("~", "~")],
)
def test_any_delimiter(read, delimiter, named):
    (deals,) = read(f'id{delimiter}name\n1{delimiter}"a, b; c"\n2{delimiter}d\n')
    assert deals.dialect == Dialect(delimiter, '"', 1)
    assert deals.columns == ("id", "name")
    assert notes(deals) == ([f"fields are divided by {named}"] if named else [])


def test_a_utf8_file_is_used_where_it_lies(read, tmp_path):
    (deals,) = read(ROWS)
    assert deals.path == tmp_path / "deals.csv"
    assert deals.content_hash == hashlib.sha256(ROWS.encode()).hexdigest()
    assert (deals.name, deals.format) == ("deals.csv", "text")


@pytest.mark.case("IMP-05", "IMP-06")
@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"], ids=str
)
def test_unicode_in_every_dress(read, encoding):
    content = ROWS.encode(encoding)
    (deals,) = read(content)
    assert deals.columns == ("id", "name", "amount")
    assert rows(deals)[1:] == [["1", "أحمد", "10.50"], ["2", "José", "7.25"]]
    assert deals.content_hash == hashlib.sha256(content).hexdigest()


NAMES = {
    "cp1256": "محمد أحمد علي فاطمة خالد عبدالله يوسف شركة الخليج للتجارة القاهرة الرياض مصطفى",
    "cp1252": "François Müller José Núñez Åsa Lindström Søren Ærø Gonçalves Zoë Böhm Straße",
    "latin-1": "François Hélène Renée Côté Zoë Benoît Gaël Irène Noël Anaïs crème déjà",
    "cp1251": "Иванов Петров Сергей Анна Ольга Дмитрий Москва Общество Компания Юрий Щербаков",
    "shift_jis": "田中 佐藤 鈴木 株式会社 トヨタ ソニー さくら 山田太郎 東京 大阪 営業",
    "gb18030": "王伟 李娜 张敏 有限公司 上海 北京 科技 刘洋 陈静 杨帆 赵磊 黄丽 周强",
    "cp1250": "Dvořák Novák Černý Růžička Svoboda Jiří Petr Město Žižka Škoda Kučera Zdeněk",
    "cp1254": "Yılmaz Şahin Öztürk Çelik Kaya Işık Gül Doğan Aslan İbrahim Ağaoğlu",
    "iso8859_6": "محمد أحمد علي فاطمة خالد عبدالله يوسف شركة الخليج",
    "mac_roman": "François Müller José Renée Åsa",
    "cp1255": "דוד כהן לוי משה ירושלים חברה שרה יוסף אברהם",
    "cp437": "François Müller José Renée Åsa",
}


@pytest.mark.case("IMP-05")
@pytest.mark.parametrize("encoding", sorted(NAMES))
@pytest.mark.parametrize("count", [3, 30, 1000])
def test_older_encodings_are_read_right_or_refused_with_the_guess(read, encoding, count):
    names = NAMES[encoding].split()
    lines = [f"{n};{names[n % len(names)]};{names[n * 7 % len(names)]} X" for n in range(count)]
    written = "\n".join(["id;name;city", *lines]) + "\n"
    try:
        (deals,) = read(written.encode(encoding))
    except UnsureEncoding as error:
        refusal = str(error)
    else:
        refusal = ""
        assert deals.path.read_text("utf-8") == written
    if refusal:
        assert "the guess is" in refusal
        assert "Save the file as CSV UTF-8." in refusal
        assert encoding not in {"cp1256", "cp1252", "cp1251", "gb18030"} or count == 3


@pytest.mark.case("IMP-05")
def test_mixed_encodings_are_refused(read):
    utf8 = b"".join(f"{n},José,Müller\n".encode() for n in range(50))
    latin = "51,François Müller,Zoë Núñez\n".encode("cp1252")
    with pytest.raises(UnsureEncoding, match="UTF-8 on 50 lines and is not on 1, first on line 52"):
        read(b"id,name,city\n" + utf8 + latin)
    with pytest.raises(UnsureEncoding, match="cp1252 on 50 lines and UTF-8 on 1"):
        read(b"id,name,city\n" + latin * 50 + "52,Zoë,Ünal\n".encode())


def test_a_byte_that_the_encoding_lacks_is_refused(read):
    content = ROWS.encode("utf-16") + b"\x00\xd8\x41\x00"
    with pytest.raises(BrokenText, match="Save the file as CSV UTF-8"):
        read(content)


def test_title_lines_above_the_header_are_skipped_and_told(read):
    (deals,) = read("Pipeline report,,\n\nMade by,Ana\nid,name,amount\n1,a,2\n2,b,3\n")
    assert deals.dialect.header_line == 4
    assert deals.columns == ("id", "name", "amount")
    assert "the header is on line 4; what is above it was taken for a title" in notes(deals)


def test_header_only_is_a_table_without_rows(read):
    (deals,) = read("id,name\n")
    assert deals.columns == ("id", "name")
    assert "it has a header and no rows" in notes(deals)


def test_one_column_is_a_table(read):
    (deals,) = read("email\na@x.com\nb@x.com\n")
    assert deals.columns == ("email",)


def test_columns_of_the_same_name_are_both_kept(read):
    (deals,) = read("id,Name,name,,Name\n1,a,b,c,d\n")
    assert deals.columns == ("id", "Name", "name (2)", "column 4", "Name (3)")
    assert "columns without a name of their own were named name (2), column 4, Name (3)" in notes(
        deals
    )


@pytest.mark.case("IMP-10")
def test_five_thousand_columns(read):
    header = ",".join(f"c{n}" for n in range(5000))
    (deals,) = read(f"{header}\n{'1,' * 4999}1\n")
    assert len(deals.columns) == 5000


@pytest.mark.case("IMP-10")
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_any_line_ending(read, ending):
    (deals,) = read(ROWS.replace("\n", ending))
    assert deals.columns == ("id", "name", "amount")
    assert rows(deals)[2] == ["2", "José", "7.25"]


def test_single_quotes(read):
    (deals,) = read("'id','name'\n'1','a, b'\n'2','c'\n")
    assert deals.dialect == Dialect(",", "'", 1)


def test_a_header_over_two_lines(read):
    (deals,) = read('id,"amount\n(EUR)",name\n1,2,a\n2,3,b\n')
    assert deals.columns == ("id", "amount\n(EUR)", "name")
    assert deals.dialect.header_line == 1


@pytest.mark.case("IMP-17")
@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        pytest.param(b"", EmptyFile, "deals.csv is empty", id="no byte"),
        pytest.param(b" \r\n\n", EmptyFile, "deals.csv is empty", id="blank lines"),
        pytest.param(b"\xef\xbb\xbf", EmptyFile, "deals.csv is empty", id="a mark alone"),
        pytest.param(
            b"id,name\n1,a\x00b\n", BrokenText, "null byte at position 12", id="null byte"
        ),
        pytest.param(b"\x89PNG\r\n\x1a\n123", UnknownContent, "is a PNG picture", id="PNG"),
        pytest.param(b"\xff\xd8\xff\xe0123", UnknownContent, "is a JPEG picture", id="JPEG"),
        pytest.param(b"GIF89a\x01\x00", UnknownContent, "is a GIF picture", id="GIF"),
        pytest.param(b"%PDF-1.7\n", UnknownContent, "is a PDF document", id="PDF"),
        pytest.param(b"{\\rtf1 hello}", UnknownContent, "is an RTF document", id="RTF"),
        pytest.param(b"7z\xbc\xaf\x27\x1c", UnknownContent, "is a 7-Zip archive", id="7-Zip"),
        pytest.param(b"Rar!\x1a\x07\x00", UnknownContent, "is a RAR archive", id="RAR"),
        pytest.param(b"BZh91AY\x00\x01", UnknownContent, "is a bzip2 archive", id="bzip2"),
        pytest.param(b"\xfd7zXZ\x00", UnknownContent, "is an xz archive", id="xz"),
        pytest.param(b"\x28\xb5\x2f\xfd", UnknownContent, "is a Zstandard", id="Zstandard"),
        pytest.param(b"SQLite format 3\0", UnknownContent, "is an SQLite", id="SQLite"),
        pytest.param(b"\x7fELF\x02", UnknownContent, "is a program", id="ELF"),
        pytest.param(b"MZ\x90\x00\x03", UnknownContent, "is a program", id="EXE"),
        pytest.param(b"RIFF\x00\x00\x00\x00WAVE", UnknownContent, "is a sound", id="WAV"),
        pytest.param(b"Obj\x01\x04", UnknownContent, "is an Avro file", id="Avro"),
        pytest.param(
            b"<!DOCTYPE html><html>", UnknownContent, "a web page .perhaps a sign-in", id="HTML"
        ),
        pytest.param(
            b"\n <!-- x --><html><body>", UnknownContent, "a web page", id="HTML after a comment"
        ),
        pytest.param(b"<?xml version='1.0'?>", UnknownContent, "is an XML document", id="XML"),
        pytest.param(b'{"rows": []}', UnknownContent, "is a JSON document", id="JSON"),
        pytest.param(b'[{"id": 1}]', UnknownContent, "is a JSON document", id="JSON list"),
        pytest.param(b"PAR1xxxx", UnreadableFile, "damaged Parquet file", id="Parquet cut off"),
        pytest.param(b"\x1f\x8b\x08bad", UnreadableFile, "is a damaged gz file", id="gz cut off"),
        pytest.param(b"PK\x03\x04bad", UnreadableFile, "damaged or unusual zip", id="zip cut off"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1bad", UnreadableFile, "no readable workbook", id="xls"
        ),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            UnreadableFile,
            "protected with a password",
            id="encrypted workbook",
        ),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(read, content, error, message):
    with pytest.raises(error, match=message) as refusal:
        read(content)
    assert type(refusal.value) is error


def test_a_word_document_is_no_workbook(read):
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("word/document.xml", "<x/>")
    with pytest.raises(UnknownContent, match="Word or PowerPoint"):
        read(document.getvalue())


@pytest.mark.parametrize("word", ["MZ", "BZh", "ID3", "ORC", "GIF8", "RIFF"])
def test_a_header_may_begin_like_a_foreign_file(read, word):
    (deals,) = read(f"{word},name\n1,a\n2,b\n")
    assert deals.columns == (word, "name")


# -- one line, one quote ---------------------------------------------------------------------------


@pytest.mark.case("IMP-12")
def test_a_line_of_more_than_64_mb_is_refused_within_little_memory(tmp_path):
    script = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from counterpoise.connectors.files.reading import read_sources\n"
        "from counterpoise.connectors.files.refusals import BrokenText\n"
        "path = Path(sys.argv[1])\n"
        "with path.open('wb') as file:\n"
        "    file.write(b'id,note\\n1,')\n"
        "    for _ in range(200): file.write(b'x' * (1 << 20))\n"
        "    file.write(b'\\n')\n"
        "try:\n"
        "    read_sources([path], path.parent)\n"
        "except BrokenText as error:\n"
        "    print(error)\n"
        # Not ru_maxrss: that begins with what the process that started this one had.
        "status = Path('/proc/self/status').read_text()\n"
        "print(re.search(r'VmHWM:\\s+(\\d+)', status)[1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "big.csv")],
        capture_output=True,
        text=True,
        check=True,
    )
    message, peak_kb = done.stdout.splitlines()
    assert "big.csv has a line of 209715202 bytes after line 1; up to 67108864" in message
    assert int(peak_kb) < 1 << 20


@pytest.mark.case("IMP-10")
def test_a_stray_quote_that_swallows_rows_is_refused_with_its_line(read):
    lines = ["id,name,amount", *(f"{n},a,{n}" for n in range(1, 10_001))]
    lines[500] = '500,"a,500'
    with pytest.raises(BrokenText, match="opens a quote on line 501 that is not closed"):
        read("\n".join(lines) + "\n")
    lines[9000] = '9000,a",9000'
    with pytest.raises(BrokenText, match="opens a quote on line 501 that is not closed"):
        read("\n".join(lines) + "\n")


def test_a_long_note_is_no_stray_quote(read):
    note = "\n".join("a line, of a note, with commas, many of them" for _ in range(300))
    (deals,) = read(f'id,note\n1,"{note}"\n2,b\n')
    assert deals.columns == ("id", "note")


def test_inch_marks_are_no_stray_quote(read):
    lines = ["id,name", *(f'{n},pipe {n}" wide' if n % 150 == 7 else f"{n},a" for n in range(2000))]
    (deals,) = read("\n".join(lines) + "\n")
    assert deals.columns == ("id", "name")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param('"' + "a,b\n" * 200, 1, id="from the first byte on"),
        pytest.param("h,i\n" + '"x ""y"" z",b\n' * 200, None, id="doubled quotes"),
        pytest.param("h,i\n" + '"x\ny",b\n' * 200, None, id="two lines each"),
        pytest.param("h,i\n" + '"",b\n' * 200, None, id="empty fields"),
        pytest.param('h,i\n"x' + "\na,b" * 99 + '",c\n', None, id="99 lines are few enough"),
        pytest.param('h,i\n"x' + "\na,b" * 101 + '",c\n', 2, id="101 lines are not"),
    ],
)
def test_where_a_quote_swallows(tmp_path, content, line):
    path = tmp_path / "x.csv"
    path.write_text(content, "utf-8")
    assert find_swallowing_quote(path, Dialect(",", '"', 1)) == line


def test_without_quoting_nothing_is_swallowed(tmp_path):
    assert find_swallowing_quote(tmp_path / "none.csv", Dialect(",", "", 1)) is None


# -- folders ---------------------------------------------------------------------------------------


def test_a_folder_is_read_through_and_what_is_left_alone_is_named(tmp_path):
    folder, scratch = tmp_path / "exports", tmp_path / "scratch"
    (folder / "sub").mkdir(parents=True)
    scratch.mkdir()
    for name in ("b.csv", "a.tsv", "sub/b.csv", ".hidden.csv", "notes.md", "m.toml", "x.json"):
        (folder / name).write_text("id\tname\n1\ta\n", "utf-8")
    (folder / "read me.txt").write_text("Exported by Ana.\nAsk her.\n", "utf-8")
    received = read_sources([folder, folder / "b.csv"], scratch)
    assert [each.name for each in received] == ["a.tsv", "b.csv", "sub/b.csv", "exports/b.csv"]
    assert notes(received[0])[-1] == (
        "4 files are no tables and were left alone: m.toml, notes.md, read me.txt, x.json"
    )


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="is no file or folder. Check how it is spelled"):
        read_sources([tmp_path / "none.csv"], tmp_path)


def test_a_folder_without_tables_is_refused(tmp_path):
    (tmp_path / "exports").mkdir()
    with pytest.raises(EmptyFile, match="holds no CSV, Excel or Parquet file"):
        read_sources([tmp_path / "exports"], tmp_path)


def test_all_files_that_stop_a_load_are_named_at_once(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    (tmp_path / "b.csv").write_bytes(b"%PDF")
    with pytest.raises(UnreadableFile) as refusal:
        read_sources([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path)
    assert str(refusal.value).splitlines() == [
        "a.csv is empty, so there is nothing to read. Export it again.",
        "b.csv is a PDF document, not a table. Export it as CSV, Excel or Parquet.",
    ]


# -- archives --------------------------------------------------------------------------------------


def pack(members, **details):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in details.items():
                setattr(info, field, value)
            archive.writestr(info, content)
    return packed.getvalue()


def test_zip_and_gz_are_opened_and_known_again_by_their_content(read):
    plain = hashlib.sha256(ROWS.encode()).hexdigest()
    members = {"b/deals.csv": ROWS, "deals.csv.gz": gzip.compress(ROWS.encode()), "__MACOSX/x": "",
               "read.me": "x"}  # fmt: skip
    packed = read(pack(members), "exports.zip")
    assert [each.name for each in packed] == ["exports.zip/b/deals.csv", "exports.zip/deals.csv"]
    assert {each.content_hash for each in packed} == {plain}
    assert notes(packed[0])[-1].endswith("left alone: exports.zip/read.me")
    for level in (1, 9):
        (unpacked,) = read(gzip.compress(ROWS.encode(), level), "deals.csv.gz")
        assert (unpacked.name, unpacked.content_hash) == ("deals.csv", plain)


def bomb_member(size):
    return {"zeros.csv": b"0" * size}


@pytest.mark.case("IMP-14")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(pack(bomb_member(64 << 20)), "times its size", id="64 MB of zeros"),
        pytest.param(gzip.compress(b"0" * (64 << 20)), "100 times its size", id="gz of zeros"),
        pytest.param(
            pack({f"{n}.csv": "a" for n in range(1001)}), "holds 1,001 files", id="1,001 files"
        ),
        pytest.param(
            pack({f"{n}": "" for n in range(4100)}), "holds 4,100 files or more", id="4,100 files"
        ),
        pytest.param(pack({"../a.csv": ROWS}), "points outside of it", id="a parent's folder"),
        pytest.param(pack({"/etc/a.csv": ROWS}), "points outside of it", id="an absolute path"),
        pytest.param(pack({"C:\\a.csv": ROWS}), "points outside of it", id="a drive"),
        pytest.param(
            pack({"a.csv": "/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16),
            "a link in place of a file",
            id="a link",
        ),
        pytest.param(
            pack({"a.zip": pack({"b.zip": pack({"c.csv": ROWS})})}),
            "is an archive inside 2 others",
            id="archives within archives",
        ),
        pytest.param(
            pack({"a.zip": pack({"b.csv.gz": gzip.compress(ROWS.encode())})}),
            "is an archive inside 2 others",
            id="gz in zip in zip",
        ),
    ],
)
def test_archives_that_would_burst_or_escape_are_refused(read, tmp_path, content, message):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    with pytest.raises(DangerousFile, match=message):
        read(content, "exports.zip")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 2
    written = sum(
        each.stat().st_size for each in (tmp_path / "scratch").rglob("*") if each.is_file()
    )
    assert written <= 17 << 20


@pytest.mark.case("IMP-14")
def test_an_encrypted_zip_is_refused(read):
    content = bytearray(pack({"a.csv": ROWS}))
    content[6] |= 1
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    with pytest.raises(DangerousFile, match="is encrypted .'a.csv'.; unpack it with its password"):
        read(bytes(content), "exports.zip")


@pytest.mark.case("IMP-14")
def test_overlapping_and_lying_members_are_refused(tmp_path):
    whole = zipfile.ZipInfo("a.csv")
    whole.file_size = whole.compress_size = 1000
    with pytest.raises(DangerousFile, match="files that overlap"):
        archives.check_members([whole, whole], 1500, "x.zip", archives.Budget())
    whole.file_size = 3 << 30
    with pytest.raises(DangerousFile, match="unpacks to 3,221,225,472 bytes; up to 2,147,483,648"):
        archives.check_members([whole], 1500, "x.zip", archives.Budget())


def test_one_budget_for_everything_in_an_archive(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(os.urandom(3 << 20)))
    with pytest.raises(DangerousFile, match="unpacks to more than"):
        archives.unpack_gz(path, tmp_path / "out", "a.gz", archives.Budget(bytes_left=1 << 20))


def test_an_archive_without_tables_is_refused(read):
    with pytest.raises(EmptyFile, match="holds no CSV, Excel or Parquet file"):
        read(pack({"a.md": "x"}), "exports.zip")
    with pytest.raises(EmptyFile, match="an archive without files"):
        read(pack({}), "exports.zip")


def test_a_damaged_member_is_refused(read):
    content = bytearray(pack({"a.csv": ROWS * 100}))
    content[60:70] = b"\xff" * 10
    with pytest.raises(UnreadableFile, match="damaged or unusual zip"):
        read(bytes(content), "exports.zip")


# -- workbooks -------------------------------------------------------------------------------------


def book(*sheets, **changes):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, cells in sheets:
        sheet = made.create_sheet(name)
        for row in cells:
            sheet.append(row)
    if "change" in changes:
        changes["change"](made)
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


MOMENT = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 -- spreadsheets know no zones


def test_every_sheet_is_a_table_with_exact_values(read):
    deals = ("Deals", [["id", "name", "on", "at", "sum", "won"],
                       [1234567890, "أحمد", date(2026, 1, 2), MOMENT, 0.1, True],
                       [2, None, None, None, 1e5, False]])  # fmt: skip
    content = book(deals, ("Empty", []), ("Reps", [["rep"], ["Ana"]]))
    first, second = read(content, "book.xlsx")
    assert (first.name, second.name) == ("book.xlsx#Deals", "book.xlsx#Reps")
    assert rows(first) == [
        ["id", "name", "on", "at", "sum", "won"],
        ["1234567890", "أحمد", "2026-01-02", "2026-01-02 03:04:05", "0.1", "true"],
        ["2", "", "", "", "100000", "false"],
    ]
    assert first.dialect == Dialect(",", '"', 1)
    assert first.content_hash != second.content_hash


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (12345678901234567890.0, "12345678901234567000"),
        (1e-7, "0.0000001"),
        (2.0, "2"),
        (0.30000000000000004, "0.30000000000000004"),
        (time(6, 49, 18), "06:49:18"),
        (timedelta(hours=30, minutes=5), "30:05:00"),
        (None, ""),
        ("x", "x"),
    ],
)
def test_cells_as_text(cell, written):
    assert write_cell(cell) == written


def test_titles_hidden_sheets_and_long_numbers_are_told(read):
    def hide(made):
        made["Deals"].sheet_state = "hidden"

    cells = [["Report"], [], ["id", "name", "sum"], [1234567890123456, "a", 1], [5, "b", 2]]
    first, _ = read(book(("Deals", cells), ("Reps", [["rep"], ["Ana"]]), change=hide), "book.xlsx")
    assert first.columns == ("id", "name", "sum")
    assert notes(first) == [
        "the sheet is hidden in the workbook; it was read all the same",
        "2 rows above the header were taken for a title",
        "numbers of more than 15 digits are stored inexactly by Excel; store ids as text",
    ]


@pytest.mark.case("IMP-16")
def test_formulas_are_read_as_saved_and_refused_unsaved(read):
    content = book(("Deals", [["id", "sum"], [1, "=1+1"]]))
    with pytest.raises(UnreadableSheet, match="sheet Deals: 1 formulas have no saved value"):
        read(content, "book.xlsx")
    saved = rezip(
        content,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>2</v>", xml),
    )
    (deals,) = read(saved, "book.xlsx")
    assert rows(deals) == [["id", "sum"], ["1", "2"]]
    assert notes(deals) == ["1 cells hold formulas; the values saved with them were read"]


def rezip(content, name, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.namelist():
            data = old.read(each)
            new.writestr(each, change(data) if each == name else data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def test_errors_in_cells_are_kept_as_text_not_lost(read):
    def break_cell(made):
        made["Deals"]["B2"].value = "#REF!"
        made["Deals"]["B2"].data_type = "e"

    (deals,) = read(book(("Deals", [["id", "sum"], [1, 2]]), change=break_cell), "book.xlsx")
    assert rows(deals) == [["id", "sum"], ["1", "#REF!"]]
    assert notes(deals) == ["1 cells hold errors such as #REF!; they are kept as text"]


@pytest.mark.case("IMP-16")
def test_a_merged_header_is_refused_and_merged_titles_are_not(read):
    cells = [["Pipeline", None, None], ["id", "name", "sum"], [1, "a", 2]]

    def merge_title(made):
        made["Deals"].merge_cells("A1:C1")

    def merge_header(made):
        made["Deals"].merge_cells("B2:C2")

    def merge_rows(made):
        made["Deals"].merge_cells("B3:B4")

    (deals,) = read(book(("Deals", cells), change=merge_title), "book.xlsx")
    assert deals.columns == ("id", "name", "sum")
    with pytest.raises(UnreadableSheet, match="merged across columns 2 to 3 of its header"):
        read(book(("Deals", [*cells[:1], ["id", "name", "sum", "x"], [1, 2, 3, 4]]),
                  change=merge_header), "book.xlsx")  # fmt: skip
    (deals,) = read(book(("Deals", [*cells, [2, None, 3]]), change=merge_rows), "book.xlsx")
    assert "cells are merged below the header; only the first of each holds the value" in notes(
        deals
    )


@pytest.mark.case("IMP-16")
@pytest.mark.parametrize(
    "declaration",
    [
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', id="outside entity"
        ),
        pytest.param(b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>', id="billion laughs"),
    ],
)
def test_entities_in_a_workbook_are_refused(read, declaration):
    content = rezip(
        book(("Deals", [["id"], [1]])), "xl/worksheets/sheet1.xml", lambda xml: declaration + xml
    )
    with pytest.raises(DangerousFile, match="declares XML entities in xl/worksheets/sheet1.xml"):
        read(content, "book.xlsx")


@pytest.mark.case("IMP-14")
def test_a_workbook_that_bursts_is_refused(read):
    content = rezip(
        book(("Deals", [["id"], ["a"]])),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml + b" " * (64 << 20),
    )
    with pytest.raises(DangerousFile, match="times its size"):
        read(content, "book.xlsx")


def test_a_workbook_without_cells_is_empty(read):
    with pytest.raises(EmptyFile, match="has no filled cell in any sheet"):
        read(book(("Deals", [])), "book.xlsx")


def test_a_workbook_without_its_parts_is_damaged(read):
    content = rezip(book(("Deals", [["id"]])), "xl/workbook.xml", lambda _: b"<broken")
    with pytest.raises(UnreadableFile, match="is a damaged workbook"):
        read(content, "book.xlsx")


# -- Parquet ---------------------------------------------------------------------------------------


def test_parquet_is_used_where_it_lies(tmp_path):
    path = tmp_path / "deals.parquet"
    pq.write_table(pa.table({"id": [1, 2], "أ": ["x", "y"]}), path)
    (deals,) = read_sources([path], tmp_path)
    assert (deals.format, deals.dialect, deals.columns) == ("parquet", None, ("id", "أ"))
    assert deals.path == path


@pytest.mark.case("IMP-15")
def test_a_parquet_bomb_is_refused_by_its_footer(tmp_path):
    path = tmp_path / "bomb.parquet"
    pq.write_table(
        pa.table({"a": pa.nulls(60_000_000, pa.int8())}), path, row_group_size=60_000_000
    )
    with pytest.raises(DangerousFile, match="claims 60000000 rows of 1 columns in"):
        read_sources([path], tmp_path)


def test_a_parquet_file_without_columns_is_refused(tmp_path):
    path = tmp_path / "none.parquet"
    pq.write_table(pa.table({}), path)
    with pytest.raises(UnreadableFile, match="without columns"):
        read_sources([path], tmp_path)


def test_header_of_a_table_whose_first_row_is_blank():
    assert dialects.find_header([["", ""], ["id", "name"], ["1", "a"]]) == 1
    assert dialects.find_header([["", ""]]) == 0


def test_signs_alone_are_read_and_a_lone_letter_is_not_enough(read):
    (deals,) = read("id,price\n1,5 €\n2,6 €\n".encode("cp1252"))
    assert rows(deals)[1:] == [["1", "5 €"], ["2", "6 €"]]
    with pytest.raises(UnsureEncoding, match="Save the file as CSV UTF-8"):
        read("id,price\n1,½ ñ\n".encode("cp1252"))


@pytest.mark.case("IMP-13")
def test_null_bytes_that_are_no_utf16_are_refused(read):
    with pytest.raises(BrokenText, match="has a null byte"):
        read(b"id,name\n" + b"\x00\x01\x02\x03" * 200)
    with pytest.raises(BrokenText, match="has a null byte"):
        read(b"id,name\n" + b"\x00\xd8\x00\xd8" * 200)


def test_fewer_east_asian_signs_than_show_the_encoding_are_refused(read):
    for encoding, name in (("shift_jis", "田中"), ("gb18030", "上海"), ("cp949", "김민수")):
        with pytest.raises(UnsureEncoding):
            read(f"id,name\n1,{name}\n".encode(encoding))
        with pytest.raises(UnsureEncoding):
            read(("id,name\n" + f"1,{name}\n" * 30).encode(encoding) + b"2,\xff\xfe\n")


def test_korean_and_traditional_chinese(read):
    for encoding, names in (
        ("cp949", "김민수 이영희 박철수 주식회사 서울 부산 영업 최지우 정다은 한국"),
        ("big5", "王偉 李娜 張敏 有限公司 台北 科技 劉洋 陳靜 楊帆 趙磊 黃麗"),
    ):
        lines = [f"{n},{name}" for n, name in enumerate(names.split() * 5)]
        (deals,) = read("\n".join(["id,name", *lines, ""]).encode(encoding))
        assert [",".join(row) for row in rows(deals)] == ["id,name", *lines]


def test_a_utf8_letter_cut_off_at_the_end_is_not_utf8(read):
    with pytest.raises(UnsureEncoding):
        read("id,name\n1,José\n2,é".encode()[:-1])


def test_a_long_unclosed_quote_at_the_end(read):
    with pytest.raises(BrokenText, match="opens a quote on line 3 that is not closed"):
        read('id,name\n1,a\n2,"b\n' + "3,c\n" * 500)
