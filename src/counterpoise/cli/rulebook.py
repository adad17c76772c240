"""The rulebook on the command line: what holds, and taking in a business's own values."""

from datetime import date
from pathlib import Path
from typing import Literal

from counterpoise.actions import rules, workspaces
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say


class NoFile(ValueError):
    """`rulebook import` without a file."""


def rulebook(
    what: Literal["list", "import"] = "list",
    path: Path | None = None,
    /,
    *,
    on: date | None = None,
    common: Common = DEFAULTS,
) -> None:
    """Show or extend the rulebook.

    Parameters
    ----------
    what
        list the rules in force, or import a file; values that changed are appended.
    path
        A TOML file of [[rule]] entries.
    on
        The day for which to list; today where it is not said.
    """
    workspaces.open_workspace(common.workspace)
    if what == "import":
        if path is None:
            raise NoFile("Which file? Write: counterpoise rulebook import FILE.")
        added = rules.import_rules(path, at=now())
        if common.json:
            print_json({"added": len(added)})
        say(f"{len(added)} rules added from {path}.")
        return
    held = rules.list_in_force(on or now().date())
    if common.json:
        print_json({"rules": held})
        return
    rows = [(r.key, r.subject, r.value, r.unit, r.effective_from, r.source) for r in held]
    print_table("Rulebook", ("rule", "of", "value", "unit", "from", "source"), rows)
