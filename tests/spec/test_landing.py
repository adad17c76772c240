"""Landing: every record of a file is landed as it was received or rejected with row and reason."""

import csv
import random
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.casting import cast
from counterpoise.domain.collect.forms import Form
from counterpoise.domain.tables.received import Dialect, Received
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.landing import careful, reading, scan
from counterpoise.warehouse.landing.reading import Unreadable, land_file, name_columns
from counterpoise.warehouse.landing.scan import scan_text

COMMAS = Dialect(",", '"', 1)


def receive(path, content, dialect=COMMAS, columns=("id", "stage", "amount")):
    path.write_bytes(content)
    return Received("deals.csv", path, "text", dialect, columns, "hash", ())


def land(tmp_path, content, dialect=COMMAS, columns=("id", "stage", "amount")):
    received = receive(tmp_path / "in.csv", content, dialect, columns)
    with open_connection(tmp_path) as connection:
        landed = land_file(connection, received, tmp_path / "1.parquet")
    return landed, [tuple(row.values()) for row in pq.read_table(landed.path).to_pylist()]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        pytest.param(b"id,stage,amount\n1,Won,5\n2,Lost,\n", [2, 3], id="plain"),
        pytest.param(b"id,stage,amount\r\n1,Won,5\r\n2,Lost,\r\n", [2, 3], id="Windows line ends"),
        pytest.param(b"id,stage,amount\r\n1,Won,5\n2,Lost,\r\n", [2, 3], id="mixed line ends"),
        pytest.param(b"id,stage,amount\n1,Won,5\n2,Lost,", [2, 3], id="no last line end"),
        pytest.param(
            b"\xef\xbb\xbfid,stage,amount\n1,Won,5\n2,Lost,\n", [2, 3], id="a mark of UTF-8"
        ),
        pytest.param(b"id,stage,amount\n1,Won,5,\n2,Lost,,\n", [2, 3], id="delimiters at the end"),
        pytest.param(b"id,stage,amount\n\n1,Won,5\n\n2,Lost,\n\n", [3, 5], id="blank lines"),
        pytest.param(b'"id","stage","amount"\n"1","Won","5"\n"2","Lost",\n', [2, 3], id="quoted"),
    ],
)
def test_records_are_landed_as_text_with_their_rows(tmp_path, content, rows):
    landed, held = land(tmp_path, content)
    assert held == [("1", "Won", "5"), ("2", "Lost", None)]
    assert [landed.row_of(place) for place in range(2)] == rows
    assert landed.rejects == ()


@pytest.mark.parametrize(
    ("content", "kept", "rejected"),
    [
        pytest.param(
            b"id,stage,amount\n1,Won\n2,Lost,5\n",
            [("2", "Lost", "5")],
            [(2, "1,Won")],
            id="too few",
        ),
        pytest.param(
            b"id,stage,amount\n1,Won,1,234\n2,Lost,5\n",
            [("2", "Lost", "5")],
            [(2, "1,Won,1,234")],
            id="too many",
        ),
        pytest.param(
            b'id,stage,amount\n1,"W"on,5\n2,Lost,5\n',
            [("2", "Lost", "5")],
            [(2, '1,"W"on,5')],
            id="text behind a closing quote",
        ),
        pytest.param(
            b"id,stage,amount\n1,Won,\xff\n2,Lost,5\n",
            [("2", "Lost", "5")],
            [(2, None)],
            id="bytes that are no text",
        ),
        pytest.param(
            b'id,stage,amount\n1,"a\nb",5\n\n2,Lost\n3,Won,7\n',
            [("1", "a\nb", "5"), ("3", "Won", "7")],
            [(4, "2,Lost")],
            id="behind a value of two lines and a blank line",
        ),
        pytest.param(
            b'id,stage,amount\n1,Won,5\n2,"Lost,6\n',
            [("1", "Won", "5")],
            [(3, '2,"Lost,6')],
            id="a quote that is never closed",
        ),
    ],
)
def test_what_has_no_fields_is_rejected_with_its_row(tmp_path, content, kept, rejected):
    landed, held = land(tmp_path, content)
    assert held == kept
    assert [each.row for each in landed.rejects] == [row for row, _ in rejected]
    for each, (_, raw) in zip(landed.rejects, rejected, strict=True):
        assert raw is None or each.raw == raw
        assert str(each.reason)


def test_a_quote_inside_a_value_is_part_of_it(tmp_path):
    _, held = land(tmp_path, b'id,stage,amount\n1,6" pipe,5\n')
    assert held == [("1", '6" pipe', "5")]


def test_titles_above_the_header_are_skipped(tmp_path):
    landed, held = land(
        tmp_path, b"Report of May\n\nid;stage;amount\n1;Won;1,5\n", Dialect(";", '"', 3)
    )
    assert held == [("1", "Won", "1,5")]
    assert landed.row_of(0) == 2


def test_a_header_of_two_lines_is_one_record(tmp_path):
    _, held = land(tmp_path, b'id,"stage\nname",amount\n1,Won,5\n')
    assert held == [("1", "Won", "5")]


def test_a_single_column_keeps_its_empty_lines(tmp_path):
    landed, held = land(tmp_path, b"id\n1\n\n2\n", columns=("id",))
    assert held == [("1",), (None,), ("2",)]
    assert landed.rows == 3


def test_a_header_alone_lands_no_row(tmp_path):
    landed, held = land(tmp_path, b"id,stage,amount\n")
    assert (landed.rows, held, landed.rejects) == (0, [], ())


def test_a_line_that_is_too_long_is_refused_with_advice(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_LINE", 3 << 20)
    content = b"id,stage,amount\n1," + b"x" * (4 << 20) + b",5\n"
    with pytest.raises(Unreadable, match="Look for a quote that is never closed, or split"):
        land(tmp_path, content)


def test_a_long_line_is_read_whole(tmp_path):
    text = b"x" * (3 << 20)
    _, held = land(tmp_path, b"id,stage,amount\n1," + text + b",5\n2,Won,6\n")
    assert held == [("1", text.decode(), "5"), ("2", "Won", "6")]


def test_columns_are_told_apart_without_regard_to_case():
    names = name_columns(("Id", "ID", "", " Stage ", "ID (2)"))
    assert names == ("Id", "ID (2)", "column 3", "Stage", "ID (2) (2)")


def test_parquet_is_landed_as_text_without_exponents(tmp_path):
    source = tmp_path / "deals.parquet"
    pq.write_table(pa.table({"id": [1, 2], "Amount": [1e16, 2.5e-5], "Won": [True, None]}), source)
    received = Received("deals.parquet", source, "parquet", None, ("id", "Amount", "Won"), "h", ())
    with open_connection() as connection:
        landed = land_file(connection, received, tmp_path / "1.parquet")
    assert pq.read_table(landed.path).to_pylist() == [
        {"id": "1", "Amount": "10000000000000000", "Won": "true"},
        {"id": "2", "Amount": "0.000025", "Won": None},
    ]


def test_records_stay_in_the_order_of_the_file(tmp_path):
    rows = "".join(f"{place:07},{place % 7},{'x' * (place % 40)}\n" for place in range(400_000))
    landed, _ = receive(tmp_path / "in.csv", b"id,stage,amount\n" + rows.encode()), None
    with open_connection(tmp_path) as connection:
        held = land_file(connection, landed, tmp_path / "1.parquet")
    ids = pq.read_table(held.path, columns=["id"])["id"].to_pylist()
    assert ids == [f"{place:07}" for place in range(400_000)]


MANY = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
cells = st.text("ab1 ,;\"'\n\r|é\u0645", max_size=6)


@MANY
@given(st.lists(st.tuples(cells, cells, cells), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_what_was_written_properly_is_landed_whole(tmp_path, rows, ends):
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=ends, quoting=csv.QUOTE_ALL)
        writer.writerows([("id", "stage", "amount"), *rows])
    landed, held = land(tmp_path, path.read_bytes())
    assert held == [tuple(value or None for value in row) for row in rows]
    assert landed.rejects == ()


SCRAPS = ("a", "b", " ", "\t", "#", "#N/A", "#REF!", "NULL", "\\N", "\\", '"', ",", "é", "\u200f")


@MANY
@given(
    st.lists(
        st.lists(
            st.lists(st.sampled_from(SCRAPS), max_size=3).map("".join), min_size=2, max_size=2
        ),
        max_size=4,
    ),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_nothing_in_a_tidy_file_needs_cleaning(tmp_path, rows, quoting, delimiter, ends):
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=ends)
        writer.writerows([("id", "stage"), *rows])
    if scan_text(path, Dialect(delimiter, '"', 1), 2).is_tidy:
        for cell in (cell for row in rows for cell in row if cell):
            assert cast(cell, "text", Form("text")).value == cell


@pytest.mark.parametrize(
    ("content", "is_tidy"),
    [
        pytest.param("id,stage\n1,Closed Won\n", True, id="spaces inside"),
        pytest.param('id,stage\n"1",""\n', True, id="quoted and empty"),
        pytest.param("id,stage\n1, Won\n", False, id="a space in front"),
        pytest.param("id,stage\n1,Won ", False, id="a space at the end of the file"),
        pytest.param("id,stage\n1,NULL\n", False, id="a spelling of nothing"),
        pytest.param("id,stage\n1,#REF!\n", False, id="a spreadsheet's error"),
        pytest.param("id,stage\n1,مغلقة\n", False, id="letters that have unseen neighbours"),
        pytest.param('id,stage\n1,"Won\nlater"\n', False, id="a value of two lines"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5, 1 << 20])
def test_a_tidy_file_is_told_wherever_it_is_cut(tmp_path, monkeypatch, content, is_tidy, size):
    monkeypatch.setattr(scan, "_CHUNK", size)
    (tmp_path / "in.csv").write_text(content, "utf-8")
    assert scan_text(tmp_path / "in.csv", COMMAS, 2).is_tidy == is_tidy


@MANY
@given(st.text('ab,"\n\r \t', max_size=60))
def test_every_record_of_whatever_text_is_landed_or_rejected(tmp_path, body):
    content = b"id,stage,amount\n" + body.encode()
    landed, held = land(tmp_path, content)
    path, names = tmp_path / "in.csv", ("id", "stage", "amount")
    strict = careful.land_carefully(path, COMMAS, names, tmp_path / "2.parquet")
    assert len(held) + len(landed.rejects) == strict.landed + len(strict.rejects)
    again = [tuple(row.values()) for row in pq.read_table(tmp_path / "2.parquet").to_pylist()]
    assert held == again
    assert [each.row for each in landed.rejects] == [each.row for each in strict.rejects]


def test_counting_does_not_depend_on_where_the_file_is_cut_for_reading(tmp_path, monkeypatch):
    shuffled = random.Random(7)
    for _ in range(60):
        body = "".join(shuffled.choices('ab,"\n\r', k=80))
        path = tmp_path / "in.csv"
        path.write_text("id,stage\n" + body, "utf-8", newline="")
        whole = scan_text(path, COMMAS, 2)
        for size in (1, 3, 7):
            monkeypatch.setattr(scan, "_CHUNK", size)
            cut = scan_text(path, COMMAS, 2)
            assert replace(cut, longest_line=0) == replace(whole, longest_line=0)
        monkeypatch.undo()
