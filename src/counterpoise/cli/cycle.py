"""The whole cycle on the command line, and its report."""

from datetime import date
from pathlib import Path

from counterpoise.actions import cycles, reports, workspaces
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working


def cycle(period: str, /, *, as_of: date | None = None, common: Common = DEFAULTS) -> None:
    """Run all six steps and write the report.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017).
    as_of
        The day whose knowledge counts; else the day before the period, or the last day of data.
    """
    workspace = workspaces.open_workspace(common.workspace)
    with working("Running the cycle"):
        done = cycles.run_cycle(workspace, period, as_of=as_of, now=now())
    if common.json:
        print_json({**done.answer, "report": {"html": done.report.html, "xlsx": done.report.xlsx}})
        return
    rows = [
        (n, each.area, str(each.what), each.owner_role, each.due_on)
        for n, each in enumerate(done.cycle.actions, 1)
    ]
    print_table(
        f"{done.cycle.company}, {period}: what to do", ("", "area", "what", "who", "by"), rows
    )
    for refusal in done.cycle.refusals:
        say(f"- {refusal.step}: {refusal.why}")
    for name in done.plans:
        say(f"Plan {name} is saved; check it with: counterpoise verify {name}")
    for language, path in done.report.html.items():
        say(f"Report ({language}): {path} and {done.report.xlsx[language].name}")


def report(period: str, /, *, out: Path, common: Common = DEFAULTS) -> None:
    """Write the report of the latest cycle of a period into a folder.

    Parameters
    ----------
    period
        The period of the cycle; where none was run for it yet, it is run now.
    out
        The folder to write into.
    """
    workspace = workspaces.open_workspace(common.workspace)
    with working("Writing the report"):
        found = cycles.find_report(workspace, period)
        if found is None:
            found = cycles.run_cycle(workspace, period, as_of=None, now=now()).report
        written = reports.copy_report(found, out)
    if common.json:
        print_json({"html": written.html, "xlsx": written.xlsx})
        return
    for path in (*written.html.values(), *written.xlsx.values()):
        say(str(path))
