"""A session begins with a password, is somebody's alone, and is of no use once it has ended."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from addresses import list_addresses
from people import PASSWORD, make_person, sign_in


def type_in(person, password=PASSWORD, browser=None):
    """A browser in which the person has typed name and password, and the answer."""
    browser = browser or Client(SERVER_NAME="localhost")
    answer = browser.post("/sign-in/", {"login": person.username, "password": password})
    return browser, answer


def get_key(browser):
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.case("WEB-12")
def test_signing_in_takes_no_session_that_was_there_before(workspace):
    person = make_person("operations")
    planted = Client(SERVER_NAME="localhost")
    planted.get("/sign-in/")
    known = planted.session
    known["who"] = "attacker"
    known.save()
    planted.cookies[settings.SESSION_COOKIE_NAME] = known.session_key
    browser, answer = type_in(person, browser=planted)
    assert answer.status_code == 302
    assert get_key(browser) != known.session_key
    stolen = Client(SERVER_NAME="localhost")
    stolen.cookies[settings.SESSION_COOKIE_NAME] = known.session_key
    assert stolen.get("/cycle/").status_code == 302


def test_every_session_has_a_key_of_its_own(workspace):
    person = make_person("operations")
    keys = {get_key(type_in(person)[0]) for _ in range(5)}
    assert len(keys) == 5
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys)


@pytest.mark.case("WEB-12")
def test_a_session_that_was_left_opens_nothing(workspace):
    browser, _ = type_in(make_person("operations"))
    key = get_key(browser)
    assert browser.get("/cycle/").status_code == 200
    browser.post("/sign-out/")
    stolen = Client(SERVER_NAME="localhost")
    stolen.cookies[settings.SESSION_COOKIE_NAME] = key
    assert stolen.get("/cycle/").status_code == 302


def test_a_session_that_nobody_made_opens_nothing(workspace):
    browser = Client(SERVER_NAME="localhost")
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert browser.get("/cycle/").status_code == 302


@pytest.mark.parametrize(
    ("chosen", "typed", "status"),
    [
        pytest.param(PASSWORD, PASSWORD, 302, id="as it was chosen"),
        pytest.param(PASSWORD, PASSWORD.upper(), 422, id="in capitals"),
        pytest.param(PASSWORD, PASSWORD[:-1], 422, id="cut short"),
        pytest.param(PASSWORD, f"{PASSWORD}x", 422, id="with one letter more"),
        pytest.param("x" * 128, "x" * 128, 302, id="of 128 letters"),
        pytest.param("x" * 128, "x" * 127, 422, id="of 128 letters, cut short"),
        pytest.param("كلمة سر طويلة جدا", "كلمة سر طويلة جدا", 302, id="in Arabic"),
        pytest.param(" spaces at both ends ", " spaces at both ends ", 302, id="with spaces"),
        pytest.param(" spaces at both ends ", "spaces at both ends", 422, id="without its spaces"),
    ],
)
def test_a_password_is_taken_exactly_as_it_is_typed(workspace, chosen, typed, status):
    person = make_person("operations")
    person.set_password(chosen)
    person.save()
    assert type_in(person, typed)[1].status_code == status


def test_passwords_are_masked_and_can_be_pasted(workspace):
    page = Client(SERVER_NAME="localhost").get("/sign-in/").content.decode()
    (field,) = re.findall(r"<input[^>]*name=\"password\"[^>]*>", page)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert re.findall(r"onpaste|readonly|maxlength", field) == []


def test_the_way_out_is_on_every_page(workspace):
    reader = sign_in(make_person("administrator"))
    reader.raise_request_exception = False
    lacking = []
    for _, address in list_addresses():
        response = reader.get(address)
        is_page = response.status_code == 200 and "html" in response.headers["Content-Type"]
        if (
            is_page
            and b"<main" in response.content
            and b'action="/sign-out/"' not in response.content
        ):
            lacking.append(address)
    assert lacking == []


@pytest.mark.case("WEB-06")
def test_what_is_hidden_answers_word_for_word_like_what_is_missing(workspace):
    rep = sign_in(make_person("rep"))
    missing, differing, hidden = tidy(rep.get("/no-such-page/")), [], 0
    for name, address in list_addresses():
        response = rep.get(address)
        if response.status_code == 404 and not name.startswith("api:"):
            hidden += 1
            if tidy(response) != missing:
                differing.append(address)
    assert hidden > 10
    assert differing == []


def tidy(response):
    """What a reader gets, without tokens that always change and the mark in the menu: which
    addresses the program has is no secret, only what is behind them."""
    page = re.sub(r'value="[A-Za-z0-9]{64}"| aria-current="page"', "", response.content.decode())
    changing = {"X-Request-Id", "Date", "Content-Length"}
    return page, {name: each for name, each in response.headers.items() if name not in changing}


@pytest.mark.case("WEB-12")
def test_a_new_password_ends_every_other_session_and_the_old_password(workspace):
    person, new = make_person("operations"), "another horse, another staple"
    here, elsewhere = type_in(person)[0], type_in(person)[0]
    answer = here.post("/account/password/", {"new_password1": new, "new_password2": new})
    assert (answer.status_code, answer.url) == (302, "/account/")
    assert here.get("/cycle/").status_code == 200
    assert elsewhere.get("/cycle/").status_code == 302
    assert [type_in(person, each)[1].status_code for each in (PASSWORD, new)] == [422, 302]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        pytest.param("short of 12", "too short", id="too short"),
        pytest.param("qwerty123456", "too common", id="among those that everybody tries"),
        pytest.param("omar nasser 1", "too similar", id="like the person's name"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(workspace, password, why):
    person = make_person("operations")
    browser, _ = type_in(person)
    sent = {"new_password1": password, "new_password2": password}
    refused = browser.post("/account/password/", sent)
    assert refused.status_code == 422
    assert why in refused.content.decode()
    assert type_in(person)[1].status_code == 302


def test_what_ended_by_itself_is_forgotten_and_the_rest_stays(workspace):
    from django.contrib.sessions.models import Session

    from counterpoise.store import sessions

    person = make_person("operations")
    (ended, _), (alive, _) = type_in(person), type_in(person)
    Session.objects.filter(session_key=get_key(ended)).update(
        expire_date=timezone.now() - timedelta(minutes=1)
    )
    assert sessions.forget_ended_sessions(timezone.now() + sessions.SIGNING_IN) == 1
    assert [each.session_key for each in Session.objects.all()] == [get_key(alive)]
    assert len(sessions.list_sessions(person.pk, None)) == 1
    assert alive.get("/account/").status_code == 200
