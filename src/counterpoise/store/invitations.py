"""Invitations to make an account: a link that is shown once, works once, and not for ever."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast

from django.db import transaction
from django.db.models import QuerySet

from counterpoise.domain.values.rights import Role
from counterpoise.store import audit
from counterpoise.store.models import Invitation as InvitationRow
from counterpoise.store.people import Facts

LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invitation:
    """invited_by: the login of whoever made it."""

    id: int
    facts: Facts
    invited_by: str
    made_at: datetime
    expires_at: datetime


def make_invitation(facts: Facts, invited_by: int, at: datetime) -> str:
    """The secret of its link, which cannot be had again: only a hash of it is kept."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = InvitationRow.objects.create(
            secret_hash=_hash(secret),
            username=facts.username,
            name=facts.name,
            email=facts.email,
            role=facts.role,
            teams=list(facts.teams),
            rep=facts.rep,
            invited_by_id=invited_by,
            made_at=at,
            expires_at=at + LASTS,
        )
        audit.record("invitation.made", f"invitation:{row.pk}", after=facts.describe(), at=at)
    return secret


def list_open(at: datetime) -> tuple[Invitation, ...]:
    """Those that still work, newest first."""
    return tuple(_read(row) for row in _open(at))


def find_by_secret(secret: str, at: datetime) -> Invitation | None:
    row = _open(at).filter(secret_hash=_hash(secret)).first()
    return None if row is None else _read(row)


def find_by_email(email: str, at: datetime) -> Invitation | None:
    row = _open(at).filter(email__iexact=email).first() if email else None
    return None if row is None else _read(row)


def is_invited(facts: Facts, at: datetime) -> bool:
    """Whether an open invitation has this user name or e-mail address already."""
    found = _open(at)
    by_name = found.filter(username__iexact=facts.username).exists()
    return by_name or bool(facts.email and found.filter(email__iexact=facts.email).exists())


def use_invitation(invitation_id: int, at: datetime) -> bool:
    """Inside the transaction that makes the account. False where somebody was faster."""
    return bool(_open(at).filter(pk=invitation_id).update(accepted_at=at))


def withdraw_invitation(invitation_id: int, at: datetime) -> bool:
    """False where there is no such invitation that still works."""
    with transaction.atomic():
        if not _open(at).filter(pk=invitation_id).update(withdrawn_at=at):
            return False
        audit.record("invitation.withdrawn", f"invitation:{invitation_id}", at=at)
    return True


def withdraw_all(invited_by: int, at: datetime) -> int:
    """Of someone who leaves; whoever calls it records why."""
    return _open(at).filter(invited_by_id=invited_by).update(withdrawn_at=at)


def _open(at: datetime) -> QuerySet[InvitationRow]:
    rows = InvitationRow.objects.select_related("invited_by")
    return rows.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at)


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _read(row: InvitationRow) -> Invitation:
    facts = Facts(
        row.username, row.name, row.email, cast("Role", row.role), tuple(row.teams), row.rep
    )
    return Invitation(row.pk, facts, row.invited_by.username, row.made_at, row.expires_at)
