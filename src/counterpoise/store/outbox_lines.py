"""How each connection of the outbox stands: paused, resting after failures, or told to wait."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from counterpoise.domain.execute.pushes import Line, PushRules, note_answers
from counterpoise.domain.values.document import read_sentence, to_document
from counterpoise.domain.values.text import Text
from counterpoise.store import audit
from counterpoise.store.models import OutboxLine


def list_lines() -> tuple[Line, ...]:
    return tuple(_read(row) for row in OutboxLine.objects.order_by("connection"))


def find_line(connection: str) -> Line:
    """One that nothing was said of yet is open."""
    row = OutboxLine.objects.filter(pk=connection).first()
    return Line(connection) if row is None else _read(row)


def lock(connection: str) -> Line:
    """The line, for this transaction alone."""
    OutboxLine.objects.get_or_create(pk=connection)
    return _read(OutboxLine.objects.select_for_update().get(pk=connection))


def keep(line: Line) -> None:
    OutboxLine.objects.filter(pk=line.connection).update(
        is_paused=line.is_paused,
        failing=list(line.failing),
        rests_until=line.rests_until,
        not_before=line.not_before,
        why=None if line.why is None else to_document(line.why),
    )


def set_paused(connection: str, *, is_paused: bool, why: Text | None = None, at: datetime) -> bool:
    """Stop or go on; False where it stands so already. Going on forgets what failed before."""
    with transaction.atomic():
        before = lock(connection)
        if before.is_paused == is_paused:
            return False
        keep(Line(connection, is_paused=is_paused, why=why))
        verb = "paused" if is_paused else "resumed"
        audit.record(f"push.{verb}", name_subject(connection), after={"why": str(why or "")}, at=at)
    return True


def note(
    connection: str, failed: Sequence[str], *, is_well: bool, rules: PushRules, at: datetime
) -> bool:
    """Keep what a call showed; whether the line begins to rest by it."""
    with transaction.atomic():
        before = lock(connection)
        after = note_answers(before, failed, is_well=is_well, rules=rules, at=at)
        if after != before:
            keep(after)
    return after.is_resting and not before.is_resting


def hold(connection: str, until: datetime) -> None:
    """The other system said when to come back."""
    with transaction.atomic():
        line = lock(connection)
        if line.not_before is None or line.not_before < until:
            keep(replace(line, not_before=until))


def name_subject(connection: str) -> str:
    """What the inbox and the audit trail call a connection."""
    return f"connection:{connection}"


def _read(row: OutboxLine) -> Line:
    return Line(
        connection=row.connection,
        is_paused=row.is_paused,
        failing=tuple(row.failing),
        rests_until=row.rests_until,
        not_before=row.not_before,
        why=read_sentence(row.why),
    )
