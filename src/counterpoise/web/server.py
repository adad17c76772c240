"""Runs the application on a production server, with its worker beside it unless told otherwise:
`python -m counterpoise.web.server HOST PORT [--no-worker] [--sample]`."""

import subprocess
import sys
import threading
import time

import django
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

WORKER = [sys.executable, "-m", "counterpoise.web.background.worker", "--beside"]


def main() -> None:
    host, port, options = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
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
    sys.stderr.write(f"Counterpoise is on http://{host}:{port}\n")
    sys.stderr.flush()
    if "--no-worker" not in options:
        # Started here, not in the thread: the server forks, and a process forked while another is
        # being started keeps its pipe open, so that the thread would wait for ever.
        worker = subprocess.Popen(WORKER)  # noqa: S603 -- our own interpreter and module
        threading.Thread(target=_keep_worker, args=[worker], daemon=True).start()
    Granian(
        "counterpoise.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=4,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


def _keep_worker(worker: subprocess.Popen[bytes]) -> None:
    """A worker for as long as the server runs; one that dies is followed by another."""
    while True:
        worker.wait()
        time.sleep(1)
        worker = subprocess.Popen(WORKER)  # noqa: S603 -- our own interpreter and module


if __name__ == "__main__":
    main()
