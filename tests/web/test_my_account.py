"""What is one's own: preferences, password, browsers, tokens."""

import re
from datetime import UTC, datetime

import pytest

from counterpoise.store import audit, people, sessions, tokens
from people import PASSWORD, make_person, sign_in, sign_in_by_form

NEW = "a different long password"
READING = {
    "name": "Vera L.", "language": "ar", "theme": "dark", "shows_hijri": "on",
}  # fmt: skip


@pytest.fixture
def vera(workspace):
    return make_person("viewer")


@pytest.fixture
def browser(vera):
    return sign_in_by_form(vera)


def test_a_person_chooses_how_they_read(vera, browser):
    assert browser.post("/account/preferences", READING).url == "/account/"
    kept = people.get_preferences(vera.pk)
    assert kept == people.Preferences(
        "Vera L.", "ar", "dark", shows_hijri=True, mirrors_charts=False
    )
    assert 'lang="ar" dir="rtl" data-theme="dark"' in browser.get("/account/").content.decode()
    assert audit.list_entries()[0].after["language"] == "ar"


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        pytest.param("language", "xx", id="a language that there is not"),
        pytest.param("theme", "pink", id="colours that there are not"),
        pytest.param("name", "", id="no name"),
    ],
)
def test_a_refused_choice_changes_nothing(vera, browser, field, sent):
    before = people.get_preferences(vera.pk)
    refused = browser.post("/account/preferences", {**READING, field: sent})
    assert refused.status_code == 422
    assert people.get_preferences(vera.pk) == before


@pytest.mark.case("WEB-05")
@pytest.mark.parametrize("field", ["role", "teams", "rep", "is_superuser", "is_active", "email"])
def test_nobody_gives_themselves_anything_on_the_way(vera, browser, field):
    before = people.find_person(vera.pk)
    browser.post("/account/preferences", {**READING, "name": before.name, field: "administrator"})
    assert people.find_person(vera.pk) == before
    vera.refresh_from_db()
    assert not vera.is_superuser


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("short words", "short words", id="shorter than twelve letters"),
        pytest.param("123456789012", "123456789012", id="figures alone"),
        pytest.param("password1234", "password1234", id="one that everybody knows"),
        pytest.param("vera-lind-vera", "vera-lind-vera", id="the name again"),
        pytest.param(NEW, NEW + "x", id="two that differ"),
    ],
)
def test_a_weak_password_is_refused(vera, browser, first, second):
    sent = {"new_password1": first, "new_password2": second}
    if first == "vera-lind-vera":
        people.keep_preferences(
            vera.pk,
            people.Preferences("vera-lind-vera", "", "auto", False, True),
            datetime.now(UTC),
        )
    assert browser.post("/account/password/", sent).status_code == 422
    vera.refresh_from_db()
    assert vera.check_password(PASSWORD)


@pytest.mark.case("WEB-17")
def test_a_new_password_ends_every_other_session(vera, browser):
    other = sign_in_by_form(vera)
    sent = {"new_password1": NEW, "new_password2": NEW}
    assert browser.post("/account/password/", sent).url == "/account/"
    assert browser.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert len(sessions.list_sessions(vera.pk, None)) == 1
    assert sign_in_by_form(vera, NEW).get("/account/").status_code == 200
    assert not any(word in str(audit.list_entries()) for word in (PASSWORD, NEW))


def test_a_person_sees_and_ends_their_sessions(vera, browser):
    other = sign_in_by_form(vera, headers={"user-agent": "Firefox on Android"})
    here, there = [each.is_here for each in listed(vera, browser)], listed(vera, browser)
    assert sorted(here) == [False, True]
    page = browser.get("/account/").content.decode()
    assert "Firefox, Android" in page
    (phone,) = [each for each in there if not each.is_here]
    assert browser.post(f"/account/sessions/{phone.id}/end").url == "/account/"
    assert other.get("/account/").status_code == 302
    assert browser.get("/account/").status_code == 200


def test_everything_but_this_browser_is_signed_out(vera, browser):
    others = [sign_in_by_form(vera) for _ in range(2)]
    browser.post("/account/sessions/end")
    assert [each.get("/account/").status_code for each in others] == [302, 302]
    assert browser.get("/account/").status_code == 200


@pytest.mark.case("WEB-06")
def test_the_session_and_the_token_of_another_are_as_if_they_were_not_there(vera, browser):
    omar = make_person("operations")
    theirs = sign_in_by_form(omar)
    (session,) = sessions.list_sessions(omar.pk, None)
    now = datetime.now(UTC)
    tokens.make_token(omar.pk, "x", ["read_plan"], now, now)
    (token,) = tokens.list_tokens(omar.pk)
    entries = len(audit.list_entries())
    for foreign, missing in [
        (f"/account/sessions/{session.id}/end", "/account/sessions/99999/end"),
        (f"/account/tokens/{token.id}/revoke", "/account/tokens/99999/revoke"),
    ]:
        answers = [strip(browser.post(path)) for path in (foreign, missing)]
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
    assert theirs.get("/account/").status_code == 200
    assert tokens.list_tokens(omar.pk)[0].revoked_at is None
    assert len(audit.list_entries()) == entries


def test_a_token_is_shown_once(vera, browser):
    sent = {"name": "dashboards", "days": "30", "scopes": ["read_plan", "read_data"]}
    made = browser.post("/account/tokens/new/", sent)
    (secret,) = re.findall(r"<code dir=\"ltr\">(cp_[\w-]+)</code>", made.content.decode())
    assert "no-store" in made.headers["Cache-Control"]
    assert tokens.find_visitor(secret, datetime.now(UTC)).rights == {"read_plan", "read_data"}
    page = browser.get("/account/tokens/").content.decode()
    assert "dashboards" in page
    assert secret not in page
    (token,) = tokens.list_tokens(vera.pk)
    assert browser.post(f"/account/tokens/{token.id}/revoke").url == "/account/tokens/"
    assert tokens.find_visitor(secret, datetime.now(UTC)) is None
    assert "revoked" in browser.get("/account/tokens/").content.decode()


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        pytest.param("scopes", ["manage_people"], id="a right that one has not"),
        pytest.param("scopes", [], id="no right"),
        pytest.param("days", "9999", id="for ever"),
        pytest.param("name", "", id="for nothing"),
    ],
)
def test_a_refused_token_is_not_made(vera, browser, field, sent):
    asked = {"name": "dashboards", "days": "30", "scopes": ["read_plan"], field: sent}
    assert browser.post("/account/tokens/new/", asked).status_code == 422
    assert tokens.list_tokens(vera.pk) == ()


def test_more_tokens_than_can_be_looked_after_are_refused_on_the_page(vera, browser):
    from datetime import timedelta

    now = datetime.now(UTC)
    for _ in range(20):
        tokens.make_token(vera.pk, "x", ["read_plan"], now + timedelta(days=1), now)
    asked = {"name": "one more", "days": "30", "scopes": ["read_plan"]}
    refused = browser.post("/account/tokens/new/", asked)
    assert refused.status_code == 422
    assert "Revoke one" in refused.content.decode()


def test_an_account_page_without_a_listed_session(vera):
    assert "No other browser" in sign_in(vera).get("/account/").content.decode()


def listed(person, browser):
    return sessions.list_sessions(person.pk, browser.session.session_key)


def strip(answer):
    page = re.sub(r"value=\"\w{64}\"", "", answer.content.decode())
    return answer.status_code, page


@pytest.mark.parametrize(
    ("agent", "named"),
    [
        pytest.param("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Firefox, Linux", id="known"),
        pytest.param(
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537.36 Edg/140",
            "Edge, Windows",
            id="one that imitates others",
        ),
        pytest.param("curl/8", "curl/8", id="unknown"),
        pytest.param("", "", id="silent"),
    ],
)
def test_a_browser_has_a_short_name(agent, named):
    from counterpoise.web.accounts.browsers import name_browser

    assert name_browser(agent) == named
