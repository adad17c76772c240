"""Inviting, changing and leaving: what is refused, what dies, and what the trail says."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections

from counterpoise.actions import people as actions
from counterpoise.actions.people import (
    Ended,
    LastAdministrator,
    NameTaken,
    NoPerson,
    OwnRole,
    PersonChanged,
)
from counterpoise.store import audit, invitations, people, tokens
from counterpoise.store.people import Facts
from people import PASSWORD, make_person, sign_in_by_form

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ADAM = Facts("adam", "Adam Noor", "adam@example.com", "leader", ("West",))


def visit(row):
    return people.get_visitor(row)


def edition(row):
    return people.find_person(row.pk).edition


def invite(row, facts=ADAM, at=NOW):
    secret = actions.invite(visit(row), facts, at)
    return secret, invitations.find_by_secret(secret, at)


@pytest.fixture
def amina(workspace):
    return make_person("administrator")


@pytest.fixture
def omar(workspace):
    return make_person("operations")


def test_an_invitation_becomes_the_account_that_it_describes(workspace_on_each_store):
    _, invitation = invite(make_person("administrator"))
    person = actions.accept(invitation.id, "", PASSWORD, NOW + DAY)
    assert person.facts == ADAM
    assert [each.verb for each in audit.list_entries()] == ["person.joined", "invitation.made"]


def test_whoever_joins_says_their_own_name(amina):
    _, invitation = invite(amina)
    assert actions.accept(invitation.id, "آدم", PASSWORD, NOW).name == "آدم"


@pytest.mark.parametrize(
    ("end", "at"),
    [
        pytest.param(None, NOW + invitations.LASTS, id="after seven days"),
        pytest.param(actions.withdraw, NOW, id="when it was withdrawn"),
        pytest.param(
            lambda which, at: actions.accept(which, "", PASSWORD, at), NOW, id="when used"
        ),
    ],
)
def test_an_invitation_is_dead(amina, end, at):
    secret, invitation = invite(amina)
    if end:
        end(invitation.id, at)
    assert invitations.find_by_secret(secret, at) is None
    assert invitations.list_open(at) == ()
    with pytest.raises(NoPerson):
        actions.accept(invitation.id, "", PASSWORD, at)
    with pytest.raises(NoPerson):
        actions.withdraw(invitation.id, at)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        pytest.param(
            Facts("OMAR", "", "", "viewer"), "user name", id="a user name in other letters"
        ),
        pytest.param(
            Facts("new", "", "Omar@Example.com", "viewer"), "e-mail", id="an address in use"
        ),
        pytest.param(Facts("Adam", "", "", "viewer"), "invited already", id="a name invited"),
        pytest.param(
            Facts("b", "", "ADAM@example.com", "viewer"), "invited already", id="an address invited"
        ),
    ],
)
def test_nobody_is_invited_under_the_name_of_another(amina, facts, why):
    make_person("operations", email="omar@example.com")
    invite(amina)
    with pytest.raises(NameTaken, match=why):
        actions.invite(visit(amina), facts, NOW)
    assert len(invitations.list_open(NOW)) == 1


def test_an_account_that_came_first_keeps_its_name(amina):
    _, invitation = invite(amina)
    make_person("viewer", username="adam")
    with pytest.raises(NameTaken):
        actions.accept(invitation.id, "", PASSWORD, NOW)
    assert invitations.list_open(NOW) != ()


def test_one_invitation_used_by_two_at_once_makes_one_account(workspace_on_each_store):
    _, invitation = invite(make_person("administrator"))
    barrier, made, refused = Barrier(2), [], []

    def join():
        barrier.wait()
        try:
            made.append(actions.accept(invitation.id, "", PASSWORD, NOW))
        except (NoPerson, NameTaken) as error:
            refused.append(error)
        connections.close_all()

    threads = [Thread(target=join) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 1)


def test_a_change_is_audited_with_before_and_after(amina, omar):
    facts = Facts("omar", "Omar N.", "", "leader", ("East",))
    actions.change(visit(amina), omar.pk, facts, edition(omar), NOW)
    (entry,) = audit.list_entries()
    assert (entry.verb, entry.subject) == ("person.changed", "person:omar")
    assert (entry.before["role"], entry.after["role"]) == ("operations", "leader")
    assert people.find_person(omar.pk).facts == facts


def test_whoever_changes_what_they_have_not_seen_is_stopped(amina, omar):
    seen = edition(omar)
    actions.change(visit(amina), omar.pk, Facts("omar", "O", "", "viewer"), seen, NOW)
    with pytest.raises(PersonChanged) as stopped:
        actions.change(visit(amina), omar.pk, Facts("omar", "O", "", "finance"), seen, NOW)
    assert stopped.value.theirs.role == "viewer"


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(Facts("amina", "Amina Haddad", "", "finance"), id="another role"),
        pytest.param(Facts("amina", "Amina Haddad", "", "administrator", ("East",)), id="a team"),
        pytest.param(Facts("amina", "Amina Haddad", "", "administrator", (), "Huda"), id="a rep"),
    ],
)
def test_nobody_changes_what_they_themselves_may_do(amina, facts):
    make_person("administrator", username="second")
    with pytest.raises(OwnRole):
        actions.change(visit(amina), amina.pk, facts, edition(amina), NOW)


def test_anybody_may_change_how_they_themselves_are_called(amina):
    facts = Facts("amina", "Amina H.", "amina@example.com", "administrator")
    actions.change(visit(amina), amina.pk, facts, edition(amina), NOW)
    assert people.find_person(amina.pk).email == "amina@example.com"


def test_the_last_administrator_stays(amina):
    second = make_person("administrator", username="second")
    second.is_active = False
    second.save()
    other = make_person("administrator", username="token-holder")
    actions.deactivate(visit(amina), other.pk, edition(other), NOW)
    with pytest.raises(LastAdministrator, match="Amina Haddad is the last"):
        actions.deactivate(visit(second), amina.pk, edition(amina), NOW)
    with pytest.raises(LastAdministrator):
        actions.change(
            visit(second), amina.pk, Facts("amina", "A", "", "viewer"), edition(amina), NOW
        )


def test_two_administrators_cannot_remove_each_other_at_once(workspace_on_each_store):
    pair = [make_person("administrator"), make_person("administrator", username="second")]
    plans = [(visit(pair[0]), pair[1].pk, edition(pair[1])),
             (visit(pair[1]), pair[0].pk, edition(pair[0]))]  # fmt: skip
    barrier = Barrier(2)

    def remove(visitor, person, seen):
        barrier.wait()
        with suppress(LastAdministrator):
            actions.deactivate(visitor, person, seen, NOW)
        connections.close_all()

    threads = [Thread(target=remove, args=plan) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([each for each in people.list_people() if each.is_active]) == 1


def test_nobody_deactivates_themselves(amina):
    make_person("administrator", username="second")
    with pytest.raises(OwnRole):
        actions.deactivate(visit(amina), amina.pk, edition(amina), NOW)


@pytest.mark.case("WEB-08")
def test_with_an_account_dies_whatever_opened_doors_in_its_name(amina):
    second = make_person("administrator", username="second")
    browser = sign_in_by_form(second)
    secret = tokens.make_token(second.pk, "x", ["read_plan"], NOW + DAY, NOW)
    link, _ = invite(second)
    assert browser.get("/account/").status_code == 200
    ended = actions.deactivate(visit(amina), second.pk, edition(second), NOW)
    assert ended == Ended(sessions=1, tokens=1, invitations=1)
    assert browser.get("/account/").status_code == 302
    assert tokens.find_visitor(secret, NOW) is None
    assert invitations.find_by_secret(link, NOW) is None
    assert "sign-in" in sign_in_by_form(second).get("/account/").url
    made = [each for each in audit.list_entries() if each.verb == "invitation.made"]
    assert len(made) == 1, "what they did stays"


@pytest.mark.case("WEB-08")
def test_who_comes_back_signs_in_anew(amina):
    second = make_person("administrator", username="second")
    browser = sign_in_by_form(second)
    secret = tokens.make_token(second.pk, "x", ["read_plan"], NOW + DAY, NOW)
    actions.deactivate(visit(amina), second.pk, edition(second), NOW)
    actions.activate(second.pk, edition(second), NOW)
    assert browser.get("/account/").status_code == 302
    assert tokens.find_visitor(secret, NOW) is None
    assert sign_in_by_form(second).get("/account/").status_code == 200


def test_a_person_who_does_not_exist(amina):
    with pytest.raises(NoPerson):
        actions.activate(999, "", NOW)
