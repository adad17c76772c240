"""A background worker: `python -m counterpoise.web.background.worker [--beside PID]`.

Any number may run on one store.

With --beside it ends when the server of that process number, which started it, has ended.
"""

import os
import signal
import sys
import threading
import time
import uuid
from types import FrameType

import django

LOOK_SECONDS = 5.0
SWEEP_SECONDS = 300.0
"""What is old is no longer used, so it may lie about a while: a sweep keeps writers waiting."""


def main() -> None:
    django.setup()
    from django.db import close_old_connections  # noqa: PLC0415 -- after Django's set-up
    from django_tasks_db.management.commands.db_worker import Worker  # noqa: PLC0415 -- as above

    from counterpoise.store import kept_answers, sessions  # noqa: PLC0415 -- as above
    from counterpoise.web import workplace  # noqa: PLC0415 -- as above
    from counterpoise.web.background import (  # noqa: PLC0415 -- as above
        delivering,
        recovery,
        schedule,
        supervisor,
    )

    worker = Worker(
        queue_names=["*"],
        interval=0.5,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=uuid.uuid4().hex,
        excluded_queue_names=[],
    )

    def look_after() -> None:
        next_sweep = time.monotonic()
        while True:
            recovery.ask_again()
            schedule.ask_due()
            schedule.ask_to_tell()
            if time.monotonic() >= next_sweep:
                kept_answers.forget_old_answers(workplace.now())
                sessions.forget_ended_sessions(workplace.now())
                recovery.ask_for_letters()
                next_sweep = time.monotonic() + SWEEP_SECONDS
            close_old_connections()
            time.sleep(LOOK_SECONDS)

    def deliver() -> None:
        deliveries = delivering.Deliveries()
        while not supervisor.closing.is_closing:
            deliveries.look()
            close_old_connections()
            time.sleep(delivering.LOOK_SECONDS)

    def end(number: int, frame: FrameType | None) -> None:
        supervisor.closing.is_closing = True
        worker.running = False
        if not worker.running_task:
            sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if "--beside" in sys.argv:
        threading.Thread(target=_leave_with, args=[int(sys.argv[-1])], daemon=True).start()
    threading.Thread(target=look_after, daemon=True).start()
    threading.Thread(target=deliver, daemon=True).start()
    worker.run()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
