"""A customer's page shows what was learned of its records, and keeps what the CRM holds."""

from datetime import timedelta

import pytest

from counterpoise.actions import customers
from counterpoise.actions.enriched_values import enrich_customer
from counterpoise.domain.collect.enrichment import Claim
from counterpoise.store import enrichment
from matched_company import LATER
from people import make_person, sign_in
from programs import make_program
from shown_pages import rows_of

A6, GONE = "salesforce|A6", "salesforce|GONE"


@pytest.fixture
def falcon(matched_workspace):
    """The customer of A6, of which a vendor and billing were asked."""
    for entity, field, value, authority in (
        (A6, "industry", "Pumps", "vendor"),
        (A6, "employees", "120", "vendor"),
        (A6, "city", "Al Wakrah", "billing"),
        (A6, "country", "Oman", "vendor"),
        (GONE, "industry", "None", "vendor"),
    ):
        seen_at = LATER - timedelta(days=3)
        enrichment.hold(entity, Claim(field, value, authority, f"{authority} co", "file", seen_at))
    return next(
        name for name in (f"A-{n}" for n in range(1, 8))
        if customers.get_customer(matched_workspace, name).records[0].record == A6
    )  # fmt: skip


def test_learned_values_lie_over_the_crm_s(matched_workspace, falcon):
    customer = customers.get_customer(matched_workspace, falcon)
    found = enrich_customer(matched_workspace, customer, now=LATER)
    effects = {each.claim.field: (each.own, each.effect) for each in found.laid}
    assert effects == {
        "industry": ("", "fills"), "employees": ("", "fills"),
        "city": ("Doha", "replaces"), "country": ("Qatar", "stands_back"),
    }  # fmt: skip
    values = {each.field: (each.value, each.ground) for each in found.values}
    assert values["industry"] == ("Pumps", "enriched")
    assert values["employees"] == ("120", "enriched")
    assert values["city"] == ("Al Wakrah", "enriched")
    assert values["country"] == ("Qatar", "only")


@pytest.mark.parametrize("name", ["A-1", "C-1"], ids=["an account nobody asked about", "a contact"])
def test_without_anything_learned_the_values_are_the_crm_s(matched_workspace, falcon, name):
    customer = customers.get_customer(matched_workspace, name)
    found = enrich_customer(matched_workspace, customer, now=LATER)
    assert (found.values, found.laid) == (customer.survivors, ())


def test_the_page_shows_source_and_age_beside_the_crm_s_value(falcon):
    page = sign_in(make_person("operations")).get(f"/collect/identity/customers/{falcon}/")
    rows = {row[0]: row[1:6] for row in rows_of(page, "laid")}
    assert rows["City"] == [
        "Al Wakrah", "Doha", "shown, as it counts for more than the CRM", "billing", "billing co",
    ]  # fmt: skip
    values = {row[0]: row[1:3] for row in rows_of(page, "values")}
    assert values["City"] == ["Al Wakrah", "learned from others"]
    assert values["Country"] == ["Qatar", "the only value"]


def test_programs_see_the_same(falcon):
    said = make_program(make_person("operations")).get(f"/identity/customers/{falcon}").json()
    learned = {each["field"]: each for each in said["learned"]}
    assert (learned["city"]["value"], learned["city"]["own"]) == ("Al Wakrah", "Doha")
    values = {each["field"]: each for each in said["values"]}
    assert values["city"]["others"] == ["Doha"]
