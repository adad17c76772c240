"""From leads to customers: who is there and may get further, who is yet to come, and how sure."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand import conversion
from counterpoise.domain.demand.arrivals import expect_arrivals
from counterpoise.domain.demand.conversion import Cohort
from counterpoise.domain.demand.funnel import (
    count_by_window,
    expect_funnel,
    learn_conversion,
    open_funnel,
    project_leads,
)
from counterpoise.domain.demand.funnel_record import try_funnel
from counterpoise.domain.demand.funnel_settings import read_funnel_settings
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import STILL_OPEN, day_number
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.domain.values.period import Period
from volume_company import AS_OF, SETTINGS, make_leads, make_steady_leads

D = Decimal
AHEAD = Period.parse("2026-Q4")
STEADY = make_steady_leads()


def rng():
    return np.random.default_rng(7)


def forecast(leads=STEADY, period=AHEAD, settings=SETTINGS):
    funnel = open_funnel(leads.known_on(leads.as_of), period, settings, rng())
    return expect_funnel(funnel, period, rng())


def find(found, kind, month=1, source=None):
    by = (("source", source),) if source is not None else ()
    (volume,) = [
        each
        for each in found.of(kind)
        if each.by == by and each.month == AHEAD.months[month - 1].start
    ]
    return volume


def learn(ages, *, watched, limit=10, prior=0.0, sources=None):
    """One cohort of leads that were watched for so many days; ages: of the event, None for none."""
    created = np.array([100 - days for days in watched], dtype=np.int32)
    event = np.array(
        [STILL_OPEN if age is None else 100 - days + age
         for age, days in zip(ages, watched, strict=True)],
        dtype=np.int32,
    )  # fmt: skip
    place = np.array(sources or [0] * len(ages), dtype=np.int32)
    cohort = Cohort(created, event, place, int(place.max()) + 1)
    return conversion.learn(cohort, today=100, limit=limit, prior=prior)


# How many get further


def test_of_leads_watched_to_the_end_the_share_is_a_mere_share():
    found = learn([0, 2, None, None], watched=[50] * 4)
    assert found.reached[0].tolist() == [0.25, 0.25, *[0.5] * 9]
    assert found.events.tolist() == [2]


def test_leads_that_are_too_young_leave_and_are_no_failures():
    """Of two watched to the end one gets further on day 4; two came in yesterday."""
    found = learn([4, None, None, None], watched=[50, 50, 1, 1])
    assert found.reached[0, 3] == 0
    assert found.reached[0, 4] == pytest.approx(0.5), "a mere share would say a quarter"


def test_a_lead_that_gets_further_on_its_last_day_counts_before_it_leaves():
    found = learn([1, None], watched=[1, 1])
    assert found.reached[0, 1] == pytest.approx(0.5)


def test_what_comes_after_the_limit_is_not_watched():
    assert learn([11, None], watched=[50, 50]).reached.max() == 0


def test_an_event_before_the_lead_came_in_counts_on_its_first_day():
    assert learn([-3, None], watched=[50, 50]).reached[0, 0] == pytest.approx(0.5)


def test_a_source_of_few_leans_on_all():
    """Of a hundred website leads half get further; the event's only one did not."""
    ages = [*[3, None] * 50, None]
    alone = learn(ages, watched=[50] * 101, sources=[0] * 100 + [1], prior=0.0)
    leaning = learn(ages, watched=[50] * 101, sources=[0] * 100 + [1], prior=50.0)
    assert alone.reached[1, -1] == 0
    assert leaning.reached[1, -1] == pytest.approx(50 / 101 * 50 / 51)
    assert leaning.strength[1] == pytest.approx(50 * 50 / 101), "it rests on borrowed ones"


# What is expected


def test_leads_go_on_as_they_came_in():
    """A lead of each source a day: 31 in October of each."""
    found = forecast()
    assert float(find(found, "leads").mean) == pytest.approx(62, abs=2)
    assert float(find(found, "leads", source="Event").mean) == pytest.approx(31, abs=1)
    assert find(found, "leads").standing == 0


def test_opportunities_follow_from_leads_and_how_they_convert():
    """Every fourth lead of an event and every second of the website: 31/4 + 31/2 in October."""
    found = forecast(settings=replace(SETTINGS, prior_leads=0.0))
    assert float(find(found, "opportunities").mean) == pytest.approx(23.25, rel=0.05)
    assert float(find(found, "opportunities", source="Event").mean) == pytest.approx(7.75, rel=0.07)
    assert float(find(found, "qualified_leads").mean) == pytest.approx(23.25, rel=0.05)
    assert float(find(found, "customers").mean) == pytest.approx(7.75, rel=0.07)


def test_leads_that_are_there_are_the_sure_part_and_only_for_as_long_as_it_takes():
    found = forecast()
    october, november = find(found, "customers", 1), find(found, "customers", 2)
    assert october.standing == october.mean, "a win takes forty days: all of October is there"
    assert D(0) < november.standing < november.mean
    assert float(find(found, "opportunities", 1).standing) < 6
    assert float(find(found, "opportunities", 3).standing) == pytest.approx(0, abs=0.1)


def test_sources_add_up_to_the_whole_exactly():
    found = forecast()
    for kind in ("leads", "qualified_leads", "opportunities", "customers"):
        for month in (1, 2, 3):
            parts = [find(found, kind, month, source) for source in ("Event", "Website")]
            assert sum(each.mean for each in parts) == find(found, kind, month).mean


def test_ranges_hold_the_mean_and_widen_with_what_is_not_known():
    found = forecast()
    for each in found.volumes:
        assert list(each.quantiles) == sorted(each.quantiles)
    october = find(found, "opportunities")
    assert october.quantile("0.1") < october.mean < october.quantile("0.9")


def test_a_period_that_has_begun_counts_what_came_and_expects_the_rest():
    leads = make_steady_leads(as_of=date(2026, 10, 15))
    found = forecast(leads)
    assert find(found, "leads").standing == 30, "fifteen days of two sources"
    assert float(find(found, "leads").mean) == pytest.approx(62, abs=2)
    came = count_by_window(
        leads.converted, np.zeros(len(leads), dtype=int), [day_number(date(2026, 10, 1))],
        [day_number(date(2026, 11, 1))], 1,
    )  # fmt: skip
    assert find(found, "opportunities").standing > came[0, 0]
    assert float(find(found, "opportunities").mean) == pytest.approx(23.25, rel=0.07)


def test_a_period_that_is_over_is_what_came():
    leads = make_steady_leads(as_of=date(2026, 12, 31))
    found = forecast(leads)
    october = find(found, "leads")
    assert (october.mean, october.quantile("0.1"), october.quantile("0.9")) == (62, 62, 62)
    assert find(found, "opportunities").mean == 22, "15 of the website and 7 of events"
    assert expect_arrivals(leads, AHEAD, SETTINGS, rng()).counts.shape == (300, 2, 0)


def test_the_month_that_the_day_lies_in_is_carried_only_for_its_days_left():
    leads = make_steady_leads(as_of=date(2026, 9, 15))
    arrivals = expect_arrivals(leads, AHEAD, SETTINGS, rng())
    assert arrivals.mean.shape == (2, 4), "the rest of September, and the quarter"
    assert arrivals.mean[0, 0] == pytest.approx(15, abs=1)
    funnel = open_funnel(leads, AHEAD, SETTINGS, rng())
    assert project_leads(funnel).mean[0, 0] == pytest.approx(31, abs=1), "October is whole"


def test_a_lead_of_no_source_is_a_part_of_its_own():
    rows = [(date(2025, 1, 1) + timedelta(days=n), "", None, None) for n in range(600)]
    found = forecast(make_leads(rows))
    assert {each.by for each in found.of("leads")} == {(), (("source", ""),)}


# Refusals and notes


def test_too_few_conversions_are_refused_kind_by_kind():
    found = forecast(settings=replace(SETTINGS, least_conversions=200))
    assert [each.kind for each in found.refusals] == ["customers"]
    assert "150 became customers" in str(found.refusals[0].why)
    assert "fewer than 200" in str(found.refusals[0].why)
    assert found.of("opportunities") != ()
    assert found.of("customers") == ()


def test_only_the_window_is_learned_from():
    """Older leads all got further, those of the window did not."""
    old = [(date(2024, 1, 1), "A", None, date(2024, 1, 2)) for _ in range(50)]
    new = [(date(2026, 5, 1) + timedelta(days=n), "A", None, None) for n in range(140)]
    leads = make_leads([*old, *new])
    funnel = open_funnel(leads, AHEAD, replace(SETTINGS, window_days=200), rng())
    with pytest.raises(ValueError, match="0 became opportunities"):
        learn_conversion(funnel, "opportunities")


def test_leads_of_a_month_are_no_series():
    leads = make_leads([(date(2026, 9, day), "A") for day in range(1, 30)])
    with pytest.raises(BrokenSeries, match="periods that a forecast needs"):
        open_funnel(leads, AHEAD, SETTINGS, rng())


def test_what_is_learned_is_said_with_its_number():
    found = forecast()
    of = {(each.kind, each.by): each for each in found.learned}
    event = of["opportunities", (("source", "Event"),)]
    assert event.n == 159
    assert "half of those within 5 days" in str(event.how)
    assert of["leads", ()].n == len(STEADY)
    assert found.notes == ()


def test_leads_without_a_day_and_without_a_status_are_noted():
    rows = [(date(2026, 1, 1) + timedelta(days=n), "A", None, None) for n in range(200)]
    notes = [str(each) for each in forecast(make_leads(rows, undated=3)).notes]
    assert notes[0].startswith("3 leads are said to have got further")
    assert "lead.qualified_words" in notes[1]


def test_the_rulebook_says_how_the_funnel_is_learned():
    settings = read_funnel_settings(load_defaults(), AS_OF)
    assert (settings.least_conversions, settings.prior_leads, settings.origins) == (30, 50.0, 8)
    wrong = Rule("funnel.prior_leads", "", "-1", "leads", date(2026, 1, 1), "a slip")
    with pytest.raises(InvalidRule, match="Write 0 or more"):
        read_funnel_settings(Rulebook((wrong, *load_defaults().rules)), AS_OF)


# As known


def test_what_was_known_on_an_earlier_day_forgets_what_came_later():
    day = date(2026, 3, 31)
    leads = make_leads(
        [
            (date(2026, 3, 1), "A", date(2026, 3, 20), date(2026, 4, 2)),
            (date(2026, 4, 1), "A"),
            (date(2026, 3, 2), "A", None, None, None, date(2026, 3, 15)),
            (date(2026, 3, 3), "A", None, None, None, date(2026, 5, 1)),
        ]
    )
    known = leads.known_on(day)
    assert known.created.tolist() == [day_number(date(2026, 3, 1)), day_number(date(2026, 3, 3))]
    assert known.qualified.tolist() == [day_number(date(2026, 3, 20)), STILL_OPEN]
    assert set(known.converted.tolist()) == {STILL_OPEN}
    assert known.as_of == day
    assert leads.known_on(date(2030, 1, 1)).as_of == AS_OF


# The record


def test_the_rules_are_tried_on_earlier_month_ends():
    tests = {each.kind: each for each in try_funnel(STEADY, SETTINGS, rng())}
    leads, won = tests["leads"], tests["customers"]
    assert (leads.months, leads.origins) == (3, 3)
    assert leads.wmape == pytest.approx(0, abs=0.05)
    assert leads.coverage_80 == 1.0
    assert abs(won.bias) < 0.1
    assert won.repeat_wmape is not None


def test_what_came_later_is_never_known_on_an_earlier_day():
    """After the last origin leads stop converting: what was said before does not change."""
    ended = date(2026, 6, 30)
    until = STEADY.known_on(ended)
    later = replace(
        STEADY,
        converted=np.where(STEADY.converted > day_number(ended), STILL_OPEN, STEADY.converted),
        qualified=np.where(STEADY.qualified > day_number(ended), STILL_OPEN, STEADY.qualified),
    )
    one = {each.kind: each for each in try_funnel(later, replace(SETTINGS, origins=1), rng())}
    ahead = Period.parse("2026-Q3")
    said = expect_funnel(open_funnel(until, ahead, SETTINGS, rng()), ahead, rng())
    total = sum(each.mean for each in said.of("opportunities") if not each.by)
    assert one["opportunities"].wmape is None, "nothing came of what was said"
    assert float(total) == pytest.approx(69, rel=0.1)
    assert one["leads"].coverage_80 is None, "one day says nothing of a range"


def test_days_on_which_too_little_was_known_are_left_out():
    leads = make_steady_leads(first=date(2026, 3, 1))
    tests = try_funnel(leads, replace(SETTINGS, origins=6), rng())
    counted = {each.kind: each.origins for each in tests}
    assert counted["leads"] == 1, "four whole months by the end of June alone"
    assert counted["opportunities"] == 1
    assert try_funnel(leads, replace(SETTINGS, origins=0), rng()) == ()
    strict = try_funnel(leads, replace(SETTINGS, origins=6, least_conversions=40), rng())
    assert {each.kind for each in strict} == {"leads", "qualified_leads", "opportunities"}
