"""The page of the trail: filtered, paged and exported by the database, and readable."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterpoise.store import audit
from counterpoise.store.audit import Actor, acting

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def write(count, actor="huda", verb="override.made", subject="override:{n}"):
    with acting(Actor(actor, "10.0.0.7", "r1")):
        for n in range(count):
            audit.record(
                verb,
                subject.format(n=n),
                before={"revenue": {"2026-10": 100}, "reason": "=cmd"},
                after={"revenue": {"2026-10": 120}, "reason": "=cmd", "n": n},
                at=NOON + timedelta(minutes=n),
            )


def read_rows(browser, asked=""):
    page = browser.get(f"/audit/?entries.export=csv&{asked}")
    return list(csv.DictReader(io.StringIO(page.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("role", ["leader", "rep", "marketing", "viewer"])
def test_who_has_no_business_with_the_trail_does_not_find_it(browsers, role):
    write(1)
    assert browsers[role].get("/audit/").status_code == 404
    assert browsers[role].get("/audit/1/").status_code == 404


def test_an_empty_trail_says_so(browsers):
    assert "Nothing was changed yet" in browsers["finance"].get("/audit/").content.decode()


@pytest.mark.parametrize(
    ("asked", "entries"),
    [
        pytest.param("", [5, 4, 3, 2, 1], id="the newest first"),
        pytest.param("entries.sort=number", [1, 2, 3, 4, 5], id="the oldest first"),
        pytest.param("entries.sort=subject", [1, 2, 3, 5, 4], id="by what was changed"),
        pytest.param("entries.actor=omar", [5, 4], id="of one person"),
        pytest.param("entries.verb=rule.changed", [5, 4], id="of one kind"),
        pytest.param("entries.q=OVERRIDE:1", [2], id="about one thing"),
        pytest.param("entries.q=nothing", [], id="about nothing"),
        pytest.param("entries.actor=omar&entries.verb=override.made", [], id="of both at once"),
        pytest.param("entries.sort=hash", [5, 4, 3, 2, 1], id="by what nobody sorts by"),
        pytest.param("entries.q=%00", [5, 4, 3, 2, 1], id="about a character that is none"),
    ],
)
def test_filters_and_orders(browsers, asked, entries):
    write(3)
    write(2, actor="omar", verb="rule.changed", subject="rule:stage")
    rows = read_rows(browsers["finance"], asked)
    assert [int(row["Entry"]) for row in rows] == entries


def test_a_long_trail_is_shown_in_pages_that_keep_the_filter(browsers):
    write(120)
    page = browsers["finance"].get("/audit/?entries.verb=override.made&entries.page=2")
    text = strip(page)
    assert "page 2 of 3" in text
    assert ">override:69<" in text
    assert ">override:70<" not in text
    assert "?entries.verb=override.made&amp;entries.page=3" in text
    assert '<option value="override.made" selected>' in text
    beyond = strip(browsers["finance"].get("/audit/?entries.page=999999999"))
    assert "page 3 of 3" in beyond
    assert browsers["finance"].get("/audit/?entries.page=-1").status_code == 200


@pytest.mark.case("WEB-27")
def test_a_page_reads_fifty_entries_however_many_there_are(browsers):
    browsers["finance"].get("/audit/")  # the company's time zone is looked up once
    counted = []
    for more in (1, 300):
        write(more)
        with CaptureQueriesContext(connection) as queries:
            browsers["finance"].get("/audit/")
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 10


def test_an_entry_shows_what_was_changed_and_nothing_else(browsers):
    write(1)
    page = browsers["finance"].get("/audit/1/?difference.export=csv")
    rows = list(csv.reader(io.StringIO(page.content.decode("utf-8-sig"))))
    assert rows == [["Field", "Before", "After"], ["revenue.2026-10", "100", "120"], ["n", "", "0"]]
    text = browsers["finance"].get("/audit/1/").content.decode()
    assert audit.find_entry(1).hash in text


def test_an_entry_without_values_says_so(browsers):
    audit.record("sign-in.made", "person:huda", at=NOON)
    assert "carries no values" in browsers["finance"].get("/audit/1/").content.decode()


@pytest.mark.parametrize("number", ["0", "99", "99999999999999999999999"])
def test_an_entry_that_is_not_there(browsers, number):
    assert browsers["finance"].get(f"/audit/{number}/").status_code == 404


def test_a_workbook_of_the_trail(browsers):
    write(2)
    page = browsers["finance"].get("/audit/?entries.export=xlsx")
    assert page.headers["Content-Type"].endswith("spreadsheetml.sheet")


@pytest.mark.case("WEB-09")
def test_markup_in_an_entry_stays_text(browsers):
    write(1, subject="<script>alert(1)</script>{n}")
    for path in ("/audit/", "/audit/1/"):
        page = browsers["finance"].get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def strip(page):
    """Figures stand in a direction of their own; the words matter here."""
    return re.sub(r"</?bdi[^>]*>", "", page.content.decode())
