"""One writer at a time: a second load waits for the first, then refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.values.text import text

WAIT_SECONDS = 30.0


class WriterBusy(RuntimeError):
    """Another load has been running for as long as we would wait."""


@contextmanager
def hold_writer_lock(workspace: Workspace, wait_seconds: float) -> Iterator[None]:
    """The system gives the lock back when a process dies, so a crash blocks nobody."""
    lock = FileLock(workspace.warehouse / ".writer.lock", timeout=wait_seconds)
    try:
        lock.acquire()
    except Timeout:
        raise WriterBusy(
            text(
                "Another load is running in {root}; it was not done within {wait_seconds}"
                " seconds. Nothing was changed. Wait for it, then collect again.",
                root=str(workspace.root),
                wait_seconds=f"{wait_seconds:g}",
            )
        ) from None
    try:
        yield
    finally:
        lock.release()
