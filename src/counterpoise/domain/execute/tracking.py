"""What becomes of an action: who owns it, where it stands, and who may change that.

An action is open until its owner begins it, ends as done or as dropped with a reason, and can be
opened again from both. Who may read the plan sees every action; anybody else sees their own.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from counterpoise.domain.values.rights import Role, Visitor
from counterpoise.domain.values.text import Text, text

State = Literal["open", "in_progress", "done", "dropped"]
STATES: tuple[State, ...] = get_args(State)
FOLLOWS: dict[State, tuple[State, ...]] = {
    "open": ("in_progress", "done", "dropped"),
    "in_progress": ("open", "done", "dropped"),
    "done": ("open",),
    "dropped": ("open",),
}
"""Which states may follow which."""
REASON_LIMIT = 1000
UNKNOWN_WORKER = text("This person cannot be given the action. Choose one of the list.")


class CannotTrack(ValueError):
    """A change that an action's course does not allow. `why` says so, for any language."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


class NoSuchStep(CannotTrack):
    """A state that does not follow the present one."""


class NoReason(CannotTrack):
    """An action dropped without a word, or with too many."""


class NotTheirs(CannotTrack):
    """An owner who may not be given the action."""


@dataclass(frozen=True, slots=True)
class Worker:
    """An account, as far as owning actions goes."""

    id: int
    login: str
    name: str
    role: Role
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an action stands. due_on: where someone set another day than the cycle proposed.

    reason: why it was dropped. edition: grows with each change; 0 before the first.
    """

    state: State = "open"
    owner: Worker | None = None
    assigned_by: int | None = None
    due_on: date | None = None
    reason: str = ""
    edition: int = 0

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "dropped")


def may_see(visitor: Visitor, standing: Standing) -> bool:
    return visitor.may("read_plan") or (visitor.may("work_actions") and _owns(visitor, standing))


def may_work(visitor: Visitor, standing: Standing) -> bool:
    """The owner, whoever gave it to them, and operations move an action along."""
    is_involved = _owns(visitor, standing) or standing.assigned_by == visitor.id
    return visitor.may("work_actions") and (is_involved or _is_operations(visitor))


def may_assign(visitor: Visitor, standing: Standing) -> bool:
    """A leader takes over nothing from people of other teams, unless they gave it themselves."""
    if not visitor.may("assign_actions"):
        return False
    owner = standing.owner
    return owner is None or standing.assigned_by == visitor.id or may_be_given(visitor, owner)


def may_be_given(visitor: Visitor, worker: Worker) -> bool:
    """Whom a visitor may give actions to: of reps, a leader has those of their own teams."""
    is_shared = bool(worker.teams & visitor.teams)
    return visitor.reach == "everyone" or worker.role != "rep" or is_shared


def assign(standing: Standing, worker: Worker, visitor: Visitor) -> Standing:
    """Raises NotTheirs for someone whom the visitor may not give actions to."""
    if not may_be_given(visitor, worker):
        raise NotTheirs(UNKNOWN_WORKER)
    return replace(standing, owner=worker, assigned_by=visitor.id)


def move(standing: Standing, state: State, reason: str = "") -> Standing:
    """Raises NoSuchStep, or NoReason where an action is dropped without one."""
    if state not in FOLLOWS[standing.state]:
        raise NoSuchStep(
            text(
                "The action is {now}, and {wanted} does not follow that. Choose another state.",
                now=standing.state.replace("_", " "),
                wanted=state.replace("_", " "),
            )
        )
    said = reason.strip()
    if state == "dropped" and not said:
        raise NoReason(text("Say why the action is dropped: the next cycle may propose it again."))
    if len(said) > REASON_LIMIT:
        raise NoReason(
            text("The reason has {n} characters; {limit} fit.", n=len(said), limit=REASON_LIMIT)
        )
    return replace(standing, state=state, reason=said)


def put_off(standing: Standing, due_on: date | None) -> Standing:
    """Another due day; None goes back to the one that the cycle proposed."""
    return replace(standing, due_on=due_on)


def is_overdue(standing: Standing, proposed: date, today: date) -> bool:
    return not standing.is_over and (standing.due_on or proposed) < today


def _owns(visitor: Visitor, standing: Standing) -> bool:
    return standing.owner is not None and standing.owner.id == visitor.id


def _is_operations(visitor: Visitor) -> bool:
    return visitor.role in ("operations", "administrator")
