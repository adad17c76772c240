"""Which defaults an answer rests on."""

from datetime import date

from counterpoise.domain.rulebook.rulebook import Rule
from counterpoise.domain.rulebook.watched import WatchedRulebook

DAY = date(2026, 1, 1)
WAGE = Rule("pool.wage", "", "5000", "USD a month", date(1970, 1, 1), "default: a common wage")
RAMP = Rule("pool.ramp", "", "0.5", "share", date(1970, 1, 1), "our own onboarding")
LEAD = Rule("pool.hiring_lead_months", "", "2", "months", date(1970, 1, 1), "default: two months")


def test_only_defaults_that_were_asked_for_are_listed_once_and_in_order():
    book = WatchedRulebook((WAGE, RAMP, LEAD))
    for key in ("pool.hiring_lead_months", "pool.ramp", "pool.hiring_lead_months"):
        book.get(key, DAY)
    assert book.find("pool.mood", DAY) is None
    assert book.list_used_defaults() == (LEAD,)
