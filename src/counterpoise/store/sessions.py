"""Where a person is signed in, and signing them out there.

The rows are kept by django-allauth, one for each sign-in; so this module needs the settings of the
web application and is imported by nothing that runs without them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as SessionRow

SIGNING_IN = timedelta(hours=1)  # a sign-in is noted a moment before its session is saved


@dataclass(frozen=True, slots=True)
class Session:
    """browser: as it names itself. is_here: the one that asks."""

    id: int
    address: str
    browser: str
    began_at: datetime
    is_here: bool


def list_sessions(person_id: int, here: str | None) -> tuple[Session, ...]:
    """Newest first; here is the key of the session that asks."""
    rows = UserSession.objects.filter(user_id=person_id).order_by("-created_at")
    return tuple(
        Session(row.pk, row.ip or "", row.user_agent, row.created_at, row.session_key == here)
        for row in rows
        if row.exists()
    )


def end_session(person_id: int, session_id: int) -> bool:
    """False where this person has no such session."""
    row = UserSession.objects.filter(user_id=person_id, pk=session_id).first()
    if row is None:
        return False
    row.end()
    return True


def end_sessions(person_id: int, but: str | None = None) -> int:
    """All sessions, or all but the one with this key; how many there were."""
    rows = list(UserSession.objects.filter(user_id=person_id).exclude(session_key=but or ""))
    for row in rows:
        row.end()
    return len(rows)


def forget_ended_sessions(at: datetime) -> int:
    """Delete what ended by itself, and say how many there were."""
    ended, _ = SessionRow.objects.filter(expire_date__lt=at).delete()
    UserSession.objects.filter(created_at__lt=at - SIGNING_IN).exclude(
        session_key__in=SessionRow.objects.values("session_key")
    ).delete()
    return ended
