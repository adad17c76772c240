"""Asks the build that readers see now, as a test wants to know what arrived."""

from counterpoise.store import ledger
from counterpoise.warehouse.engine import open_build


def list_rows(workspace, query):
    """The answers as text, so that amounts and moments are compared as they are kept."""
    build = ledger.get_current_build()
    with open_build(workspace.build_folder(build.id)) as backend:
        return [tuple(str(each) for each in row) for row in backend.raw_sql(query).fetchall()]
