"""Keys of programs to the API: made once, shown once, narrowed, and dead the moment they should be.

The secret is 256 random bits; only its SHA-256 is kept, which is enough because nobody can guess
what was never chosen by a person.
"""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast

from django.db import transaction

from counterpoise.domain.values.rights import RIGHTS, Right, Visitor
from counterpoise.store import audit, people
from counterpoise.store.models import Token as TokenRow

MARK = "cp_"
SHOWN_LETTERS = 8
USE_IS_NOTED = timedelta(minutes=5)
"""A use is written down at most this often: reading must not become writing."""


@dataclass(frozen=True, slots=True)
class Token:
    """prefix: the first letters of the secret, to tell tokens apart."""

    id: int
    name: str
    prefix: str
    scopes: tuple[Right, ...]
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_usable(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


def make_token(
    owner_id: int, name: str, scopes: Collection[Right], expires_at: datetime, at: datetime
) -> str:
    """The secret, which cannot be had again. The owner's role narrows the scopes at every use."""
    secret = MARK + secrets.token_urlsafe(32)
    kept = [right for right in RIGHTS if right in scopes]
    with transaction.atomic():
        row = TokenRow.objects.create(
            owner_id=owner_id,
            name=name,
            prefix=secret[:SHOWN_LETTERS],
            secret_hash=_hash(secret),
            scopes=kept,
            made_at=at,
            expires_at=expires_at,
        )
        after = {"name": name, "scopes": kept, "expires_at": expires_at.isoformat()}
        audit.record("token.made", f"token:{row.pk}", after=after, at=at)
    return secret


def list_tokens(owner_id: int) -> tuple[Token, ...]:
    """Newest first, the dead ones too."""
    return tuple(_read(row) for row in TokenRow.objects.filter(owner_id=owner_id))


def revoke_token(owner_id: int, token_id: int, at: datetime) -> bool:
    """False where this person has no such token in use."""
    with transaction.atomic():
        found = TokenRow.objects.filter(owner_id=owner_id, pk=token_id, revoked_at=None)
        if not found.update(revoked_at=at):
            return False
        audit.record("token.revoked", f"token:{token_id}", at=at)
    return True


def revoke_all(owner_id: int, at: datetime) -> int:
    """For someone who leaves; whoever calls it records why."""
    return TokenRow.objects.filter(owner_id=owner_id, revoked_at=None).update(revoked_at=at)


def find_visitor(secret: str, at: datetime) -> Visitor | None:
    """Who the token speaks for, with no more rights than its scopes and its owner's role share."""
    digest = _hash(secret)
    row = TokenRow.objects.select_related("owner").filter(secret_hash=digest).first()
    if row is None or not hmac.compare_digest(row.secret_hash, digest):
        return None
    if not _read(row).is_usable(at) or not row.owner.is_active:
        return None
    if row.last_used_at is None or at - row.last_used_at >= USE_IS_NOTED:
        TokenRow.objects.filter(pk=row.pk).update(last_used_at=at)
    return people.get_visitor(row.owner, only=frozenset(row.scopes))


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _read(row: TokenRow) -> Token:
    return Token(
        id=row.pk,
        name=row.name,
        prefix=row.prefix,
        scopes=cast("tuple[Right, ...]", tuple(row.scopes)),
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
