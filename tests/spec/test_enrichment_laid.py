"""What others say of a company, laid over what its CRM holds."""

from datetime import UTC, datetime, timedelta

import pytest

from counterpoise.domain.collect.enrichment import AUTHORITIES, Claim, Trust
from counterpoise.domain.collect.enrichment_laid import cover, lay_over
from counterpoise.domain.collect.identity_survivors import Survivor

NOW = datetime(2026, 11, 29, tzinfo=UTC)
TRUST = Trust({each: 10 - n for n, each in enumerate(AUTHORITIES)}, {"": 365, "city": 30})


def claim(value, authority="vendor", field="industry", days=10, **said):
    seen_at = NOW - timedelta(days=days)
    return Claim(field, value, authority, authority, "file", seen_at, **said)


def lay(own, *claims, record="crm|1"):
    return lay_over(record, own, claims, TRUST, NOW)


@pytest.mark.parametrize(
    ("own", "said", "effect"),
    [
        pytest.param({}, claim("Food"), "fills", id="the CRM has none"),
        pytest.param({"industry": "FOOD"}, claim("Food"), "agrees", id="the same, written larger"),
        pytest.param({"industry": "Steel"}, claim("Food"), "stands_back", id="a vendor's word"),
        pytest.param({"industry": "Steel"}, claim("Food", "billing"), "replaces",
                     id="billing counts for more than the CRM"),
        pytest.param({"industry": "Steel"}, claim("Food", "guess", is_verified=True), "replaces",
                     id="a person verified it"),
    ],
)  # fmt: skip
def test_a_learned_value_is_shown_or_stands_back(own, said, effect):
    (laid,) = lay(own, said)
    assert (laid.effect, laid.own) == (effect, own.get("industry", ""))
    assert laid.is_shown == (effect in ("fills", "replaces"))


@pytest.mark.parametrize(
    ("field", "days", "is_old"),
    [("industry", 300, False), ("industry", 366, True), ("city", 31, True)],
)
def test_a_learned_value_says_how_old_it_is(field, days, is_old):
    (laid,) = lay({}, claim("x", field=field, days=days))
    assert (laid.age_days, laid.is_old) == (days, is_old)


STEEL = Survivor("industry", "Steel", "crm|1", "only")
PICKED = Survivor("industry", "Steel", "crm|1", "chosen", ("Iron",))


@pytest.mark.parametrize(
    ("survivors", "laid", "found"),
    [
        pytest.param((), lay({}, claim("Food")), [("Food", "enriched", ())],
                     id="a blank of every record is filled"),
        pytest.param((STEEL,), lay({}, claim("Food"), record="crm|2"), [("Steel", "only", ())],
                     id="another record has a value of its own"),
        pytest.param((STEEL,), lay({}, claim("Food", "billing"), record="crm|2"),
                     [("Food", "enriched", ("Steel",))], id="unless who says it counts for more"),
        pytest.param((STEEL,), lay({"industry": "Steel"}, claim("Food", "billing")),
                     [("Food", "enriched", ("Steel",))], id="the CRM's value is kept beside"),
        pytest.param((STEEL,), lay({"industry": "Steel"}, claim("Food")),
                     [("Steel", "only", ())], id="what stands back changes nothing"),
        pytest.param((PICKED,), lay({"industry": "Steel"}, claim("Food", "billing")),
                     [("Steel", "chosen", ("Iron",))], id="what a person picked stays"),
        pytest.param((), (*lay({}, claim("Food")), *lay({}, claim("Feed", "billing"))),
                     [("Feed", "enriched", ())], id="the weightiest of several"),
        pytest.param((), (*lay({}, claim("Old", days=20)), *lay({}, claim("New", days=2))),
                     [("New", "enriched", ())], id="of one weight the newest"),
    ],
)  # fmt: skip
def test_a_customer_s_values_are_covered(survivors, laid, found):
    values = cover(survivors, laid, TRUST)
    assert [(each.value, each.ground, each.others) for each in values] == found
