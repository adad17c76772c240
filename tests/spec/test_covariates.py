"""What is known of an open deal besides its age, and what its chances owe to it."""

import numpy as np
import pytest

from counterpoise.domain.demand import (
    covariates,
    exposure,
    hazards,
    landmarks,
    pipeline,
    segments,
)
from counterpoise.domain.demand.hazards import Ahead
from counterpoise.domain.tables.deals import NO_CHANGES
from spec.test_demand_legs import SETTINGS, TODAY, calendar_of, deals_of

CLOSED = [(80, 50, n % 4 != 0) for n in range(200)]
OPEN = [(80, None, False)] * 200
"""Of those that closed within a landmark's reach three in four were won; the rest stand still."""


def fit(deals):
    risks = hazards.fit_hazards(exposure.observe(deals, 730), calendar_of(90), SETTINGS)
    split = segments.split(deals)
    return covariates.fit_covariates(deals, split, risks, np.ones((len(deals), 2)), SETTINGS)


def winning(deals, name):
    """What each class of a covariate multiplies the rate of winning by in the first block."""
    return fit(deals).factors[name][:, 0, 0]


class TestSightings:
    def test_each_deal_is_seen_on_the_evenings_on_which_it_is_open(self):
        deals = deals_of([(9, 5, True), (6, None, False)])
        seen = landmarks.look_at(deals, [TODAY - 10, TODAY - 6, TODAY - 5])
        assert seen.deal.tolist() == [0, 1, 1]
        assert (TODAY - seen.day).tolist() == [6, 6, 5]

    def test_only_what_was_known_by_then_is_seen(self):
        deals = deals_of(
            [(9, None, False)],
            stages_of=[(0, 9, 0.0), (0, 3, 1.0)],
            amounts=[(0, 4, 70.0)],
            dues=[(0, 9, TODAY + 1), (0, 2, TODAY + 30)],
            touches=[(0, 5, TODAY - 5)],
        )
        seen = landmarks.look_at(deals, [TODAY - 6, TODAY])
        assert len(seen) == 2
        assert seen.stage.tolist() == [0, 1]
        assert seen.due.tolist() == [TODAY + 1, TODAY + 30]
        assert seen.pushes.tolist() == [0, 1]
        assert np.isnan([seen.amount[0], seen.touched[0]]).all()
        assert (seen.amount[1], seen.touched[1]) == (70, TODAY - 5)


class TestFactors:
    def test_a_later_stage_that_wins_more_has_a_higher_rate(self):
        deals = deals_of(CLOSED + OPEN, stages_of=[(n, 70, float(n < 200)) for n in range(400)])
        first, second, unknown = winning(deals, "stage")
        assert first < 1
        assert second > 1.5
        assert unknown == 1

    @pytest.mark.parametrize("labels", [(), ("Open",)], ids=["no stages", "nothing seen"])
    def test_without_sightings_every_stage_counts_alike(self, labels):
        found = fit(deals_of([(9, 0, True)], stage_labels=labels))
        assert list(found.factors) == ["stage"]
        assert (found.factors["stage"] == 1).all()

    @pytest.mark.parametrize(
        ("name", "logs", "better", "worse"),
        [
            pytest.param(
                "days until due",
                {"dues": [(n, 79, TODAY - 40 if n < 200 else TODAY - 75) for n in range(400)]},
                1,
                0,
                id="due soon, not overdue",
            ),
            pytest.param(
                "times put off",
                {
                    "dues": [(n, 79, float(TODAY)) for n in range(400)]
                    + [(n, 75 - k, TODAY + 1.0 + k) for n in range(200, 400) for k in range(3)]
                },
                0,
                3,
                id="never put off",
            ),
            pytest.param(
                "days since an activity",
                {"touches": [(n, 61 if n < 200 else 79, TODAY - 61.0) for n in range(200)]},
                0,
                4,
                id="talked to lately, the others never",
            ),
            pytest.param(
                "amount over the usual",
                {"amounts": [(n, 79, 60.0 if n < 200 else 500.0) for n in range(400)]},
                0,
                2,
                id="a small amount",
            ),
        ],
    )
    def test_who_wins_more_has_a_higher_rate(self, name, logs, better, worse):
        factor = winning(deals_of(CLOSED + OPEN, **logs), name)
        assert factor[worse] < 1
        assert factor[better] > 1.5

    def test_what_another_covariate_told_already_is_not_told_twice(self):
        changes = [(n, 70, float(n < 200)) for n in range(400)]
        dues = [(n, 79, TODAY - 40 if n < 200 else TODAY - 75) for n in range(400)]
        alone = winning(deals_of(CLOSED + OPEN, dues=dues), "days until due")
        beside = winning(deals_of(CLOSED + OPEN, dues=dues, stages_of=changes), "days until due")
        assert 1 < beside[1] < alone[1]
        assert beside[1] - 1 < (alone[1] - 1) / 2

    def test_what_is_alike_for_all_is_left_out(self):
        deals = deals_of(CLOSED + OPEN, amounts=[(n, 79, 5.0) for n in range(400)])
        assert list(fit(deals).factors) == ["stage"]

    def test_a_deal_that_is_overdue_has_a_smaller_chance_than_its_like(self):
        rows = [*CLOSED, *OPEN, (20, None, False), (20, None, False)]
        dues = [(n, 79, TODAY - 40 if n < 200 else TODAY - 75) for n in range(400)]
        deals = deals_of(rows, dues=[*dues, (400, 20, TODAY + 10), (401, 20, TODAY - 10)])
        split, calendar = segments.split(deals), calendar_of(100, 30)
        learned = pipeline.learn(deals, split, calendar, SETTINGS)
        ahead = Ahead(np.zeros(30, dtype=np.int64), 1)
        chance = pipeline.project(deals, split, learned, ahead, calendar).open_deals.chance[:, 0]
        assert chance[-2] > 1.5 * chance[-1] > 0


class TestUsualAmount:
    WON = (9, 5, True)

    def test_a_segment_with_many_amounts_has_a_median_of_its_own(self):
        rows, dimensions = (
            [*[(9, None, False)] * 22, self.WON],
            {"product": ["A"] * 11 + ["B"] * 12},
        )
        amounts = [(n, 9, 1.0 + n) for n in range(11)] + [(n, 9, 100.0) for n in range(11, 21)]
        found = fit(deals_of(rows, dimensions=dimensions, amounts=[*amounts, (21, 9, -5.0)])).usual
        assert set(found[:11]) == {6}
        assert set(found[11:]) == {100}

    def test_one_with_few_is_set_beside_the_whole(self):
        rows, dimensions = [*[(9, None, False)] * 10, self.WON], {"product": ["A"] * 10 + ["B"]}
        amounts = [(n, 9, 8.0) for n in range(10)] + [(10, 9, 90.0)]
        found = fit(deals_of(rows, dimensions=dimensions, amounts=amounts))
        assert found.usual[10] == 8

    def test_without_amounts_there_is_none(self):
        assert np.isnan(fit(deals_of([self.WON])).usual).all()


def test_deals_of_which_nothing_else_is_logged_have_no_dues_and_touches():
    deals = deals_of([(9, None, False)])
    assert (deals.dues, deals.touches) == (NO_CHANGES, NO_CHANGES)
