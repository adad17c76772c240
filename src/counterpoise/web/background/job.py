"""The process of one job: `python -m counterpoise.web.background.job JOB ATTEMPT`.

A line of its last words is the sentence that says why it refused, for the person who asked.
"""

import json
import os
import sys
import threading
import time

import django

from counterpoise.domain.values.document import to_document
from counterpoise.domain.values.text import explain

REFUSED = 3
"""The exit code of a refusal, whose words are for the person; any other failure is ours."""
STANDS_BACK = int(os.environ.get("COUNTERPOISE_JOB_NICENESS", "10"))
"""How far a job stands back, so that whoever answers people comes first; 0 for not at all."""
WHY = "why: "
"""Before the sentence; what libraries say while the process ends may stand after it."""


def main() -> None:
    job_id, attempt = sys.argv[1], int(sys.argv[2])
    django.setup()
    from counterpoise.actions import work  # noqa: PLC0415 -- models load after Django's set-up
    from counterpoise.web import workplace  # noqa: PLC0415 -- as above

    os.nice(STANDS_BACK)
    threading.Thread(target=_leave_with, args=[os.getppid()], daemon=True).start()
    try:
        work.do_work(workplace.get_workspace(), job_id, attempt, now=workplace.now())
    except Exception as error:
        if not _is_ours(error):
            raise
        sys.stderr.write("\n" + WHY + json.dumps(to_document(explain(error))) + "\n")
        sys.exit(REFUSED)


def _is_ours(error: Exception) -> bool:
    """A refusal of our own is written for the reader; anything else keeps its trace for the log."""
    return type(error).__module__.partition(".")[0] == "counterpoise"


def _leave_with(parent: int) -> None:
    """A worker that dies takes its job's process along: the next worker begins it again."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main()
