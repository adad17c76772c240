"""People who may sign in, and what each of them may see and do."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction

from counterpoise.domain.values.rights import Right, Role, Visitor, admit
from counterpoise.store import audit
from counterpoise.store.models import User

FIRST_NAME = "admin"


@dataclass(frozen=True, slots=True)
class Facts:
    """What whoever manages people says of a person. teams and rep: as the data spells them."""

    username: str
    name: str
    email: str
    role: Role
    teams: tuple[str, ...] = ()
    rep: str = ""

    def describe(self) -> dict[str, Any]:
        return {**asdict(self), "teams": list(self.teams)}


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

    @property
    def facts(self) -> Facts:
        return Facts(self.username, self.name, self.email, self.role, self.teams, self.rep)

    @property
    def edition(self) -> str:
        """Another one after every change, so that nobody overwrites what they have not seen."""
        return sha256(repr((self.facts, self.is_active)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person wants to be called and to read. language: "" is the browser's."""

    name: str
    language: str
    theme: str
    shows_hijri: bool
    mirrors_charts: bool


def create_first_administrator() -> str | None:
    """Make the first account and return its password, once; None where someone has an account.

    Of two servers that start at once, one makes it and tells.
    """
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    try:
        with transaction.atomic():
            User.objects.create_superuser(FIRST_NAME, password=password, role="administrator")
    except IntegrityError:
        return None
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


def lock_person(person_id: int) -> Person | None:
    """Inside a transaction: whoever changes the same person waits until it ends."""
    row = User.objects.select_for_update().filter(pk=person_id).first()
    return None if row is None else _read(row)


def lock_administrators() -> tuple[int, ...]:
    """The administrators in use; inside a transaction, as nobody may take away the last of them."""
    rows = User.objects.select_for_update().filter(role="administrator", is_active=True)
    return tuple(row.pk for row in rows.order_by("pk"))


def find_account(login: str) -> User | None:
    """The account in use with this user name or e-mail address, whatever the case of its letters.

    The exact user name comes first: an address belongs to one account only, a name to one spelling.
    """
    if not login or "\0" in login:
        return None
    active = User.objects.filter(is_active=True)
    return (
        active.filter(username=login).first()
        or active.filter(username__iexact=login).order_by("pk").first()
        or active.filter(email__iexact=login).order_by("pk").first()
    )


def find_by_email(email: str) -> User | None:
    """The account in use with this e-mail address."""
    return User.objects.filter(is_active=True, email__iexact=email).first() if email else None


def is_taken(*, username: str = "", email: str = "", but: int | None = None) -> bool:
    """Whether another account, in use or not, has this user name or e-mail address."""
    rows = User.objects.all() if but is None else User.objects.exclude(pk=but)
    return bool(
        (username and rows.filter(username__iexact=username).exists())
        or (email and rows.filter(email__iexact=email).exists())
    )


def make_person(facts: Facts, password: str | None, at: datetime) -> Person:
    """Without a password the person signs in through the company's own sign-in alone."""
    with transaction.atomic():
        row = User.objects.create_user(
            facts.username,
            facts.email,
            password,
            name=facts.name,
            role=facts.role,
            teams=list(facts.teams),
            rep=facts.rep,
        )
        audit.record("person.joined", _subject(facts.username), after=facts.describe(), at=at)
    return _read(row)


def keep_facts(person: Person, facts: Facts, at: datetime) -> None:
    """The user name stays: the audit trail knows people by it."""
    with transaction.atomic():
        User.objects.filter(pk=person.id).update(
            name=facts.name,
            email=facts.email,
            role=facts.role,
            teams=list(facts.teams),
            rep=facts.rep,
        )
        before, after = person.facts.describe(), facts.describe()
        audit.record("person.changed", _subject(person.username), before=before, after=after, at=at)


def keep_active(person: Person, at: datetime, *, is_active: bool, ended: dict[str, int]) -> None:
    """ended: how many sessions, tokens … died with it."""
    verb = "person.activated" if is_active else "person.deactivated"
    with transaction.atomic():
        User.objects.filter(pk=person.id).update(is_active=is_active)
        audit.record(
            verb,
            _subject(person.username),
            before={"is_active": person.is_active},
            after={"is_active": is_active, **ended},
            at=at,
        )


def get_preferences(person_id: int) -> Preferences:
    return _read_preferences(User.objects.get(pk=person_id))


def keep_preferences(person_id: int, wanted: Preferences, at: datetime) -> None:
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=person_id)
        before = asdict(_read_preferences(row))
        for name, value in asdict(wanted).items():
            setattr(row, name, value)
        row.save(update_fields=list(asdict(wanted)))
        after = asdict(wanted)
        audit.record(
            "preferences.changed", _subject(row.username), before=before, after=after, at=at
        )


def _subject(username: str) -> str:
    return f"person:{username}"


def _read_preferences(row: User) -> Preferences:
    return Preferences(row.name, row.language, row.theme, row.shows_hijri, row.mirrors_charts)


def _read(row: User) -> Person:
    return Person(
        id=row.pk,
        username=row.username,
        name=row.shown_name,
        email=row.email,
        role=cast("Role", row.role),
        teams=tuple(row.teams),
        rep=row.rep,
        is_active=row.is_active,
        last_seen_at=row.last_login,
    )
