"""The tables of the outbox: a row for each field of a push, with what stands there and ours."""

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from counterpoise.actions.outbox import Proposed
from counterpoise.domain.execute.pushes import STATE_WORDS, Line, Push, State
from counterpoise.store.outbox import Step
from counterpoise.web.outbox.words import STEPS
from counterpoise.web.tables import Column, Row, Table, Value, Words


def build_pushes(name: str, caption: Words, empty: Words, pushes: Iterable[Push]) -> Table:
    return Table(
        name=name,
        caption=caption,
        columns=(
            Column("push", _("Push"), "text"),
            Column("connection", _("System"), has_choices=True),
            Column("record", _("Record")),
            Column("field", _("Field"), has_choices=True),
            Column("there", _("There")),
            Column("ours", _("Ours")),
            Column("state", _("State"), has_choices=True),
            Column("why", _("Why")),
            Column("cause", _("Cause")),
            Column("asked_at", _("Asked for"), "moment"),
        ),
        rows=tuple(row for push in pushes for row in _build_rows(push)),
        empty=empty,
    )


def build_lines(lines: Sequence[Line], counts: Mapping[tuple[str, State], int]) -> Table:
    names = dict.fromkeys([each.connection for each in lines] + [name for name, _ in counts])
    by_name = {each.connection: each for each in lines}

    def count(name: str, *states: State) -> int:
        return sum(counts.get((name, state), 0) for state in states)

    return Table(
        name="systems",
        caption=_("Systems"),
        columns=(
            Column("connection", _("System")),
            Column("stands", _("It is")),
            Column("proposed", _("Proposed"), "number"),
            Column("going", _("Under way"), "number"),
            Column("person", _("Needs a person"), "number"),
            Column("done", _("Done"), "number"),
            Column("why", _("Why")),
        ),
        rows=tuple(
            Row(
                {
                    "connection": name,
                    "stands": say_standing(by_name.get(name, Line(name))),
                    "proposed": count(name, "proposed"),
                    "going": count(name, "waiting", "claimed", "sent"),
                    "person": count(name, "conflict", "dead", "refused"),
                    "done": count(name, "done", "known"),
                    "why": by_name.get(name, Line(name)).why,
                }
            )
            for name in names
        ),
        empty=_("Nothing was ever sent to another system."),
    )


def build_difference(proposed: Sequence[Proposed]) -> Table:
    return Table(
        name="difference",
        caption=_("What would change"),
        columns=(
            Column("record", _("Record")),
            Column("field", _("Field"), has_choices=True),
            Column("there", _("There, as last read")),
            Column("ours", _("Ours")),
            Column("read", _("Read"), has_choices=True),
        ),
        rows=tuple(
            Row(
                {
                    "record": each.wish.name,
                    "field": name,
                    "there": each.standing.get(name),
                    "ours": value,
                    "read": _("yes") if each.is_read else _("never in full"),
                }
            )
            for each in proposed
            for name, value in each.fields.items()
        ),
        empty=_("Everything stands there as it should already."),
    )


def build_steps(name: str, caption: Words, steps: Sequence[Step]) -> Table:
    return Table(
        name=name,
        caption=caption,
        columns=(
            Column("at", _("When"), "moment"),
            Column("push", _("Push"), "text"),
            Column("who", _("Who")),
            Column("what", _("What"), has_choices=True),
            Column("claim", _("Claim"), "number"),
            Column("why", _("Why")),
        ),
        rows=tuple(
            Row(
                {
                    "at": each.at,
                    "push": str(each.push),
                    "who": each.actor,
                    "what": str(STEPS[each.verb]),
                    "claim": each.fence,
                    "why": each.why,
                },
                {"push": reverse("outbox:push", args=(each.push,))},
            )
            for each in steps
        ),
        empty=_("Nothing happened yet."),
    )


def say_standing(line: Line) -> str:
    if line.is_paused:
        return _("paused")
    return _("resting after failures") if line.is_resting else _("open")


def _build_rows(push: Push) -> Iterable[Row]:
    held = push.expected if push.found is None else push.found
    for name, value in push.fields.items():
        cells: dict[str, Value] = {
            "push": str(push.id),
            "connection": push.connection,
            "record": push.record,
            "field": name,
            "there": held.get(name),
            "ours": value,
            "state": STATE_WORDS[push.state],
            "why": push.why,
            "cause": push.cause,
            "asked_at": push.asked_at,
        }
        yield Row(cells, {"push": reverse("outbox:push", args=(push.id,))})
