"""The `counterpoise` command: one group a step of the cycle.

Exit 0 on success, 2 on wrong usage, 1 on a refusal or failure with a message for the reader.
"""

import errno
import sys
from dataclasses import dataclass

from cyclopts import App, Group

from counterpoise import __version__
from counterpoise.cli.output import say

EPILOGUE = "Start with: counterpoise init, counterpoise collect PATH, counterpoise cycle 2026-Q4"

app = App(
    name="counterpoise",
    help="Sales operations in one loop: from a CRM export to a plan with evidence.",
    help_epilogue=EPILOGUE,
    version=__version__,
    help_format="plaintext",
    result_action="return_value",
)


@dataclass(frozen=True, slots=True)
class Command:
    """Where the command's function is, what it does in a sentence, and one way to call it."""

    place: str
    summary: str
    example: str


COMMANDS = {
    "Workspace": {
        "init": Command(
            "workspace:init",
            "Make a workspace: a warehouse folder, a store, and counterpoise.toml.",
            'counterpoise init --workspace acme --company "Acme Trading"',
        ),
        "sample": Command(
            "workspace:sample",
            "Write the sample company's source files, and the truth behind them.",
            "counterpoise sample --out sample --scale 2",
        ),
        "rulebook": Command(
            "rulebook:rulebook",
            "Show the rules in force, or take in a file of a business's own values.",
            "counterpoise rulebook import rulebook.toml",
        ),
        "audit": Command(
            "audit:audit",
            "Check that the audit trail is whole.",
            "counterpoise audit --workspace acme",
        ),
        "backup": Command(
            "backup:backup",
            "Write store, warehouse and reports into one file, while everything runs.",
            "counterpoise backup --out acme.backup --workspace acme",
        ),
        "restore": Command(
            "backup:restore",
            "Make the workspace that a backup holds.",
            "counterpoise restore acme.backup --workspace restored",
        ),
        "serve": Command(
            "workspace:serve",
            "Start the web application.",
            "counterpoise serve --port 8080",
        ),
        "worker": Command(
            "workspace:worker",
            "Start a background worker for the web application.",
            "counterpoise worker --workspace acme",
        ),
    },
    "Collect": {
        "collect": Command(
            "collect:collect",
            "Land files or folders, and build the canonical tables.",
            "counterpoise collect exports/ --dry-run",
        ),
        "connect": Command(
            "connect:connect",
            "Connect an outside system; list, test, pause, schedule or remove connections.",
            "counterpoise connect add erp sql --set url=sqlite:///erp.db --set objects=deals",
        ),
        "refresh": Command(
            "connect:refresh",
            "Bring what changed in connected systems since the last time.",
            "counterpoise refresh crm --json",
        ),
        "alert": Command(
            "connect:alert",
            "Say who hears when a refresh fails, in e-mail or chat.",
            "counterpoise alert add team --language ar",
        ),
        "hook": Command(
            "hook:hook",
            "Open addresses for signed events of other systems, and land what they send.",
            "counterpoise hook add marketing --records data --version updated_at",
        ),
        "quarantine": Command(
            "collect:quarantine",
            "Show the rows that could not be read, and why.",
            "counterpoise quarantine --json",
        ),
        "health": Command(
            "collect:health",
            "Judge the data: findings with examples and the fix.",
            "counterpoise health --as-of 2017-09-30",
        ),
        "fix-lists": Command(
            "collect:fix_lists",
            "Send each rep the week's letter with what to mend in their own rows.",
            "counterpoise fix-lists send --workspace acme",
        ),
        "enrich": Command(
            "enrich:enrich",
            "Ask files, tables, APIs and web pages what more they know of companies.",
            "counterpoise enrich run vendor --limit 500",
        ),
        "identity": Command(
            "identity:identity",
            "Find which records are one customer; review pairs, merge, undo, log.",
            "counterpoise identity match",
        ),
    },
    "Demand": {
        "demand": Command(
            "plan:demand",
            "Forecast what will be sold, with ranges and the evidence for them.",
            "counterpoise demand 2017-Q4 --as-of 2017-09-30",
        ),
        "overrides": Command(
            "overriding:overrides",
            "List what people put in the place of a forecast, and what they locked.",
            "counterpoise overrides 2017-Q4 --history",
        ),
        "override": Command(
            "overriding:override",
            "Put an amount in the place of a forecast figure; preview it, or withdraw one.",
            "counterpoise override make 2017-Q4 --person layla --percent 5 --reason large_deal"
            ' --comment "Two tenders"',
        ),
        "lock": Command(
            "overriding:lock",
            "Keep a forecast figure as it stands whatever is overridden around it, or free it.",
            'counterpoise lock make 2017-Q4 --person layla --by region=East --comment "Agreed"',
        ),
        "exceptions": Command(
            "plan:exceptions",
            "Say which figures of a forecast somebody should look at, who, and why.",
            "counterpoise exceptions 2017-Q4",
        ),
        "inspect": Command(
            "inspection:inspect",
            "Say what stands out about open deals, why, what to do, and what is at stake.",
            "counterpoise inspect 2017-Q4 --flag stalled",
        ),
        "volumes": Command(
            "volumes:volumes",
            "Show leads, deals, units, hours and tickets expected, with ranges.",
            "counterpoise volumes 2017-Q4",
        ),
        "change": Command(
            "plan:change",
            "Show what changed a forecast since the run before, by cause.",
            "counterpoise change 2017-Q4",
        ),
        "series": Command(
            "plan:series",
            "Carry any measure forward, whole or by its parts, with ranges.",
            "counterpoise series pipeline_created --by region product --every quarter",
        ),
        "marks": Command(
            "marks:marks",
            "Mark times that series are not to be learned from; list or withdraw marks.",
            'counterpoise marks one_off won_revenue 2026-03 --comment "One big tender"',
        ),
        "calls": Command(
            "calls:calls",
            "Roll up what sellers and managers call, submit a call, judge callers, and agree.",
            "counterpoise calls show 2026-Q4",
        ),
        "recurring": Command(
            "recurring:recurring",
            "Roll recurring revenue forward: new, expansion, contraction, churn; what renews next.",
            "counterpoise recurring --by segment --every quarter",
        ),
        "coverage": Command(
            "plan:coverage",
            "Say how often what came lay inside the ranges that were published.",
            "counterpoise coverage --json",
        ),
        "launch": Command(
            "launch:launch",
            "Launch products and phase them out: propose past launches, decide, withdraw.",
            'counterpoise launch propose "Ledger Lite" --family Software --price 2000',
        ),
    },
    "Supply": {
        "supply": Command(
            "plan:supply",
            "Compare the people who will be there with those the demand needs.",
            "counterpoise supply 2017-Q4 --as-of 2017-09-30",
        )
    },
    "Reconcile": {
        "reconcile": Command(
            "plan:reconcile",
            "Make one plan from demand and supply, save it, and say what limits it.",
            "counterpoise reconcile 2017-Q4 --scenario high",
        ),
        "verify": Command(
            "plan:verify",
            "Check a saved plan without the solver, or compute a frozen version again.",
            "counterpoise verify 2017-Q4-v1",
        ),
    },
    "Execute": {
        "outbox": Command(
            "outbox:outbox",
            "Look after what goes to other systems: propose, release, decide, deliver.",
            "counterpoise outbox propose stages.csv --connection crm --dry-run",
        )
    },
    "Measure": {
        "measures": Command(
            "measure:measures",
            "Compute published measures, each with its definition and how many rows it rests on.",
            "counterpoise measures win_rate --by region --period 2017-Q3",
        ),
        "own-measures": Command(
            "measure:own_measures",
            "Compute the measures that people of the company defined.",
            "counterpoise own-measures --by region",
        ),
        "process": Command(
            "process:process",
            "Show the funnel by cohort, the days in each stage, and why deals are lost.",
            "counterpoise process 2017 --cohorts quarter --by region",
        ),
        "waterfall": Command(
            "measure:waterfall",
            "Show every movement of the pipeline between two evenings; it adds up to the cent.",
            "counterpoise waterfall 2017-Q3 --due 2017-Q4 --by region",
        ),
    },
    "The whole cycle": {
        "cycle": Command(
            "cycle:cycle",
            "Run all six steps for a period and write the report.",
            "counterpoise cycle 2017-Q4 --as-of 2017-09-30",
        ),
        "report": Command(
            "cycle:report",
            "Write the report of the latest cycle of a period again, elsewhere.",
            "counterpoise report 2017-Q4 --out board",
        ),
    },
}

for _title, _commands in COMMANDS.items():
    _group = Group.create_ordered(_title)
    for _name, _command in _commands.items():
        app.command(
            f"counterpoise.cli.{_command.place}",
            name=_name,
            group=_group,
            help=_command.summary,
            help_epilogue=f"Example: {_command.example}",
        )


def main(arguments: list[str] | None = None) -> None:
    """Run a command line. Errors of our own classes are refusals, written for the reader."""
    from counterpoise.store import connection  # noqa: PLC0415 -- slow import

    connection.start()
    try:
        app(arguments, exit_on_error=False, print_error=True)
    except KeyboardInterrupt:
        say("Stopped. Nothing that was not finished has been kept.")
        sys.exit(130)
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        sys.exit(code)


def _exit_code(error: Exception) -> int | None:
    """What to exit with after telling the reader; None for what is a fault of the program."""
    package = type(error).__module__.partition(".")[0]
    if package == "cyclopts":
        return 2  # cyclopts has printed it
    if package == "counterpoise":
        said: str | None = str(error.args[0]) if error.args else str(error)
    elif isinstance(error, OSError):
        said = _explain_system(error)
    else:
        said = _explain_store(error)
    if said is None:
        return None
    say(said)
    return 1


def _explain_system(error: OSError) -> str | None:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return (
            f"The disk is full: {error}. What was published before is untouched. Free some space"
            " and run the command again."
        )
    if error.errno == errno.EIO:
        return (
            "The disk cannot be written or read (input/output error). What was published before is"
            " untouched. Check the disk, then run the command again."
        )
    if error.filename:
        return f"{error.filename}: {error.strerror}. Check the path and its permissions."
    return None


def _explain_store(error: Exception) -> str | None:
    """Named, not imported: the help must not load Django."""
    if f"{type(error).__module__}.{type(error).__name__}" != "django.db.utils.OperationalError":
        return None
    said = str(error).strip().splitlines()[0]
    return (
        f"The store does not answer ({said}). What was published before is untouched. See that the"
        " database runs, then run the command again."
    )
