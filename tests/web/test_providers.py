"""Providers on their pages and over the API: added, changed, paused, removed, by whom it may be."""

import pytest

from counterpoise.store import enrichment as stored
from people import PEOPLE, make_person
from programs import make_program
from shown_pages import text_of

ADD, ONE = "/collect/enrichment/add-provider/api/", "/collect/enrichment/providers/vendor/"
FORM = {
    "provider": "vendor", "set-url": "https://vendor.example/{domain}", "set-header": "X-Key",
    "set-fields": "employees=staff", "secret": "a key", "authority": "vendor", "cost": "0.05",
    "age_days": "",
}  # fmt: skip
WISH = {
    "name": "vendor", "kind": "api", "authority": "vendor", "secret": "a key", "cost": "0.05",
    "settings": {"url": "https://vendor.example/{domain}", "fields": "employees=staff"},
}  # fmt: skip


@pytest.fixture
def omar(browsers):
    return browsers["operations"]


@pytest.mark.case("WEB-01")
@pytest.mark.parametrize("address", [ADD, ONE], ids=["adding", "a provider"])
def test_who_may_load_data_opens_it_and_nobody_else(browsers, address):
    browsers["operations"].post(ADD, FORM)
    opened = {role for role in PEOPLE if browsers[role].get(address).status_code == 200}
    assert opened == {"administrator", "operations"}


def test_a_provider_is_added_and_its_secret_never_shown(omar):
    assert omar.post(ADD, FORM).url == ONE
    facts, secret = stored.get_provider("vendor")
    assert (facts.settings["header"], facts.age_days, secret) == ("X-Key", 0, "a key")
    page = omar.get(ONE).content.decode()
    assert "kept, and never shown" in page
    assert "a key" not in page
    assert ONE in omar.get("/collect/enrichment/").content.decode()


@pytest.mark.parametrize("kind", ["file", "table", "api", "page"])
def test_every_kind_has_its_form(omar, kind):
    page = omar.get(f"/collect/enrichment/add-provider/{kind}/").content.decode()
    assert ("set-file" in page) == (kind == "file")
    assert ("set-url" in page) == (kind in ("table", "api"))


def test_what_is_refused_says_why(omar):
    again = omar.post(ADD, FORM) and omar.post(ADD, FORM)
    assert again.status_code == 422
    assert "There is a provider vendor already" in text_of(again)
    bad = omar.post(ADD, {**FORM, "provider": "other", "set-fields": "mood=good"})
    assert "does not say where fields are found" in text_of(bad)
    assert omar.get("/collect/enrichment/add-provider/oracle/").status_code == 404
    assert omar.get("/collect/enrichment/providers/nobody/").status_code == 404


def test_settings_are_changed_on_what_was_seen(omar):
    omar.post(ADD, FORM)
    changed = {**FORM, "edition": "1", "secret": "", "cost": "2", "age_days": "30"}
    assert omar.post(ONE, changed).status_code == 302
    facts, secret = stored.get_provider("vendor")
    assert (facts.cost, facts.age_days, secret) == (2, 30, "a key")
    stale = omar.post(ONE, changed)
    assert stale.status_code == 422
    assert "somebody else" in text_of(stale)
    moved = {**changed, "edition": "2", "set-url": "https://other.example/{domain}"}
    assert "Write its secret again" in text_of(omar.post(ONE, moved))


def test_it_is_paused_goes_on_and_is_removed(omar):
    omar.post(ADD, FORM)
    omar.post(ONE + "pause/", {"edition": "1"})
    assert stored.get_facts("vendor").is_paused
    assert "paused" in text_of(omar.get(ONE))
    assert omar.post("/collect/enrichment/ask/", {"provider": "vendor"}).status_code == 404
    assert omar.post(ONE + "pause/", {"edition": "1"}).status_code == 422
    omar.post(ONE + "pause/", {"edition": "2"})
    assert omar.post(ONE + "remove/", {}).status_code == 422
    assert omar.post(ONE + "remove/", {"edition": "3"}).url == "/collect/enrichment/"
    assert stored.list_providers() == ()


def test_programs_do_the_same(workspace):
    program = make_program(make_person("operations"))
    made = program.post("/enrichment/providers", WISH)
    assert made.status_code == 201, made.content
    assert made.json()["has_secret"]
    assert "a key" not in made.content.decode()
    assert program.post("/enrichment/providers", WISH).status_code == 409
    one = "/enrichment/providers/vendor"
    assert program.get(one)["ETag"] == '"1"'
    change = {"authority": "crawl", "settings": WISH["settings"], "age_days": 9}
    changed = program.send("PUT", one, change, if_match='"1"')
    assert (changed.json()["authority"], changed.json()["edition"]) == ("crawl", 2)
    assert program.send("PUT", one, change, if_match='"1"').status_code == 412
    paused = program.send("POST", one + "/pause", {}, if_match='"2"').json()
    assert paused["is_paused"]
    asked = program.post("/enrichment/run", {"provider": "vendor"})
    assert asked.status_code == 409
    assert not program.send("POST", one + "/resume", {}, if_match='"3"').json()["is_paused"]
    (listed,) = program.get("/enrichment/providers").json()["providers"]
    assert (listed["age_days"], listed["is_paused"]) == (9, False)
    assert program.send("POST", one + "/remove", {}, if_match='"4"').status_code == 204
    assert program.get(one).status_code == 404
    refused = program.post("/enrichment/providers", {**WISH, "settings": {}})
    assert refused.status_code == 422


def test_a_program_of_who_only_reads_adds_none(workspace):
    program = make_program(make_person("executive"))
    assert program.post("/enrichment/providers", WISH).status_code == 404
