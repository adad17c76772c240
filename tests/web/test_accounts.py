"""Signing in: who gets in, who is kept out, and how a second step and a recent sign-in work."""

import re
import time

import pytest
from django.test import Client, override_settings

from counterpoise.store import audit
from people import PASSWORD, make_person, sign_in, sign_in_by_form

MISMATCH = "Please enter a correct username and password"
NEW = "a different long password"


def knock(login="vera", password=PASSWORD, client=None, **extra):
    client = client or Client(SERVER_NAME="localhost")
    return client.post("/sign-in/", {"login": login, "password": password}, **extra)


def verbs():
    return [each.verb for each in audit.list_entries()]


def enter_code(client, secret, path="/sign-in/code/", step=0):
    return client.post(path, {"code": make_code(secret, step)})


def make_code(secret, step=0):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def set_up_codes(client, step=-1):
    """The app's secret; step keeps the code apart from the one used next, as a code works once."""
    page = client.get("/account/second-step/").content.decode()
    secret = re.search(r"<code dir=\"ltr\">(\w+)</code>", page)[1]
    assert enter_code(client, secret, "/account/second-step/", step).status_code == 302
    return secret


@pytest.fixture
def vera(workspace):
    return make_person("viewer", email="vera@example.com")


@pytest.mark.parametrize(
    "login",
    [
        pytest.param("vera", id="by user name"),
        pytest.param("Vera", id="in other letters"),
        pytest.param("vera@example.com", id="by e-mail address"),
        pytest.param(" VERA@example.com ", id="by an address in other letters, with spaces"),
    ],
)
def test_a_person_signs_in(vera, login):
    client = Client(SERVER_NAME="localhost")
    assert knock(login, client=client).url == "/"
    assert client.get("/account/").status_code == 200
    (entry,) = audit.list_entries()
    assert (entry.verb, entry.subject, entry.actor) == ("sign-in.made", "person:vera", "vera")


@pytest.mark.parametrize(
    ("way_on", "reached"),
    [
        pytest.param("/demand/", "/demand/", id="the page that was asked for"),
        pytest.param("https://evil.example/", "/", id="never another host"),
        pytest.param("//evil.example/", "/", id="nor one without a scheme"),
        pytest.param("javascript:alert(1)", "/", id="nor a script"),
    ],
)
def test_where_a_sign_in_leads(vera, way_on, reached):
    client = Client(SERVER_NAME="localhost")
    sent = {"login": "vera", "password": PASSWORD, "next": way_on}
    assert client.post("/sign-in/", sent).url == reached


@pytest.mark.case("WEB-12")
@pytest.mark.parametrize(
    ("login", "password"),
    [
        pytest.param("vera", "wrong", id="a wrong password"),
        pytest.param("vera@example.com", "wrong", id="a wrong password for an address"),
        pytest.param("nobody", PASSWORD, id="a name that nobody has"),
        pytest.param("nobody@example.com", PASSWORD, id="an address that nobody has"),
        pytest.param("gone", PASSWORD, id="someone who left, with the right password"),
        pytest.param("ve\0ra", PASSWORD, id="a name that no store can hold"),
    ],
)
def test_every_wrong_sign_in_is_answered_alike(vera, login, password):
    make_person("viewer", username="gone", is_active=False)
    answer = knock(login, password)
    assert answer.status_code == 422
    if "\0" not in login:
        assert MISMATCH in answer.content.decode()
    assert "_auth_user_id" not in answer.wsgi_request.session


@pytest.mark.case("WEB-12")
@pytest.mark.parametrize("login", ["vera", "vera@example.com", "nobody", "nobody@example.com"])
def test_a_wrong_sign_in_costs_one_password_whoever_it_was_for(vera, login, monkeypatch):
    from django.contrib.auth.hashers import Argon2PasswordHasher

    worked = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)

        def count(*stated, real=real, **named):
            worked.append(1)
            return real(*stated, **named)

        monkeypatch.setattr(Argon2PasswordHasher, name, count)
    knock(login, "wrong")
    assert len(worked) == 1


@pytest.mark.case("WEB-12")
def test_after_five_failures_the_right_password_is_refused_too(vera):
    for _ in range(5):
        assert knock(password="wrong").status_code == 422
    locked = knock()
    assert locked.status_code == 429
    assert "Wait 15 minutes" in locked.content.decode()
    assert verbs() == ["sign-in.locked", *["sign-in.failed"] * 5]


@pytest.mark.case("WEB-12")
def test_a_lock_tells_nothing_of_who_has_an_account(vera):
    for _ in range(6):
        known, unknown = knock(password="wrong"), knock("nobody", "wrong", REMOTE_ADDR="10.0.0.2")
    assert known.status_code == unknown.status_code == 429


@pytest.mark.case("WEB-12")
def test_whoever_is_signed_in_stays_so_while_others_guess(vera):
    client = sign_in_by_form(vera)
    for _ in range(6):
        knock(password="wrong", REMOTE_ADDR="10.0.0.66")
    assert client.get("/account/").status_code == 200


@pytest.mark.case("WEB-12")
def test_a_session_from_before_the_sign_in_is_worth_nothing(vera):
    client = Client(SERVER_NAME="localhost")
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by someone else"
    session.save()
    client.cookies["sessionid"] = session.session_key
    knock(client=client)
    assert client.cookies["sessionid"].value != session.session_key
    other = Client(SERVER_NAME="localhost")
    other.cookies["sessionid"] = session.session_key
    assert other.get("/account/").status_code == 302


@pytest.mark.case("WEB-12")
def test_a_host_that_is_not_ours_is_refused(team):
    browser = sign_in_by_form(team["administrator"])
    refused = browser.post(f"/people/{team['viewer'].pk}/password-link", SERVER_NAME="evil.example")
    assert refused.status_code == 400
    assert "password.link-made" not in verbs()


@pytest.mark.case("WEB-12", "WEB-17")
def test_what_was_typed_into_the_wrong_field_is_not_kept(vera):
    knock(login="my secret password", password="my other secret")
    (entry,) = audit.list_entries()
    assert (entry.verb, entry.subject, entry.actor) == (
        "sign-in.failed",
        "person:unknown",
        "nobody",
    )
    assert "secret" not in str(entry)


@pytest.mark.case("WEB-13")
def test_passwords_are_kept_as_argon2(vera):
    assert vera.password.startswith("argon2$argon2id$")


def test_signing_out_ends_the_session_and_is_audited(vera):
    client = sign_in_by_form(vera)
    kept = client.cookies["sessionid"].value
    assert client.post("/sign-out/").url == "/sign-in/"
    client.cookies["sessionid"] = kept
    assert client.get("/account/").status_code == 302
    assert verbs() == ["sign-out.made", "sign-in.made"]
    assert sign_in(vera).get("/sign-out/").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["signup/", "login/", "logout/", "password/reset/", "email/", "2fa/", "social/connections/"],
)
def test_the_librarys_other_pages_are_not_there(vera, path):
    browser = sign_in(vera)
    for root in ("/accounts/", "/account/", "/sign-in/"):
        assert browser.get(root + path).status_code == 404


def test_an_authenticator_app_is_asked_for_after_the_password(vera):
    client = sign_in_by_form(vera)
    secret = set_up_codes(client)
    from allauth.mfa.models import Authenticator

    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    assert re.findall(r"<code dir=\"ltr\">(\d{8})</code>", get(client, "/account/recovery-codes/"))
    other = Client(SERVER_NAME="localhost")
    assert knock(client=other).url == "/sign-in/code/"
    assert other.get("/account/").status_code == 302
    assert other.get("/sign-in/code/").status_code == 200
    assert other.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    assert other.post("/sign-in/code/", {}).status_code == 302
    assert enter_code(other, secret).url == "/"
    assert other.get("/account/").status_code == 200
    assert verbs()[:3] == ["sign-in.made", "second-step.failed", "second-step.set-up"]


def test_a_code_works_once_for_all_processes(vera):
    secret = set_up_codes(sign_in_by_form(vera))
    first, second = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    for client in (first, second):
        knock(client=client)
    code = {"code": make_code(secret)}  # one code, though half a minute may end between the two
    assert first.post("/sign-in/code/", code).status_code == 302
    assert second.post("/sign-in/code/", code).status_code == 422


@pytest.mark.case("WEB-12")
def test_codes_cannot_be_tried_for_ever(vera):
    set_up_codes(sign_in_by_form(vera))
    client = Client(SERVER_NAME="localhost")
    knock(client=client)
    tried = [client.post("/sign-in/code/", {"code": "000000"}).status_code for _ in range(6)]
    assert tried == [422] * 5 + [429]


def test_a_recovery_code_works_once(vera):
    client = sign_in_by_form(vera)
    set_up_codes(client)
    code = re.search(r"<code dir=\"ltr\">(\d{8})</code>", get(client, "/account/recovery-codes/"))[
        1
    ]
    for expected in (302, 422):
        other = Client(SERVER_NAME="localhost")
        knock(client=other)
        assert other.post("/sign-in/code/", {"code": code}).status_code == expected


def test_who_stopped_half_way_can_start_as_someone_else(vera):
    set_up_codes(sign_in_by_form(vera))
    client = Client(SERVER_NAME="localhost")
    knock(client=client)
    assert client.get("/sign-in/").url == "/sign-in/code/"
    assert client.post("/sign-in/code/", {"cancel": "yes"}).url == "/sign-in/"
    assert client.get("/sign-in/").status_code == 200


def test_new_recovery_codes_replace_the_old_and_codes_can_be_ended(vera):
    client = sign_in_by_form(vera)
    set_up_codes(client)
    before = get(client, "/account/recovery-codes/")
    assert "10</bdi> unused codes" in get(client, "/account/recovery-codes/new/")
    client.post("/account/recovery-codes/new/")
    assert get(client, "/account/recovery-codes/") != before
    assert client.get("/account/second-step/").url == "/account/second-step/end/"
    assert client.get("/account/second-step/end/").status_code == 200
    assert client.post("/account/second-step/end/").url == "/account/"
    assert knock().url == "/"


@pytest.mark.case("WEB-13")
@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/account/password/", id="a new password"),
        pytest.param("/account/tokens/new/", id="a token"),
        pytest.param("/account/second-step/", id="the authenticator app"),
    ],
)
def test_what_matters_needs_a_sign_in_of_the_last_five_minutes(vera, path, monkeypatch):
    client = sign_in_by_form(vera)
    assert client.get(path).status_code == 200
    age(client, 5 * 60)
    asked = client.get(path)
    assert asked.url == f"/sign-in/again/?next={path.replace('/', '%2F')}"
    assert "Confirm that it is you" in get(client, asked.url)
    assert client.post(asked.url, {"password": "wrong", "next": path}).status_code == 422
    assert client.post(asked.url, {"password": PASSWORD, "next": path}).url == path
    assert client.get(path).status_code == 200


@pytest.mark.case("WEB-13")
def test_a_form_that_comes_too_late_does_nothing_and_leads_back_to_its_page(vera):
    client = sign_in_by_form(vera)
    age(client, 5 * 60)
    sent = {"new_password1": NEW, "new_password2": NEW}
    page = "http://localhost/account/password/"
    late = client.post("/account/password/", sent, headers={"referer": page})
    assert "next=http%3A%2F%2Flocalhost%2Faccount%2Fpassword%2F" in late.url
    foreign = client.post("/account/password/", sent, headers={"referer": "http://evil.example/"})
    assert foreign.url == "/sign-in/again/?next=%2F"
    vera.refresh_from_db()
    assert vera.check_password(PASSWORD)


def test_a_code_confirms_as_well_as_the_password(vera):
    client = sign_in_by_form(vera)
    secret = set_up_codes(client)
    age(client, 5 * 60)
    assert "Use a code instead" in get(client, "/sign-in/again/?next=/account/tokens/new/")
    assert client.post("/sign-in/again/code/", {"code": "000000"}).status_code == 422
    assert enter_code(client, secret, "/sign-in/again/code/").status_code == 302
    assert client.get("/account/tokens/new/").status_code == 200


@pytest.mark.case("WEB-12")
def test_guessing_at_someones_open_desk_locks_as_well(vera):
    client = sign_in_by_form(vera)
    age(client, 5 * 60)
    tried = [client.post("/sign-in/again/", {"password": "x"}).status_code for _ in range(6)]
    assert tried == [422] * 5 + [429]


@pytest.mark.parametrize(
    ("is_behind", "written", "address"),
    [
        pytest.param(True, "10.9.9.9, 203.0.113.7", "203.0.113.7", id="what the proxy added"),
        pytest.param(True, "not an address", "127.0.0.1", id="nothing of use"),
        pytest.param(False, "203.0.113.7", "127.0.0.1", id="without a proxy anybody writes it"),
    ],
)
def test_whose_request_it_is(vera, is_behind, written, address):
    with override_settings(IS_HTTPS=is_behind):
        knock(password="wrong", HTTP_X_FORWARDED_FOR=written)
    assert audit.list_entries()[0].origin == address


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/again/", "/account/", "/account/tokens/"])
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_every_page_wears_the_house_in_both_directions(workspace, path, language, direction):
    person = make_person("viewer", language=language)
    client = sign_in(person) if path != "/sign-in/" else Client(SERVER_NAME="localhost")
    page = client.get(path, headers={"accept-language": language}).content.decode()
    assert f'<html lang="{language}" dir="{direction}"' in page
    assert page.count("<h1>") == 1
    assert "counterpoise.css" in page


def get(client, path):
    page = client.get(path)
    assert page.status_code == 200, page
    return page.content.decode()


def age(client, seconds):
    """As if the sign-in had been longer ago."""
    session = client.session
    for each in session["account_authentication_methods"]:
        each["at"] -= seconds
    session.save()
