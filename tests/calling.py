"""Calls of the invented company's sellers, small enough to add up by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

from counterpoise.domain.tables.call import Call, DealSum, PeriodDeals, Seller
from counterpoise.domain.tables.team_tree import TeamTree
from counterpoise.domain.values.period import Period

D = Decimal
QUARTER = Period.parse("2026-Q4")
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
AS_OF = date(2026, 10, 20)
WORDS = {"commit": "commit", "forecast": "commit", "best case": "best_case", "omitted": "omitted"}
SELLERS = (
    Seller("Adam Noor", ("West",), has_left=False),
    Seller("Huda Salem", ("East",), has_left=False),
    Seller("Omar Left", ("East",), has_left=True),
    Seller("Sara Both", ("East", "West"), has_left=False),
)


def make_call(name="Huda Salem", commit="500", **other):
    """Of a rep by themself, unless it is said otherwise; id: also the minute it was made in."""
    number = other.pop("id", 1)
    said = {
        "id": number,
        "period": QUARTER,
        "scope": "rep",
        "name": name,
        "voice": "rep",
        "commit": D(commit),
        "best_case": D(commit) * 2,
        "pipeline": None,
        "won": D(0),
        "as_of": AS_OF,
        "comment": "",
        "author": name.split()[0].lower(),
        "role": "rep",
        "made_at": NOON.replace(minute=number % 60),
    }
    return Call(**(said | other))


def of_team(team="East", commit="1000", **other):
    said = {"scope": "team", "voice": "manager", "author": "layla", "role": "leader"}
    return make_call(team, commit, **(said | other))


def won(rep, money, day=10):
    return DealSum(rep, "", date(2026, 10, day), D(money))


def due(rep, word, money):
    return DealSum(rep, word, None, D(money))


def make_deals(*sums, **other):
    said = {
        "period": QUARTER,
        "as_of": AS_OF,
        "currency": "USD",
        "sums": sums,
        "sellers": SELLERS,
        "rep_targets": {},
        "team_targets": {},
        "target": None,
        "tree": TeamTree(other.pop("above", {})),
    }
    return PeriodDeals(**(said | other))
