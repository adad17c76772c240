"""One process publishes builds while others read them:
`python -m tests.journeys.reading_builds WORKSPACE ROUNDS READERS`.

Prints how often was read; ends with 1 and the reason at the first read that is torn, older than
one before it, or finds no file.
"""

import os
import sys
from pathlib import Path

from tests.journeys.killed_loads import ROWS, finish, fork, load, write


def publish(root, rounds):
    for version in range(1, rounds + 1):
        write(root / "deals.csv", version)
        load(root, version)
    (root / "over").touch()


def read(root, number):
    """As a page does: the newest build, opened, and looked through."""
    from counterpoise.actions.workspaces import open_workspace
    from counterpoise.store import ledger
    from counterpoise.warehouse.engine import open_build

    workspace, seen, times, is_over = open_workspace(root), 0, 0, False
    while not is_over:
        is_over = (root / "over").exists()
        folder = workspace.build_folder(ledger.get_current_build().id)
        with open_build(folder) as opened:
            asked = "SELECT count(*), count(DISTINCT source_id), sum(amount) FROM opportunity"
            rows, distinct, total = opened.con.execute(asked).fetchone()
        version = rows - ROWS
        assert distinct == rows, "a build in which rows are there twice"
        assert int(total) == sum(range(version, rows + version)), "parts of two builds"
        assert version >= seen, f"build {version} after build {seen}"
        seen, times = version, times + 1
    assert seen > 0, "the newest build was never seen"
    (root / f"read-{number}").write_text(str(times))


def main(root, rounds, readers):
    from counterpoise.actions.workspaces import init_workspace

    finish(init_workspace, root)
    write(root / "deals.csv", 0)
    finish(load, root, 0)
    children = [fork(read, root, number) for number in range(readers)]
    finish(publish, root, rounds)
    if any(os.waitpid(child, 0)[1] for child in children):
        sys.exit("a reader failed")
    print(sum(int((root / f"read-{number}").read_text()) for number in range(readers)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
