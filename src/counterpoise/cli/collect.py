"""Step one on the command line: land files, show what could not be read, judge the data."""

from datetime import date
from pathlib import Path

from counterpoise.actions import answers, examinations, workspaces
from counterpoise.actions import collect as loads
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working

SURE = 0.8
"""Confidence below which a column's meaning is shown for a person to look at."""


def collect(
    *paths: Path,
    mapping: Path | None = None,
    dry_run: bool = False,
    common: Common = DEFAULTS,
) -> None:
    """Land files or folders, and build.

    Parameters
    ----------
    paths
        Files or folders: CSV, Excel, Parquet, and gz or zip of these.
    mapping
        A mapping that `collect` proposed and you edited.
    dry_run
        Show the mapping and what would be done; keep nothing.
    """
    if not paths:
        raise loads.NothingToCollect("Which files? Write: counterpoise collect PATH.")
    workspace = _open_or_init(common)
    with working("Collecting"):
        done = loads.collect(workspace, paths, mapping=mapping, dry_run=dry_run, now=now())
    if common.json:
        print_json(answers.answer_collect(done))
        return
    _show(done, whole=dry_run)


def quarantine(*, limit: int = 100, common: Common = DEFAULTS) -> None:
    """Show the rows that could not be read.

    Parameters
    ----------
    limit
        How many rows to show; 0 shows all.
    """
    workspace = workspaces.open_workspace(common.workspace)
    rows = loads.list_quarantine(workspace)
    if common.json:
        print_json({"rows": rows})
        return
    shown = rows[:limit] if limit else rows
    cells = [(each.file, each.row, each.column, each.value, str(each.reason)) for each in shown]
    print_table(
        f"Quarantine: {len(rows)} rows", ("file", "row", "column", "value", "reason"), cells
    )
    if len(shown) < len(rows):
        say(f"{len(rows) - len(shown)} more; --limit 0 shows all.")


def health(*, as_of: date | None = None, common: Common = DEFAULTS) -> None:
    """Judge the data.

    Parameters
    ----------
    as_of
        The day to judge from; the last day of the data where it is not said.
    """
    workspace = workspaces.open_workspace(common.workspace)
    with working("Examining"):
        found = examinations.examine_data(workspace, as_of, today=now().date())
    if common.json:
        print_json(answers.answer_health(found))
        return
    rows = [
        (f.severity, f"{f.table}.{f.attribute}", f.rule, f.rows, f.rep or None, str(f.fix))
        for f in found.findings
    ]
    columns = ("severity", "where", "rule", "rows", "rep", "fix")
    print_table(f"Health {found.score} of 100, {len(found.findings)} findings", columns, rows)


def _open_or_init(common: Common) -> workspaces.Workspace:
    """A first `collect` in a folder makes the workspace there."""
    try:
        return workspaces.open_workspace(common.workspace)
    except workspaces.NoWorkspace:
        say(f"Making a workspace in {common.workspace.absolute()}.")
        return workspaces.init_workspace(common.workspace)


def _show(done: loads.Collected, *, whole: bool) -> None:
    """Where nothing was asked about the mapping, only what is unsure of it is shown by column."""
    mapped = [(m.file, m.column, f"{m.table}.{m.attribute}", m.confidence) for m in done.mapping]
    unsure = [row for row in mapped if row[3] < SURE]
    if whole or unsure:
        title = "Mapping" if whole else "Mapping: please check these"
        headers = ("file", "column", "becomes", "confidence")
        print_table(title, headers, mapped if whole else unsure)
    rows = [
        (name, c.received, c.new, c.updated, c.unchanged, c.quarantined)
        for name, c in done.tables.items()
    ]
    columns = ("table", "received", "new", "updated", "unchanged", "quarantined")
    print_table("Rows", columns, rows)
    for note in done.notes:
        say(f"- {note}")
    for file, column in done.unmapped:
        say(f"- {file}: nothing was made of the column {column}")
    if done.mapping_file:
        files = len({m.file for m in done.mapping})
        say(f"{len(mapped)} columns of {files} files are mapped: see {done.mapping_file}")
    if done.build:
        say(f"Build {done.build} is published. Next: counterpoise health, counterpoise cycle")
