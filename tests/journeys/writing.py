"""A process that writes at a steady pace: `python -m tests.journeys.writing SECONDS EVERY_MS NAME`.

Comments, overrides, actions and the audit trail in turn; prints how many were written and what
failed, with the workspace in the environment.
"""

import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

import django

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def main():
    django.setup()
    from django.db import DatabaseError

    from counterpoise.store import action_states, audit, comments, overrides
    from counterpoise.store.models import User

    seconds, every_ms, name = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    author = User.objects.get().pk
    cell = ("won_revenue", date(2026, 10, 1), (("region", name),))

    def override():
        current = overrides.find_current("2026-Q4", cell)
        draft = overrides.Draft(
            "2026-Q4", cell, Decimal(1), Decimal(2), "other", "why", current and current.id
        )
        overrides.make(draft, author_id=author, role="operations", at=NOON)

    def move():
        standing = action_states.find_standing("2026-Q4", name)
        action_states.keep_standing("2026-Q4", name, standing, verb="moved", at=NOON)

    writes = (
        override,
        move,
        lambda: comments.add_comment("plan:2026-Q4", "words " * 20, author_id=author, at=NOON),
        lambda: audit.record("a.change", f"of:{name}", after={"words": "words " * 20}, at=NOON),
    )
    began, failed, done = time.monotonic(), [], 0
    for number in count():
        due = number * every_ms / 1000
        if due > seconds:
            break
        time.sleep(max(0, began + due - time.monotonic()))
        if time.monotonic() - began > seconds:
            break
        try:
            writes[number % len(writes)]()
            done += 1
        except DatabaseError as error:
            failed.append(str(error))
    print(done, *sorted(set(failed)), sep="\n")


if __name__ == "__main__":
    main()
