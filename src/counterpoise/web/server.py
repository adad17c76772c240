"""Runs the application on a production server, with its worker beside it unless told otherwise:
`python -m counterpoise.web.server HOST PORT PROCESSES [--no-worker] [--sample]`."""

import os
import subprocess
import sys
import threading
import time

import django
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

THREADS = 4
"""Of each process. They make pages one at a time, for they share Python's lock; several are for
what waits on the store, the disk or the sender."""
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between a worker's end and the next."""


def main() -> None:
    host, port, processes, options = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    django.setup()
    from counterpoise.store import people, upgrade  # noqa: PLC0415 -- models load after set-up
    from counterpoise.web.background.work import ask_for  # noqa: PLC0415 -- as above

    upgrade.upgrade_store()
    if (password := people.create_first_administrator()) is not None:
        sys.stderr.write(
            f"The first administrator signs in as {people.FIRST_NAME} with password {password}\n"
            "It is shown this once.\n"
        )
    if "--sample" in options:
        ask_for("sample", {}, key="sample", visitor=None)
        sys.stderr.write(
            "The sample company is being loaded; the first page shows how far it is.\n"
        )
    _load_pages()
    # What serves is forked from here, and SQLite in it would believe that it holds the locks of an
    # open file, which a fork does not take along.
    connections.close_all()
    if "--no-worker" not in options:
        # Started here, not in the thread: the server forks, and a process forked while another is
        # being started keeps its pipe open, so that the thread would wait for ever.
        worker = _start_worker()
        threading.Thread(target=_keep_worker, args=[worker], daemon=True).start()
    sys.stderr.write(f"Counterpoise is on http://{host}:{port}\n")
    sys.stderr.flush()
    Granian(
        "counterpoise.web.served:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


def _load_pages() -> None:
    """Loads every page before the processes fork, so that they share them and no first visitor of
    each waits for it."""
    from django.urls import get_resolver  # noqa: PLC0415 -- after set-up

    assert get_resolver().url_patterns


def _start_worker() -> subprocess.Popen[bytes]:
    """It is told whose it is: a server that is gone before its worker could look is noticed too."""
    command = [sys.executable, "-m", "counterpoise.web.background.worker"]
    return subprocess.Popen([*command, "--beside", str(os.getpid())])  # noqa: S603 -- our own


def _keep_worker(worker: subprocess.Popen[bytes]) -> None:
    """A worker for as long as the server runs; one that dies is followed by another, ever later
    where they die as soon as they are there: of a workspace that was taken away, say."""
    pause = SHORTEST_PAUSE
    while True:
        began = time.monotonic()
        worker.wait()
        if time.monotonic() - began > LONGEST_PAUSE:
            pause = SHORTEST_PAUSE
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
        worker = _start_worker()


if __name__ == "__main__":
    main()
