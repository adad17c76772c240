"""Carries out the actions that a period's cycles proposed: who owns each, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from counterpoise.actions import action_pushes, kept
from counterpoise.domain.execute import tracking
from counterpoise.domain.execute.tracking import Standing, State, Worker
from counterpoise.domain.tables.action import Action
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import action_states, inbox, runs
from counterpoise.store.action_states import EditionChanged

RUNS_LOOKED_AT = 8
"""How many of a period's runs are searched for an action that the newest no longer proposes."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """An action and where it stands. run: that proposed it last, for `currency` and evidence.

    is_proposed: false where the newest run of the period no longer calls for it.
    """

    period: str
    action: Action
    standing: Standing
    run: str
    currency: str
    is_proposed: bool

    @property
    def due_on(self) -> date:
        return self.standing.due_on or self.action.due_on

    def is_overdue(self, today: date) -> bool:
        return tracking.is_overdue(self.standing, self.action.due_on, today)


def list_tracked(visitor: Visitor, period: str) -> tuple[Tracked, ...]:
    """The actions of a period that are for the visitor's eyes, as the newest run ranks them.

    Actions that an earlier run proposed and somebody has taken up come last.
    """
    standings = action_states.list_standings(period)
    found = _list_proposed(period, standings)
    return tuple(each for each in found if tracking.may_see(visitor, each.standing))


def find_tracked(visitor: Visitor, period: str, action: str) -> Tracked | None:
    """None for one that there is not, and for one that is not for the visitor's eyes."""
    listed = list_tracked(visitor, period)
    return next((each for each in listed if each.action.id == action), None)


def list_taken_up() -> tuple[Tracked, ...]:
    """The actions of the newest run's period that somebody has changed, whoever asks."""
    newest = next(iter(runs.list_headings()), None)
    if newest is None:
        return ()
    standings = action_states.list_standings(newest.period)
    proposed = _list_proposed(newest.period, standings)
    return tuple(each for each in proposed if each.standing.edition)


def list_periods(visitor: Visitor) -> tuple[str, ...]:
    """Periods with actions for the visitor's eyes: that of the newest run first, or their own."""
    if visitor.may("read_plan"):
        return tuple(dict.fromkeys(each.period for each in runs.list_headings()))
    return action_states.list_periods_of(visitor.id) if visitor.may("work_actions") else ()


def list_workers(visitor: Visitor) -> tuple[Worker, ...]:
    """Whom the visitor may give actions to."""
    everyone = action_states.list_workers()
    return tuple(each for each in everyone if tracking.may_be_given(visitor, each))


def assign(
    visitor: Visitor, tracked: Tracked, worker_id: int, *, edition: int, link: str, at: datetime
) -> Standing:
    """Give an action to a person, whose inbox says so. link: the action's page.

    Raises NotTheirs, and EditionChanged where somebody changed the action after `edition`.
    """
    worker = action_states.find_worker(worker_id)
    if worker is None:
        raise tracking.NotTheirs(tracking.UNKNOWN_WORKER)
    standing = tracking.assign(_at_edition(tracked, edition), worker, visitor)
    with transaction.atomic():
        saved = _keep(tracked, standing, "assigned", at)
        if worker.id != visitor.id:
            subject = action_states.name_subject(tracked.period, tracked.action.id)
            inbox.tell(worker.id, "action", subject, link, tracked.action.what, at)
    return saved


def move(tracked: Tracked, state: State, reason: str, *, edition: int, at: datetime) -> Standing:
    """Raises NoSuchStep, NoReason, and EditionChanged."""
    standing = tracking.move(_at_edition(tracked, edition), state, reason)
    return _keep(tracked, standing, "moved", at)


def put_off(tracked: Tracked, due_on: date | None, *, edition: int, at: datetime) -> Standing:
    """Set the day an action is due; None goes back to the proposed one. Raises EditionChanged."""
    standing = tracking.put_off(_at_edition(tracked, edition), due_on)
    return _keep(tracked, standing, "due-set", at)


def _at_edition(tracked: Tracked, edition: int) -> Standing:
    """What the visitor saw must be how it stands, or the change would undo someone else's."""
    if tracked.standing.edition != edition:
        raise EditionChanged(tracked.standing)
    return tracked.standing


def _keep(tracked: Tracked, standing: Standing, verb: str, at: datetime) -> Standing:
    """What other systems are to hold of it is written with it, or neither is."""
    with transaction.atomic():
        saved = action_states.keep_standing(
            tracked.period, tracked.action.id, standing, verb=verb, at=at
        )
        action_pushes.follow(tracked.period, tracked.action, saved, at=at)
    return saved


def _list_proposed(period: str, standings: Mapping[str, Standing]) -> list[Tracked]:
    """What the newest run proposes, then what only earlier ones did and somebody took up.

    Runs that were kept before their actions could be read are passed over.
    """
    found: list[Tracked] = []
    is_newest = True
    for heading in runs.list_headings(period)[:RUNS_LOOKED_AT]:
        known = {each.action.id for each in found}
        if not is_newest and known.issuperset(standings):
            break
        if (cycle := kept.find_cycle(heading.id)) is None:
            continue
        found += [
            Tracked(
                period,
                action,
                standings.get(action.id, Standing()),
                heading.id,
                cycle.currency,
                is_proposed=is_newest,
            )
            for action in cycle.actions
            if is_newest or (action.id in standings and action.id not in known)
        ]
        is_newest = False
    return found
