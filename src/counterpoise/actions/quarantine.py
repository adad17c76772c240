"""What could not be read, until a later load brings it well.

A newer load of a file of the same name speaks for that file: rows that an older one could not bring
are listed no more, whether the newer one brings them or has dropped them.
"""

from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.tables.received import Quarantined
from counterpoise.store import ledger
from counterpoise.warehouse.landing.batches import list_files, read_quarantine


def list_quarantine(workspace: Workspace) -> tuple[Quarantined, ...]:
    """By load, oldest first, then as the files were received and by row."""
    batches = ledger.list_batches()
    newest = {name: batch for batch in batches for name in list_files(workspace.landing / batch)}
    return tuple(
        each
        for batch in batches
        for each in read_quarantine(workspace.landing / batch)
        if newest[each.file] == batch
    )
