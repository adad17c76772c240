"""Hooks in the browser: opened, told what their values mean, watched, exchanged and closed."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterpoise.actions import arrivals
from counterpoise.store import deliveries as kept
from counterpoise.store import hooks as stored
from english import find_english
from hooks import NOW, deliver, lead, open_hook, read_leads, say_meaning
from people import make_person, sign_in
from shown_pages import rows_of, text_of
from web.uploading import read_answers

FORM = {"scheme": "standard", "records": "data", "kind": "data_type", "version": "version"}
NAMED = {"name": "marketing", "requests_a_minute": "100", **FORM}


@pytest.fixture
def browser(workspace):
    return sign_in(make_person("operations"))


def test_a_hook_is_opened_and_its_secret_shown_once(browser):
    assert "No address takes events yet" in text_of(browser.get("/collect/hooks/"))
    made = browser.post("/collect/hooks/", NAMED)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", made.content.decode())[0]
    assert "http://localhost/hooks/marketing" in text_of(made)
    assert "no-store" in made.headers["Cache-Control"]
    assert deliver(secret, "d", lead("1")).is_new
    for page in ("/collect/hooks/", "/collect/hooks/marketing/"):
        assert secret not in browser.get(page).content.decode()
    (row,) = rows_of(browser.get("/collect/hooks/"), "hooks")
    assert row[:4] == ["marketing", "marketing", "by Standard Webhooks", "1"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"name": "Marketing!"}, "small letters", id="a name with signs"),
        pytest.param({"secret": "short"}, "Write whsec_", id="a secret of another kind"),
        pytest.param({"scheme": "header"}, "small letters", id="no header named"),
        pytest.param({"name": ""}, "required", id="no name"),
        pytest.param({"requests_a_minute": "0"}, "greater than", id="no delivery a minute"),
        pytest.param({"name": "taken"}, "Take another", id="a name that is taken"),
    ],
)
def test_a_hook_that_cannot_be_is_refused_in_words(browser, changed, said):
    open_hook("taken")
    refused = browser.post("/collect/hooks/", {**NAMED, **changed})
    assert refused.status_code == 422
    assert said in text_of(refused)
    assert [each.name for each in stored.list_hooks()] == ["taken"]


def test_from_a_delivery_to_a_meaning_to_leads(workspace, browser):
    _, secret = open_hook()
    nothing = browser.get("/collect/hooks/marketing/meaning/")
    assert "Nothing that holds records was delivered" in text_of(nothing)
    assert browser.post("/collect/hooks/marketing/meaning/confirm/").status_code == 200
    deliver(secret, "d1", lead("7", company_name="<b>Noor</b>"))
    assert "Nobody has said yet" in text_of(browser.get("/collect/hooks/marketing/"))
    page = browser.get("/collect/hooks/marketing/meaning/")
    assert "&lt;b&gt;Noor&lt;/b&gt;" in page.content.decode()
    answers = read_answers(page)
    another = browser.post(
        "/collect/hooks/marketing/meaning/confirm/", {**answers, "table-0": "contact"}
    )
    assert another.status_code == 200
    late = browser.post("/collect/hooks/marketing/meaning/confirm/", {**answers, "edition": "9"})
    assert (late.status_code, "Nothing was saved" in text_of(late)) == (422, True)
    seen = {**answers, "edition": "1"}
    done = browser.post("/collect/hooks/marketing/meaning/confirm/", seen)
    assert (done.status_code, done.url) == (302, "/collect/hooks/marketing/")
    (landed,) = arrivals.land_all(workspace, now=NOW)
    assert read_leads(workspace)["7"]["company_name"] == "<b>Noor</b>"
    shown = browser.get("/collect/hooks/marketing/")
    (row,) = rows_of(shown, "deliveries")
    assert (row[0], row[2], row[4]) == ("d1", "landed", landed.batch)


def test_a_delivery_is_shown_as_it_came_and_landed_once_more(workspace, browser):
    hook, secret = open_hook()
    deliver(secret, "d1", "<script>alert(1)</script>")
    deliver(secret, "d2", lead("1"), "x" * 100_001)
    one, other = reversed(kept.list_deliveries(hook.id, 5))
    page = browser.get(f"/collect/hooks/marketing/{one.id}/").content.decode()
    assert "&lt;script&gt;" in page
    assert "Land it once more" not in page
    assert "longer than a page" in text_of(browser.get(f"/collect/hooks/marketing/{other.id}/"))
    deliver(secret, "d3", lead("2"))
    say_meaning()
    arrivals.land_all(workspace, now=NOW)
    page = browser.get(f"/collect/hooks/marketing/{one.id}/")
    assert "unfit" in text_of(page)
    again = browser.post("/collect/hooks/marketing/replay/", {"delivery": str(one.id)}, follow=True)
    assert "1 delivery is landed once more" in text_of(again)
    again = browser.post("/collect/hooks/marketing/replay/", follow=True)
    assert "2 deliveries are landed once more" in text_of(again)
    for missing in ("0", "x", "9" * 30):
        answer = browser.post("/collect/hooks/marketing/replay/", {"delivery": missing})
        assert answer.status_code in (302, 404)


def test_the_secret_is_exchanged_and_the_address_closed(browser):
    _, old = open_hook()
    renewed = browser.post("/collect/hooks/marketing/rotate/", {"secret": "", "keep_hours": "0"})
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", renewed.content.decode())[0]
    assert secret != old
    refused = browser.post("/collect/hooks/marketing/rotate/", {"secret": "x", "keep_hours": "1"})
    assert (refused.status_code, "Write whsec_" in text_of(refused)) == (422, True)
    refused = browser.post("/collect/hooks/marketing/rotate/", {"keep_hours": "-1"})
    assert refused.status_code == 422
    browser.post("/collect/hooks/marketing/rotate/", {"secret": "", "keep_hours": "5"})
    assert "is taken until" in text_of(browser.get("/collect/hooks/marketing/"))
    closed = browser.post("/collect/hooks/marketing/remove/", follow=True)
    assert "The address is closed" in text_of(closed)
    for path in ("", "meaning/", "1/"):
        assert browser.get(f"/collect/hooks/marketing/{path}").status_code == 404


def test_a_hook_that_is_stuck_says_why(workspace, browser):
    _, secret = open_hook()
    deliver(secret, "d", lead("1", created_at="03/04/2026"))
    say_meaning()
    arrivals.land_all(workspace, now=NOW)
    assert "What waits cannot be landed" in text_of(browser.get("/collect/hooks/marketing/"))


def test_refusals_are_counted_on_the_page(browser):
    hook, _ = open_hook()
    for _ in range(3):
        browser.post("/hooks/marketing", data=b"{}", content_type="application/json")
    (row,) = rows_of(browser.get("/collect/hooks/marketing/"), "refusals")
    assert row[1:] == ["not signed as agreed", "3"]
    assert hook


def test_the_list_asks_as_often_for_three_as_for_one(browser):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get("/collect/hooks/")
        return len(asked)

    open_hook("one")
    count()
    before = count()
    open_hook("two")
    open_hook("three")
    assert count() == before


@pytest.mark.parametrize("role", ["viewer", "rep", "marketing", "executive"])
def test_who_may_not_load_data_sees_no_hook(workspace, role):
    open_hook()
    browser = sign_in(make_person(role))
    for path in ("", "marketing/", "marketing/meaning/", "nobody/"):
        assert browser.get(f"/collect/hooks/{path}").status_code == 404


def test_who_reads_arabic_meets_no_english(workspace):
    browser = sign_in(make_person("operations"), accept_language="ar")
    hook, secret = open_hook()
    deliver(secret, "d1", "رسالة")
    deliver(secret, "d2", lead("1"))
    say_meaning()
    arrivals.land_all(workspace, now=NOW)
    browser.post("/hooks/marketing", data=b"{}", content_type="application/json")
    (row, *_) = kept.list_deliveries(hook.id, 2)
    paths = ("", "marketing/", "marketing/meaning/", f"marketing/{row.id}/")
    english = {
        path: found
        for path in paths
        if (found := find_english(browser.get(f"/collect/hooks/{path}").content.decode()))
    }
    refused = browser.post("/collect/hooks/", {**NAMED, "name": "سوق"})
    assert (english, find_english(refused.content.decode())) == ({}, [])
