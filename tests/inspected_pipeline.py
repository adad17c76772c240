"""A pipeline to inspect, stated in days before the last day of June 2026."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from counterpoise.domain.demand.chances import Chances
from counterpoise.domain.demand.inspection import inspect_pipeline
from counterpoise.domain.demand.inspection_rules import read_inspection_rules
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deal_facts import DealFacts, Stays, Touches
from counterpoise.domain.tables.deals import STILL_OPEN
from counterpoise.domain.values.period import Period
from spec.test_demand_legs import AS_OF, TODAY, deals_of, log_of

THIRD = Period.parse("2026-Q3")
RULES = replace(read_inspection_rules(load_defaults(), AS_OF), least_won=10, prior_deals=10.0)
OPEN, OFFER = 0, 1
FULL = {"amount": True, "expected_close_on": True, "next_step": True}


def ago(days):
    return AS_OF - timedelta(days=days)


def won(created, closed, *, stays=(), touches=(), amount=1000.0, segment="Large"):
    """A won deal. stays: (stage, entered, left); touches: days; all in days before the day."""
    return {
        "row": (created, closed, True), "stays": stays, "touches": touches, "amount": amount,
        "segment": segment, "rep": "Huda",
    }  # fmt: skip


def still_open(created, *, stage=OPEN, since=None, due=60, pushes=(), amount=1000.0, **other):
    """An open deal in a stage `since` so many days, due in so many, touched yesterday.

    pushes: (days ago, day it was put off to, in days from now); the first is the first day of all.
    """
    entered = created if since is None else since
    expected = [(created, due), *pushes] if due is not None else []
    return {
        "row": (created, None, False),
        "stays": ((stage, entered, None),),
        "expected": expected,
        "amount": amount,
        "touches": other.get("touches", (1,)),
        "segment": other.get("segment", "Large"),
        "rep": other.get("rep", "Huda"),
        "next_step": other.get("next_step", "Send the offer"),
        "stages": [(created, OPEN)] if stage == OPEN else [(created, OPEN), (entered, stage)],
    }


def build(rows, *, departed=None, knows=None, with_touches=True, stage_labels=("Open", "Offer")):
    """Deals, what is known of them, and the segment they are told apart by."""
    deals = deals_of(
        [row["row"] for row in rows],
        dimensions={
            "segment": [row["segment"] for row in rows],
            "rep": [row["rep"] for row in rows],
        },
        stages_of=[
            (at, day, stage) for at, row in enumerate(rows) for day, stage in row.get("stages", ())
        ],
        stage_labels=stage_labels,
        amounts=[
            (at, row["row"][0], row["amount"])
            for at, row in enumerate(rows)
            if row["amount"] is not None
        ],
    )
    return deals, build_facts(deals, rows, departed or {}, knows or {}, with_touches=with_touches)


def build_facts(deals, rows, departed, knows, *, with_touches):
    texts = [row.get("next_step", "") for row in rows]
    expected = log_of(
        [
            (at, day, np.nan if due is None else TODAY + due)
            for at, row in enumerate(rows)
            for day, due in row.get("expected", ())
        ]
    )
    latest = expected.last_values(len(rows), TODAY)
    return DealFacts(
        names=np.array([f"Deal {at}" for at in range(len(rows))], dtype=object),
        accounts=np.array([""] * len(rows), dtype=object),
        next_steps=np.array(texts, dtype=object),
        probability=np.full(len(rows), np.nan),
        expected=expected,
        stays=_build_stays(rows),
        touches=_build_touches(rows if with_touches else []),
        has={
            "amount": ~np.isnan(deals.amount),
            "expected_close_on": ~np.isnan(latest),
            "next_step": np.array([bool(each) for each in texts]),
        },
        knows={name: np.full(len(rows), knows.get(name, True)) for name in FULL},
        departed=departed,
    )


def _build_stays(rows):
    found = sorted(
        (at, -entered, stage, STILL_OPEN if left is None else TODAY - left)
        for at, row in enumerate(rows)
        for stage, entered, left in row["stays"]
    )
    deal, entered, stage, left = zip(*found, strict=True) if found else ((), (), (), ())
    columns = (deal, stage, [TODAY + each for each in entered], left)
    return Stays(*(np.array(each, dtype=np.int32) for each in columns))


def _build_touches(rows):
    found = sorted((at, -day) for at, row in enumerate(rows) for day in row["touches"])
    deal, day = zip(*found, strict=True) if found else ((), ())
    return Touches(
        np.array(deal, dtype=np.int32),
        np.array([TODAY + each for each in day], dtype=np.int32),
        np.zeros(len(deal), dtype=np.int32),
        ("call",),
    )


def even_chances(rows, chance=0.5):
    """Everybody's chance alike, and what each brings its amount."""
    held = [row for row in rows if row["row"][1] is None]
    same = np.full(len(held), chance)
    worth = np.array([row["amount"] or 500.0 for row in held])
    return Chances(worth, same, same, same, same)


def inspect(rows, *, chances=None, rules=RULES, period=THIRD, **other):
    deals, facts = build(rows, **other)
    return inspect_pipeline(
        deals, facts, even_chances(rows) if chances is None else chances, period, rules
    )


def find_codes(inspection, deal=None):
    """The reasons of one deal, or of the only one."""
    (found,) = [each for each in inspection.deals if deal is None or each.name == f"Deal {deal}"]
    return [reason.code for reason in found.reasons]
