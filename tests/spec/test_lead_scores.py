"""The chance of an open lead to become an opportunity: what moves it, and what it is worth."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from counterpoise.domain.demand import lead_record
from counterpoise.domain.demand.funnel import TooFewConversions
from counterpoise.domain.demand.lead_record import Tried, find_auc, judge, split_tenths
from counterpoise.domain.demand.lead_rules import read_lead_rules
from counterpoise.domain.demand.lead_scores import is_worth, score_leads
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import day_number
from counterpoise.domain.tables.lead_score import SCORE_DAYS
from scored_company import AS_OF, FIRST, RULES, list_rows, make_records

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def found():
    return score_leads(make_records(), RULES)


def factor(lead, trait):
    return next(each for each in lead.factors if each.of == trait)


def chance(found, lead):
    return next(each for each in found.leads if each.id == lead).chances[0]


def with_trait(trait, tell):
    return make_records([{**row, trait: tell(row)} for row in list_rows()])


class TestScore:
    def test_the_best_chances_come_first_and_everybody_who_is_open_is_there(self, found):
        chances = [each.chances[2] for each in found.leads]
        assert chances == sorted(chances, reverse=True)
        assert {each.id for each in found.leads} == {
            row["id"] for row in list_rows() if row["ended"] is None
        }

    def test_a_website_lead_that_was_called_at_once_stands_above_all(self, found):
        best = found.leads[0]
        assert (best.source, best.age_days < 5) == ("Website", True)
        assert best.last_touch_on == best.created_on

    def test_a_lead_that_nobody_called_for_long_has_hardly_a_chance(self, found):
        assert chance(found, "W004") < 0.01
        assert next(each for each in found.leads if each.id == "W004").last_touch_on is None

    def test_a_longer_stretch_of_days_holds_no_less(self, found):
        assert all(one <= two <= three for one, two, three in (e.chances for e in found.leads))

    def test_what_a_chance_comes_from_is_taken_apart_and_ends_in_it(self, found):
        best = found.leads[0]
        assert [each.of for each in best.factors] == ["age", "source", "first_touch", "last_touch"]
        assert best.factors[-1].chances == best.chances
        assert factor(best, "age").times is None
        assert str(factor(best, "age").value) == f"it came in on {best.created_on}"
        assert factor(best, "source").times > 1
        assert str(factor(best, "first_touch").value) == "on the day it came in"

    def test_why_names_what_moves_it_most_first(self, found):
        why = str(found.leads[0].why)
        assert why.startswith("first touched: on the day it came in (× ")
        assert "; source: Website (× 1." in why

    def test_nothing_that_moves_it_is_nothing_to_name(self):
        alike = [{**row, "source": "Event"} for row in list_rows() if row["id"].startswith("W")]
        alike = [{**row, "called": None} for row in alike]
        scores = score_leads(make_records(alike), RULES)
        assert {each.why for each in scores.leads} == {None}

    @pytest.mark.parametrize("trait", ["country", "region", "industry", "account"])
    def test_what_tells_leads_apart_is_learned(self, trait):
        told = score_leads(
            with_trait(trait, lambda row: "Jordan" if row["source"] == "Website" else "Egypt"),
            RULES,
        )
        moved = factor(told.leads[0], trait)
        assert str(moved.value) == "Jordan"
        assert moved.times == pytest.approx(1, abs=0.05), "the source told it already"

    def test_that_something_is_filled_in_tells_nothing(self):
        """People fill in the industry when a lead gets further."""
        told = with_trait("industry", lambda row: ("Retail", "Banks")[row["won"]] * row["won"])
        scores = score_leads(told, RULES)
        assert {each.of for lead in scores.leads for each in lead.factors}.isdisjoint({"industry"})
        two = with_trait("industry", lambda row: ("Retail", "Banks")[row["id"] < "W"] * row["won"])
        factors = {factor(each, "industry") for each in score_leads(two, RULES).leads}
        assert {(str(each.value), each.times) for each in factors} == {("not said", 1.0)}

    def test_an_account_that_was_known_is_said_in_words(self):
        told = with_trait("account", lambda row: "new" if "1" in row["id"] else "known before")
        scores = score_leads(told, RULES)
        said = {str(factor(each, "account").value) for each in scores.leads}
        assert said == {"new", "known before"}

    def test_a_removed_lead_is_not_scored_and_still_learned_from_on_earlier_days(self):
        rows = list_rows()
        rows[-1] = {**rows[-1], "removed": AS_OF}
        rows[0] = {**rows[0], "removed": AS_OF}
        scores = score_leads(make_records(rows), RULES)
        assert rows[-1]["id"] not in {each.id for each in scores.leads}
        assert scores.tests[0].n == score_leads(make_records(), RULES).tests[0].n


class TestRefusal:
    def test_too_few_conversions_are_counted_and_the_way_out_is_named(self):
        few = make_records(list_rows(first=AS_OF - 20 * DAY))
        with pytest.raises(TooFewConversions, match=r"2026-09-30 \d+ leads .* 50 are needed"):
            score_leads(few, RULES)

    @pytest.mark.parametrize("key", ["least_conversions", "prior_conversions", "origins"])
    def test_a_rule_that_nothing_can_be_learned_with_is_named(self, key):
        slip = Rule(f"lead_score.{key}", "", "0", "", FIRST, "a slip")
        with pytest.raises(InvalidRule, match=f"lead_score.{key} is 0"):
            read_lead_rules(Rulebook((*load_defaults().rules, slip)), AS_OF)


class TestWorth:
    def test_scores_that_are_nearer_than_the_plain_rate_are_used(self, found):
        assert found.is_scored
        assert [each.days for each in found.tests] == list(SCORE_DAYS)
        assert all(each.brier < each.plain_brier for each in found.tests)
        assert all(each.auc > each.plain_auc for each in found.tests)
        assert {each.origins for each in found.tests} == {RULES.origins}
        assert found.notes == ()

    def test_of_leads_that_were_said_to_have_no_chance_none_came(self, found):
        first, *_ = found.tenths
        assert (first.days, first.tenth, first.came) == (30, 1, 0.0)
        assert sum(each.n for each in found.tenths if each.days == 30) == found.tests[0].n

    def test_where_they_are_no_nearer_the_plain_rate_is_said_and_the_page_knows(self, monkeypatch):
        monkeypatch.setattr(
            lead_record,
            "try_scores",
            lambda *_: (tried([0.5, 0.5] * 10, [0.1, 0.9] * 10, [0, 1] * 10),),
        )
        scores = score_leads(make_records(), RULES)
        assert not scores.is_scored
        assert all(each.chances == each.plain for each in scores.leads)
        assert {each.factors for each in scores.leads} == {()}
        assert "no nearer to what came than the plain rate" in str(scores.notes[0])

    def test_a_history_too_short_to_try_them_says_so(self):
        young = make_records(list_rows(first=date(2026, 4, 1)))
        scores = score_leads(young, replace(RULES, least_conversions=40))
        assert (scores.tests[0].came, scores.is_scored) == (3, False)
        assert "3 became opportunities, and 10 are needed to judge" in str(scores.notes[0])
        younger = score_leads(make_records(list_rows(first=date(2026, 6, 1))), RULES)
        assert (younger.tests, younger.tenths, younger.is_scored) == ((), (), False)
        assert "0 became opportunities" in str(younger.notes[0])

    def test_undated_leads_and_a_lack_of_activities_are_said(self):
        rows = [{**row, "called": None} for row in list_rows()]
        notes = " ".join(map(str, score_leads(make_records(rows, undated=3), RULES).notes))
        assert "3 leads were given up and do not say when" in notes
        assert "No activity with any lead is known" in notes

    def test_better_at_one_stretch_of_days_alone_is_not_enough(self, found):
        worse = replace(found.tests[0], brier=1.0)
        assert is_worth(found.tests, RULES)
        assert not is_worth((*found.tests, worse), RULES)
        assert not is_worth((), RULES)
        assert not is_worth(found.tests, replace(RULES, least_tried=10_000))


def tried(said, plain, came):
    """The same at each of SCORE_DAYS."""
    columns = (np.repeat(np.array([each]).T, 3, axis=1) for each in (said, plain, came))
    one, two, three = columns
    source = np.zeros(len(said), dtype=np.int64)
    return Tried(day_number(AS_OF) - 90, source, one.astype(float), two.astype(float), three == 1)


class TestJudging:
    @pytest.mark.parametrize(
        ("said", "came", "auc"),
        [
            pytest.param([0.1, 0.9], [0, 1], 1.0, id="in order"),
            pytest.param([0.9, 0.1], [0, 1], 0.0, id="the other way round"),
            pytest.param([0.5, 0.5], [0, 1], 0.5, id="said alike counts half"),
            pytest.param([0.2, 0.2, 0.8], [0, 1, 1], 0.75, id="one of two pairs and a half"),
            pytest.param([0.2, 0.8], [1, 1], None, id="everybody came"),
            pytest.param([0.2, 0.8], [0, 0], None, id="nobody came"),
        ],
    )
    def test_auc(self, said, came, auc):
        assert find_auc(np.array(said), np.array(came) == 1) == auc

    def test_brier_is_the_mean_squared_error(self):
        (first, *_) = judge([tried([0.5, 1.0], [0.0, 0.0], [0, 1])])
        assert (first.brier, first.plain_brier) == (0.125, 0.5)
        assert (first.n, first.came, first.origins) == (2, 1, 1)

    def test_tenths_are_of_the_chance_that_was_said(self):
        tenths = split_tenths([tried([0.05, 0.09, 0.1, 1.0], [0] * 4, [0, 1, 0, 1])])
        assert [(each.tenth, each.n, each.came) for each in tenths[:3]] == [
            (1, 2, 0.5), (2, 1, 0.0), (10, 1, 1.0)
        ]  # fmt: skip
        assert tenths[0].said == pytest.approx(0.07)

    def test_nobody_open_is_nothing_to_judge(self):
        assert (judge([tried([], [], [])]), split_tenths([])) == ((), ())
