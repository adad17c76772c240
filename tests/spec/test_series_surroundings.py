"""Calendars, cleaning and marks in a series carried forward, as an analyst would check them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from counterpoise.domain.demand.carried_evidence import list_notes
from counterpoise.domain.demand.company_days import Work, build_days, find_end
from counterpoise.domain.demand.explore import LEARNED_DAYS, Wish, carry
from counterpoise.domain.demand.surroundings import Known, surround
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.tables.mark import SeriesMark
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.tables.occasion import CalendarDays, Occasion
from counterpoise.domain.time_series.learning import Learning, Surroundings, learn
from counterpoise.domain.time_series.series import BrokenSeries, Series, step
from counterpoise.domain.time_series.together import say
from counterpoise.domain.time_series.trial import Trial
from counterpoise.domain.values.hijri import list_feasts
from counterpoise.domain.values.text import text

FIRST, LAST_DAY = date(2020, 1, 1), date(2025, 12, 31)
SPAN = (date(2019, 1, 1), date(2028, 12, 31))
EVERY_DAY = tuple(SPAN[0] + timedelta(days=n) for n in range((SPAN[1] - SPAN[0]).days + 1))
DAY = timedelta(days=1)


def make_days(off=(), occasions=(), off_until=None, country="AE"):
    ordinary = frozenset(day for day in EVERY_DAY if day.weekday() < 5)
    return CalendarDays(country, ordinary - frozenset(off), ordinary, off_until, tuple(occasions))


RAMADANS = tuple(
    Occasion(each.kind, each.name, each.first, each.last) for each in list_feasts(*SPAN)
)


def label(every, day):
    match every:
        case "day":
            return day.isoformat()
        case "week":
            return f"{day.isocalendar()[0]}-W{day.isocalendar()[1]:02d}"
        case _:
            return f"{day:%Y-%m}"


def measure(every, values, first=FIRST, name="leads", unit="leads", **by):
    found = []
    for number, value in enumerate(values):
        start = step(first, every, number)
        where = ((every, label(every, start)), *by.items())
        found.append(Measured(name, Decimal(str(round(float(value), 2))), unit, where, 1,
                              text("test")))  # fmt: skip
    return found


def wish(every="month", steps=6, by=(), adds_up=True):
    return Wish("leads", by, every, steps, adds_up)


def count_days(days, every, first, count):
    starts = [step(first, every, number) for number in range(count + 1)]
    return np.array([
        sum(day in days for day in (a + DAY * n for n in range((b - a).days)))
        for a, b in pairwise(starts)
    ])  # fmt: skip


def make_mark(start, end, kind="one_off", by=(), number=1):
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return SeriesMark(number, "leads", start, end, by, kind, "A tender", "omar", made)


class TestFrequencies:
    @pytest.mark.parametrize(
        ("every", "first", "count", "ahead"),
        [
            pytest.param("day", date(2025, 10, 1), 92, date(2026, 1, 1), id="days"),
            pytest.param("week", date(2024, 1, 1), 104, date(2025, 12, 29), id="weeks"),
            pytest.param("month", FIRST, 72, date(2026, 1, 1), id="months"),
        ],
    )
    def test_every_frequency_goes_on_after_the_last_period_that_is_over(
        self, every, first, count, ahead
    ):
        dice = np.random.default_rng(1)
        found = carry(measure(every, dice.gamma(50, 2, count), first), wish(every, 3), LAST_DAY)
        (whole,) = found.parts
        assert [each.start for each in whole.ahead] == [step(ahead, every, n) for n in range(3)]
        assert all(80 < each.expected < 120 for each in whole.ahead)

    def test_a_week_has_a_season_once_two_years_are_there(self):
        place = np.arange(160)
        values = 100 + 40 * np.sin(place * 2 * np.pi / 52)
        values += np.random.default_rng(2).normal(0, 2, 160)
        first = date(2022, 12, 5)
        (whole,) = carry(measure("week", values, first), wish("week", 13), LAST_DAY).parts
        expected = 100 + 40 * np.sin((len(whole.history) + np.arange(13)) * 2 * np.pi / 52)
        off = [abs(float(each.expected) - true) for each, true in zip(whole.ahead, expected,
                                                                        strict=True)]  # fmt: skip
        assert max(off) < 15

    def test_a_day_has_the_season_of_its_week(self):
        values = [10.0 + 5 * (number % 7) for number in range(92)]
        noise = np.random.default_rng(3).normal(0, 0.2, 92)
        found = carry(measure("day", values + noise, date(2025, 10, 1)), wish("day", 7), LAST_DAY)
        got = [float(each.expected) for each in found.parts[0].ahead]
        assert got == pytest.approx([10 + 5 * ((92 + n) % 7) for n in range(7)], abs=1)

    def test_of_days_the_newest_three_years_are_learned_from(self):
        first = LAST_DAY - timedelta(days=1199)
        values = np.random.default_rng(1).gamma(50, 2, 1200)
        (whole,) = carry(measure("day", values, first), wish("day", 1), LAST_DAY).parts
        assert len(whole.history) == LEARNED_DAYS
        assert whole.history[-1].start == LAST_DAY

    @pytest.mark.parametrize(
        ("every", "steps"),
        [pytest.param("day", 93, id="days"), pytest.param("week", 53, id="weeks")],
    )
    def test_how_far_ahead_has_a_limit_of_its_own(self, every, steps):
        with pytest.raises(BrokenSeries, match=f"Ask for 1 to {steps - 1}"):
            wish(every, steps)


class TestWorkingDays:
    OFF_UNTIL = date(2027, 6, 30)

    def make(self, depends, noise=0.01, count=72):
        days = make_days(off_until=self.OFF_UNTIL)
        worked = count_days(days.worked, "month", FIRST, count + 6)
        dice = np.random.default_rng(4)
        values = 10.0 * (worked if depends else np.full(count + 6, 21.0))
        values = values * dice.lognormal(0, noise, count + 6)
        known = Known({"": days}, day_off=0.0)
        as_of = step(FIRST, "month", count) - DAY
        found = carry(measure("month", values[:count]), wish(), as_of, known)
        plain = carry(measure("month", values[:count]), wish(), as_of)
        return found.parts[0], plain.parts[0], worked[count:]

    def test_what_follows_working_days_is_scaled_to_them(self):
        found, plain, worked = self.make(depends=True)
        assert [float(each.expected) for each in found.ahead] == pytest.approx(
            10.0 * worked, rel=0.02
        )
        assert found.missed < plain.missed
        assert str(found.notes[0]).startswith("Scaled to working days")

    def test_what_does_not_is_left_as_it_was_and_says_so(self):
        found, plain, _worked = self.make(depends=False)
        assert found.ahead == plain.ahead
        assert str(found.notes[0]).startswith("Working days were left aside")

    def test_a_history_too_short_to_try_is_left_as_it_was(self):
        found, plain, _worked = self.make(depends=True, count=12)
        (note,) = found.notes
        assert str(note).startswith("The history is too short to try out whether working days")
        assert found.ahead == plain.ahead

    def test_a_gain_that_may_be_chance_is_called_so(self):
        axis = Series("x", "month", FIRST, np.ones(24))
        learning = Learning(Surroundings(working=np.ones(30)), Trial(9, 0.9, 1.0, helps=False))
        days = make_days(off_until=self.OFF_UNTIL)
        (note,) = list_notes(learning, days, axis, 6, adds_up=True)
        assert str(note).endswith("missed by 10.0 % less, which may be chance.")

    def test_of_weeks_days_off_that_end_too_early_are_left_aside_and_say_until_when(self):
        monday, count = date(2024, 1, 1), 104
        values = np.random.default_rng(1).gamma(50, 2, count)
        known = Known({"": make_days(off=[date(2024, 12, 2)], off_until=date(2026, 1, 31))})
        weeks = measure("week", values, monday)
        (whole,) = carry(weeks, wish("week"), LAST_DAY, known).parts
        assert whole.ahead == carry(weeks, wish("week"), LAST_DAY).parts[0].ahead
        (note,) = whole.notes
        assert "Days off are known until 2026-01-31" in str(note)
        assert "or ask for fewer periods" in str(note)
        (three,) = carry(weeks, wish("week", 3), LAST_DAY, known).parts
        assert "Days off are known until" not in str(three.notes[0]), "they are over by then"

    def test_of_months_after_the_known_days_off_the_same_month_of_other_years_is_taken(self):
        first, known_until = date(2024, 1, 1), date(2026, 2, 28)
        fair = [day for year in (2024, 2025) for day in EVERY_DAY
                if (day.year, day.month) == (year, 3) and day.day < 16]  # fmt: skip
        days = make_days(off=fair, off_until=known_until)
        axis = Series("x", "month", first, np.ones(24))
        working = surround(Known(day_off=0.0), days, axis, 6, adds_up=True).working
        assert working[26] == pytest.approx((working[2] + working[14]) / 2), "March again"
        assert working[26] < working[25] < working[27] * 1.1
        longer = surround(Known(day_off=0.0), days, axis, 48, adds_up=True).working
        assert longer[:30].tolist() == working.tolist(), "however many are asked for"

    def test_of_months_that_no_other_year_shows_an_ordinary_one_is_taken(self):
        axis = Series("x", "month", date(2025, 1, 1), np.ones(5))
        days = make_days(off_until=date(2025, 6, 30))
        working = surround(Known(), days, axis, 3, adds_up=True).working
        assert (working[6:] == 1).all()
        assert len(working) == 8

    def test_of_months_beyond_the_days_off_that_are_known_a_note_says_so(self):
        days = make_days(off_until=date(2026, 3, 31))
        axis = Series("x", "month", FIRST, np.ones(72))
        learning = Learning(Surroundings(working=np.ones(144)), Trial(9, 0.9, 1.0, helps=True))
        scaled, beyond = list_notes(learning, days, axis, 6, adds_up=True)
        assert str(scaled).startswith("Scaled to working days")
        assert str(beyond).startswith("Days off are known until 2026-03-31. Each month")
        assert "Load the days off up to 2026-07-01" in str(beyond)
        (alone,) = list_notes(learning, days, axis, 3, adds_up=True)
        assert alone == scaled, "March is the last of three"

    def test_days_off_that_ended_before_today_are_left_aside(self):
        values = np.random.default_rng(1).gamma(50, 2, 72)
        known = Known({"": make_days(off_until=date(2025, 9, 30))})
        (whole,) = carry(measure("month", values), wish(), LAST_DAY, known).parts
        assert whole.ahead == carry(measure("month", values), wish(), LAST_DAY).parts[0].ahead
        (note,) = whole.notes
        assert "known until 2025-09-30 only, and months after that are over" in str(note)

    def test_without_a_list_of_days_off_there_is_no_effect_and_no_fuss(self):
        values = np.random.default_rng(1).gamma(50, 2, 72)
        found = carry(measure("month", values), wish(), LAST_DAY, Known({"": make_days()}))
        assert found == carry(measure("month", values), wish(), LAST_DAY)

    def test_what_sells_seldom_is_not_tried_and_says_nothing(self):
        rare = np.zeros(36)
        rare[[3, 17, 29]] = [2, 400, 3]
        known = Known({"": make_days(off_until=self.OFF_UNTIL)})
        (whole,) = carry(measure("month", rare, date(2023, 1, 1)), wish(), LAST_DAY, known).parts
        assert whole.notes == ()

    def test_a_rate_is_not_scaled(self):
        days = make_days(off_until=self.OFF_UNTIL)
        values = np.random.default_rng(1).uniform(0.2, 0.4, 72)
        rates = measure("month", values, name="win_rate", unit="share")
        asked = Wish("win_rate", (), "month", 3, adds_up=False)
        assert carry(rates, asked, LAST_DAY, Known({"": days})) == carry(rates, asked, LAST_DAY)

    def test_a_day_off_weighs_what_the_rulebook_says_against_its_weekday(self):
        monday = date(2025, 12, 1)
        axis = Series("x", "day", monday, np.ones(7))
        days = make_days(off=[monday], off_until=date(2027, 1, 1))
        around = surround(Known({"": days}, day_off=0.2), days, axis, 1, adds_up=True)
        assert around.working.tolist() == [0.2, 1, 1, 1, 1, 1, 1, 1]

    def test_what_never_varies_is_not_tried(self):
        axis = Series("x", "week", date(2025, 1, 6), np.arange(1.0, 41.0))
        assert learn(axis, 2, Surroundings(working=np.ones(50))).trial is None

    def test_the_regions_of_parts_have_their_own_days(self):
        gulf, home = make_days(country="AE"), make_days(country="")
        known = Known({"": home, "Gulf": gulf})
        assert known.find_calendar((("region", "Gulf"),)) is gulf
        assert known.find_calendar((("region", "Levant"),)) is home
        assert known.find_calendar(()) is home


class TestOccasions:
    def make(self, effect=0.5, count=72, every="month"):
        days = make_days(occasions=RAMADANS)
        fasting = {
            each.first + DAY * n
            for each in RAMADANS
            if each.kind == "ramadan"
            for n in range((each.last - each.first).days + 1)
        }
        share = count_days(fasting, every, FIRST, count + 6) / count_days(
            set(EVERY_DAY), every, FIRST, count + 6
        )
        values = 500 * effect**share * np.random.default_rng(1).lognormal(0, 0.02, count + 6)
        known = Known({"": days})
        as_of = step(FIRST, every, count) - DAY
        return carry(measure(every, values[:count]), wish(every), as_of, known).parts[0], share

    def test_ramadan_ahead_lowers_its_months_where_it_always_did(self):
        whole, share = self.make()
        (eid, ramadan) = whole.effects
        assert (ramadan.kind, ramadan.n, ramadan.is_share) == ("ramadan", 6, True)
        assert Decimal("-0.52") < ramadan.size < Decimal("-0.4")
        assert eid.size == 0
        assert "no more than chance" in str(eid.why)
        expected = [500 * 0.5**each for each in share[72:]]
        got = [float(each.expected) for each in whole.ahead]
        assert got == pytest.approx(expected, rel=0.12)

    def test_one_past_ramadan_is_no_evidence(self):
        whole, _share = self.make(count=10)
        ramadan = next(each for each in whole.effects if each.kind == "ramadan")
        assert (ramadan.size, ramadan.n) == (None, 1)
        assert "1 past occurrences in the history; an effect needs 2" in str(ramadan.why)

    def test_occasions_of_the_history_and_ahead_are_listed_with_the_part(self):
        whole, _share = self.make()
        firsts = [each.first for each in whole.occasions if each.kind == "ramadan"]
        assert (firsts[0], firsts[-1]) == (date(2020, 4, 24), date(2026, 2, 18))

    def test_a_promotion_of_the_same_week_every_year_is_left_to_the_season(self):
        promos = [Occasion("promotion", "Sale", date(y, 11, 1), date(y, 11, 30))
                  for y in range(2020, 2027)]  # fmt: skip
        values = np.random.default_rng(1).gamma(50, 2, 72)
        known = Known({"": make_days(occasions=promos)})
        (whole,) = carry(measure("month", values), wish(), LAST_DAY, known).parts
        assert "the season holds it" in str(whole.effects[0].why)

    def test_an_occasion_that_began_before_the_first_period_is_a_past_one(self):
        axis = Series("x", "month", date(2025, 3, 1), np.ones(4))
        early = Occasion("promotion", "Sale", date(2025, 2, 20), date(2025, 3, 3))
        far = Occasion("promotion", "Sale", date(2029, 2, 20), date(2029, 3, 3))
        days = make_days(occasions=[early, far])
        (exposure,) = surround(Known(), days, axis, 2, adds_up=True).exposures
        assert exposure.starts == (0,)
        assert exposure.shares[0] == pytest.approx(3 / 31)

    def test_what_only_lies_elsewhere_is_no_exposure(self):
        axis = Series("x", "month", date(2025, 3, 1), np.ones(4))
        far = Occasion("launch", "X", date(2029, 2, 20), date(2029, 3, 3))
        around = surround(Known(), make_days(occasions=[far]), axis, 2, adds_up=True)
        assert around.exposures == ()


class TestCleaning:
    KNOWN = Known(spread=5.0)

    def test_an_outlier_is_not_learned_from_and_named(self):
        values = np.random.default_rng(1).normal(100, 3, 36)
        values[30] = 900
        first = date(2023, 1, 1)
        (whole,) = carry(measure("month", values, first), wish(), LAST_DAY, self.KNOWN).parts
        (found,) = whole.replaced
        assert (found.start, found.kind, found.was) == (date(2025, 7, 1), "outlier", 900)
        assert 85 < found.put < 115
        assert whole.history[30].value == 900, "what came is shown as it came"
        assert all(90 < each.expected < 110 for each in whole.ahead)

    def test_slow_and_constant_series_are_not_cleaned(self):
        rare = np.zeros(36)
        rare[[3, 17, 29]] = [2, 400, 3]
        for values in (rare, np.full(36, 5.0)):
            found = carry(measure("month", values, date(2023, 1, 1)), wish(), LAST_DAY, self.KNOWN)
            assert found == carry(measure("month", values, date(2023, 1, 1)), wish(), LAST_DAY)

    def test_nothing_known_is_what_it_always_was(self):
        values = np.random.default_rng(1).gamma(9, 10, 48)
        learning = Learning(Surroundings(), None)
        assert (learning.say(values, 6, 12) == say(values, 6, 12)).all()
        assert learning.list_effects(values, 12) == learning.list_outliers(values, 12) == ()

    def test_below_zero_stays_possible_where_it_was(self):
        values = np.random.default_rng(1).normal(0, 9, 30)
        learning = Learning(Surroundings(spread=5.0), Trial(1, 1.0, 2.0, helps=True))
        assert learning.say(values, 3, 12).min() < 50
        assert learning.list_effects(np.zeros(30), 12) == ()


class TestMarks:
    VALUES = np.random.default_rng(1).normal(100, 3, 36)

    def carry(self, marks, by=("region",), every="month", values=VALUES, adds_up=True):
        measured = [
            each
            for region in ("Gulf", "Levant")
            for each in measure(every, values, date(2023, 1, 1), region=region)
        ]
        if not adds_up:
            measured += measure(every, values, date(2023, 1, 1))
        return carry(measured, wish(every, 3, by, adds_up), LAST_DAY, Known(marks=tuple(marks)))

    def find(self, found, *by):
        return next(each for each in found.parts if each.by == by)

    GULF = ("region", "Gulf")
    MARK = make_mark(date(2025, 7, 1), date(2025, 8, 1), by=(GULF,))

    def spiked(self):
        values = self.VALUES.copy()
        values[30] = 900
        return values

    def test_a_mark_of_a_part_reaches_it_and_the_whole_and_no_other(self):
        found = self.carry([self.MARK], values=self.spiked())
        gulf, levant = self.find(found, self.GULF), self.find(found, ("region", "Levant"))
        (replaced,) = gulf.replaced
        assert (replaced.start, replaced.kind) == (date(2025, 7, 1), "one_off")
        assert (replaced.was, levant.replaced) == (900, ())
        assert 90 < replaced.put < 110
        assert gulf.history[30].value == 900
        assert self.find(found).history[30].value == 1800
        (whole,) = self.find(found).replaced
        assert (whole.kind, whole.was) == ("one_off", 1800)
        assert gulf.ahead != levant.ahead

    def test_a_mark_of_the_whole_reaches_every_part(self):
        mark = make_mark(date(2025, 7, 1), date(2025, 8, 1))
        found = self.carry([mark], values=self.spiked())
        assert all(len(each.replaced) == 1 for each in found.parts)

    def test_a_day_marks_its_month_and_a_quarter_shows_what_that_moves(self):
        mark = make_mark(date(2025, 5, 5), date(2025, 5, 6))
        values = np.random.default_rng(1).normal(100, 3, 36).round(2)
        values[28] = 400.0
        months = measure("month", values, date(2023, 1, 1))
        (whole,) = carry(months, wish("quarter", 2), LAST_DAY, Known(marks=(mark,))).parts
        (quarter,) = whole.replaced
        assert quarter.start == date(2025, 4, 1)
        assert float(quarter.was) == pytest.approx(values[27:30].sum())
        assert 90 < float(quarter.put) - values[27] - values[29] < 110
        (of_month,) = carry(months, wish(), LAST_DAY, Known(marks=(mark,))).parts[0].replaced
        assert quarter.put - quarter.was == of_month.put - of_month.was

    def test_of_two_marks_the_newer_one_holds(self):
        lost = make_mark(date(2025, 7, 1), date(2025, 10, 1), "lost_sales", (self.GULF,), 2)
        found = self.carry([self.MARK, lost])
        kinds = [each.kind for each in self.find(found, self.GULF).replaced]
        assert kinds == ["lost_sales"] * 3

    def test_a_rate_is_marked_as_well(self):
        found = self.carry([self.MARK], values=self.spiked(), adds_up=False)
        assert [len(each.replaced) for each in found.parts] == [0, 1, 0]

    def test_a_mark_of_what_is_no_part_here_is_said(self):
        found = self.carry([self.MARK], by=())
        (_made_of, note) = found.notes
        assert str(note).startswith("Marks of Gulf are not taken account of here. Split by")

    def test_marking_nearly_all_is_refused(self):
        with pytest.raises(BrokenSeries, match="Withdraw some of the marks"):
            self.carry([make_mark(date(2023, 1, 1), date(2025, 10, 1))])

    def test_a_marked_rate_of_which_too_little_is_left_is_named(self):
        mark = make_mark(date(2023, 1, 1), date(2025, 10, 1), by=(self.GULF,))
        found = self.carry([mark], adds_up=False)
        assert [str(each).partition(":")[0] for each in found.left_out] == ["Gulf"]


def rules(**values):
    return Rulebook(tuple(
        Rule(key, "", value, "", date(1970, 1, 1), "test") for key, value in values.items()
    ))  # fmt: skip


RULES = rules(
    **{
        "series.hijri_countries": "AE; SA",
        "series.promotion_kinds": "promotion; حملة",
        "series.launch_kinds": "launch",
    }
)


def row(day, kind, name="Sale", country=""):
    return {"date": day, "kind": kind, "name": name, "country": country}


class TestCompanyDays:
    def build(self, rows=(), country="AE", rulebook=RULES, off=()):
        off = frozenset(off)
        work = Work(country, lambda day: day.weekday() < 5 and day not in off,
                    lambda day: day.weekday() < 5, off)  # fmt: skip
        span = (date(2025, 1, 1), date(2025, 12, 31))
        return build_days(rows, rulebook, LAST_DAY, work, span)

    def test_ramadan_and_eid_are_looked_for_where_they_are_kept(self):
        assert [each.name for each in self.build().occasions] == [
            "Ramadan", "Eid al-Fitr", "Eid al-Adha",
        ]  # fmt: skip
        assert self.build(country="NL").occasions == ()
        assert self.build(country="").occasions == ()
        assert self.build(rulebook=Rulebook(())).occasions == ()

    def test_days_of_one_name_that_follow_one_another_are_one_event(self):
        days = [date(2025, 5, 1), date(2025, 5, 2), date(2025, 5, 3), date(2025, 8, 1)]
        rows = [row(day, "حملة") for day in reversed(days)]
        rows += [row(date(2025, 5, 2), "Launch ", "Atlas"), row(date(2025, 5, 2), "holiday")]
        rows += [row(date(2025, 5, 9), None, None, None)]
        found = self.build(rows, country="NL").occasions
        assert found == (
            Occasion("promotion", "Sale", date(2025, 5, 1), date(2025, 5, 3)),
            Occasion("launch", "Atlas", date(2025, 5, 2), date(2025, 5, 2)),
            Occasion("promotion", "Sale", date(2025, 8, 1), date(2025, 8, 1)),
        )

    def test_events_of_other_countries_are_not_its_own(self):
        rows = [row(date(2025, 5, 1), "promotion", country="sa"),
                row(date(2025, 6, 1), "promotion", country="NL")]  # fmt: skip
        assert [each.first for each in self.build(rows, country="NL").occasions] == [
            date(2025, 6, 1)
        ]
        assert len(self.build(rows, country="").occasions) == 2, "nobody says where they are"

    def test_worked_days_leave_out_days_off_and_ordinary_ones_do_not(self):
        found = self.build(off=[date(2025, 12, 2)])
        assert found.ordinary - found.worked == {date(2025, 12, 2)}
        assert len(found.ordinary) == 261
        assert found.off_until == date(2025, 12, 2)

    @pytest.mark.parametrize(
        ("off", "end"),
        [
            pytest.param([], None, id="no list"),
            pytest.param([date(2025, 1, 1)], date(2025, 1, 1), id="a single day"),
            pytest.param(
                [date(2025, 1, 1), date(2025, 5, 1), date(2025, 6, 1)], date(2025, 9, 28),
                id="as long after it as the longest time without one",
            ),
        ],
    )  # fmt: skip
    def test_how_far_a_list_of_days_off_goes(self, off, end):
        assert find_end(off) == end
