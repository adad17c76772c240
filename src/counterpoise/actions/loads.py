"""What a load brought, file by file, as its batch in the landing says."""

from dataclasses import dataclass

from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.tables.mapping import FileMapping
from counterpoise.warehouse.landing.batches import read_batch


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """rows: those that could be told apart. mapping: what its columns became."""

    name: str
    rows: int
    content_hash: str
    mapping: FileMapping


def list_loaded_files(workspace: Workspace, load: str) -> tuple[LoadedFile, ...]:
    batch = read_batch(workspace.landing / load)
    return tuple(
        LoadedFile(landed.received.name, landed.rows, landed.received.content_hash, mapping)
        for landed, mapping in batch.files
    )
