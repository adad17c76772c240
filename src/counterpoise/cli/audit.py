"""The trail of changes on the command line: is it whole?"""

import sys

from counterpoise.actions import trail, workspaces
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, say


def audit(*, common: Common = DEFAULTS) -> None:
    """Check that nobody has changed, added or taken away an entry of the audit trail.

    Exit 0 where it is whole; 1 where it is not, with the number of the first entry in question.
    """
    workspaces.open_workspace(common.workspace)
    found = trail.check_trail()
    if common.json:
        print_json({"entries": found.entries, "broken_at": found.broken_at, "why": found.why})
    if found.broken_at is None:
        say(f"{found.entries:,} entries, all as they were written.")
        return
    say(
        f"The trail is broken at entry {found.broken_at}: {found.why}. Keep a copy of the store as"
        " it is, compare it with a backup, and find out who can write to the database."
    )
    sys.exit(1)
