"""What came of volumes: leads, units and tickets counted by hand in months that are over."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.demand.volume_truth import Record, count_came, why_untold
from volume_company import AS_OF, make_deals, make_leads, make_lines, make_service

D = Decimal
AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
EVENT, WEBSITE, NOBODY = (("source", "Event"),), (("source", "Website"),), (("source", ""),)
LEADS = make_leads(
    [
        (date(2026, 8, 31), "Event", date(2026, 9, 1), date(2026, 9, 4), date(2026, 9, 30)),
        (date(2026, 9, 1), "Event", date(2026, 9, 2)),
        (date(2026, 9, 30), "Website"),
        (date(2026, 9, 12), ""),
        (date(2026, 9, 15), "Website", None, None, None, date(2026, 9, 20)),
    ]
)
SOLD = {
    "deals": make_deals(
        [
            ("d1", date(2026, 9, 1), True, "Atlas"),
            ("d2", date(2026, 9, 30), True, "Atlas"),
            ("d3", date(2026, 9, 9), False, "Atlas"),
            ("d4", date(2026, 8, 31), True, "Atlas"),
            ("d5", None, False, "Atlas"),
        ]
    ),
    "lines": make_lines(
        [
            ("d1", "Cable", 4),
            ("d1", "Desk", 1),
            ("d2", "Cable", float("nan")),
            ("d2", "Cable", 3),
            ("d3", "Cable", 100),
            ("d4", "Cable", 50),
            ("d5", "Cable", 20),
            ("d0", "Sofa", 9),
        ]
    ),
}


def count(kind, month=SEPTEMBER, by=(), **record):
    """None where nothing is known."""
    key = (kind, month, by)
    return count_came(Record(**record), [key]).get(key)


@pytest.mark.parametrize(
    ("kind", "month", "by", "came"),
    [
        pytest.param("leads", SEPTEMBER, (), 3, id="leads of the month; one was removed since"),
        pytest.param("leads", SEPTEMBER, EVENT, 1, id="of a source"),
        pytest.param("leads", SEPTEMBER, NOBODY, 1, id="of no source"),
        pytest.param("leads", AUGUST, EVENT, 1, id="the month before, on its last day"),
        pytest.param("leads", AUGUST, WEBSITE, 0, id="a source that brought none"),
        pytest.param("leads", SEPTEMBER, (("source", "Fair"),), None, id="a source nobody knows"),
        pytest.param("qualified_leads", SEPTEMBER, (), 2, id="whenever they came in"),
        pytest.param("opportunities", SEPTEMBER, EVENT, 1, id="became opportunities"),
        pytest.param("customers", SEPTEMBER, (), 1, id="won on the month's last day"),
        pytest.param("customers", AUGUST, (), 0, id="nobody became a customer"),
    ],
)
def test_leads_are_counted_in_the_month_in_which_they_got_so_far(kind, month, by, came):
    assert count(kind, month, by, leads=LEADS) == came


@pytest.mark.parametrize(
    ("product", "came"),
    [
        pytest.param("Cable", 7, id="in two deals; a line without a number counts nothing"),
        pytest.param("Desk", 1, id="in one"),
        pytest.param("Sofa", 0, id="in no deal won in the month"),
        pytest.param("Lamp", None, id="in no line at all"),
    ],
)
def test_units_are_those_of_deals_won_in_the_month(product, came):
    assert count("units", by=(("product", product),), **SOLD) == came


def test_tickets_count_whoever_asked():
    service = make_service(
        [(date(2026, 1, 1), "Enterprise")],
        [(date(2026, 8, 31), 0), (date(2026, 9, 1), -1), (date(2026, 9, 30), 0)],
    )
    assert count("tickets", service=service) == 2


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        pytest.param("leads", {}, id="no leads were loaded"),
        pytest.param("units", {}, id="no deals"),
        pytest.param("units", {"deals": SOLD["deals"]}, id="no lines"),
        pytest.param("tickets", {}, id="no customers"),
        pytest.param("tickets", {"service": make_service([(AS_OF, "")], [])}, id="no tickets"),
        pytest.param("delivery_hours", SOLD, id="hours that nobody records"),
    ],
)
def test_of_what_was_never_loaded_nothing_came_and_not_zero(kind, record):
    assert count(kind, by=(("product", "Cable"),) if kind == "units" else (), **record) is None


@pytest.mark.parametrize(
    ("kind", "level", "said"),
    [
        pytest.param("delivery_hours", ("role",), "the hours", id="hours to deliver"),
        pytest.param("support_hours", ("pool",), "the hours", id="hours to support"),
        pytest.param("accounts", (), "stops being one", id="customers"),
        pytest.param("tickets", ("tier",), "among the tiers", id="tickets by tier"),
        pytest.param("units", ("product", "site"), "Which site", id="units by site"),
        pytest.param("tickets", (), None, id="all tickets"),
        pytest.param("units", ("product",), None, id="units"),
        pytest.param("leads", ("source",), None, id="leads"),
    ],
)
def test_what_can_never_be_held_against_anything_says_why(kind, level, said):
    why = why_untold(kind, level)
    assert (why is None) == (said is None)
    assert said is None or said in str(why)
