"""Opportunities expected by the scores of open leads, beside what the lags say."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from counterpoise.domain.demand.funnel import open_funnel
from counterpoise.domain.demand.funnel_scores import open_scoring, score_present
from counterpoise.domain.demand.funnel_settings import read_funnel_settings
from counterpoise.domain.demand.volumes import VolumeFacts, expect_of_leads
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.values.period import Period
from scored_company import AS_OF, RULES, list_rows, make_history
from volume_company import make_leads

DEFAULTS = load_defaults()
KIND = "scored_opportunities"
PERIOD = Period.parse("2026-Q4")


def streams(part):
    return np.random.default_rng([3, *part.encode()])


def overlaid(**values):
    said = tuple(
        Rule(f"lead_score.{key}", "", value, "", date(2000, 1, 1), "test")
        for key, value in values.items()
    )
    kept = (each for each in DEFAULTS.rules if each.key not in {rule.key for rule in said})
    return Rulebook((*said, *kept))


RULEBOOK = overlaid(least_conversions="50")


def make_both(rows):
    """The same leads in both forms."""
    leads = make_leads(
        [
            (row["created"], row["source"], None, row["ended"] if row["won"] else None)
            for row in rows
        ],
        AS_OF,
    )
    return leads, make_history(rows)


def expect(rows=None, period=PERIOD, rulebook=RULEBOOK):
    leads, history = make_both(list_rows(daily=2) if rows is None else rows)
    return expect_of_leads(VolumeFacts(leads=leads), period, rulebook, streams, history)


@pytest.fixture(scope="module")
def found():
    return expect()


def whole(found, kind=KIND):
    return [each for each in found.of(kind) if not each.by]


def test_they_stand_beside_what_the_lags_say_by_source_and_month(found):
    lags = found.of("opportunities")
    scored = found.of(KIND)
    assert [(each.month, each.by) for each in scored] == [(each.month, each.by) for each in lags]
    assert [each.mean for each in whole(found)] == [
        sum(each.mean for each in scored if each.by and each.month == month.month)
        for month in whole(found)
    ]


def test_leads_to_come_bring_the_same_whether_or_not_open_ones_are_scored(found):
    for scored, lags in zip(whole(found), whole(found, "opportunities"), strict=True):
        assert float(scored.mean - scored.standing) == pytest.approx(
            float(lags.mean - lags.standing), abs=1e-5
        )


def test_a_lead_that_was_given_up_is_waited_for_by_the_lags_alone():
    """A source of which every open lead was given up on the last day."""
    rows = [
        {**row, "ended": row["ended"] or AS_OF} if row["source"] == "Event" else row
        for row in list_rows(daily=2)
    ]
    found = expect(rows)
    (first, *_) = [each for each in found.of(KIND) if each.by == (("source", "Event"),)]
    (lags, *_) = [each for each in found.of("opportunities") if each.by == first.by]
    assert first.standing == 0
    assert lags.standing > 0


def test_the_range_holds_the_mean_and_widens_with_what_moves_all(found):
    first = whole(found)[0]
    assert first.quantile("0.1") < first.mean < first.quantile("0.9")


def test_both_are_judged_on_the_same_earlier_days(found):
    tests = {each.kind: each for each in found.tests}
    assert tests[KIND].origins == tests["opportunities"].origins
    assert tests[KIND].months == tests["opportunities"].months
    assert tests[KIND].wmape is not None


def test_nothing_else_moves(found):
    leads, _ = make_both(list_rows(daily=2))
    without = expect_of_leads(VolumeFacts(leads=leads), PERIOD, RULEBOOK, streams)
    kept = [each for each in found.volumes if each.kind != KIND]
    assert tuple(kept) == without.volumes
    assert tuple(each for each in found.tests if each.kind != KIND) == without.tests


def test_too_few_conversions_are_refused_and_the_rest_answers():
    found = expect(rulebook=overlaid(least_conversions="5000"))
    (refusal,) = [each for each in found.refusals if each.kind == KIND]
    assert "5000 are needed" in str(refusal.why)
    assert not found.of(KIND)
    assert found.of("opportunities")


def test_earlier_days_with_too_few_conversions_are_not_judged():
    came = sum(row["won"] for row in list_rows(daily=2))
    found = expect(rulebook=overlaid(least_conversions=str(came)))
    assert found.of(KIND)
    assert KIND not in {each.kind for each in found.tests}


def test_a_rule_that_nothing_can_be_scored_with_refuses_by_name():
    found = expect(rulebook=overlaid(prior_conversions="0"))
    assert not found.volumes
    assert "lead_score.prior_conversions is 0" in str(found.refusals[0].why)


@pytest.mark.parametrize(
    ("period", "standing"),
    [
        pytest.param("2026-08", 0, id="a month that is over holds what came in it"),
        pytest.param("2027-03", 0, id="a month that young leads hardly reach"),
    ],
)
def test_months_near_and_far(period, standing):
    found = expect(period=Period.parse(period))
    (month,) = whole(found)
    came = sum(row["won"] and row["ended"] in Days(month.month) for row in list_rows(daily=2))
    assert float(month.standing) == pytest.approx(came + standing, abs=0.5)


class Days:
    """The days of a month."""

    def __init__(self, first):
        self.first = first

    def __contains__(self, day):
        return (day.year, day.month) == (self.first.year, self.first.month)


def test_a_month_that_is_under_way_holds_what_came_and_what_will():
    period = Period.parse("2026-Q3")
    as_of = AS_OF - timedelta(days=40)
    leads, history = make_both(list_rows(daily=2))
    settings = read_funnel_settings(DEFAULTS, as_of)
    known = leads.known_on(as_of)
    funnel = open_funnel(known, period, settings, np.random.default_rng(1))
    scoring = open_scoring(
        known, history.known_on(as_of), period, settings, replace(RULES, least_conversions=10)
    )
    present = score_present(scoring, funnel)
    assert present.expected[:, 0].tolist() == [0, 0]
    assert (present.expected[:, 1:].sum(axis=1) > 0).all()
    assert (present.squares <= present.expected).all()
