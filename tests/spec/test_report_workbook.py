"""The report as a workbook: live totals, exact amounts, and text that stays text."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.connectors.documents.sheets import is_exact
from counterpoise.connectors.documents.workbook import write_workbook
from counterpoise.domain.tables.health import Example
from reporting_company import build_cycle, build_refusing_cycle

SHEETS = {
    "en": ["Summary", "Collect", "Demand", "Supply", "Reconcile", "Execute", "Measure",
           "Definitions"],
    "ar": ["الملخص", "جمع البيانات", "الطلب", "القدرة", "الموازنة", "التنفيذ", "القياس",
           "التعريفات"],
}  # fmt: skip
SUM = re.compile(r"=SUM\((\w+):(\w+)\)")
LINK = re.compile(r"='([^']+)'!\$(\w+)\$(\d+)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workbook")
    for language in SHEETS:
        write_workbook(build_cycle(), folder / f"{language}.xlsx", language)
    return folder


def load(path):
    """The formulas, and the values that were saved with them."""
    return openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)


def list_cells(workbook):
    return chain.from_iterable(chain.from_iterable(sheet.iter_rows() for sheet in workbook))


def calculate(workbook, sheet, formula):
    """What a spreadsheet would: sums of a column, and references to another sheet's total."""
    if found := LINK.fullmatch(formula):
        other = workbook[found[1]]
        return calculate(workbook, other, other[f"{found[2]}{found[3]}"].value)
    first, last = SUM.fullmatch(formula).groups()
    cells = chain.from_iterable(sheet[f"{first}:{last}"])
    return sum(cell.value for cell in cells if isinstance(cell.value, int | float))


@pytest.mark.parametrize("language", SHEETS)
def test_a_sheet_for_each_step(folder, language):
    workbook, _ = load(folder / f"{language}.xlsx")
    assert workbook.sheetnames == SHEETS[language]
    assert {sheet.sheet_view.rightToLeft for sheet in workbook} in (
        [{True}] if language == "ar" else [{None}, {False}]
    )
    assert all(sheet.freeze_panes for sheet in workbook)


@pytest.mark.parametrize("language", SHEETS)
def test_every_formula_gives_the_value_saved_with_it(folder, language):
    formulas, values = load(folder / f"{language}.xlsx")
    checked = 0
    for sheet in formulas:
        for cell in chain.from_iterable(sheet.iter_rows()):
            if cell.data_type == "f":
                saved = values[sheet.title][cell.coordinate].value
                assert calculate(formulas, sheet, cell.value) == pytest.approx(saved, abs=0.005)
                checked += 1
    assert checked >= 25


def test_the_summary_repeats_the_totals_of_the_steps(folder):
    formulas, values = load(folder / "en.xlsx")
    shown = {row[0].value: row[1].value for row in values["Summary"].iter_rows() if row[0].value}
    assert shown["Expected revenue"] == pytest.approx(4_255_000.50)
    assert shown["Won in the last finished period"] == pytest.approx(3_710_442.50)
    assert shown["Revenue that cannot be served"] == pytest.approx(319_200)
    assert shown["Target"] == pytest.approx(4_500_000)
    cells = {row[0].value: row[1].value for row in formulas["Summary"].iter_rows()}
    assert cells["Expected revenue"].startswith("='Demand'!$")


@pytest.mark.parametrize("language", SHEETS)
def test_a_refusal_stands_on_its_sheet(tmp_path, language):
    path = write_workbook(build_refusing_cycle(), tmp_path / "refused.xlsx", language)
    workbook, _ = load(path)
    assert workbook.sheetnames == SHEETS[language]
    words = [cell.value for cell in list_cells(workbook)]
    assert words.count("12 closed deals over 21 days. Load at least 60 over 180 days.") == 1


@pytest.mark.parametrize("sign", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{=1}", "http://a.b"])
def test_a_name_never_becomes_a_formula(tmp_path, sign):
    cycle = build_cycle()
    finding = replace(cycle.health.findings[0], rep=sign, examples=(Example(sign, sign),))
    cycle = replace(cycle, health=replace(cycle.health, findings=(finding,)))
    workbook, _ = load(write_workbook(cycle, tmp_path / "signs.xlsx", "en"))
    met = [cell for cell in list_cells(workbook) if str(cell.value).strip() == sign.strip()]
    assert [cell.data_type for cell in met] == ["s"]
    assert met[0].hyperlink is None


def test_an_amount_too_long_for_a_spreadsheet_is_kept_as_text(tmp_path):
    cycle = build_cycle()
    long = Decimal("12345678901234567.89")
    action = replace(cycle.actions[0], effect=long)
    workbook, _ = load(
        write_workbook(replace(cycle, actions=(action,)), tmp_path / "long.xlsx", "en")
    )
    met = [cell for cell in list_cells(workbook) if cell.value == str(long)]
    assert [cell.parent.title for cell in met] == ["Summary", "Execute", "Execute"]
    assert [bool(cell.comment) for cell in met] == [False, True, True]


@given(st.decimals(-(10**18), 10**18, places=2))
def test_a_number_in_a_workbook_is_the_amount_that_was_given(amount):
    if is_exact(amount):
        assert Decimal(f"{float(amount):.15g}") == amount
    else:
        assert len(amount.normalize().as_tuple().digits) > 15


def test_dates_are_dates(folder):
    workbook, _ = load(folder / "en.xlsx")
    dates = [cell.value for cell in list_cells([workbook["Execute"]]) if cell.is_date]  # fmt: skip
    assert dates[0].date() == date(2026, 10, 5)
