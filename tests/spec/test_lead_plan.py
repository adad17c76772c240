"""Marketing's plan of leads: what it may say, what it takes the place of, and how it came about."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand.volumes import VolumeFacts, expect_of_leads
from counterpoise.domain.rulebook.lead_plan import read_lead_plan
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.values.period import Period
from volume_company import AS_OF, make_leads, make_steady_leads

DAY = timedelta(days=1)
PERIOD = Period.parse("2026-Q4")
SOONER, LATER = date(2026, 7, 1), date(2026, 9, 15)


def planned(subject, value="90", begins=LATER):
    return Rule("leads.planned", subject, value, "leads", begins, "plan of spring")


def rulebook(*plans):
    fewer = Rule("funnel.least_conversions", "", "10", "", date(2020, 1, 1), "test")
    return Rulebook((*plans, fewer, *load_defaults().rules))


def expect(*plans, leads=None, period=PERIOD):
    facts = VolumeFacts(leads=make_steady_leads() if leads is None else leads)
    return expect_of_leads(
        facts, period, rulebook(*plans), lambda part: np.random.default_rng([1, *part.encode()])
    )


def leads_of(found, source="", month=PERIOD.start):
    by = (("source", source),) if source else ()
    (each,) = [each for each in found.of("leads") if each.by == by and each.month == month]
    return each


@pytest.fixture(scope="module")
def without():
    return expect()


class TestWhatItMaySay:
    def test_the_newest_entry_of_a_source_and_month_holds(self):
        book = rulebook(planned("Website / 2026-11", "80", SOONER), planned("Website / 2026-11"))
        assert [(each.source, each.month, each.leads) for each in read_lead_plan(book, AS_OF)] == [
            ("Website", date(2026, 11, 1), Decimal(90))
        ]
        assert [each.leads for each in read_lead_plan(book, date(2026, 8, 1))] == [Decimal(80)]
        assert read_lead_plan(book, date(2026, 6, 30)) == ()

    def test_a_source_may_have_a_stroke_in_its_name(self):
        (found,) = read_lead_plan(rulebook(planned("Fair / Dubai / 2026-11")), AS_OF)
        assert found.source == "Fair / Dubai"

    @pytest.mark.parametrize(
        ("plans", "why"),
        [
            pytest.param([planned("Website")], "names no source and month", id="no month"),
            pytest.param([planned("/ 2026-11")], "names no source and month", id="no source"),
            pytest.param([planned("Website / 2026-Q4")], "names no source and", id="a quarter"),
            pytest.param([planned("Website / soon")], "names no source and month", id="no period"),
            pytest.param(
                [planned("Website / 2026-08")], "Plan a month that is not over", id="over"
            ),
            pytest.param([planned("Website / 2026-11", "-1")], "Write 0 or more", id="negative"),
            pytest.param([planned("Website / 2026-11", "many")], "Write a number", id="no number"),
            pytest.param(
                [planned("Website / 2026-11"), planned("website/2026-11")],
                "two entries for one source and month",
                id="twice",
            ),
        ],
    )
    def test_what_cannot_be_is_refused_with_the_way_out(self, plans, why):
        with pytest.raises(InvalidRule, match=why):
            read_lead_plan(rulebook(*plans), AS_OF)

    def test_a_month_under_way_may_be_planned(self):
        (found,) = read_lead_plan(rulebook(planned("Website / 2026-09")), AS_OF)
        assert found.month == date(2026, 9, 1)

    def test_an_unknown_source_is_refused_with_those_that_there_are(self):
        found = expect(planned("Webiste / 2026-11"))
        assert not found.volumes
        assert "Leads come from: Event, Website." in str(found.refusals[0].why)


class TestWhatItTakesThePlaceOf:
    def test_planned_months_are_as_planned_and_the_others_as_the_series_says(self, without):
        found = expect(planned("Website / 2026-10", "90"))
        assert leads_of(found, "Website").mean == 90
        for source, month in (("Event", PERIOD.start), ("Website", date(2026, 11, 1))):
            assert leads_of(found, source, month).mean == leads_of(without, source, month).mean
        assert leads_of(found).mean == 90 + leads_of(without, "Event").mean

    def test_more_leads_bring_more_of_all_that_follows(self, without):
        found = expect(planned("Website / 2026-10", "90"))

        def total(said):
            return sum(each.mean for each in said.of("opportunities") if not each.by)

        assert total(found) > total(without)

    def test_the_range_is_as_wide_for_its_size(self, without):
        before, now = (
            leads_of(each, "Website") for each in (without, expect(planned("Website / 2026-10")))
        )
        assert before.quantile("0.1") < before.mean
        assert now.quantile("0.1") < now.mean < now.quantile("0.9")

    def test_no_lead_planned_is_none(self):
        none = leads_of(expect(planned("Website / 2026-10", "0")), "Website")
        assert (none.mean, none.quantile("0.9")) == (0, 0)

    def test_of_a_month_under_way_what_came_counts(self):
        """On the fifteenth of September fifteen leads of each source have come."""
        leads = make_steady_leads(as_of=date(2026, 9, 15))
        period = Period.parse("2026-Q3")
        plan = planned("Website / 2026-09", "40", SOONER)
        said = leads_of(expect(plan, leads=leads, period=period), "Website", date(2026, 9, 1))
        assert (said.mean, said.standing) == (40, 15)
        less = planned("Website / 2026-09", "10", SOONER)
        said = leads_of(expect(less, leads=leads, period=period), "Website", date(2026, 9, 1))
        assert said.mean == 15, "more came than was planned"

    def test_it_stands_beside_what_the_series_says(self):
        (shown,) = expect(planned("Website / 2026-10"), planned("Website / 2027-03")).plan
        assert (shown.source, shown.month, shown.planned) == ("Website", PERIOD.start, Decimal(90))
        assert shown.series == pytest.approx(31, abs=2)
        assert (shown.decided_on, shown.said_by) == (LATER, "plan of spring")

    def test_a_period_that_is_over_has_nothing_ahead(self):
        found = expect(planned("Website / 2026-10"), period=Period.parse("2026-Q2"))
        assert found.plan == ()

    def test_without_a_plan_nothing_is_said_of_one(self, without):
        assert (without.plan, without.plan_record) == ((), ())


class TestHowItCameAbout:
    def test_what_was_planned_on_the_first_day_of_a_month_is_held_against_what_came(self):
        found = expect(
            planned("Website / 2026-07", "40", SOONER),
            planned("Website / 2026-08", "20", SOONER),
            planned("Website / 2026-08", "500", date(2026, 8, 20)),
            planned("Website / 2026-09", "30", SOONER),
        )
        (record,) = found.plan_record
        assert (record.source, record.months, record.planned) == ("Website", 3, 90)
        assert (record.came, record.missed) == (31 + 31 + 30, 1)
        assert not any("was missed" in str(note) for note in found.notes)

    def test_a_plan_that_was_always_missed_is_said_to_be(self):
        found = expect(
            planned("Website / 2026-07", "40", SOONER), planned("Website / 2026-08", "50", SOONER)
        )
        (said,) = [str(note) for note in found.notes if "was missed" in str(note)]
        assert said == (
            "The plan of leads of Website was missed in each of the 2 months that are over: 62"
            " leads came, and 90 were planned."
        )

    def test_one_month_is_not_yet_always(self):
        found = expect(planned("Website / 2026-07", "40", SOONER))
        assert found.plan_record[0].missed == 1
        assert not any("was missed" in str(note) for note in found.notes)

    def test_a_plan_made_after_the_first_day_of_its_month_is_not_held_against_it(self):
        assert expect(planned("Website / 2026-08", "40", date(2026, 8, 2))).plan_record == ()

    def test_a_plan_that_could_not_be_read_on_its_first_day_is_named(self):
        found = expect(
            planned("Website / 2026-07", "many", SOONER),
            planned("Website / 2026-07", "40", date(2026, 7, 20)),
        )
        assert "Write a number" in str(found.refusals[0].why)

    def test_a_month_under_way_is_not_judged(self):
        leads = make_steady_leads(as_of=date(2026, 9, 15))
        assert expect(planned("Website / 2026-09", "40", SOONER), leads=leads).plan_record == ()


def test_a_source_that_brings_nothing_now_can_be_planned():
    """The series expects none of it: a plan of forty still has chance of its own."""
    days = (AS_OF - date(2025, 1, 1)).days + 1
    rows = [(date(2025, 1, 1) + n * DAY, "Event") for n in range(days)]
    found = expect(
        planned("Fair / 2026-10", "40"), leads=make_leads([(date(2025, 1, 1), "Fair"), *rows])
    )
    said = leads_of(found, "Fair")
    assert said.mean == 40
    assert 15 < said.quantile("0.1") < 40 < said.quantile("0.9") < 70
