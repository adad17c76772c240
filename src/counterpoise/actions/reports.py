"""The report of a run: one HTML page and one workbook in each language."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from counterpoise.actions.workspaces import Workspace
from counterpoise.connectors.documents.page import write_page
from counterpoise.connectors.documents.workbook import write_workbook
from counterpoise.domain.tables.report import Cycle
from counterpoise.store.runs import Run

Language = Literal["en", "ar"]
LANGUAGES: tuple[Language, ...] = ("en", "ar")


@dataclass(frozen=True, slots=True)
class Report:
    """The files by language."""

    html: dict[str, Path]
    xlsx: dict[str, Path]


def write_report(workspace: Workspace, run: str, cycle: Cycle) -> Report:
    """Write the run's documents into the workspace, over those of an equal run."""
    folder = workspace.reports / run
    folder.mkdir(parents=True, exist_ok=True)
    return Report(
        html={each: write_page(cycle, folder / f"report.{each}.html", each) for each in LANGUAGES},
        xlsx={
            each: write_workbook(cycle, folder / f"report.{each}.xlsx", each) for each in LANGUAGES
        },
    )


def find_report(workspace: Workspace, run: Run, language: str, ending: str) -> Path | None:
    path = workspace.reports / run.id / f"report.{language}.{ending}"
    return path if path.is_file() else None


def copy_report(report: Report, out: Path) -> Report:
    """The same files in another folder."""
    out.mkdir(parents=True, exist_ok=True)
    return Report(
        html={name: Path(shutil.copy(path, out)) for name, path in report.html.items()},
        xlsx={name: Path(shutil.copy(path, out)) for name, path in report.xlsx.items()},
    )
