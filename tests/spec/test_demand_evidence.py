"""How legs are weighted, ranges found and methods judged; refusals, notes and windows of time."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.connectors.sample.simulated import simulate_deals
from counterpoise.domain.demand import (
    adapting,
    backtest,
    cells,
    combine,
    conformal,
    paths,
    pipeline,
    windows,
)
from counterpoise.domain.demand.forecast import evaluate, forecast
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import STILL_OPEN, ChangeLog, day_number, day_of
from counterpoise.domain.tables.forecast import BacktestPoint, TooLittleHistory
from counterpoise.domain.values.period import Period

AS_OF = date(2026, 9, 30)
FEW_ORIGINS = Rule("demand.backtest_origins", "", "8", "", date(1970, 1, 2), "test")
MANY_PATHS = Rule("demand.paths", "", "20000", "", date(1970, 1, 2), "test")
RULES = Rulebook((*load_defaults().rules, FEW_ORIGINS))


@pytest.fixture(scope="module")
def deals():
    return simulate_deals(5, size=900, months=20).deals


@pytest.fixture(scope="module")
def quarter(deals):
    return forecast(deals, Period.parse("2026-Q4"), rulebook=RULES, rng=np.random.default_rng(1))


class TestWeights:
    LEGS = np.array([[100.0, 140.0], [80.0, 120.0], [120.0, 60.0]])

    @pytest.mark.parametrize(
        ("actual", "origins", "weight"),
        [
            pytest.param([], 0, 0.7, id="no finished origin: the prior's"),
            pytest.param([100, 80, 120], 4, 0.85, id="the pipeline was right: half-way to all"),
            pytest.param([100, 80, 120], 1e9, 1.0, id="it was right for ages: all"),
            pytest.param([140, 120, 60], 1e9, 0.0, id="the series was right for ages: none"),
            pytest.param([60, 40, 180], 1e9, 1.0, id="never more than all"),
        ],
    )
    def test_weight_of_the_pipeline(self, actual, origins, weight):
        legs = self.LEGS[: len(actual)]
        found = combine.weigh_pipeline_leg(legs, np.array(actual, float), origins, 0.7, 4.0)
        assert found == pytest.approx(weight, abs=1e-6)

    def test_legs_that_always_agree_keep_the_prior(self):
        legs = np.array([[5.0, 5.0]])
        assert combine.weigh_pipeline_leg(legs, np.array([9.0]), 3.0, 0.7, 4.0) == 0.7

    @pytest.mark.parametrize(
        ("origins", "separate"),
        [([], 0.0), ([7], 1.0), ([0, 7, 14, 21], 1.0 + 1.5 * 21 / 30)],
        ids=["none", "one", "four that overlap"],
    )
    def test_overlapping_origins_count_less(self, origins, separate):
        assert combine.count_separate(np.array(origins), 30) == pytest.approx(separate)


class TestRanges:
    PRIOR = conformal.Prior(origins=2.0, stretch=1.25)

    def test_without_finished_origins_the_models_own_spread_is_stretched(self):
        scores = conformal.score(np.zeros(0), np.zeros(0), 0.0, self.PRIOR)
        found = scores.stretch(np.array([0.1, 0.5, 0.9]))
        assert found == pytest.approx([-1.25 * 1.2816, 0.0, 1.25 * 1.2816], abs=0.02)

    def test_many_finished_origins_decide_alone(self):
        errors = np.linspace(-1, 1, 2_001)
        scores = conformal.score(errors, np.full(2_001, 0.1), 1e9, self.PRIOR)
        assert scores.quantile(np.array([0.8]))[0] == pytest.approx(8.0, abs=0.02)

    def test_nothing_sold_is_a_bounded_error(self):
        found = conformal.log_errors(np.array([10.0, 0.0, 0.0]), np.array([0.0, 10.0, 0.0]))
        assert found.tolist() == [-conformal.FURTHEST, conformal.FURTHEST, 0.0]

    def test_the_mean_of_what_may_come_stays_the_forecast(self):
        scores = conformal.score(np.zeros(0), np.zeros(0), 0.0, self.PRIOR)
        found = scores.factors(conformal.LEVELS, 0.4)
        assert found.mean() == pytest.approx(1.0)
        assert scores.factors(np.array([0.5]), 0.4)[0] < 1.0


class TestAdapting:
    """Ranges that held too often narrow, and those that failed widen."""

    DAY = day_number(AS_OF)
    SCORES = (conformal.score(np.zeros(0), np.zeros(0), 0.0, conformal.Prior(1.0, 1.0)),) * 2

    def width(self, *held, horizon=30, days_ago=30):
        """Half the 80 % range of each horizon after weekly origins that held or not."""
        points = [
            BacktestPoint(day_of(self.DAY - days_ago - 7 * back), horizon, 1.0, 0.9, 1.1, came)
            for back, came in enumerate(1.0 if each else 2.0 for each in held)
        ]
        found = adapting.adapt(self.SCORES, points, (30, 60), self.DAY)
        return [float(each.stretch(np.array([0.9]))[0]) for each in found]

    def test_before_anything_is_over_nothing_moves(self):
        assert self.width() == pytest.approx([1.2816, 1.2816], abs=0.02)
        assert self.width(False, False, days_ago=29)[0] > self.width()[0]
        assert self.width(False, days_ago=29) == self.width()

    def test_what_held_too_often_narrows_its_own_horizon_most(self):
        own, other = self.width(*[True] * 10)
        assert own < other < self.width()[1]

    def test_what_failed_widens(self):
        own, other = self.width(*[False] * 10)
        assert own > other > self.width()[1]

    def test_what_held_as_promised_stays(self):
        assert self.width(*[True] * 8, *[False] * 2) == self.width()

    def test_no_record_takes_a_range_away_or_makes_it_endless(self):
        assert self.width(*[True] * 500)[0] == pytest.approx(0.6745, abs=0.02)
        assert self.width(*[False] * 500)[0] == pytest.approx(2.17, abs=0.03)


class TestWindows:
    def lay(self, period, as_of):
        return windows.lay_out(Period.parse(period), as_of)

    def test_a_quarter_that_starts_tomorrow(self):
        found = self.lay("2026-Q4", AS_OF)
        assert found.last_day == 92
        assert np.bincount(found.month_of_day).tolist() == [31, 30, 31]
        assert (found.horizon, found.blocks.tolist(), found.lead_stretch) == (2, [0, 1, 2], 1.0)

    def test_a_month_two_months_away_leaves_the_days_before_it_out(self):
        found = self.lay("2026-12", AS_OF)
        assert (found.month_of_day == -1).sum() == 61
        assert found.sum_by_month(np.ones(92)).tolist() == [31]
        assert found.lead_stretch > 1

    def test_a_period_that_is_half_over(self):
        found = self.lay("2026-Q3", date(2026, 8, 15))
        assert found.month_of_day.tolist() == [1] * 16 + [2] * 30
        assert found.horizon == 1

    def test_a_period_that_is_over(self):
        found = self.lay("2026-Q3", AS_OF)
        assert (found.last_day, found.lead_stretch) == (0, 1.0)


class TestCells:
    SEGMENTS = Segments(
        (("North", "A"), ("North", "B"), ("South", "A")),
        np.array([0, 0, 1]),
        np.array([0, 1, 0]),
        np.zeros(0, dtype=np.int64),
    )

    def build(self, grains, known=0.0):
        third, known = np.full((3, 1), 1 / 3), np.full((3, 1), known)
        paths, alone = np.ones((4, 3, 1)), np.ones(1)
        outcome = cells.Outcome("won_revenue", known, third, third, paths, third, third, alone)
        return {
            cell.by: cell
            for cell in cells.build_cells(outcome, self.SEGMENTS, grains, (date(2026, 1, 1),))
        }

    def test_every_wider_cell_is_the_sum_of_its_parts_to_the_cent(self):
        found = self.build(("region", "product"))
        means = {by: cell.mean for by, cell in found.items()}
        assert means == {
            (): Decimal("1.98"),
            (("region", "North"),): Decimal("1.32"),
            (("region", "South"),): Decimal("0.66"),
            (("product", "A"),): Decimal("1.32"),
            (("product", "B"),): Decimal("0.66"),
            (("region", "North"), ("product", "A")): Decimal("0.66"),
            (("region", "North"), ("product", "B")): Decimal("0.66"),
            (("region", "South"), ("product", "A")): Decimal("0.66"),
        }
        assert found[()].from_open == Decimal("0.99")
        assert found[()].quantile("0.5") == Decimal("3.00")

    def test_what_is_won_already_is_a_part_of_what_open_deals_bring(self):
        found = self.build(("region",), known=0.5)
        assert found[()].won == Decimal("1.50")
        assert found[("region", "North"),].won == Decimal("1.00")
        assert found[()].from_open == Decimal("2.49")

    def test_only_grains_that_the_deals_have(self):
        assert set(self.build(("product",))) == {
            (),
            (("product", "A"),),
            (("product", "B"),),
        }


class TestPaths:
    def seen(self, chance, new):
        open_deals = pipeline.OpenDeals(
            np.array([0, 1]),
            np.array([0, 0]),
            np.array([100.0, 50.0]),
            np.array([0.2, 0.0]),
            np.array(chance),
        )
        worth = np.ones_like(new) * [[10.0], [20.0]]
        return pipeline.Pipeline(open_deals, np.array(new), worth, np.array([0.5, 0.5]), 2.0)

    def test_means_of_many_paths_are_the_expected_ones(self):
        settings = read_settings(
            Rulebook((*RULES.rules, MANY_PATHS)),
            AS_OF,
        )
        seen = self.seen([[0.3, 0.2], [0.0, 0.9]], [[4.0, 1.0], [0.0, 2.0]])
        drawn = paths.simulate(seen, settings, np.random.default_rng(3))
        assert drawn.revenue.mean(axis=0) == pytest.approx(
            seen.open_revenue() + seen.new_revenue(), rel=0.03
        )
        assert drawn.deals.mean(axis=0) == pytest.approx(
            np.array([[4.3, 1.2], [0.0, 2.9]]), rel=0.03
        )

    def test_nothing_ahead_gives_paths_of_nothing(self):
        settings = read_settings(RULES, AS_OF)
        seen = self.seen([[0.0], [0.0]], [[0.0], [0.0]])
        drawn = paths.simulate(seen, settings, np.random.default_rng(3))
        assert drawn.revenue.sum() == drawn.deals.sum() == 0
        assert paths.fit_to_means(drawn.revenue, np.array([9.0])).sum() == 0
        assert paths.fit_to_ranges(drawn.revenue, np.ones(len(drawn.revenue))).sum() == 0


class TestEvidence:
    def test_every_method_stands_beside_ours_on_the_same_origins(self, quarter):
        rows = {(row.method, row.horizon_days): row for row in quarter.backtest}
        assert {method for method, _ in rows} == {
            "counterpoise",
            "pipeline survival",
            "time series alone",
            "same as last period",
            "stage-weighted pipeline",
        }
        assert {(days, row.origins) for (_, days), row in rows.items()} == {
            (30, 8),
            (60, 3),
        }
        assert rows["counterpoise", 30].coverage_80 is not None
        assert rows["counterpoise", 60].coverage_80 is None, "three origins say nothing of ranges"
        assert rows["time series alone", 30].coverage_80 is None

    def test_rows_are_what_the_points_say(self, quarter):
        points = [each for each in quarter.points if each.horizon_days == 30]
        error = sum(abs(each.forecast - each.actual) for each in points)
        row = next(row for row in quarter.backtest if row.horizon_days == 30)
        assert row.wmape == pytest.approx(error / sum(each.actual for each in points))

    def test_weights_are_told_by_horizon_and_add_up(self, quarter):
        assert set(quarter.weights) == {30, 60, 90}
        assert all(sum(each.values()) == pytest.approx(1) for each in quarter.weights.values())

    def test_actuals_are_what_was_won(self, deals):
        origin = AS_OF - timedelta(days=60)
        _, points = evaluate(deals, [origin], rulebook=RULES)
        start, end = np.array([0, 60]) + (origin - date(1970, 1, 1)).days
        won = deals.won & (deals.closed > start) & (deals.closed <= end)
        assert [each.horizon_days for each in points] == [30, 60]
        assert points[1].actual == pytest.approx(deals.amount[won].sum())

    def test_origins_without_history_are_left_out(self, deals):
        assert evaluate(deals, [date(2000, 1, 1)], rulebook=RULES) == ((), ())

    def test_nothing_won_is_judged_without_dividing_by_it(self):
        row = backtest._row("any", 30, np.array([5.0]), np.array([0.0]), None)
        assert (row.wmape, row.bias) == (5.0, 5.0)


class TestRefusals:
    @pytest.mark.parametrize(
        ("as_of", "said"),
        [
            pytest.param(date(2000, 1, 1), "there are 0 deals closed", id="before any data"),
            pytest.param(date(2025, 3, 1), "needs at least 30 closed deals and 60", id="too early"),
        ],
    )
    def test_too_little_history_says_what_is_there_and_what_is_needed(self, deals, as_of, said):
        with pytest.raises(TooLittleHistory, match=said):
            forecast(
                deals.known_on(as_of),
                Period.parse("2026-Q4"),
                rulebook=RULES,
                rng=np.random.default_rng(1),
            )
        with pytest.raises(TooLittleHistory, match=said):
            evaluate(deals.known_on(as_of), [], rulebook=RULES)


class TestNotes:
    def notes(self, deals, period, as_of=AS_OF):
        found = forecast(
            deals.known_on(as_of),
            Period.parse(period),
            rulebook=RULES,
            rng=np.random.default_rng(1),
        )
        return " ".join(map(str, found.notes)), found

    def test_few_origins_and_thin_segments_are_told(self, quarter):
        said = " ".join(map(str, quarter.notes))
        assert "only 0 finished origins of 90 days" in said
        assert "have won fewer than 20 deals" in said
        assert "The period has begun" not in said

    def test_a_period_beyond_the_back_test_is_told(self, deals):
        said, _ = self.notes(deals, "2027-Q1")
        assert "The period ends 182 days ahead" in said

    def test_what_is_won_already_counts_as_known(self, deals):
        said, found = self.notes(deals, "2026-Q3")
        assert "what was won in it by 2026-09-30 is counted as known" in said
        whole = [cell for cell in found.cells if cell.by == () and cell.measure == "won_revenue"]
        assert all(set(cell.quantiles) == {cell.mean} == {cell.from_open} for cell in whole)
        first, after = (
            np.array([d.toordinal() for d in (date(2026, 7, 1), date(2026, 10, 1))])
            - date(1970, 1, 1).toordinal()
        )
        won = deals.won & (deals.closed >= first) & (deals.closed < after)
        assert float(sum(cell.mean for cell in whole)) == pytest.approx(deals.amount[won].sum())

    def test_amounts_that_are_not_believed_are_told(self, deals):
        last = int(np.flatnonzero(deals.is_open & np.isfinite(deals.amount))[-1])
        amounts = deals.amounts
        slip = ChangeLog(
            np.append(amounts.deal, last).astype(np.int32),
            np.append(amounts.day, day_number(AS_OF)).astype(np.int32),
            np.append(amounts.value, 1e9),
        )
        said, found = self.notes(replace(deals, amounts=slip), "2026-Q4")
        assert "The amounts of 1 open deals are below zero, or more than 3.0 times" in said
        assert found.paths.sum(axis=1).max() < 1e9

    def test_won_deals_without_an_amount_and_a_silent_start_are_told(self, deals):
        silent = day_number(AS_OF) - 300
        closes = ~deals.is_open & (deals.closed < silent)
        late = replace(
            deals,
            closed=np.where(closes, STILL_OPEN, deals.closed).astype(np.int32),
            won=deals.won & ~closes,
            amounts=ChangeLog(*(np.zeros(0, kind) for kind in (np.int32, np.int32, np.float64))),
        )
        said, found = self.notes(late, "2026-Q4")
        assert f"{late.won.sum()} won deals have no amount" in said
        assert "none closed before 2025-1" in said
        assert found.paths.sum() == 0
        assert sum(cell.mean for cell in found.cells if cell.measure == "won_deals") > 0
