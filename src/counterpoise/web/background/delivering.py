"""Delivers the outbox while a worker lives.

Every connection has threads of its own, one for what never failed and one for what did: a system
that is slow, and a push that fails slowly, hold up nothing else.
"""

import logging
import threading
import uuid

from django.db import connections

from counterpoise.actions import rules, writers
from counterpoise.domain.execute.pushes import read_push_rules
from counterpoise.store import outbox_claims, outbox_lines
from counterpoise.store.audit import Actor, acting
from counterpoise.store.outbox_claims import Lane, Taker
from counterpoise.web.background.supervisor import closing
from counterpoise.web.workplace import now

LOOK_SECONDS = 0.5
LANES: tuple[Lane, ...] = ("first", "again")

logger = logging.getLogger("counterpoise.outbox")


class Deliveries:
    """The threads of one worker."""

    def __init__(self) -> None:
        self._worker = uuid.uuid4().hex
        self._going: dict[tuple[str, Lane], threading.Thread] = {}

    def look(self) -> None:
        """Begin to deliver where something is due and nobody here is at it."""
        for connection in outbox_claims.list_due(now()):
            for lane in LANES:
                going = self._going.get((connection, lane))
                if going is None or not going.is_alive():
                    thread = threading.Thread(
                        target=self._deliver, args=(connection, lane), daemon=True
                    )
                    self._going[connection, lane] = thread
                    thread.start()

    def wait(self) -> None:
        """Until each of them is done for now."""
        for each in self._going.values():
            each.join()

    def _deliver(self, connection: str, lane: Lane) -> None:
        taker = Taker(f"{self._worker}-{lane}", lane)
        try:
            with acting(Actor("system", "worker")):
                while not closing.is_closing and writers.deliver_one(connection, taker, now):
                    pass
        except Exception:
            logger.exception("delivering to %s failed", connection)
            self._note_failure(connection)
        finally:
            connections.close_all()

    def _note_failure(self, connection: str) -> None:
        """A fault of ours counts as one of the line, so that it is not called again and again."""
        at = now()
        push_rules = read_push_rules(rules.load_rulebook(), at.date())
        failed = [f"call of {at.isoformat()}"]
        outbox_lines.note(connection, failed, is_well=False, rules=push_rules, at=at)
