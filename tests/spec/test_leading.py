"""Leads as a leading indicator: heeded where they come before the deals, and nowhere else."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from counterpoise.domain.demand import backtest, leading, origins
from counterpoise.domain.demand.forecast import forecast
from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import NO_CHANGES, STILL_OPEN, ChangeLog, Deals, day_number
from counterpoise.domain.values.period import Period
from scored_company import AS_OF, make_history
from spec.test_demand_legs import dimension_of

RULES = load_defaults()
SETTINGS = read_settings(RULES, AS_OF)
TODAY = day_number(AS_OF)
PERIOD = Period.parse("2026-Q4")
DAYS = 700
WAVE_DAYS = 120


def count_leads(ago):
    """In waves between none and twelve a day."""
    return round(6 + 6 * np.sin(2 * np.pi * ago / WAVE_DAYS))


def make_deals(lag=40):
    """Every other lead becomes a deal `lag` days after it came, and every other deal is won forty
    days later. Leads that do not are given up ten days after the others have become deals."""
    leads, deals = [], []
    for ago in range(DAYS + lag, -1, -1):
        for number in range(count_leads(ago)):
            is_good = number % 2 == 0
            ended = ago - (lag if is_good else lag + 10)
            created = AS_OF - timedelta(days=ago)
            leads.append(
                {
                    "id": f"L{ago}-{number}",
                    "source": "Website",
                    "created": created,
                    "ended": AS_OF - timedelta(days=ended) if ended >= 0 else None,
                    "won": is_good and ended >= 0,
                }
            )
            if is_good and ended >= 0:
                deals.append((ended, ended - 40 if ended >= 40 else None, number % 4 == 0))
    return build_deals(deals).with_leads(make_history(leads))


def build_deals(rows):
    """rows: (created, closed or None, won), in days before AS_OF."""
    closed = [STILL_OPEN if row[1] is None else TODAY - row[1] for row in rows]
    days = np.array([TODAY - row[0] for row in rows], dtype=np.int32)
    order = np.argsort(days, kind="stable").astype(np.int32)
    return Deals(
        as_of=AS_OF,
        currency="USD",
        ids=np.array([f"D{number}" for number in range(len(rows))], dtype=object),
        created=days,
        closed=np.array(closed, dtype=np.int32),
        won=np.array([row[2] and row[1] is not None for row in rows], dtype=bool),
        amounts=ChangeLog(order, days[order], np.full(len(rows), 100.0)),
        stages=NO_CHANGES,
        stage_labels=(),
        dimensions={"region": dimension_of(["East"] * len(rows))},
    )


def look(deals, rules=RULES, until=AS_OF):
    """What leads said on weekly days, and what they say on the last."""
    at = [day for day in backtest.list_origins(AS_OF, 40) if day <= until]
    calendar = origins.cover(deals, at, 100)
    record = backtest.keep_record(deals, at, rules, calendar, SETTINGS)
    known = deals.known_on(until)
    last = origins.look_from(known, rules, calendar, SETTINGS, record.said)
    return origins.list_leading(record.said), last.of_leads


@pytest.fixture(scope="module")
def in_waves():
    return make_deals()


@pytest.fixture(scope="module")
def alone(in_waves):
    return replace(in_waves, leads=None)


@pytest.fixture(scope="module")
def seen(in_waves):
    return look(in_waves)


class TestWaves:
    def test_leads_that_come_before_the_deals_are_heeded(self, seen):
        _, now = seen
        assert now.helps[0]
        assert now.finished.tolist() == [40, 35, 31]
        assert now.both_error[0] < 0.7 * now.plain_error[0]
        assert now.scale[0] == pytest.approx(now.both[0] / now.plain[0])

    def test_no_earlier_day_knows_what_came_after_it(self, in_waves, seen):
        until = AS_OF - timedelta(days=150)
        then, _ = look(in_waves.known_on(until), until=until)
        assert len(then) > 10
        for before, now in zip(then, seen[0], strict=False):
            assert before.both.tolist() == now.both.tolist()
            assert before.helps.tolist() == now.helps.tolist()

    def test_the_first_days_have_nothing_to_go_by(self, seen):
        first = seen[0][0]
        assert not first.helps.any()
        assert first.finished.tolist() == [0, 0, 0]
        assert first.scale.tolist() == [1.0] * 3
        assert first.both.tolist() == pytest.approx((0.5 * (first.plain + first.by_leads)).tolist())
        assert list(leading.describe(first)) == []

    def test_the_forecast_says_that_it_follows_them(self, in_waves, alone):
        found = ahead(in_waves)
        notes = [str(each) for each in found.notes]
        assert any("from day 1 to day 30 follows leads, too" in note for note in notes)
        assert found.cells != ahead(alone).cells


def ahead(deals, rules=RULES):
    return forecast(deals, PERIOD, rulebook=rules, rng=np.random.default_rng(7))


def test_an_earlier_day_sees_its_leads_and_deals_that_were_removed_since():
    deals = build_deals([(90, None, False), (80, None, False)])
    removed = np.array([TODAY - 5, STILL_OPEN], dtype=np.int32)
    row = {"id": "L1", "source": "Website", "created": AS_OF - timedelta(days=30), "ended": AS_OF}
    leads = make_history([{**row, "won": True}])
    present = replace(deals, removed=removed).known_on(AS_OF).with_leads(leads)
    assert (len(present), len(present.leads)) == (1, 1)
    before = present.known_on(AS_OF - timedelta(days=10))
    assert (len(before), before.leads.won.tolist()) == (2, [False])
    assert len(before.leads) == 1
    assert len(present.known_on(AS_OF - timedelta(days=40)).leads) == 0


class TestNoHelp:
    def test_without_leads_nothing_is_said_of_them(self, alone):
        assert look(alone) == ([], None)
        assert not any("leads" in str(note) for note in ahead(alone).notes)

    def test_too_few_leads_that_became_opportunities_say_nothing(self, in_waves, alone):
        rules = overlaid("least_conversions", "100000")
        assert ahead(in_waves, rules).cells == ahead(alone, rules).cells

    def test_leads_that_are_no_nearer_leave_the_forecast_as_it_is_to_the_last_digit(
        self, in_waves, alone
    ):
        rules = overlaid("creation_gain", "0.99")
        with_them, without = ahead(in_waves, rules), ahead(alone, rules)
        assert with_them.cells == without.cells
        assert with_them.points == without.points
        assert with_them.splits == without.splits
        said = [str(note) for note in with_them.notes if "does not follow leads" in str(note)]
        assert len(said) == 3
        assert with_them.notes[: len(without.notes)] == without.notes

    def test_a_company_that_created_nothing_lately_stays_at_nothing(self, in_waves):
        old = replace(in_waves, created=in_waves.created - 200)
        found = look(old)[1]
        assert found.plain.tolist() == [0.0] * 3
        assert found.scale.tolist() == [1.0] * 3


def overlaid(key, value):
    rule = Rule(f"lead_score.{key}", "", value, "", AS_OF - timedelta(days=9000), "test")
    kept = (each for each in RULES.rules if each.key != rule.key)
    return Rulebook((rule, *kept))
