"""What people say about a thing. A comment is never changed: who was wrong writes another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import transaction

from counterpoise.domain.values.rights import Role, Visitor, admit
from counterpoise.store import audit
from counterpoise.store.models import Comment as CommentRow
from counterpoise.store.models import CycleRun, ForecastOverride, FrozenPlan, User

LIMIT = 500
"""How many comments of a subject are shown at most, the newest of them."""


@dataclass(frozen=True, slots=True)
class Comment:
    """author: the login; name: as people call them."""

    id: int
    subject: str
    text: str
    author: str
    name: str
    made_at: datetime


def list_comments(subject: str) -> tuple[Comment, ...]:
    """In the order they were written."""
    rows = CommentRow.objects.select_related("author").filter(subject=subject)
    newest = list(rows.order_by("-made_at", "-id")[:LIMIT])
    return tuple(_read(row) for row in reversed(newest))


def add_comment(subject: str, text: str, *, author_id: int, at: datetime) -> Comment:
    with transaction.atomic():
        row = CommentRow.objects.create(subject=subject, text=text, author_id=author_id, made_at=at)
        audit.record("comment.added", subject, after={"comment": row.pk, "text": text}, at=at)
    return _read(row)


def list_mentioned(logins: Iterable[str]) -> tuple[Visitor, ...]:
    """Who of these has an account in use, with what they may see, by login."""
    rows = User.objects.filter(username__in=list(logins), is_active=True)
    return tuple(
        admit(row.pk, row.username, cast("Role", row.role), teams=row.teams, rep=row.rep)
        for row in rows.order_by("username")
    )


def has_plan(period: str) -> bool:
    return CycleRun.objects.filter(period=period).exists()


def has_override(override_id: int) -> bool:
    return ForecastOverride.objects.filter(pk=override_id).exists()


def has_version(version_id: int) -> bool:
    return FrozenPlan.objects.filter(pk=version_id).exists()


def _read(row: CommentRow) -> Comment:
    author = row.author
    return Comment(row.pk, row.subject, row.text, author.username, author.shown_name, row.made_at)
