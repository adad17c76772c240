"""Firm overrides, as a sales leader would check them: the Gulf sells 60 % of a month, Atlas 70 %.

October is 10,000, November 20,000, December 30,000; a deal is worth 1,000.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from counterpoise.domain.demand.overrides import apply_overrides, list_overridden
from counterpoise.domain.demand.together import find_opponents
from counterpoise.domain.tables.figure import Figure, find_figure, list_figures
from counterpoise.domain.tables.override import (
    InvalidOverride,
    Override,
    list_in_force,
    write_override,
)
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.period import Period
from overriding import (
    ATLAS,
    BEACON,
    DECEMBER,
    FORECAST,
    GULF,
    LEVANT,
    NOVEMBER,
    OCTOBER,
    build_forecast,
    make_override,
    means,
)

D = Decimal
EVENING = FORECAST.as_of


def forecast_of(places):
    """Other months have a deal of 100, so that every month is there."""
    rest = {("Gulf", "Atlas", month): (100, 1) for month in (OCTOBER, NOVEMBER, DECEMBER)}
    beside = {key: each for key, each in rest.items() if key[2] not in {m for _, _, m in places}}
    return build_forecast(places | beside)


def firm(amount=0, by=(), month=OCTOBER, **other):
    return make_override(amount, by, month, **{"is_firm": True, **other})


def plus(change, by=(), month=OCTOBER, **other):
    return firm(0, by, month, kind="difference", change=D(change), **other)


def percent(change, by=(), month=OCTOBER, **other):
    return firm(0, by, month, kind="factor", change=D(change), **other)


def lock(amount, by=(), month=OCTOBER, **other):
    return firm(amount, by, month, kind="lock", reason="locked", **other)


def leaves(found):
    return tuple(
        found[f"{region} {product}"] for region in ("Gulf", "Levant")
        for product in ("Atlas", "Beacon")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        pytest.param([firm(5_000)], (2_000, 1_000, 1_500, 500), id="half: half everywhere"),
        pytest.param(
            [plus(3_000, GULF)], (6_000, 3_000, 3_000, 1_000), id="3,000 more in the Gulf"
        ),
        pytest.param([plus(-2_000, LEVANT)], (4_000, 2_000, 1_500, 500), id="2,000 less"),
        pytest.param([percent("-50", ATLAS)], (2_000, 2_000, 1_500, 1_000), id="half of Atlas"),
        pytest.param([percent("12.5")], (4_500, 2_250, 3_375, 1_125), id="12.5 % up everywhere"),
        pytest.param(
            [firm(9_000, GULF, id=1), firm(11_000, id=2)],
            (6_000, 3_000, 1_500, 500),
            id="a region, then the whole: the region stays, the other takes the difference",
        ),
        pytest.param(
            [firm(11_000, id=1), firm(9_000, GULF, id=2)],
            (6_000, 3_000, 1_500, 500),
            id="the same in the other order",
        ),
        pytest.param(
            [lock(6_000, GULF, id=1), percent(20, id=2)],
            (4_000, 2_000, 4_500, 1_500),
            id="a locked region stays as it is when the whole goes up",
        ),
        pytest.param(
            [lock(3_000, LEVANT + ATLAS, id=1), firm(2_000, LEVANT, id=2)],
            (4_000, 2_000, 3_000, 1_000),
            id="less than what is locked beneath cannot be: the lock stays, the other is not met",
        ),
        pytest.param(
            [firm(9_000, GULF, id=1), firm(8_000, ATLAS, id=2)],
            (D("5567.28"), D("3432.72"), D("2432.72"), 1_000),
            id="a region and a product that cross: both hold, in proportion",
        ),
        pytest.param(
            [firm(0, LEVANT, id=1), firm(10_000, id=2), firm(500, GULF + BEACON, id=3)],
            (9_500, 500, 0, 0),
            id="nothing from one region, all from the other, of which one product is known",
        ),
    ],
)
def test_what_is_asked_for_holds_and_the_rest_takes_the_difference(overrides, expected):
    found = means(apply_overrides(FORECAST, overrides))
    assert leaves(found) == expected
    assert found[""] == sum(expected)


def test_a_difference_and_a_factor_follow_the_statistics_of_each_run():
    said = [plus(1_000, GULF, id=1), percent("-10", LEVANT, id=2)]
    later = forecast_of(
        {("Gulf", "Atlas", OCTOBER): (8_000, 8), ("Levant", "Atlas", OCTOBER): (5_000, 5)}
    )
    found = means(apply_overrides(later, said))
    assert (found["Gulf"], found["Levant"]) == (9_000, 4_500)


def test_a_deal_is_worth_what_it_was_unless_both_were_said():
    found = apply_overrides(FORECAST, [firm(9_000, GULF)])
    assert means(found, "won_deals")["Gulf"] == 9
    both = [firm(9_000, GULF, id=1), firm(7, GULF, measure="won_deals", id=2)]
    found = apply_overrides(FORECAST, both)
    assert (means(found)["Gulf"], means(found, "won_deals")["Gulf"]) == (9_000, 7)
    wider = [firm(9_000, GULF, id=1), firm(13, measure="won_deals", id=2)]
    assert means(apply_overrides(FORECAST, wider), "won_deals")["Gulf"] == 9


class TestWholePeriod:
    def test_it_is_spread_over_its_months_as_the_statistics_are(self):
        found = apply_overrides(FORECAST, [firm(66_000, month=None)])
        assert [means(found, month=each)[""] for each in (OCTOBER, NOVEMBER, DECEMBER)] == [
            11_000, 22_000, 33_000,
        ]  # fmt: skip
        assert means(found)["Gulf Atlas"] == 4_400

    def test_cents_that_do_not_divide_by_months_still_add_up(self):
        found = apply_overrides(FORECAST, [firm("100.01", GULF, month=None)])
        months = [means(found, month=each)["Gulf"] for each in (OCTOBER, NOVEMBER, DECEMBER)]
        assert (sum(months), months) == (D("100.01"), [D("16.67"), D("33.34"), D("50.00")])

    def test_a_month_that_was_said_stays_and_the_others_take_the_rest(self):
        found = apply_overrides(FORECAST, [firm(70_000, month=None, id=1), firm(20_000, id=2)])
        assert [means(found, month=each)[""] for each in (OCTOBER, NOVEMBER, DECEMBER)] == [
            20_000, 20_000, 30_000,
        ]  # fmt: skip

    def test_a_locked_region_of_the_quarter_stays(self):
        said = [lock(36_000, GULF, month=None, id=1), percent(10, month=None, id=2)]
        found = apply_overrides(FORECAST, said)
        gulf = sum(means(found, month=each)["Gulf"] for each in (OCTOBER, NOVEMBER, DECEMBER))
        whole = sum(means(found, month=each)[""] for each in (OCTOBER, NOVEMBER, DECEMBER))
        assert (gulf, whole) == (36_000, 66_000)

    def test_of_a_part_that_is_forecast_in_one_month_alone(self):
        forecast = forecast_of(
            {("Levant", "Atlas", OCTOBER): (100, 1), ("Gulf", "Atlas", NOVEMBER): (100, 1)}
        )
        found = apply_overrides(forecast, [firm(150, LEVANT, month=None)])
        assert means(found)["Levant"] == 150
        assert means(found, month=NOVEMBER) == means(forecast, month=NOVEMBER)


class TestExpiry:
    @pytest.mark.parametrize(
        ("until", "stands"),
        [
            pytest.param(None, 9_000, id="none: for good"),
            pytest.param(EVENING, 9_000, id="on its last day it holds"),
            pytest.param(EVENING - timedelta(days=1), 6_000, id="the day after it does not"),
        ],
    )
    def test_it_holds_until_its_last_day_of_knowledge(self, until, stands):
        found = apply_overrides(FORECAST, [firm(9_000, GULF, expires_on=until)])
        assert means(found)["Gulf"] == stands

    def test_what_has_expired_is_said(self):
        day = EVENING - timedelta(days=1)
        said = [firm(9_000, GULF, expires_on=day, id=1), firm(9_000, expires_on=day, id=2)]
        assert list(map(str, apply_overrides(FORECAST, said).notes)) == [
            (
                "The override of won_revenue of Gulf in 2026-10 by Salma held until 2026-09-29 and"
                " counts no longer. Withdraw it, or make it again."
            ),
            (
                "The override of won_revenue in 2026-10 by Salma held until 2026-09-29 and counts"
                " no longer. Withdraw it, or make it again."
            ),
        ]

    @pytest.mark.parametrize(
        ("override", "gulf"),
        [
            pytest.param(firm(9_000, GULF, currency="AED"), 6_000, id="an amount in another"),
            pytest.param(plus(500, GULF, currency="AED"), 6_000, id="a difference in another"),
            pytest.param(lock(9_000, GULF, currency="AED"), 6_000, id="a lock in another"),
            pytest.param(firm(9_000, GULF, currency="USD"), 9_000, id="an amount in the same"),
            pytest.param(firm(9_000, GULF), 9_000, id="from before currencies were kept"),
            pytest.param(percent(10, GULF, currency="AED"), 6_600, id="percent have no currency"),
        ],
    )
    def test_money_in_another_currency_counts_no_longer(self, override, gulf):
        assert means(apply_overrides(FORECAST, [override]))["Gulf"] == gulf

    def test_deals_count_in_any_currency(self):
        found = apply_overrides(FORECAST, [firm(9, GULF, measure="won_deals", currency="AED")])
        assert means(found, "won_deals")["Gulf"] == 9

    def test_money_in_another_currency_is_said(self):
        said = [firm(9_000, GULF, currency="AED", id=1), firm(9_000, currency="AED", id=2)]
        assert list(map(str, apply_overrides(FORECAST, said).notes)) == [
            f"The override of won_revenue ({whose}) in 2026-10 by Salma is in AED, and the forecast"
            " is in USD. It counts no longer. Withdraw it, or make it again."
            for whose in ("Gulf", "whole company")
        ]

    def test_an_expired_lock_keeps_nothing_and_stands_in_no_way(self):
        old = lock(6_000, GULF, expires_on=EVENING - timedelta(days=1), id=1)
        assert find_opponents(FORECAST, [old], firm(5_000, id=2)) == ()
        assert means(apply_overrides(FORECAST, [old, firm(5_000, id=2)]))["Gulf"] == 3_000


class TestContradictions:
    @pytest.mark.parametrize(
        ("held", "new", "named"),
        [
            pytest.param(
                [firm(9_000, GULF, id=1), firm(4_000, LEVANT, id=2)],
                firm(12_000, id=3),
                (1, 2),
                id="both regions are said, and the whole is another sum",
            ),
            pytest.param(
                [firm(9_000, GULF, id=1), firm(4_000, LEVANT, id=2)],
                firm(13_000, id=3),
                (),
                id="the whole is their sum",
            ),
            pytest.param(
                [firm(9_000, GULF, id=1), firm(500, LEVANT + ATLAS, id=2)],
                firm(8_000, id=3),
                (1,),
                id="more in one region than in the whole: that one alone is named",
            ),
            pytest.param(
                [firm(10_000, id=1), firm(7_000, ATLAS, id=2)],
                firm(2_000, BEACON, id=3),
                (1, 2),
                id="the last product is then another than what is left",
            ),
            pytest.param(
                [lock(6_000, GULF, id=1), lock(4_000, LEVANT, id=2)],
                percent(5, id=3),
                (1, 2),
                id="everything beneath is locked",
            ),
            pytest.param(
                [lock(6_000, GULF, id=1)],
                firm(5_000, id=2),
                (1,),
                id="the rest beside a lock would be below nothing",
            ),
            pytest.param(
                [firm(10_000, id=1), firm(20_000, month=NOVEMBER, id=2)],
                firm(25_000, month=None, id=3),
                (1, 2),
                id="two months are more than the whole quarter",
            ),
            pytest.param(
                [firm(6_000, GULF, id=1), firm(500, ATLAS + GULF, id=2)],
                firm(5, GULF, measure="won_deals", id=3),
                (),
                id="money says nothing of deals",
            ),
            pytest.param(
                [firm(9_000, GULF, id=1), firm(5_000, id=2), firm(1, LEVANT, id=3)],
                firm(100, GULF + ATLAS, id=4),
                (),
                id="of those that contradict already, only those that hold count",
            ),
            pytest.param(
                [make_override(9_000, GULF, id=1)],
                firm(8_000, id=2),
                (1,),
                id="one from before there were firm ones is named too",
            ),
        ],
    )
    def test_whom_a_new_one_contradicts(self, held, new, named):
        assert tuple(each.id for each in find_opponents(FORECAST, held, new)) == named

    def test_both_of_two_sums_that_cannot_be_are_named(self):
        held = [firm(9_000, GULF, id=1), firm(9_000, LEVANT, NOVEMBER, id=2)]
        new = firm(3_000, month=None, id=3)
        assert [each.id for each in find_opponents(FORECAST, held, new)] == [1, 2]

    def test_a_run_on_other_statistics_keeps_locks_then_the_newest_and_says_the_rest(self):
        said = [
            firm(9_000, GULF, id=1, author="Omar"),
            firm(4_000, id=2),
            lock(1_000, LEVANT, id=0, author="Huda"),
        ]
        found = apply_overrides(FORECAST, said)
        assert (means(found)[""], means(found)["Levant"]) == (4_000, 1_000)
        assert list(map(str, found.notes)) == [
            (
                "Omar asked for 9000 of won_revenue of Gulf in 2026-10; beside what others locked"
                " or said later it stands at 3000.00. Withdraw it, or say it anew."
            )
        ]

    def test_the_whole_that_is_not_met_is_said_too(self):
        said = [firm(4_000, id=1), firm(9_000, GULF, id=2)]
        (note,) = apply_overrides(FORECAST, said).notes
        assert str(note).startswith("Salma asked for 4000 of won_revenue in 2026-10; beside")


class TestWonAlready:
    WON = replace(
        FORECAST,
        cells=tuple(
            replace(each, won=D(5_000)) if each.by in ((), GULF) else each
            for each in FORECAST.cells
        ),
    )

    @pytest.mark.parametrize(
        ("override", "stands", "note"),
        [
            pytest.param(
                percent(-50, GULF),
                5_000,
                "What Salma said of won_revenue of Gulf in 2026-10 comes to 3000.00 by now, less",
                id="half of a region",
            ),
            pytest.param(
                plus(-9_000),
                5_000,
                "What Salma said of won_revenue in 2026-10 comes to 1000.00 by now, less than",
                id="9,000 off the whole",
            ),
        ],
    )
    def test_what_comes_to_less_by_now_stands_at_what_is_won(self, override, stands, note):
        found = apply_overrides(self.WON, [override])
        assert means(found)["Gulf" if override.by else ""] == stands
        (said,) = found.notes
        assert str(said).startswith(note)

    def test_nothing_falls_below_nothing(self):
        found = apply_overrides(FORECAST, [plus(-7_000, GULF)])
        assert means(found)["Gulf"] == 0
        assert len(found.notes) == 1


def test_what_was_said_of_a_locked_figure_waits_without_a_word():
    said = [plus(1_000, GULF, id=1), lock(6_500, GULF, id=2)]
    found = apply_overrides(FORECAST, said)
    assert (means(found)["Gulf"], found.notes) == (6_500, ())
    assert [each.id for each in list_in_force(said, EVENING, "USD")] == [2]
    assert list_overridden(FORECAST, said) == frozenset()


def test_of_a_whole_period_every_month_is_overridden():
    found = list_overridden(FORECAST, [percent(5, GULF, month=None)])
    assert found == {("won_revenue", each, GULF) for each in (OCTOBER, NOVEMBER, DECEMBER)}


def test_firm_ones_stand_on_what_older_ones_made_of_the_forecast():
    older = [make_override(5_000, LEVANT, id=1), make_override(9_000, id=2)]
    in_order = means(apply_overrides(FORECAST, older))
    found = apply_overrides(FORECAST, [*older, firm(2_000, LEVANT, id=3)])
    assert means(found)[""] == 9_000, "the older one that still stands holds beside it"
    assert means(found)["Levant"] == 2_000
    assert len(found.notes) == 1, "the one that the other older one moved is said, as ever"
    assert in_order["Levant"] != 5_000


NOTHING_YET = forecast_of(
    {
        ("Gulf", "Atlas", OCTOBER): (0, 3),
        ("Gulf", "Beacon", OCTOBER): (0, 1),
        ("Levant", "Atlas", OCTOBER): (100, 1),
        ("Levant", "Beacon", OCTOBER): (0, 0),
    }
)


def test_what_nothing_is_expected_of_takes_what_the_others_cannot():
    found = means(apply_overrides(NOTHING_YET, [lock(100, LEVANT + ATLAS, id=1), firm(400, id=2)]))
    assert (found["Levant Atlas"], found[""]) == (100, 400)
    assert means(apply_overrides(NOTHING_YET, [firm(50, GULF)]))["Gulf Atlas"] == 25


def test_deals_come_back_by_their_shares_where_revenue_was_made_nothing():
    said = [firm(0, GULF, id=1), firm(9, GULF, measure="won_deals", id=2)]
    deals = means(apply_overrides(FORECAST, said), "won_deals")
    assert (deals["Gulf"], deals["Gulf Beacon"]) == (9, 3)


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        pytest.param({"kind": "guess"}, "kind is 'guess'. It must be one of: absolute", id="kind"),
        pytest.param({"kind": "difference"}, "of 0 changes nothing. To keep", id="by nothing"),
        pytest.param({"kind": "factor", "change": D("1.005")}, "two places at most", id="places"),
        pytest.param({"kind": "factor", "change": D("NaN")}, "two places at most", id="no number"),
        pytest.param({"change": D(5)}, "Only a difference or a factor", id="absolute by 5"),
        pytest.param({"kind": "lock", "change": D(5)}, "Only a difference", id="a lock by 5"),
        pytest.param({"is_firm": False, "month": None}, "counts in order is absolute", id="whole"),
        pytest.param({"is_firm": False, "kind": "lock"}, "counts in order is absolute", id="lock"),
        pytest.param({"month": date(2026, 10, 2)}, "the month's first day", id="a day"),
    ],
)
def test_what_cannot_be_said_is_refused_with_advice(change, advice):
    with pytest.raises(InvalidOverride, match=advice):
        firm(**({"amount": 1} | change))


def test_an_override_of_before_is_written_as_it_was_and_a_newer_one_with_what_is_new():
    older = make_override(9_000, GULF)
    later = {"kind", "change", "expires_on", "is_firm", "currency"}
    assert write_override(older) == {
        name: value for name, value in to_document(older).items() if name not in later
    }
    assert from_document(Override, write_override(older)) == older
    newer = plus(500, GULF, month=None, expires_on=EVENING, currency="USD")
    assert write_override(newer) == to_document(newer)
    assert from_document(Override, write_override(newer)) == newer
    assert set(write_override(firm(5))) & later == {"is_firm"}


class TestFigures:
    def test_of_a_month_it_is_the_cell(self):
        cell = FORECAST.cells[0]
        assert find_figure(FORECAST, cell.key) == Figure(
            cell.measure, cell.month, cell.by, cell.mean, cell.from_open, cell.won, cell.quantiles
        )

    def test_of_the_whole_period_it_is_the_sum_without_a_range(self):
        found = find_figure(FORECAST, ("won_revenue", None, GULF))
        assert (found.mean, found.quantiles, found.key) == (36_000, (), ("won_revenue", None, GULF))
        assert len(list_figures(FORECAST, "won_deals", None)) == 9

    def test_the_whole_of_one_month_is_that_month(self):
        alone = replace(FORECAST, period=Period.parse("2026-10"))
        assert find_figure(alone, ("won_revenue", None, ())).month == OCTOBER

    def test_what_is_not_forecast_is_none(self):
        assert find_figure(FORECAST, ("won_revenue", None, (("region", "Mars"),))) is None
