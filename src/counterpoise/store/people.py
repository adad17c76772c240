"""People who may sign in, and what each of them may see and do."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser

from counterpoise.domain.values.rights import Right, Role, Visitor, admit
from counterpoise.store.models import User

FIRST_NAME = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """An account as others may see it."""

    id: int
    username: str
    name: str
    email: str
    role: Role
    teams: tuple[str, ...]
    rep: str
    is_active: bool
    last_seen_at: datetime | None


def create_first_administrator() -> str | None:
    """Make the first account and return its password, once; None where someone has an account."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(FIRST_NAME, password=password, role="administrator")
    return password


def get_visitor(user: AbstractBaseUser, only: frozenset[Right] | None = None) -> Visitor:
    """What a signed-in account may see and do; `only` narrows it, as a token's scopes do."""
    account = cast("User", user)
    return admit(
        account.pk,
        account.username,
        cast("Role", account.role),
        teams=account.teams,
        rep=account.rep,
        only=only,
    )


def list_people() -> tuple[Person, ...]:
    return tuple(_read(row) for row in User.objects.order_by("username"))


def find_person(person_id: int) -> Person | None:
    row = User.objects.filter(pk=person_id).first()
    return None if row is None else _read(row)


def _read(row: User) -> Person:
    return Person(
        id=row.pk,
        username=row.username,
        name=row.name or row.username,
        email=row.email,
        role=cast("Role", row.role),
        teams=tuple(row.teams),
        rep=row.rep,
        is_active=row.is_active,
        last_seen_at=row.last_login,
    )
