"""Months, quarters and years of one measure, as a sales manager would add them up by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand.explore import Wish, carry
from counterpoise.domain.demand.surroundings import Known
from counterpoise.domain.tables.mark import SeriesMark
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.time_series.challengers import Competitors, Terms
from counterpoise.domain.time_series.periods import HORIZON
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import text

FIRST = date(2022, 1, 1)
END_OF_QUARTER, MID_QUARTER = date(2026, 9, 30), date(2026, 11, 14)


def make_months(count=57, first=FIRST, seed=1, regions=("",)):
    """Growing, with a season; 57 months are up to September 2026."""
    dice = np.random.default_rng(seed)
    place = np.arange(count)
    usual = 1000 + 5 * place + 200 * np.sin(place * np.pi / 6)
    return [
        Measured(
            "leads",
            Decimal(str(round(float(value), 2))),
            "leads",
            (
                ("month", f"{add_months(first, number):%Y-%m}"),
                *([("region", name)] if name else []),
            ),
            1,
            text("test"),
        )
        for name in regions
        for number, value in enumerate(usual * dice.lognormal(0, 0.05, count))
    ]


def make_mark(day):
    made_at = datetime(2026, 11, 14, tzinfo=UTC)
    return SeriesMark(1, "leads", day, day + timedelta(1), (), "one_off", "A fair", "omar", made_at)


def make_jumping_months():
    rows = []
    for number, region in enumerate(("Gulf", "Levant", "Egypt")):
        heights = np.random.default_rng(number).permutation(np.arange(1.0, 8.0)) * 100
        rows += [
            replace(each, value=Decimal(str(value)))
            for each, value in zip(
                make_months(regions=(region,)), np.resize(heights, 57), strict=True
            )
        ]
    return rows


class Seven:
    """Says what came seven months before."""

    name = "seven"

    def carry(self, series, steps, season):
        return [np.resize(each[-7:], steps) for each in series]


def ask(every, steps, as_of=END_OF_QUARTER, months=None, by=(), **other):
    return carry(months or make_months(), Wish("leads", by, every, steps, adds_up=True), as_of,
                 **other)  # fmt: skip


def expect(found, part=0):
    return [each.expected for each in found.parts[part].ahead]


class TestWhatIsAskedAgrees:
    def test_three_months_are_the_quarter_and_four_quarters_the_year(self):
        months, quarters = expect(ask("month", 15)), expect(ask("quarter", 5))
        assert quarters == [sum(months[n : n + 3]) for n in range(0, 15, 3)]
        (_rest_of_2026, next_year) = expect(ask("year", 2))
        assert next_year == sum(quarters[1:])

    @pytest.mark.parametrize("every", ["month", "quarter", "year"])
    def test_how_many_are_asked_for_changes_none_of_them(self, every):
        assert expect(ask(every, 6))[:2] == expect(ask(every, 2))

    def test_parts_add_up_by_quarter_too(self):
        months = make_months(regions=("Gulf", "Levant"))
        found = ask("quarter", 4, months=months, by=("region",))
        gulf, levant = expect(found, 1), expect(found, 2)
        assert expect(found) == [a + b for a, b in zip(gulf, levant, strict=True)]
        by_month = ask("month", 12, months=months, by=("region",))
        assert sum(expect(by_month, 1)) == sum(gulf)

    def test_marks_and_outliers_are_learned_from_alike(self):
        made = Known(marks=(make_mark(date(2026, 2, 3)),), spread=5.0)
        months, quarters = ask("month", 3, known=made), ask("quarter", 1, known=made)
        assert sum(expect(months)) == expect(quarters)[0] != expect(ask("quarter", 1))[0]

    def test_a_challenger_that_is_heard_is_heard_in_every_period(self):
        """Who knows of a season of seven months sees what twelve do not show."""
        jumps = make_jumping_months()
        competitors = Competitors((Seven(),), Terms(min_series=2))
        plain = ask("quarter", 2, months=jumps, by=("region",))
        found = ask("quarter", 2, months=jumps, by=("region",), competitors=competitors)
        by_month = ask("month", 6, months=jumps, by=("region",), competitors=competitors)
        assert [each.outcome for each in found.verdicts] == ["heard"]
        assert expect(found) != expect(plain)
        assert sum(expect(found)) == sum(expect(by_month)), "both look six months ahead"
        assert {each.alone for each in found.parts} == {None}, "it is no longer months alone"


class TestAPeriodUnderWay:
    MONTHS = make_months(59)  # October 2026 is over, November is not

    def test_what_came_is_in_it_and_said_beside(self):
        found = ask("quarter", 2, MID_QUARTER, self.MONTHS)
        months = ask("month", 5, MID_QUARTER, self.MONTHS)
        (whole,), (by_month,) = found.parts, months.parts
        october = by_month.history[-1]
        now, following = whole.ahead
        assert (october.start, now.start) == (date(2026, 10, 1), date(2026, 10, 1))
        assert now.came == october.value
        assert now.expected == october.value + sum(expect(months)[:2])
        assert following.expected == sum(expect(months)[2:])
        assert following.came == 0
        assert "from 2026-10-01 on is under way" in str(found.notes[0])
        assert "came before 2026-11-01" in str(found.notes[0])

    def test_it_can_bring_no_less_than_what_came(self):
        (whole,) = ask("quarter", 1, MID_QUARTER, self.MONTHS).parts
        assert all(each >= whole.ahead[0].came for each in whole.ahead[0].quantiles)

    def test_its_range_is_of_its_months_ahead_only(self):
        """Two thirds of the quarter are ahead, so it is less uncertain than a whole one."""
        (whole,) = ask("quarter", 2, MID_QUARTER, self.MONTHS).parts
        now, following = (each.quantiles[-1] - each.quantiles[0] for each in whole.ahead)
        assert now < following

    def test_it_is_no_history_yet(self):
        (whole,) = ask("quarter", 2, MID_QUARTER, self.MONTHS).parts
        assert whole.history[-1].start == date(2026, 7, 1)

    def test_a_year_is_under_way_for_most_of_itself(self):
        (whole,) = ask("year", 1).parts
        (year,) = whole.ahead
        (by_month,) = ask("month", 3).parts
        assert year.came == sum(each.value for each in by_month.history[-9:])
        assert year.expected == year.came + sum(step.expected for step in by_month.ahead)


class TestHistory:
    def test_only_whole_periods_are_shown(self):
        """The first quarter began before the history did."""
        months = make_months(first=date(2022, 2, 1), count=56)
        (whole,) = ask("quarter", 1, months=months).parts
        assert whole.history[0].start == date(2022, 4, 1)
        (by_month,) = ask("month", 1, months=months).parts
        assert whole.history[0].value == sum(each.value for each in by_month.history[2:5])

    def test_what_moved_in_a_quarter_under_way_is_told_of_what_came(self):
        made = Known(marks=(make_mark(date(2026, 10, 3)),))
        (whole,) = ask("quarter", 1, MID_QUARTER, make_months(59), known=made).parts
        (replaced,) = whole.replaced
        assert (replaced.start, replaced.was) == (date(2026, 10, 1), whole.ahead[0].came)

    @pytest.mark.parametrize(
        ("months", "said"),
        [
            pytest.param(26, "quarters by themselves as well, which takes 27", id="months alone"),
            pytest.param(27, "Months and quarters were each carried", id="quarters beside them"),
            pytest.param(47, "carry years by themselves as well, which takes 48", id="no years"),
            pytest.param(48, "Months, quarters and years were each carried", id="all three"),
        ],
    )
    def test_too_little_for_quarters_or_years_is_said(self, months, said):
        as_of = add_months(FIRST, months)
        found = ask("month", 1, as_of, make_months(months))
        assert said in str(found.notes[-1])

    def test_months_alone_add_up_as_well(self):
        months, as_of = make_months(20), date(2023, 9, 14)
        quarters = ask("quarter", 3, as_of, months)
        by_month = expect(ask("month", 7, as_of, months))
        assert expect(quarters)[1] == sum(by_month[1:4])
        assert quarters.parts[0].alone is None, "there is nothing to compare"

    def test_how_far_months_alone_were_off_stands_beside(self):
        (whole,) = ask("quarter", 2).parts
        assert whole.looks == 6
        assert 0 < whole.missed < 0.2
        assert whole.alone not in {None, whole.missed}

    def test_without_a_whole_period_it_is_refused(self):
        months = make_months(5, first=date(2026, 2, 1))
        with pytest.raises(BrokenSeries, match="no whole period of 12 months is over yet"):
            ask("year", 1, date(2026, 6, 30), months)
        assert len(ask("quarter", 1, date(2026, 6, 30), months).parts[0].history) == 1

    @pytest.mark.parametrize(
        ("every", "adds_up", "learned_by", "reach"),
        [
            pytest.param("quarter", True, "month", HORIZON, id="quarters that add up"),
            pytest.param("quarter", False, "quarter", 2, id="quarters of a rate"),
            pytest.param("week", True, "week", 2, id="weeks"),
        ],
    )
    def test_what_is_measured_for_it(self, every, adds_up, learned_by, reach):
        wish = Wish("leads", (), every, 2, adds_up)
        assert (wish.learned_by, wish.reach) == (learned_by, reach)

    def test_a_year_of_a_rate_is_refused(self):
        with pytest.raises(BrokenSeries, match="Ask for it by month or quarter"):
            Wish("win_rate", (), "year", 1, adds_up=False)
