"""An invented software company that sells by the year, with a known chance to renew.

Every deal is won on a day: new contracts at a steady pace, renewals near the end of each term,
expansions inside terms. What the company is made of is known, so estimates can be held against it.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.demand.contracts import add_term
from counterpoise.domain.demand.recurring_rules import read_rules
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.recurring import Sale

LONG_AGO = date(1970, 1, 2)
FIRST = date(2022, 1, 1)
AS_OF = date(2026, 9, 30)
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
SEGMENTS = ("Enterprise", "Small")
REPS = (("Huda Salem", "East"), ("Adam Noor", "West"))
PRODUCT = "Cloud"


@dataclass(frozen=True)
class Truth:
    """chance: to renew, by segment. ratio: the renewed value over the old, in the mean. monthly:
    new contracts a month. expansions: a contract and month, each of a fifth of its value."""

    chance: tuple[float, float] = (0.9, 0.6)
    ratio: float = 1.05
    monthly: float = 12.0
    expansions: float = 0.02


def rule(key, value, subject="", since=LONG_AGO):
    return Rule(f"recurring.{key}", subject, value, "", since, "test")


def make_rulebook(*rules):
    """The defaults, with Cloud sold by the year, and what a test says over it."""
    said = rules or (rule("term_months", "12", PRODUCT),)
    return Rulebook((*said, *load_defaults().rules))


def make_rules(*rules, on=AS_OF):
    return read_rules(make_rulebook(*rules), on, fold)


def make_sale(closed_on, amount="1200", **other):
    """A won deal of Souq for Cloud; its id is its day, unless said."""
    day = date.fromisoformat(closed_on) if isinstance(closed_on, str) else closed_on
    facts = {
        "id": f"D-{day}",
        "account": "A1",
        "account_name": "Souq",
        "product": PRODUCT,
        "segment": "Enterprise",
        "region": "Gulf",
        "rep": REPS[0][0],
        "team": REPS[0][1],
        "kind": "",
        **other,
    }
    return Sale(closed_on=day, amount=None if amount is None else Decimal(amount), **facts)


def simulate_sales(seed, truth=None, *, first=FIRST, last=AS_OF):
    """Everything that was won from the first day to the last."""
    truth, rng = truth or Truth(), np.random.default_rng(seed)
    sales = []
    for number in range(rng.poisson(truth.monthly * (last - first).days / 30.4)):
        begins = first + timedelta(days=int(rng.integers(0, (last - first).days)))
        segment = int(rng.integers(0, 2))
        rep = int(rng.integers(0, 2))
        sales += _live(number, begins, truth, segment, rep, rng)
    return [sale for sale in sales if sale.closed_on <= last]


def _live(number, begins, truth, segment, rep, rng):
    """The deals of one account until it leaves."""
    facts = {
        "account": f"A{number}",
        "account_name": f"Customer {number}",
        "segment": SEGMENTS[segment],
        "region": ("Gulf", "Levant")[number % 2],
        "rep": REPS[rep][0],
        "team": REPS[rep][1],
    }
    value = float(rng.lognormal(9, 0.5)) + 100
    won, kind = begins, "New Business"
    for term in range(10):
        yield make_sale(won, f"{value:.2f}", id=f"D{number}-{term}", kind=kind, **facts)
        ends = add_term(begins, 12)
        for month in range(1, 12):
            if rng.random() < truth.expansions:
                on = max(add_term(begins, month), won + timedelta(days=1))
                added = value / 5
                name = f"D{number}-{term}-{month}"
                yield make_sale(on, f"{added:.2f}", id=name, kind="Upsell", **facts)
                value += added
        if rng.random() >= truth.chance[segment]:
            return
        won = ends + timedelta(days=int(rng.integers(-60, 61)))
        value *= truth.ratio * float(rng.uniform(0.8, 1.2))
        begins, kind = ends, "Renewal"


def write_export(folder, sales):
    """The company's CRM export: deals, accounts, people and products."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = {name: f"R{number}" for number, (name, _) in enumerate(REPS, 1)}
    _write(
        folder / "deals.csv",
        ["Deal ID", "Deal Name", "Account", "Owner", "Product", "Stage", "Amount", "Type",
         "Created Date", "Close Date", "Segment", "Region"],
        [
            [s.id, f"{s.product} for {s.account_name}", s.account, numbers[s.rep], s.product, "Won",
             s.amount, s.kind, s.closed_on - timedelta(days=30), s.closed_on, s.segment, s.region]
            for s in sales
        ],
    )  # fmt: skip
    accounts = {s.account: s for s in sales}
    _write(
        folder / "accounts.csv",
        ["Account ID", "Account Name", "Account Owner", "Segment"],
        [[key, s.account_name, numbers[s.rep], s.segment] for key, s in sorted(accounts.items())],
    )
    _write(
        folder / "reps.csv",
        ["rep_id", "name", "team"],
        [[numbers[name], name, team] for name, team in REPS],
    )
    return folder


def collect_subscriptions(workspace, folder):
    """The company, a small one, collected; its rulebook says that Cloud runs for a year."""
    from counterpoise.actions import kept
    from counterpoise.actions.collect import collect
    from counterpoise.store import rules

    sales = simulate_sales(5, Truth(monthly=4.0))
    done = collect(workspace, [write_export(folder, sales)], now=NOW)
    said = [rule("term_months", "12", PRODUCT), rule("paths", "200")]
    rules.append_rules(said, at=NOW, recorded_by="test")
    kept.examine_build(workspace, now=NOW)
    return done.build


def _write(path, head, rows):
    with path.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(head)
        out.writerows(rows)
