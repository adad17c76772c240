"""Every table sorts, filters, pages and exports; nonsense in the address does no harm."""

import csv
import io
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.values.text import text
from counterpoise.web.exports import neutralise, write_csv, write_xlsx
from counterpoise.web.reading import Eyes
from counterpoise.web.tables import Column, Row, Table, arrange, select_rows

D = Decimal
EYES = Eyes(Reader("en", ""), ZoneInfo("UTC"))
REPS = Table(
    name="reps",
    caption="Revenue by rep",
    columns=(
        Column("rep", "Rep"),
        Column("team", "Team", has_choices=True),
        Column("revenue", "Revenue", "money"),
    ),
    rows=(
        Row({"rep": "Huda", "team": "East", "revenue": D("1200.50")}),
        Row({"rep": "Adam", "team": "West", "revenue": None}),
        Row({"rep": "Zaid", "team": "East", "revenue": D("-30")}, {"rep": "/reps/zaid"}),
    ),
    empty="No rep sold anything.",
    currency="USD",
    page_rows=2,
)


def names(asked):
    return [row.cells["rep"] for row in select_rows(REPS, QueryDict(asked), EYES)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("", ["Huda", "Adam", "Zaid"], id="as the view gave them"),
        pytest.param("reps.sort=rep", ["Adam", "Huda", "Zaid"], id="by name"),
        pytest.param("reps.sort=revenue", ["Zaid", "Huda", "Adam"], id="unknown comes last"),
        pytest.param("reps.sort=-revenue", ["Huda", "Zaid", "Adam"], id="unknown last both ways"),
        pytest.param("reps.sort=password", ["Huda", "Adam", "Zaid"], id="by no column of it"),
        pytest.param("reps.q=eas", ["Huda", "Zaid"], id="words in any cell, any case"),
        pytest.param("reps.q=1,200", ["Huda"], id="figures as they are shown"),
        pytest.param("reps.team=West", ["Adam"], id="one of a column's values"),
        pytest.param("reps.team=North", [], id="a value that it has not"),
        pytest.param("other.sort=rep", ["Huda", "Adam", "Zaid"], id="another table's wish"),
    ],
)
def test_sorting_and_filtering(asked, found):
    assert names(asked) == found


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        pytest.param("", 1, id="the first"),
        pytest.param("reps.page=2", 2, id="the second"),
        pytest.param("reps.page=999999999999", 2, id="far beyond the end"),
        pytest.param("reps.page=-4", 1, id="below nothing"),
        pytest.param("reps.page=٢", 1, id="a digit that is no address"),
    ],
)
def test_paging(asked, page):
    shown = arrange(REPS, QueryDict(asked), EYES)
    assert (shown.page, shown.pages, shown.total) == (page, 2, 3)


def test_a_link_keeps_what_other_tables_were_asked():
    shown = arrange(REPS, QueryDict("deals.q=big&reps.page=2&reps.sort=rep"), EYES)
    assert shown.headings[0].link == "?deals.q=big&reps.sort=-rep"
    assert shown.headings[0].direction == "ascending"
    assert shown.previous == "?deals.q=big&reps.sort=rep&reps.page=1"
    assert shown.csv == "?deals.q=big&reps.page=2&reps.sort=rep&reps.export=csv"
    assert shown.kept == (("deals.q", "big"), ("reps.sort", "rep"))


@pytest.mark.case("WEB-19")
@pytest.mark.parametrize(
    "mark", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"]
)
def test_text_that_a_spreadsheet_would_run_is_neutralised(mark):
    table = Table("t", "T", (Column("a", "A"),), (Row({"a": f"{mark}1+1"}),), "none")
    written = write_csv(table, table.rows, EYES).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [f"'{mark}1+1"]
    if mark not in "\0\r":  # a workbook cannot hold them
        book = openpyxl.load_workbook(io.BytesIO(write_xlsx(table, table.rows, EYES)))
        cell = book.active["A2"]
        assert cell.data_type == "s"


@pytest.mark.case("WEB-19")
def test_figures_stay_figures():
    table = Table(
        "t", "T", (Column("a", "A", "money"),), (Row({"a": D("-12.50")}), Row({"a": -3})), "none"
    )
    assert write_csv(table, table.rows, EYES).decode("utf-8-sig") == "A\r\n-12.50\r\n-3\r\n"
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(table, table.rows, EYES)))
    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == [-12.5, -3]


@pytest.mark.case("WEB-19")
@given(st.text())
def test_neutralised_text_never_begins_like_a_formula(written):
    assert not neutralise(written).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))
    assert neutralise(written).removeprefix("'") == written.removeprefix("'")


def test_a_sentence_is_written_in_the_readers_language_and_sorts_by_it():
    table = Table(
        "t", "T", (Column("a", "A"),),
        (Row({"a": text("{n} deals", n=20)}), Row({"a": text("{n} deals", n=3)})), "none", sort="a",
    )  # fmt: skip
    shown = arrange(table, QueryDict(""), EYES)
    assert [row.cells[0].written for row in shown.rows] == [
        '<bdi dir="ltr">20</bdi> deals',
        '<bdi dir="ltr">3</bdi> deals',
    ]
    assert write_csv(table, table.rows, EYES).decode("utf-8-sig") == "A\r\n20 deals\r\n3 deals\r\n"


def test_a_column_for_files_alone_is_no_column_of_the_page():
    table = Table(
        "t", "T", (Column("a", "A"), Column("b", "B", is_for_files=True)),
        (Row({"a": "x", "b": "hidden"}), Row({"a": "y", "b": ""})), "none",
    )  # fmt: skip
    shown = arrange(table, QueryDict("t.q=hidden"), EYES)
    assert [[cell.written for cell in row.cells] for row in shown.rows] == [["x"]]
    assert [head.column.key for head in shown.headings] == ["a"]
    assert write_csv(table, table.rows, EYES).decode("utf-8-sig") == "A,B\r\nx,hidden\r\ny,\r\n"
