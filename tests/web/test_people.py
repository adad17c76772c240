"""People and access: who manages them, what is refused, and what the links do."""

import re
import statistics
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterpoise.store import audit, invitations, people
from counterpoise.web.workplace import now
from people import PASSWORD, make_person, sign_in, sign_in_by_form

NEW = "a different long password"
ADAM = {
    "username": "adam", "name": "Adam Noor", "email": "adam@example.com",
    "role": "leader", "teams": "West\nEast\nWest", "rep": "",
}  # fmt: skip


def change(person, **other):
    kept = people.find_person(person.pk)
    sent = {"edition": kept.edition, "name": kept.name, "email": kept.email, "role": kept.role,
            "teams": "\n".join(kept.teams), "rep": kept.rep}  # fmt: skip
    return {**sent, **other}


def find_link(page):
    return re.search(r"http://localhost(/[\w/:-]+/)</code>", page.content.decode())[1]


def count():
    """Everything that a refused write could have left."""
    return len(audit.list_entries()), people.list_people(), invitations.list_open(now())


@pytest.mark.parametrize("role", ["operations", "leader", "rep", "finance", "executive", "viewer"])
def test_only_whoever_manages_people_finds_the_pages(browsers, team, role):
    huda = team["rep"].pk
    before = count()
    for path in ("/people/", "/people/invite/", f"/people/{huda}/"):
        assert browsers[role].get(path).status_code == 404
    for path in ("change", "deactivate", "activate", "password-link"):
        sent = change(team["rep"], role="administrator")
        assert browsers[role].post(f"/people/{huda}/{path}", sent).status_code == 404
    assert browsers[role].post("/people/invite/", ADAM).status_code == 404
    assert count() == before
    assert "/people/" not in browsers[role].get("/account/").content.decode()


def test_an_administrator_sees_everybody(browsers):
    page = browsers["administrator"].get("/people/").content.decode()
    assert "Huda Salem" in page
    assert "No invitation is open" in page


def test_someone_is_invited_and_joins(browsers, team):
    admin = browsers["administrator"]
    link = find_link(admin.post("/people/invite/", ADAM))
    listed = admin.get("/people/").content.decode()
    assert "Adam Noor" in listed
    assert link not in listed
    guest = Client(SERVER_NAME="localhost")
    page = guest.get(link)
    assert "amina has invited you" in page.content.decode()
    weak = {"name": "Adam", "new_password1": "adam", "new_password2": "adam"}
    assert guest.post(link, weak).status_code == 422
    sent = {"name": "Adam Noor", "new_password1": NEW, "new_password2": NEW}
    assert guest.post(link, sent).url == "/sign-in/"
    (adam,) = [each for each in people.list_people() if each.username == "adam"]
    assert (adam.role, adam.teams) == ("leader", ("West", "East"))
    assert guest.post("/sign-in/", {"login": "adam", "password": NEW}).url == "/"
    assert guest.get(link).status_code == 404
    assert Client(SERVER_NAME="localhost").post(link, sent).status_code == 404


def test_an_invitation_is_looked_at_and_withdrawn(browsers):
    admin = browsers["administrator"]
    link = find_link(admin.post("/people/invite/", ADAM))
    (invitation,) = invitations.list_open(now())
    assert "Adam Noor" in admin.get(f"/people/invitations/{invitation.id}/").content.decode()
    assert admin.post(f"/people/invitations/{invitation.id}/withdraw").url == "/people/"
    assert Client(SERVER_NAME="localhost").get(link).status_code == 404
    assert admin.get(f"/people/invitations/{invitation.id}/").status_code == 404
    assert admin.post(f"/people/invitations/{invitation.id}/withdraw").status_code == 404


@pytest.mark.parametrize(
    ("field", "sent", "why"),
    [
        pytest.param("username", "HUDA", "Choose another", id="a user name that is taken"),
        pytest.param("username", "a b", "valid username", id="a user name with a space"),
        pytest.param("username", "x\r\ny", "valid username", id="a user name of two lines"),
        pytest.param("role", "king", "", id="a role that there is not"),
        pytest.param("teams", "", "without a team", id="a leader of nobody"),
        pytest.param("teams", "\n".join(map(str, range(51))), "too many", id="51 teams"),
        pytest.param("email", "nowhere", "", id="an address that is none"),
    ],
)
def test_a_refused_invitation_leaves_nothing(browsers, field, sent, why):
    before = count()
    refused = browsers["administrator"].post("/people/invite/", {**ADAM, field: sent})
    assert refused.status_code == 422
    assert why in refused.content.decode()
    assert count() == before


def test_an_invitation_that_came_too_late_is_said(browsers):
    link = find_link(browsers["administrator"].post("/people/invite/", ADAM))
    make_person("viewer", username="adam")
    sent = {"name": "Adam", "new_password1": NEW, "new_password2": NEW}
    refused = Client(SERVER_NAME="localhost").post(link, sent)
    assert refused.status_code == 422
    assert "Choose another" in refused.content.decode()


@pytest.mark.case("WEB-07")
def test_a_new_role_holds_from_the_next_click_on(team, browsers):
    vera = browsers["viewer"]
    path = f"/people/{team['viewer'].pk}/change"
    for role, status in [("finance", 200), ("viewer", 404), ("finance", 200)] * 5:
        assert (
            browsers["administrator"].post(path, change(team["viewer"], role=role)).status_code
            == 302
        )
        assert vera.get("/audit/").status_code == status


def test_a_refused_change_is_shown_with_what_was_written(browsers, team):
    amina = team["administrator"]
    before = count()
    sent = change(amina, role="finance", name="Amina the First")
    refused = browsers["administrator"].post(f"/people/{amina.pk}/change", sent)
    assert refused.status_code == 422
    assert "cannot change your own role" in refused.content.decode()
    assert "Amina the First" in refused.content.decode()
    nameless = browsers["administrator"].post(f"/people/{amina.pk}/change", change(amina, name=""))
    assert nameless.status_code == 422
    assert count() == before


def test_two_who_change_the_same_person_see_each_others_values(browsers, team):
    second = sign_in(make_person("administrator", username="second"))
    path = f"/people/{team['rep'].pk}/change"
    mine, theirs = change(team["rep"], name="Huda S."), change(team["rep"], email="h@example.com")
    assert second.post(path, theirs).status_code == 302
    conflict = browsers["administrator"].post(path, mine)
    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "h@example.com" in page
    assert 'value="Huda S."' in page
    assert people.find_person(team["rep"].pk).name == "Huda Salem"
    edition = re.search(r'name="edition" value="(\w+)"', page)[1]
    assert browsers["administrator"].post(path, {**mine, "edition": edition}).status_code == 302


def test_someone_leaves_and_comes_back(browsers, team):
    huda, admin = team["rep"], browsers["administrator"]
    path = f"/people/{huda.pk}/"
    edition = {"edition": people.find_person(huda.pk).edition}
    assert admin.post(path + "deactivate", {"edition": "old"}).status_code == 409
    assert browsers["rep"].get("/account/").status_code == 200
    assert admin.post(path + "deactivate", edition).url == path
    assert browsers["rep"].get("/account/").status_code == 302
    assert admin.post(path + "password-link").status_code == 404
    assert "deactivated" in admin.get(path).content.decode()
    assert admin.post(path + "activate", edition).status_code == 409
    edition = {"edition": people.find_person(huda.pk).edition}
    assert admin.post(path + "activate", edition).url == path
    assert people.find_person(huda.pk).is_active


def test_nobody_deactivates_themselves_on_the_page(browsers, team):
    amina = team["administrator"]
    sent = {"edition": people.find_person(amina.pk).edition}
    refused = browsers["administrator"].post(f"/people/{amina.pk}/deactivate", sent)
    assert refused.status_code == 422
    assert "cannot deactivate yourself" in refused.content.decode()


@pytest.mark.case("WEB-12")
def test_a_link_to_a_new_password_works_once(browsers, team):
    huda = team["rep"]
    old = sign_in_by_form(huda)
    link = find_link(browsers["administrator"].post(f"/people/{huda.pk}/password-link"))
    guest = Client(SERVER_NAME="localhost")
    assert guest.get(link).status_code == 200
    assert guest.post(link, {"new_password1": "x", "new_password2": "x"}).status_code == 422
    sent = {"new_password1": NEW, "new_password2": NEW}
    assert guest.post(link, sent).url == "/sign-in/"
    assert old.get("/account/").status_code == 302
    assert guest.post(link, sent).status_code == 404
    assert sign_in_by_form(huda, NEW).get("/account/").status_code == 200
    assert sign_in_by_form(huda, PASSWORD).get("/account/").status_code == 302


@pytest.mark.case("WEB-12")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda link, other: link[:-2] + "x/", id="a changed letter"),
        pytest.param(lambda link, other: re.sub(r"\d+", other, link, count=1), id="another's"),
        pytest.param(lambda link, other: "/new-password/99999/abc/", id="nobody's"),
    ],
)
def test_a_link_that_was_tampered_with_leads_nowhere(browsers, team, spoil):
    link = find_link(browsers["administrator"].post(f"/people/{team['rep'].pk}/password-link"))
    assert (
        Client(SERVER_NAME="localhost").get(spoil(link, str(team["finance"].pk))).status_code == 404
    )


@pytest.mark.case("WEB-12")
def test_a_link_to_a_new_password_lasts_half_an_hour(browsers, team, monkeypatch):
    from datetime import timedelta

    from django.contrib.auth.tokens import default_token_generator

    link = find_link(browsers["administrator"].post(f"/people/{team['rep'].pk}/password-link"))
    for minutes, status in [(29, 200), (2, 404)]:  # the second on top of the first
        later = default_token_generator._now() + timedelta(minutes=minutes)
        monkeypatch.setattr(default_token_generator, "_now", lambda later=later: later)
        assert Client(SERVER_NAME="localhost").get(link).status_code == status


@pytest.mark.case("WEB-17")
def test_no_link_is_in_the_trail(browsers, team):
    admin = browsers["administrator"]
    links = [
        find_link(admin.post("/people/invite/", ADAM)),
        find_link(admin.post(f"/people/{team['rep'].pk}/password-link")),
    ]
    trail = str(audit.list_entries())
    assert [link for link in links if link.rstrip("/").rpartition("/")[2] in trail] == []


@pytest.mark.case("WEB-06")
def test_a_person_whom_one_may_not_see_and_one_who_is_not_there_are_answered_alike(browsers, team):
    layla = browsers["leader"]
    there, missing = f"/people/{team['rep'].pk}/", "/people/99999/"
    took = {there: [], missing: []}
    sizes = set()
    for _ in range(100):
        for path, times in took.items():
            began = time.perf_counter()
            answer = layla.get(path)
            times.append(time.perf_counter() - began)
            sizes.add((answer.status_code, len(answer.content)))
    assert len(sizes) == 1
    medians = [statistics.median(times) for times in took.values()]
    assert max(medians) / min(medians) < 1.25, "the gate answers before anything is looked up"


@pytest.mark.case("WEB-27")
def test_a_list_of_many_asks_as_often_as_a_list_of_few(browsers, team):
    from counterpoise.store.models import User

    admin = browsers["administrator"]
    admin.get("/people/")  # the company's time zone is looked up once
    counted = []
    for more in (0, 300):
        User.objects.bulk_create(User(username=f"p{n}", password="!") for n in range(more))
        with CaptureQueriesContext(connection) as queries:
            admin.get("/people/")
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 10
