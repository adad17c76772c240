"""Writes a run of the cycle as an Excel workbook: a summary, a sheet a step, and definitions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext

from counterpoise.connectors.documents import names, planning_sheets, worksheets
from counterpoise.connectors.documents.reader import Language, Reader
from counterpoise.connectors.documents.sheets import Sheet, Totals
from counterpoise.domain.tables.report import Cycle

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
_STEPS: dict[str, Callable[[Sheet, Reader, Cycle], Totals]] = {
    "collect": worksheets.fill_collect,
    "demand": planning_sheets.fill_demand,
    "supply": planning_sheets.fill_supply,
    "reconcile": planning_sheets.fill_reconcile,
    "execute": worksheets.fill_execute,
    "measure": worksheets.fill_measure,
}


def write_workbook(cycle: Cycle, path: Path, language: Language) -> Path:
    """The workbook replaces whatever is at `path`."""
    reader = Reader(language, cycle.currency)
    with translation.override(language), xlsxwriter.Workbook(str(path), _OPTIONS) as workbook:
        workbook.set_properties({"title": f"{cycle.company} · {cycle.period}"})
        heading = f"{cycle.company} · {reader.period(cycle.period)}"
        summary = Sheet(workbook, reader, gettext("Summary"), heading)
        totals = _fill_steps(workbook, reader, cycle)
        worksheets.fill_summary(summary, reader, cycle, totals)
        summary.close()
        last = Sheet(workbook, reader, gettext("Definitions"), gettext("Definitions"))
        worksheets.fill_definitions(last, reader, cycle)
        last.close()
    return path


def _fill_steps(workbook: Any, reader: Reader, cycle: Cycle) -> Totals:
    totals: Totals = {}
    for step, fill in _STEPS.items():
        title = names.name_code("step", step)
        sheet = Sheet(workbook, reader, title, title)
        for refusal in cycle.refusals:
            if refusal.step == step:
                sheet.put_line(gettext("This step gave no answer. What it needs:"))
                sheet.put_line(reader.say(refusal.why))
        totals |= fill(sheet, reader, cycle)
        sheet.close()
    return totals
