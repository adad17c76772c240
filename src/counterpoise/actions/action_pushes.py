"""Brings what becomes of an action to the systems that the rulebook names, with the decision."""

from datetime import datetime

from counterpoise.actions import outbox, outbox_alarms, rules
from counterpoise.domain.execute.action_push import (
    ActionShape,
    list_connections,
    make_wish,
    read_shape,
)
from counterpoise.domain.execute.pushes import Wish
from counterpoise.domain.execute.tracking import Standing
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.action import Action
from counterpoise.domain.values.text import explain
from counterpoise.store import action_states


def follow(period: str, action: Action, standing: Standing, *, at: datetime) -> None:
    """Propose, or let out, what a change of an action means elsewhere; in the change's transaction.

    A rule that cannot be read stops no change of an action: whoever looks after the outbox is told.
    """
    rulebook, on = rules.load_rulebook(), at.date()
    for connection in list_connections(rulebook, on):
        try:
            shape = read_shape(rulebook, connection, on)
        except InvalidRule as error:
            outbox_alarms.tell_of_line(connection, explain(error), at=at)
            continue
        wish = wish_for(period, action, standing, shape)
        state = outbox.RELEASED if shape.at_once else outbox.PROPOSED
        outbox.propose(connection, [wish], {}, state=state, at=at)


def wish_for(period: str, action: Action, standing: Standing, shape: ActionShape) -> Wish:
    subject = action_states.name_subject(period, action.id)
    return make_wish(subject, period, action, standing, shape)
