"""Who is invited, what a person may do, and how somebody leaves.

Whoever manages people cannot change their own role, and nobody can take away the last
administrator. Each change is audited with what was before and after.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text, text
from counterpoise.store import invitations, people, sessions, tokens
from counterpoise.store.people import Facts, Person


class RefusedChange(ValueError):
    """A change of people that cannot be made. `why` says so, for any language."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


class NameTaken(RefusedChange):
    """A user name or e-mail address that somebody has already."""


class OwnRole(RefusedChange):
    """Somebody's change of what they themselves may do."""


class LastAdministrator(RefusedChange):
    """A change after which nobody could manage people."""


class NoPerson(LookupError):
    """There is no such person, invitation or link."""


class PersonChanged(ValueError):
    """Somebody else changed the person since the page was made. `theirs` is what holds now."""

    def __init__(self, theirs: Person) -> None:
        super().__init__(f"{theirs.username} was changed meanwhile. Look again, then decide.")
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Ended:
    """What died with an account."""

    sessions: int
    tokens: int
    invitations: int


def invite(visitor: Visitor, facts: Facts, at: datetime) -> str:
    """The secret of the link. Raises NameTaken."""
    with transaction.atomic():
        _check_free(facts)
        if invitations.is_invited(facts, at):
            raise NameTaken(
                text(
                    "Someone with this user name or e-mail address is invited already. Withdraw"
                    " that invitation first."
                )
            )
        return invitations.make_invitation(facts, visitor.id, at)


def withdraw(invitation_id: int, at: datetime) -> None:
    """Raises NoPerson."""
    if not invitations.withdraw_invitation(invitation_id, at):
        raise NoPerson(f"There is no open invitation {invitation_id}.")


def accept(invitation_id: int, name: str, password: str | None, at: datetime) -> Person:
    """Make the account that the invitation describes. Raises NoPerson and NameTaken."""
    with transaction.atomic():
        found = [each for each in invitations.list_open(at) if each.id == invitation_id]
        if not found or not invitations.use_invitation(invitation_id, at):
            raise NoPerson(f"There is no open invitation {invitation_id}.")
        asked = found[0].facts
        _check_free(asked)
        facts = Facts(
            asked.username, name or asked.name, asked.email, asked.role, asked.teams, asked.rep
        )
        return people.make_person(facts, password, at)


def change(visitor: Visitor, person_id: int, facts: Facts, edition: str, at: datetime) -> None:
    """edition: of the person as the page showed them. Raises what this module can raise."""
    with transaction.atomic():
        administrators = people.lock_administrators()
        person = _lock(person_id, edition)
        _check_free(facts, but=person.id)
        if person.id == visitor.id and _rights_of(facts) != _rights_of(person.facts):
            raise OwnRole(
                text(
                    "You cannot change your own role, teams or rep. Another administrator can do"
                    " it."
                )
            )
        if facts.role != "administrator":
            _check_not_last(person, administrators)
        people.keep_facts(person, facts, at)


def deactivate(visitor: Visitor, person_id: int, edition: str, at: datetime) -> Ended:
    """End an account and everything that opens doors in its name; what it did stays."""
    with transaction.atomic():
        administrators = people.lock_administrators()
        person = _lock(person_id, edition)
        if person.id == visitor.id:
            raise OwnRole(text("You cannot deactivate yourself. Another administrator can do it."))
        _check_not_last(person, administrators)
        ended = Ended(
            sessions.end_sessions(person.id),
            tokens.revoke_all(person.id, at),
            invitations.withdraw_all(person.id, at),
        )
        died = {
            "sessions_ended": ended.sessions,
            "tokens_revoked": ended.tokens,
            "invitations_withdrawn": ended.invitations,
        }
        people.keep_active(person, at, is_active=False, ended=died)
    return ended


def activate(person_id: int, edition: str, at: datetime) -> None:
    """Let somebody in again; sessions, tokens and invitations of before stay dead."""
    with transaction.atomic():
        people.keep_active(_lock(person_id, edition), at, is_active=True, ended={})


def _lock(person_id: int, edition: str) -> Person:
    person = people.lock_person(person_id)
    if person is None:
        raise NoPerson(f"There is no person {person_id}.")
    if person.edition != edition:
        raise PersonChanged(person)
    return person


def _check_free(facts: Facts, but: int | None = None) -> None:
    if people.is_taken(username=facts.username, but=but):
        raise NameTaken(text("There is an account with this user name. Choose another."))
    if people.is_taken(email=facts.email, but=but):
        raise NameTaken(text("There is an account with this e-mail address. Choose another."))


def _check_not_last(person: Person, administrators: tuple[int, ...]) -> None:
    if administrators == (person.id,):
        raise LastAdministrator(
            text(
                "{name} is the last administrator. Make someone else an administrator first.",
                name=person.name,
            )
        )


def _rights_of(facts: Facts) -> tuple[object, ...]:
    return facts.role, facts.teams, facts.rep
