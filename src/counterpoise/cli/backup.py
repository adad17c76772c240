"""Commands that back a workspace up and restore it."""

from pathlib import Path

from counterpoise.actions import backups, workspaces
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, say, working


def backup(*, out: Path, common: Common = DEFAULTS) -> None:
    """Back the workspace up.

    Parameters
    ----------
    out
        The file to write. Keep it as safe as the store: the hashes of passwords are in it.
    """
    workspace = workspaces.open_workspace(common.workspace)
    with working("Backing up"):
        done = backups.back_up(workspace, out, now=now())
    if common.json:
        print_json(
            {
                "backup": done.path,
                "bytes": done.size,
                "files": done.files,
                "builds": done.builds,
                "audit_entries": done.entries,
                "store": done.has_store,
            }
        )
        return
    say(f"{done.path}: {done.files:,} files, {done.builds:,} builds, {done.size:,} bytes.")
    if not done.has_store:
        say(
            "The store is PostgreSQL and is NOT in it. Run pg_dump before each backup, so that the"
            " backup holds every build that the dump names."
        )


def restore(file: Path, /, *, common: Common = DEFAULTS) -> None:
    """Restore a backup into an empty folder.

    Parameters
    ----------
    file
        What `backup` wrote.
    """
    with working("Restoring"):
        done = backups.restore(file, common.workspace)
    if common.json:
        print_json(
            {
                "workspace": done.workspace.root,
                "files": done.files,
                "builds": done.builds,
                "audit_entries": done.entries,
                "audit_whole": done.is_whole,
            }
        )
        return
    say(f"{done.workspace.root} is restored: {done.files:,} files, {done.builds:,} builds.")
    if done.is_whole is None:
        say("The store is PostgreSQL: restore its dump with pg_restore, then name it.")
    elif done.is_whole:
        say(f"The audit trail is whole: {done.entries:,} entries.")
    else:
        say("The audit trail was broken when the backup was made: `counterpoise audit` says where.")
