"""Step one on the command line: land files, show what could not be read, judge the data."""

from datetime import date
from pathlib import Path
from typing import Literal

from counterpoise.actions import answers, examinations, health_trend, kept, workspaces
from counterpoise.actions import collect as loads
from counterpoise.actions import fix_lists as letters
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.values.plain import to_plain

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


def health(
    *,
    as_of: date | None = None,
    trend: bool = False,
    cost: bool = False,
    common: Common = DEFAULTS,
) -> None:
    """Judge the data.

    Parameters
    ----------
    as_of
        The day to judge from; the last day of the data where it is not said.
    trend
        Show the score from build to build instead; the newest build is judged first, if it was not.
    cost
        Show what bad data costs the forecast instead, the fixes worth most first.
    """
    workspace = workspaces.open_workspace(common.workspace)
    if trend or cost:
        show = _show_trend if trend else _show_cost
        show(workspace, as_json=common.json)
        return
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


def fix_lists(action: Literal["send"], *, common: Common = DEFAULTS) -> None:
    """Send the fix lists of this week, once to each rep who has an account with an address.

    Parameters
    ----------
    action
        send. Letters go through the mail server that COUNTERPOISE_SMTP_URL names.
    """
    workspace = workspaces.open_workspace(common.workspace)
    with working("Sending"):
        done = letters.send_fix_lists(workspace, now=now())
    if common.json:
        print_json({"action": action, **to_plain(done)})
        return
    rows = [
        ("sent", ", ".join(done.sent)),
        ("had it before", ", ".join(done.known)),
        ("nothing to mend", ", ".join(done.clean)),
        ("refused", ", ".join(done.refused)),
    ]
    print_table(f"Fix lists of {done.week}", ("what", "who"), rows)


def _show_trend(workspace: workspaces.Workspace, *, as_json: bool) -> None:
    with working("Examining"):
        kept.examine_build(workspace, now=now())
    found = health_trend.list_trend()
    if as_json:
        print_json({"builds": health_trend.answer_trend(found)})
        return
    builds = [(each.build, each.as_of, each.score, each.rows) for each in found]
    print_table("Health from build to build", ("build", "as of", "score", "rows"), builds)
    moves = [
        (each.part.kind, each.part.name, each.part.score, each.before, each.part.findings)
        for each in health_trend.list_moves(found)
    ]
    print_table("Now", ("kind", "name", "score", "before", "findings"), moves)


def _show_cost(workspace: workspaces.Workspace, *, as_json: bool) -> None:
    with working("Examining"):
        examined = kept.examine_cost(workspace, now=now())
    found = examined.cost
    assert found is not None
    if as_json:
        print_json({"as_of": to_plain(examined.as_of), **to_plain(found)})
        return
    if found.refusal is not None:
        say(str(found.refusal))
        return
    rows = [
        (each.attribute, each.rule, each.deals, each.others, each.money, each.low_80, each.high_80)
        for each in found.costs
        if each.is_shown
    ]
    print_table(
        f"What bad data costs the forecast of {found.days} days, in {found.currency}",
        ("attribute", "rule", "deals with it", "deals without", "costs", "at least", "at most"),
        rows,
    )
    if len(rows) < len(found.costs):
        say(f"Of {len(found.costs) - len(rows)} other faults nothing can be said.")


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
