"""Providers are added, changed, paused and removed; a secret goes only where it was given for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from counterpoise.actions import enrichment, providers
from counterpoise.actions.enrichment import ProviderPaused
from counterpoise.actions.enrichment_providers import InvalidProvider
from counterpoise.store import audit
from counterpoise.store import enrichment as stored
from counterpoise.store.enrichment import ProviderChanged, ProviderFacts, UnknownProvider

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
API = ProviderFacts(
    "vendor", "api", "vendor",
    {"url": "https://vendor.example/{domain}", "fields": "employees=staff"}, Decimal("0.05"),
)  # fmt: skip
TABLE = replace(API, kind="table", settings={
    "url": "postgresql+psycopg://reader@db.example/crm", "table": "t", "key": "k", "by": "name",
    "fields": "employees=staff",
})  # fmt: skip


def add(facts=API, secret="a key"):
    providers.add_provider(facts, secret, now=NOW)
    return stored.get_facts(facts.name)


def test_a_provider_is_changed_on_what_was_seen(workspace_on_each_store):
    held = add()
    assert (held.has_secret, held.edition) == (True, 1)
    after = replace(held, cost=Decimal(2), age_days=30)
    providers.change_provider(held, after, "", now=NOW)
    facts, secret = stored.get_provider("vendor")
    assert (facts.cost, facts.age_days, facts.edition, secret) == (2, 30, 2, "a key")
    with pytest.raises(ProviderChanged, match="somebody else"):
        providers.change_provider(held, after, "", now=NOW)
    with pytest.raises(ProviderChanged):
        providers.remove_provider(held, now=NOW)
    providers.change_provider(facts, facts, "a new key", now=NOW)
    assert stored.get_provider("vendor")[1] == "a new key"
    assert "key" not in str([each.after for each in audit.list_entries()])


def test_a_provider_is_removed_and_what_it_has_cost_stays(workspace):
    held = add()
    stored.reserve("vendor", "2026-09", held.cost, Decimal(1))
    providers.remove_provider(held, now=NOW)
    with pytest.raises(UnknownProvider):
        stored.get_facts("vendor")
    assert stored.list_spend()[0].calls == 1
    assert audit.list_entries()[0].verb == "enrichment.removed"


def test_a_secret_is_not_sent_to_another_address(workspace):
    held = add()
    moved = replace(held, settings={**held.settings, "url": "https://other.example/{domain}"})
    with pytest.raises(InvalidProvider, match="Write its secret again"):
        providers.change_provider(held, moved, "", now=NOW)
    assert stored.get_facts("vendor").settings == held.settings
    providers.change_provider(held, moved, "its key", now=NOW)
    assert stored.get_facts("vendor").settings == moved.settings


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        pytest.param(replace(API, name="a/b"), "no name for a provider", id="a name with a slash"),
        pytest.param(replace(API, name=""), "no name for a provider", id="no name"),
        pytest.param(replace(API, age_days=-1), "0 to 3650 days", id="asked again before it was"),
        pytest.param(replace(API, settings={}), "needs url", id="an API without an address"),
        pytest.param(
            replace(TABLE, settings={**TABLE.settings, "url": "postgresql://me:pw@db/crm"}),
            "write it as the secret", id="a password in the address",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(workspace, facts, said):
    with pytest.raises(InvalidProvider, match=said):
        add(facts)
    assert stored.list_providers() == ()


@pytest.mark.parametrize("url", [TABLE.settings["url"], "no address at all"])
def test_an_address_without_a_password_is_kept_as_it_is(workspace, url):
    assert add(replace(TABLE, settings={**TABLE.settings, "url": url})).settings["url"] == url


def test_a_paused_provider_is_not_asked(workspace):
    held = add()
    providers.pause_provider(held, is_paused=True, now=NOW)
    with pytest.raises(ProviderPaused, match="vendor is paused"):
        enrichment.enrich(workspace, "vendor", limit=1, now=NOW)
    providers.pause_provider(stored.get_facts("vendor"), is_paused=False, now=NOW)
    assert not stored.get_facts("vendor").is_paused


@pytest.mark.parametrize(("age_days", "asked"), [(10, 1), (12, 0)])
def test_a_company_is_asked_about_again_after_the_provider_s_days(
    matched_workspace, age_days, asked
):
    folder = matched_workspace.root / "providers"
    folder.mkdir()
    (folder / "vendor.csv").write_text("Web,Staff\nfalconpumps.com,120\n", "utf-8")
    settings = {"file": "vendor.csv", "key": "Web", "by": "domain", "fields": "employees=Staff"}
    add(ProviderFacts("csv", "file", "vendor", settings, Decimal(0), age_days), "")
    first = enrichment.enrich(matched_workspace, "csv", limit=1, now=NOW)
    assert (first.asked, first.known) == (1, 0)
    later = NOW + timedelta(days=11)
    for each in stored.list_asked([f"salesforce|A{n}" for n in range(2, 9)], "csv"):
        pytest.fail(f"{each} was asked about beyond the limit")
    stored.note_asked("salesforce|A1", "csv", at=NOW)
    for n in range(2, 9):
        stored.note_asked(f"salesforce|A{n}", "csv", at=later)
    assert enrichment.enrich(matched_workspace, "csv", limit=9, now=later).asked == asked
