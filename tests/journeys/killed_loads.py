"""Kills loads at random moments and looks at what is left, in processes forked from one.

Run as `python killed_loads.py WORKSPACE ROUNDS SEED`: prints a line a round, ends with 1 and the
reason at the first thing lost, doubled or half visible.
"""

import os
import random
import signal
import sys
import time
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

from counterpoise.store import connection

connection.start()

from counterpoise.actions.collect import collect  # noqa: E402 -- Django first
from counterpoise.actions.workspaces import init_workspace, open_workspace  # noqa: E402
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping  # noqa: E402
from counterpoise.domain.values.text import text  # noqa: E402
from counterpoise.store import ledger  # noqa: E402
from counterpoise.warehouse.engine import open_connection  # noqa: E402
from counterpoise.warehouse.marts.publication import verify_build  # noqa: E402

START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 400
COLUMNS = {"id": "source_id", "stage": "stage", "amount": "amount"}
MAPPING = Mapping(
    (
        FileMapping(
            "deals.csv",
            "opportunity",
            "files",
            tuple(
                ColumnMapping("deals.csv", column, "opportunity", attribute, 1.0, text("stated"))
                for column, attribute in COLUMNS.items()
            ),
            (),
        ),
    )
)


def write(path, version):
    """Each version has a deal more and other amounts; one row never fits."""
    rows = [f"D-{number},Proposal,{number + version}" for number in range(ROWS + version)]
    path.write_text("\n".join(["id,stage,amount", *rows, f"X-{version},Won,oops"]) + "\n", "utf-8")


def load(root, version):
    workspace = open_workspace(root)
    collect(workspace, [root / "deals.csv"], mapping=MAPPING, now=START + timedelta(hours=version))


def check(root, versions):
    """The current build is whole, and is one of the versions that it may be."""
    workspace = open_workspace(root)
    build = workspace.build_folder(ledger.get_current_build().id)
    verify_build(build)
    with open_connection() as engine:
        rows, distinct, total = engine.execute(
            "SELECT count(*), count(DISTINCT source_id), sum(amount)"
            f" FROM read_parquet('{build}/opportunity/*.parquet')"
        ).fetchone()
    allowed = {(ROWS + each, ROWS + each, sum(range(each, ROWS + 2 * each))) for each in versions}
    assert (rows, distinct, int(total)) in allowed, (rows, distinct, total, versions)
    assert len(ledger.list_batches()) == len(ledger.list_builds())


def check_tidy(root):
    workspace = open_workspace(root)
    assert {each.name for each in workspace.landing.iterdir()} == set(ledger.list_batches())
    assert {each.name for each in workspace.builds.iterdir()} == set(ledger.list_builds())


def fork(task, *arguments):
    """The id of a process of its own that does the task and ends with 0, or 1."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        task(*arguments)
        status = 0
    except BaseException:  # a forked process reports and ends here, whatever happened
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def finish(task, *arguments):
    _, status = os.waitpid(fork(task, *arguments), 0)
    if status:
        sys.exit(f"{task.__name__}{arguments} failed")


def run(root, rounds, seed):
    chance = random.Random(seed)
    finish(init_workspace, root)
    write(root / "deals.csv", 0)
    began = time.monotonic()
    finish(load, root, 0)
    lasts = time.monotonic() - began
    killed = 0
    for version in range(1, rounds + 1):
        write(root / "deals.csv", version)
        child = fork(load, root, version)
        time.sleep(chance.uniform(0, lasts))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        finish(check, root, (version - 1, version))
        finish(load, root, version)
        finish(check, root, (version,))
        finish(check_tidy, root)
    print(f"{killed} of {rounds} loads were killed; nothing was lost, doubled or half visible")


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
