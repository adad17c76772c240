"""What tests of the outbox begin with: a desk whose clock they move, and pushes to be sent."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from counterpoise.actions import connections, deliveries, outbox
from counterpoise.actions.connections import Connector
from counterpoise.domain.execute.pushes import PushRules, Wish
from counterpoise.domain.values.text import text
from counterpoise.store import outbox as stored
from counterpoise.store.outbox import Wanted
from counterpoise.store.outbox_claims import Taker

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
RULES = PushRules(10, timedelta(seconds=2), timedelta(seconds=600), 5, timedelta(seconds=30))


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self):
        return self.now

    def pass_seconds(self, seconds):
        self.now += timedelta(seconds=seconds)


@dataclass
class Outbox:
    """The outbox of one connection, and a worker beside it."""

    clock: Clock = field(default_factory=Clock)
    connection: str = "crm"
    rules: PushRules = RULES

    def ask(self, *wishes, read=None, state="waiting", asked_by=None):
        found = outbox.propose(
            self.connection, wishes, read or {}, state=state, asked_by=asked_by, at=self.clock.now
        )
        return tuple(each.push for each in found)

    def make_desk(self, worker="worker", **options):
        tell = {"tell": options.pop("tell")} if "tell" in options else {}
        return deliveries.Desk(Taker(worker, **options), self.rules, self.clock, Random(1), **tell)

    def deliver(self, writer, **options):
        return deliveries.deliver(self.connection, writer, self.make_desk(**options))

    def deliver_all(self, writer, *, seconds=1, most=2000, **options):
        """Go on, second by second, until nothing waits; how many calls were made."""
        calls = 0
        for _ in range(most):
            calls += bool(self.deliver(writer, **options))
            if not self.list("waiting", "claimed", "sent"):
                return calls
            self.clock.pass_seconds(seconds)
        raise AssertionError(f"still going: {self.count()}")

    def list(self, *states):
        return stored.list_pushes(Wanted(self.connection, states), limit=100_000)

    def count(self):
        return {state: n for (_, state), n in stored.count_states(self.connection).items()}

    def get(self, push):
        return stored.get_push(push.id)


def connect(monkeypatch, make_writer, name="crm"):
    """A connection of the workspace in use, to a kind of system that is only written to."""
    kind = Connector(text("Small CRM"), (), lambda opening: None, lambda opening: make_writer())
    monkeypatch.setitem(connections.CONNECTORS, f"small {name}", kind)
    connections.add_connection(name, f"small {name}", {}, now=NOON)


def wish(record, *, name="Deal", cause="test", **fields):
    return Wish(name, str(record), fields, cause)


def make(record, *, name="Task", cause="test", **fields):
    """A record that is not there yet, under a name of ours."""
    return Wish(name, "", fields, cause, record)


def hold_records(crm, count):
    for number in range(count):
        crm.hold("Deal", str(number), n="")


def ask_in_turn(box, events, records):
    """Each record's field is to count up, one push after the other."""
    for turn in range(events // records):
        box.ask(*(wish(number, n=str(turn + 1)) for number in range(records)))


def check_once_and_in_order(box, crm, events, records):
    effects = crm.list_effects()
    assert len({key for key, _, _ in effects}) == len(effects) == events
    assert sum(box.count().get(state, 0) for state in ("done", "known")) == events
    for number in range(records):
        brought = [fields["n"] for _, record, fields in effects if record == str(number)]
        assert brought == [str(turn + 1) for turn in range(events // records)]
