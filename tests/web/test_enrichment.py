"""Pages and operations of enrichment: who sees them, what a person decides, and nothing twice."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from counterpoise.actions import providers
from counterpoise.domain.collect.enrichment import Claim, Decision
from counterpoise.domain.values.text import text
from counterpoise.store import audit, jobs
from counterpoise.store import enrichment as stored
from counterpoise.store.enrichment import ProviderFacts
from people import PEOPLE, make_person
from programs import make_program

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
ALL_SEEING = {"administrator", "operations", "finance", "executive"}
ENTITY = "salesforce|17"


def claim(value, provider="vendor", field="employees"):
    return Claim(field, value, "vendor", provider, "file", NOW)


@pytest.fixture
def conflict(workspace):
    """Two vendors differ about one company."""
    stored.hold(ENTITY, claim("80"), "vendor.csv")
    why = text("two sources of the same authority differ")
    decision = Decision("conflict", claim("80"), why, claim("95", "other"))
    stored.open_conflict(ENTITY, "شركة <b>المدار", decision, at=NOW)
    return stored.list_conflicts()[0].id


def add_provider():
    facts = ProviderFacts("web", "page", "crawl", {}, Decimal("0.05"))
    providers.add_provider(facts, "a secret", now=NOW)


@pytest.mark.case("WEB-01")
def test_who_sees_everyone_sees_it_and_nobody_else(browsers, conflict):
    for address in ("/collect/enrichment/", f"/collect/enrichment/{conflict}/"):
        opened = {role for role in PEOPLE if browsers[role].get(address).status_code == 200}
        assert opened == ALL_SEEING


def test_a_conflict_shows_both_values_with_who_says_them(browsers, conflict):
    page = browsers["operations"].get("/collect/enrichment/").content.decode()
    assert "two sources of the same authority differ" in page
    assert "شركة &lt;b&gt;المدار" in page
    shown = browsers["operations"].get(f"/collect/enrichment/{conflict}/").content.decode()
    assert all(each in shown for each in ("80", "95", "other", "a vendor", "Take the other"))
    seen = browsers["executive"].get(f"/collect/enrichment/{conflict}/").content.decode()
    assert "Take the other" not in seen


def test_without_anything_each_part_says_so(browsers):
    page = browsers["operations"].get("/collect/enrichment/").content.decode()
    for words in ("Nothing waits for a decision", "Nobody was asked yet", "No provider is set up"):
        assert words in page


@pytest.mark.parametrize(
    ("sent", "value"),
    [({"choice": "rival"}, "95"), ({"choice": "holds"}, "80"), ({"value": " 88 "}, "88")],
)
def test_a_person_has_the_last_word(browsers, conflict, sent, value):
    browser = browsers["operations"]
    answer = browser.post(f"/collect/enrichment/{conflict}/settle/", sent, follow=True)
    assert "Kept as verified" in answer.content.decode()
    held = stored.find_held(ENTITY, "employees")
    assert (held.value, held.authority, held.is_verified) == (value, "person", True)
    assert stored.list_conflicts() == ()
    assert browser.post(f"/collect/enrichment/{conflict}/settle/", sent).status_code == 404
    assert audit.list_entries()[0].actor == PEOPLE["operations"]["username"]


def test_what_cannot_be_kept_is_refused_on_the_page(browsers, conflict):
    answer = browsers["operations"].post(f"/collect/enrichment/{conflict}/settle/", {"value": " "})
    assert answer.status_code == 422
    assert "a value of 1 to 500 letters" in answer.content.decode()
    assert len(stored.list_conflicts()) == 1


def test_who_may_only_read_decides_nothing(browsers, conflict):
    sent = {"choice": "rival"}
    answer = browsers["executive"].post(f"/collect/enrichment/{conflict}/settle/", sent)
    assert answer.status_code == 404
    assert len(stored.list_conflicts()) == 1


def test_one_click_asks_once(browsers):
    add_provider()
    browser = browsers["operations"]
    for _ in range(2):
        answer = browser.post("/collect/enrichment/ask/", {"provider": "web", "key": "k1"})
        assert answer.status_code == 302
    (job,) = jobs.list_jobs(9)
    link = "/collect/enrichment/"
    assert (job.kind, job.arguments["provider"], job.arguments["link"]) == ("enrich", "web", link)
    assert browser.post("/collect/enrichment/ask/", {"provider": "none"}).status_code == 404


def test_the_pages_are_in_arabic_too(browsers, conflict):
    browser = browsers["operations"]
    browser.cookies["django_language"] = "ar"
    page = browser.get(f"/collect/enrichment/{conflict}/").content.decode()
    assert 'dir="rtl"' in page
    assert "Take the other" not in page


@pytest.fixture
def program(workspace):
    return make_program(make_person("operations"))


@pytest.mark.case("API-02")
def test_programs_see_and_decide_what_the_pages_do(conflict, program):
    add_provider()
    (listed,) = program.get("/enrichment/conflicts").json()["items"]
    assert (listed["holds"]["value"], listed["rival"]["value"]) == ("80", "95")
    (held,) = program.get("/enrichment/fields").json()["items"]
    assert (held["entity"], held["value"], held["place"]) == (ENTITY, "80", "vendor.csv")
    (provider,) = program.get("/enrichment/providers").json()["providers"]
    assert Decimal(provider["cost"]) == Decimal("0.05")
    assert "secret" not in str(provider)
    address = f"/enrichment/conflicts/{conflict}/settle"
    first, again = (program.post(address, {"choice": "rival"}, idempotency_key="k") for _ in "ab")
    assert (first.status_code, first.json()) == (200, again.json())
    assert stored.find_held(ENTITY, "employees").value == "95"
    assert program.post(address, {"choice": "holds"}).status_code == 409
    assert program.post("/enrichment/conflicts/4711/settle", {"choice": "holds"}).status_code == 404


def test_programs_say_what_is_so(conflict, program):
    wish = {"entity": ENTITY, "field": "employees", "value": "88"}
    assert program.post("/enrichment/verify", wish).status_code == 204
    assert stored.find_held(ENTITY, "employees").value == "88"
    assert stored.list_conflicts() == ()
    assert program.post("/enrichment/verify", {**wish, "field": "colour"}).status_code == 422


def test_programs_ask_for_a_run(program):
    add_provider()
    answer = program.post("/enrichment/run", {"provider": "web", "limit": 5})
    assert (answer.status_code, answer.json()["kind"]) == (202, "enrich")
    assert program.post("/enrichment/run", {"provider": "none"}).status_code == 404


def test_a_program_of_somebody_with_less_reach_sees_nothing(conflict):
    program = make_program(make_person("leader"))
    for path in ("/enrichment/conflicts", "/enrichment/fields", "/enrichment/providers"):
        assert program.get(path).status_code == 404
