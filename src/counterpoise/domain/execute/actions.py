"""The cycle's outcome as a list of actions: what, why, who, by when, and what it is worth."""

from counterpoise.domain.execute.evidence import Desk, Evidence
from counterpoise.domain.execute.lessons import (
    propose_for_forecast,
    propose_lessons,
    propose_repairs,
)
from counterpoise.domain.execute.staffing import propose_staffing
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.action import Action


def propose_actions(evidence: Evidence, rulebook: Rulebook) -> tuple[Action, ...]:
    """Those worth most first, then those due first; as many as the rulebook's `action.limit`."""
    desk = Desk(rulebook, evidence.as_of)
    actions = [*propose_staffing(evidence, desk), *propose_repairs(evidence.health, desk)]
    if evidence.forecast is not None:
        actions += propose_for_forecast(evidence.forecast, evidence, desk)
    if evidence.variance is not None:
        actions += propose_lessons(evidence.variance, desk)
    actions.sort(key=_rank)
    return tuple(actions[: int(desk.number("action.limit"))])


def _rank(action: Action) -> tuple[bool, object, object, str]:
    return (action.effect is None, -(action.effect or 0), action.due_on, action.id)
