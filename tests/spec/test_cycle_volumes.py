"""Volumes in a run of the cycle: with a forecast, without one, and with a rule that is wrong."""

from datetime import date

import pytest

from counterpoise.domain import cycle
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.rulebook.watched import WatchedRulebook
from counterpoise.domain.tables.health import Health
from counterpoise.domain.tables.volume import Volumes
from planning import PERIOD, make_forecast
from volume_company import make_deals

ALL = {
    *("leads", "qualified_leads", "opportunities", "customers"),
    *("units", "delivery_hours", "accounts", "tickets"),
}


def make_facts():
    return cycle.Facts(
        company="Zaytara",
        build="b",
        tables=(),
        health=Health(score=100, findings=(), rows=0),
        measures=(),
        history=(),
        deals=make_deals([("d1", date(2026, 5, 1), True, "Atlas")]),
        teams=(),
        declared=(),
        won_before=(),
        target=None,
    )


def rulebook(*rules):
    said = (Rule(*rule, "", date(2026, 1, 1), "test") for rule in rules)
    return WatchedRulebook((*said, *load_defaults().rules))


def test_nothing_known_is_a_reason_of_each_kind():
    found = cycle.plan_volumes(make_facts(), PERIOD, make_forecast(), rulebook())
    assert found.volumes == ()
    assert {each.kind for each in found.refusals} == ALL


def test_without_a_forecast_what_deals_tell_is_refused():
    found = cycle.plan_volumes(make_facts(), PERIOD, None, rulebook())
    assert {each.kind for each in found.refusals} == ALL
    assert "No deals are forecast" in str(found.refusals[-1].why)


def test_a_wrong_template_stops_supply_and_is_said_on_the_page_of_volumes():
    rules = rulebook(("delivery.hours", "Delivery", "-3"))
    found = cycle.plan_volumes(make_facts(), PERIOD, make_forecast(), rules)
    why = {each.kind: str(each.why) for each in found.refusals}
    assert "Write 0 or more" in why["delivery_hours"]
    assert "Write 0 or more" not in why["tickets"], "the others refuse or answer by themselves"
    with pytest.raises(InvalidRule):
        cycle.plan_supply(make_facts(), make_forecast(), rules)


def test_the_same_facts_give_the_same_volumes():
    rules = rulebook(("delivery.hours", "Delivery", "3"))
    one, two = (cycle.plan_volumes(make_facts(), PERIOD, make_forecast(), rules) for _ in range(2))
    assert one == two
    assert len(one.of("delivery_hours")) == 3
    assert Volumes().of("leads") == ()
