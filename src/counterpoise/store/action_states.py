"""Where the actions of a period stand: one row for each that somebody has touched."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction

from counterpoise.domain.execute.tracking import Standing, State, Worker
from counterpoise.domain.values.rights import Role
from counterpoise.store import audit
from counterpoise.store.models import ActionState, AuditEntry, User

HISTORY = 200


class EditionChanged(RuntimeError):
    """Somebody changed the action first. `now` is how it stands."""

    def __init__(self, now: Standing) -> None:
        super().__init__(
            f"The action was changed in the meantime: it is at edition {now.edition}. Look at how"
            " it stands now and decide again."
        )
        self.now = now


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an action. before and after: state, owner, due day and reason."""

    at: datetime
    actor: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def name_subject(period: str, action: str) -> str:
    """What comments, the inbox and the audit trail call an action."""
    return f"action:{period}:{action}"


def find_standing(period: str, action: str) -> Standing:
    """An action that nobody has touched is open and nobody's."""
    row = _rows().filter(period=period, action=action).first()
    return Standing() if row is None else _read(row)


def list_standings(period: str) -> dict[str, Standing]:
    """By the action's id."""
    return {row.action: _read(row) for row in _rows().filter(period=period)}


def list_periods_of(owner_id: int) -> tuple[str, ...]:
    """The periods in which a person owns an action, the newest first."""
    rows = ActionState.objects.filter(owner_id=owner_id).values_list("period", flat=True)
    return tuple(rows.distinct().order_by("-period"))


def keep_standing(
    period: str, action: str, standing: Standing, *, verb: str, at: datetime
) -> Standing:
    """Keep how an action stands from now on, if it still is at the edition that was changed.

    Raises EditionChanged, and then nothing is kept. Call it inside the change's transaction.
    """
    with transaction.atomic():
        before = find_standing(period, action)
        kept = replace(standing, edition=standing.edition + 1)
        if before.edition != standing.edition or not _write(period, action, kept, at):
            raise EditionChanged(find_standing(period, action))
        audit.record(
            f"action.{verb}",
            name_subject(period, action),
            before=_describe(before),
            after=_describe(kept),
            at=at,
        )
    return kept


def list_steps(period: str, action: str) -> tuple[Step, ...]:
    """What became of an action, the newest first."""
    subject = name_subject(period, action)[:200]
    rows = AuditEntry.objects.filter(subject=subject, verb__startswith="action.")[:HISTORY]
    return tuple(Step(row.at, row.actor, row.before or {}, row.after or {}) for row in rows)


def list_workers() -> tuple[Worker, ...]:
    """Everybody with an account that is in use, by name."""
    rows = User.objects.filter(is_active=True)
    return tuple(sorted((_read_worker(row) for row in rows), key=lambda each: each.name))


def find_worker(person_id: int) -> Worker | None:
    row = User.objects.filter(pk=person_id, is_active=True).first()
    return None if row is None else _read_worker(row)


def _write(period: str, action: str, kept: Standing, at: datetime) -> bool:
    """False where somebody was faster: the row is there already, or has another edition."""
    facts = {
        "owner_id": None if kept.owner is None else kept.owner.id,
        "assigned_by_id": kept.assigned_by,
        "due_on": kept.due_on,
        "state": kept.state,
        "reason": kept.reason,
        "edition": kept.edition,
        "changed_at": at,
    }
    if kept.edition > 1:
        rows = ActionState.objects.filter(period=period, action=action, edition=kept.edition - 1)
        return bool(rows.update(**facts))
    try:
        with transaction.atomic():
            ActionState.objects.create(period=period, action=action, **facts)
    except IntegrityError:
        return False
    return True


def _rows() -> Any:
    return ActionState.objects.select_related("owner")


def _read(row: ActionState) -> Standing:
    return Standing(
        state=cast("State", row.state),
        owner=None if row.owner is None else _read_worker(row.owner),
        assigned_by=row.assigned_by_id,
        due_on=row.due_on,
        reason=row.reason,
        edition=row.edition,
    )


def _read_worker(row: User) -> Worker:
    return Worker(
        row.pk, row.username, row.shown_name, cast("Role", row.role), frozenset(row.teams)
    )


def _describe(standing: Standing) -> dict[str, Any]:
    return {
        "state": standing.state,
        "owner": "" if standing.owner is None else standing.owner.login,
        "due_on": "" if standing.due_on is None else standing.due_on.isoformat(),
        "reason": standing.reason,
    }
