"""Pipeline inspection: what makes an open deal stand out, as a sales leader would check it."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand.chances import PeriodOver, find_chances
from counterpoise.domain.demand.inspection import inspect_pipeline
from counterpoise.domain.demand.inspection_rules import read_inspection_rules
from counterpoise.domain.demand.pipeline_totals import cover, select, sum_up
from counterpoise.domain.demand.pushes import count_changes, count_pushes, log_pushes
from counterpoise.domain.demand.won_limits import Leaning, fit_limits
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.forecast import TooLittleHistory
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text
from inspected_pipeline import (
    OFFER,
    OPEN,
    RULES,
    ago,
    build,
    even_chances,
    find_codes,
    inspect,
    still_open,
    won,
)
from spec.test_demand_legs import AS_OF, DEFAULTS, TODAY, deals_of, log_of, with_rule

D = Decimal
SECOND = Period.parse("2026-Q2")
QUICK = [
    won(
        60 + n,
        20 + n,
        stays=((OPEN, 60 + n, 50 + n), (OFFER, 50 + n, 20 + n)),
        touches=tuple(range(20 + n, 61 + n, 5)),
    )
    for n in range(20)
]
"""Twenty that were won: ten days in the first stage, thirty in the second, five days silent."""


class TestPushes:
    def pushed(self, *days):
        """days: (days ago, due on which day of June), of one deal."""
        log = log_of([(0, ago_, TODAY + due) for ago_, due in days])
        return count_pushes(log, 1, SECOND)

    @pytest.mark.parametrize(
        ("days", "count", "by", "is_out"),
        [
            pytest.param([(90, -10)], 0, 0, False, id="entered once"),
            pytest.param([(90, -10), (40, -5)], 1, 5, False, id="put off within the quarter"),
            pytest.param([(90, -10), (40, 5)], 1, 15, True, id="put off beyond its end"),
            pytest.param([(90, -10), (40, -20)], 0, 0, False, id="pulled in"),
            pytest.param([(90, -10), (40, 5), (2, -1)], 1, 15, False, id="put off and back again"),
            pytest.param([(90, -9), (40, 5), (40, -9)], 0, 0, False, id="mended the same day"),
            pytest.param([(200, -150), (170, -20)], 1, 130, False, id="out of an earlier quarter"),
            pytest.param([(90, 5), (40, 9)], 1, 4, False, id="it was never due in the quarter"),
            pytest.param([(90, -9), (30, -8), (9, 40)], 2, 49, True, id="twice"),
        ],
    )
    def test_what_counts_as_put_off(self, days, count, by, is_out):
        found = self.pushed(*days)
        assert (found.count[0], found.days[0], bool(found.is_out[0])) == (count, by, is_out)

    def test_a_date_that_was_cleared_is_held_against_the_last_one_before(self):
        log = log_of([(0, 90, TODAY), (0, 50, np.nan), (0, 20, TODAY + 7)])
        assert count_pushes(log, 1, SECOND).days.tolist() == [7]

    def test_deals_are_told_apart(self):
        log = log_of([(0, 90, TODAY), (2, 80, TODAY - 3), (2, 50, TODAY + 1), (0, 20, TODAY + 2)])
        assert count_pushes(log, 3, SECOND).count.tolist() == [1, 0, 1]

    @pytest.mark.parametrize(
        ("dues", "counted"),
        [
            pytest.param([5, 9, 9, 12], [0, 1, 1, 2], id="put off twice"),
            pytest.param([5, 3, 4], [0, 0, 1], id="brought forward, then put off"),
            pytest.param([5, np.nan, 9], [0, 1], id="taken out and set anew, later"),
            pytest.param([], [], id="never set"),
        ],
    )
    def test_pushes_are_counted_as_they_come(self, dues, counted):
        log = log_of([(0, 9 - n, due) for n, due in enumerate(dues)])
        assert log_pushes(log).value.tolist() == counted

    def test_a_date_mended_the_same_day_was_not_put_off(self):
        log = log_of([(0, 9, 5.0), (0, 4, 8.0), (0, 4, 5.0)])
        assert log_pushes(log).value.tolist() == [0, 0]

    def test_pushes_of_one_deal_are_not_those_of_another(self):
        log = log_of([(0, 9, 5.0), (1, 8, 7.0), (0, 7, 6.0), (1, 6, 3.0), (0, 5, 9.0)])
        assert log_pushes(log).value.tolist() == [0, 0, 1, 0, 2]

    def test_an_amount_that_was_set_again_to_the_same_did_not_change(self):
        assert count_changes(log_of([(0, 9, 5.0), (0, 5, 5.0), (0, 1, 6.0)]), 1).tolist() == [1]


class TestLimits:
    def fit(self, seen, segment, *, least=4, prior=4.0, quantile=0.5):
        place = np.zeros(len(seen), dtype=np.int64)
        return fit_limits(
            np.array(seen, dtype=float), place, np.array(segment), (1, 3), quantile,
            Leaning(least, prior),
        )  # fmt: skip

    def test_a_segment_leans_on_the_whole_by_how_few_it_won(self):
        found = self.fit([10, 10, 10, 10, 30, 30, 30, 30], [0, 0, 0, 0, 1, 1, 1, 1])
        assert found.whole.tolist() == [20]
        assert found.value.tolist() == [
            [15, 25, 20]
        ]  # (4 · 10 + 4 · 20) / 8, and of none the whole
        assert (found.n.tolist(), found.whole_n.tolist()) == ([[4, 4, 0]], [8])
        assert np.isnan(found.own[0, 2])

    def test_of_too_few_nothing_is_said(self):
        found = self.fit([10, 10, 10], [0, 0, 0])
        assert np.isnan(found.value).all()
        assert np.isnan(found.whole).all()

    def test_a_quantile_lies_between_the_two_nearest(self):
        assert self.fit([0, 10, 20, 30], [0] * 4, quantile=0.9).own[0, 0] == pytest.approx(27)


class TestSlipped:
    @pytest.mark.parametrize(
        ("due", "codes"),
        [
            pytest.param(0, [], id="due today"),
            pytest.param(-1, ["overdue"], id="due yesterday"),
            pytest.param(40, [], id="due later"),
        ],
    )
    def test_a_close_date_that_is_past(self, due, codes):
        assert find_codes(inspect([still_open(5, due=due)])) == codes

    def test_a_date_put_off_twice_is_a_habit(self):
        once = still_open(60, due=10, pushes=((50, 20),))
        twice = still_open(60, due=10, pushes=((50, 20), (40, 25)))
        assert find_codes(inspect([once])) == []
        (reason,) = inspect([twice]).deals[0].reasons
        assert (reason.code, reason.met, reason.limit) == ("pushed_often", 2, 2)
        assert "put off 2 times, by 15 days" in str(reason.why)

    def test_a_deal_that_left_the_quarter(self):
        (reason,) = inspect([still_open(60, due=-5, pushes=((9, 30),))]).deals[0].reasons
        assert reason.code == "pushed_out"
        assert "due in 2026-Q2" in str(reason.why)


class TestStalled:
    @pytest.mark.parametrize(
        ("since", "codes"),
        [
            pytest.param(10, [], id="as long as nine in ten"),
            pytest.param(11, ["long_in_stage"], id="longer"),
        ],
    )
    def test_longer_in_its_stage_than_won_deals_were(self, since, codes):
        found = inspect([*QUICK, still_open(since)])
        assert find_codes(found) == codes

    def test_the_reason_says_the_limit_and_how_many_won_deals_it_is(self):
        (reason,) = inspect([*QUICK, still_open(40)]).deals[0].reasons
        assert (reason.met, reason.limit, reason.n, reason.whole_n) == (40, 10, 20, 20)
        assert "It has been in Open for 40 days. Of won deals 90 % left it within 10 days" in str(
            reason.why
        )
        assert "20 of them in Large, leaning on 20 of all" in str(reason.why)
        assert "close it as lost" in str(reason.advice)

    def test_a_segment_that_sells_slowly_is_not_held_against_the_quick_ones(self):
        slow = [
            won(200 + n, 40 + n, stays=((OPEN, 200 + n, 100 + n),), segment="Public",
                touches=tuple(range(40 + n, 200 + n, 9)))
            for n in range(40)
        ]  # fmt: skip
        both = [*QUICK, *slow]
        assert find_codes(inspect([*both, still_open(85, due=300, segment="Public")])) == []
        assert find_codes(inspect([*both, still_open(85, due=300)])) == ["long_in_stage"]

    def test_without_a_history_of_stages_the_whole_age_counts(self):
        rows = [{**each, "stays": ()} for each in QUICK]
        young, old = still_open(40), still_open(41)
        for each in (young, old):
            each["stays"] = ()
        found = inspect([*rows, young, old])
        assert [find_codes(found, deal) for deal in (20, 21)] == [[], ["long_open"]]
        assert "40 days" in str(found.deals[-1].reasons[0].why) or "40 days" in str(
            found.deals[0].reasons[0].why
        )
        assert any("judged by their whole age" in str(note) for note in found.notes)

    def test_too_few_won_deals_are_no_yardstick(self):
        found = inspect([*QUICK[:9], still_open(300)])
        assert find_codes(found) == []
        assert "there are 9 won deals, and 10 are needed" in str(found.notes[0])

    def test_what_was_won_long_ago_teaches_nothing(self):
        rules = replace(RULES, window_days=15)
        assert find_codes(inspect([*QUICK, still_open(300)], rules=rules)) == []

    def test_the_name_of_a_stage_that_nobody_recorded_is_not_shown(self):
        rows = still_open(9)
        rows["stays"] = ()
        (deal,) = inspect([rows], stage_labels=("created", "Offer")).deals
        assert (deal.stage, deal.stage_days) == ("", None)


class TestQuiet:
    def test_silent_for_longer_than_won_deals_ever_were(self):
        found = inspect([*QUICK, still_open(10, touches=(6,))])
        (reason,) = found.deals[0].reasons
        assert (reason.code, reason.met, reason.limit) == ("long_quiet", 6, 5)
        assert find_codes(inspect([*QUICK, still_open(10, touches=(5,))])) == []

    def test_a_deal_without_any_activity_is_silent_since_it_was_created(self):
        found = inspect([*QUICK, still_open(8, touches=())])
        assert [reason.met for reason in found.deals[0].reasons] == [8]
        assert found.deals[0].last_activity_on is None

    def test_where_too_few_teach_the_rulebook_says_how_long(self):
        rows = [{**each, "touches": ()} for each in QUICK]
        assert find_codes(inspect([*rows, still_open(31, since=1, touches=(31,))])) == [
            "quiet_by_rule"
        ]
        assert find_codes(inspect([*rows, still_open(30, since=1, touches=(30,))])) == []

    def test_where_no_activity_is_known_nobody_is_called_silent(self):
        found = inspect([*QUICK, still_open(300, since=1)], with_touches=False)
        assert find_codes(found) == []
        assert any("No activity of any deal is known" in str(each) for each in found.notes)

    def test_only_what_was_done_while_a_won_deal_lived_says_how_silent_it_was(self):
        late = [{**each, "touches": (*each["touches"], 0, 400)} for each in QUICK]
        assert inspect([*late, still_open(9, touches=(6,))]).deals[0].reasons[0].limit == 5


class TestHygiene:
    @pytest.mark.parametrize(
        ("lacking", "codes"),
        [
            pytest.param({"amount": None}, ["no_amount"], id="no amount"),
            pytest.param({"due": None}, ["no_close_date"], id="no expected close"),
            pytest.param({"next_step": ""}, ["no_next_step"], id="no next step"),
            pytest.param({"rep": ""}, ["no_owner"], id="no owner"),
            pytest.param({}, [], id="all there"),
        ],
    )
    def test_what_a_deal_in_work_lacks(self, lacking, codes):
        others = [still_open(3) for _ in range(3)]
        assert find_codes(inspect([*others, still_open(3, **lacking)]), deal=3) == codes

    @pytest.mark.parametrize("is_challenged", [False, True])
    def test_a_challenger_that_is_heard_is_named(self, is_challenged):
        rows = [*QUICK, still_open(5)]
        chances = replace(even_chances(rows), is_challenged=is_challenged)
        notes = " ".join(map(str, inspect(rows, chances=chances).notes))
        assert ("Gradient boosting proved better on past days" in notes) == is_challenged

    def test_what_hardly_anybody_writes_down_is_not_asked_for(self):
        found = inspect([still_open(3, next_step="") for _ in range(3)])
        assert [each.reasons for each in found.deals] == [(), (), ()]
        assert any("0 of 3 open deals" in str(note) for note in found.notes)

    def test_what_cannot_be_known_of_a_day_is_not_asked_for(self):
        found = inspect([still_open(3), still_open(3, amount=None)], knows={"amount": False})
        assert find_codes(found, deal=1) == []

    @pytest.mark.parametrize(
        ("left_on", "said"),
        [
            pytest.param(ago(9), "left on 2026-06-21", id="on a day"),
            pytest.param(None, "no longer there", id="nobody knows when"),
        ],
    )
    def test_an_owner_who_left(self, left_on, said):
        (reason,) = inspect([still_open(3)], departed={"Huda": left_on}).deals[0].reasons
        assert (reason.code, said in str(reason.why)) == ("owner_left", True)

    @pytest.mark.parametrize(
        ("due", "codes"),
        [
            pytest.param(29, ["soon_for_stage"], id="a day less than won deals needed"),
            pytest.param(30, [], id="as long as they did"),
            pytest.param(-1, ["overdue"], id="past: that is another matter"),
        ],
    )
    def test_a_close_date_too_soon_for_its_stage(self, due, codes):
        deal = still_open(40, stage=OFFER, since=0, due=due)
        assert find_codes(inspect([*QUICK, deal])) == codes

    def test_without_a_history_of_stages_too_soon_for_its_age(self):
        rows = [{**each, "stays": ()} for each in (*QUICK, still_open(3, due=20))]
        assert find_codes(inspect(rows)) == ["soon_for_age"]


class TestAmounts:
    @pytest.mark.parametrize(
        ("amount", "codes"),
        [
            pytest.param(3000.0, [], id="three times what the others cost"),
            pytest.param(3001.0, ["too_large"], id="more"),
            pytest.param(334.0, [], id="a third"),
            pytest.param(333.0, ["too_small"], id="less"),
            pytest.param(0.0, ["too_small"], id="nothing"),
        ],
    )
    def test_out_of_line_with_won_deals(self, amount, codes):
        assert find_codes(inspect([*QUICK, still_open(3, amount=amount)])) == codes

    def test_where_amounts_differ_there_is_more_room(self):
        rows = [{**each, "amount": 100.0 * 4 ** (n % 5)} for n, each in enumerate(QUICK)]
        assert find_codes(inspect([*rows, still_open(3, amount=90_000.0)])) == []
        assert find_codes(inspect([*rows, still_open(3, amount=900_000.0)])) == ["too_large"]


class TestWhole:
    def test_what_is_most_at_stake_comes_first(self):
        found = inspect([still_open(3, amount=10.0), still_open(3, amount=900.0)])
        assert [each.at_stake for each in found.deals] == [D("450.00"), D("5.00")]

    def test_without_a_chance_the_amounts_decide_and_the_reason_is_told(self):
        why = text("Too little history.")
        found = inspect([still_open(3, amount=10.0), still_open(3, amount=900.0)], chances=why)
        assert [(each.worth, each.at_stake, each.chance) for each in found.deals] == [
            (D("900.00"), None, None), (D("10.00"), None, None)
        ]  # fmt: skip
        assert found.notes[0] == why

    def test_nothing_open_is_nothing_to_inspect(self):
        found = inspect(QUICK)
        assert (found.deals, found.limits) == ((), ())

    def test_the_limits_that_deals_are_held_against_are_listed(self):
        found = inspect([*QUICK, still_open(3)])
        told = {(each.of, each.stage): each.value for each in found.limits}
        assert told == {
            ("stay", "Open"): 10,
            ("soon", "Open"): 40,
            ("age", ""): 40,
            ("soon_age", ""): 40,
            ("silence", ""): 5,
            ("amount_low", ""): D("333.33"),
            ("amount_high", ""): 3000,
        }
        assert {each.segment for each in found.limits} == {"Large"}

    def test_deals_are_told_apart_by_the_first_dimension_that_they_have(self):
        rules = replace(RULES, segment_by=("product", "rep"))
        assert inspect([still_open(3)], rules=rules).segment_by == "rep"
        alone = replace(RULES, segment_by=("product",))
        found = inspect([*QUICK, still_open(40)], rules=alone)
        assert found.segment_by == ""
        assert "(20 of them)" in str(found.deals[0].reasons[0].why)

    def test_every_fact_of_a_deal_is_shown(self):
        row = still_open(12, stage=OFFER, since=4, due=10, pushes=((2, 15),), amount=800.0)
        (deal,) = inspect([row]).deals
        assert (deal.rep, deal.segment, deal.stage, deal.created_on, deal.age_days) == (
            "Huda", "Large", "Offer", ago(12), 12
        )  # fmt: skip
        assert (deal.stage_days, deal.amount, deal.expected_close_on) == (4, D("800.00"), ago(-15))
        assert (deal.pushes, deal.pushed_days, deal.amount_changes) == (1, 5, 0)
        assert (deal.last_activity_on, deal.last_activity) == (ago(1), "call")
        assert (deal.next_step, deal.probability, deal.team) == ("Send the offer", None, "")

    def test_the_chance_of_the_crm_stands_beside_ours(self):
        deals, facts = build([still_open(3)])
        facts = replace(facts, probability=np.array([0.4]))
        found = inspect_pipeline(deals, facts, text("none"), SECOND, RULES)
        assert found.deals[0].probability == D("0.4")


class TestTotals:
    ROWS = (
        still_open(5, due=-1, amount=100.0),
        still_open(5, due=-1, next_step="", amount=None),
        still_open(5, amount=40.0),
    )

    def test_a_deal_with_two_flags_counts_once_in_all_and_once_in_each(self):
        totals = sum_up(inspect(list(self.ROWS)).deals)
        assert (totals.n, totals.open_value, totals.without_amount) == (3, D("140.00"), 1)
        assert (totals.expected, totals.flagged, totals.at_risk) == (D("320.00"), 2, D("300.00"))
        flags = {each.flag: (each.n, each.open_value, each.at_risk) for each in totals.flags}
        assert flags["slipped"] == (2, D("100.00"), D("300.00"))
        assert flags["hygiene"] == (1, D(0), D("250.00"))
        assert flags["stalled"] == (0, D(0), D(0))

    def test_without_chances_no_sum_of_stakes_is_invented(self):
        totals = sum_up(inspect(list(self.ROWS), chances=text("none")).deals)
        assert (totals.expected, totals.at_risk, totals.open_value) == (None, None, D("140.00"))

    @pytest.mark.parametrize(
        ("flag", "places", "count"),
        [
            pytest.param("", None, 3, id="all"),
            pytest.param("any", {}, 2, id="whichever flag"),
            pytest.param("hygiene", {}, 1, id="one flag"),
            pytest.param("", {"rep": "Huda", "stage": ""}, 3, id="of a rep"),
            pytest.param("any", {"rep": "Adam"}, 0, id="of nobody here"),
        ],
    )
    def test_deals_are_chosen_by_flag_and_place(self, flag, places, count):
        assert len(select(inspect(list(self.ROWS)).deals, flag, places)) == count

    @pytest.mark.parametrize(
        ("target", "wins", "left", "times", "by_chance", "said"),
        [
            pytest.param(D(1000), D(200), D(800), "1.500000", "0.400000", None, id="missing"),
            pytest.param(D(1000), D(1000), D(0), None, None, "is reached", id="reached"),
            pytest.param(None, D(50), None, None, None, "No target is set", id="no target"),
        ],
    )
    def test_coverage_is_of_what_is_still_missing(self, target, wins, left, times, by_chance, said):
        found = cover(("team", "East"), target, wins, D(1200), inspect(list(self.ROWS)).deals)
        assert (found.who, found.of, found.left, found.weighted) == (
            "team", "East", left, D("320.00")
        )  # fmt: skip
        assert found.coverage == (times and D(times))
        assert found.weighted_coverage == (by_chance and D(by_chance))
        assert (said or "None") in str(found.refusal)

    def test_without_chances_only_amounts_cover(self):
        deals = inspect(list(self.ROWS), chances=text("none")).deals
        found = cover(("whole", ""), D(100), D(0), D(50), deals)
        assert (found.coverage, found.weighted_coverage) == (D("0.500000"), None)


class TestChances:
    def history(self):
        rows = [(40 + n % 90, 10 + n % 90, n % 3 > 0) for n in range(120)]
        return [*rows, (10, None, False), (200, None, False)]

    def test_age_stage_and_the_rest_are_told_one_by_one(self):
        found = find_chances(deals_of(self.history()), Period.parse("2026-Q3"), DEFAULTS)
        assert found.whole.shape == (2,)
        assert found.by_age[0] > found.by_age[1]  # no deal of 200 days was ever won
        assert found.as_kept == pytest.approx(found.in_stage)  # nothing else is known of them
        assert found.whole == pytest.approx(found.as_kept)  # there is no segment to tell them
        assert ((found.whole > 0) & (found.whole < 1)).all()

    def test_nothing_open_has_no_chances(self):
        found = find_chances(deals_of(self.history()[:120]), Period.parse("2026-Q3"), DEFAULTS)
        assert found.whole.shape == (0,)

    def test_a_period_that_is_over_is_refused(self):
        with pytest.raises(PeriodOver, match="Choose a later period"):
            find_chances(deals_of(self.history()), Period.parse("2026-Q1"), DEFAULTS)

    def test_too_little_history_is_refused(self):
        with pytest.raises(TooLittleHistory):
            find_chances(deals_of([(10, None, False)]), Period.parse("2026-Q3"), DEFAULTS)


@pytest.mark.parametrize(
    ("key", "value", "advice"),
    [
        pytest.param("inspection.segment_by", "mood", "Write some of: segment", id="no dimension"),
        pytest.param("inspection.stalled_quantile", "1", "between 0 and 1", id="no quantile"),
        pytest.param("inspection.pushes", "0", "more than 0", id="no number of pushes"),
    ],
)
def test_a_rule_that_nothing_can_be_inspected_with_is_refused(key, value, advice):
    with pytest.raises(InvalidRule, match=advice):
        read_inspection_rules(with_rule(key, value), AS_OF)
