"""What somebody should look at: figures that moved, missed, were overridden, or say little."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.demand.exceptions import Limits, list_exceptions, read_limits
from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.published import PublishedRange
from overriding import ATLAS, BEACON, FORECAST, GULF, LEVANT, OCTOBER, make_override

D = Decimal
LIMITS = Limits(part=D("0.05"), override=D("0.25"), width=D("1.5"))
SEPTEMBER = date(2026, 9, 1)


def look(forecast=FORECAST, *, overridden=(), before=None, published=(), limits=LIMITS):
    return list_exceptions(forecast, FORECAST, set(overridden), before, published, limits)


def named(found):
    return [(each.kind, each.cell[1], each.cell[2]) for each in found]


def scale(forecast, factor, by=None, month=OCTOBER):
    """A forecast whose figures of a month (or of one part of it) are so many times as large."""
    cells = tuple(
        replace(
            cell,
            mean=cell.mean * D(factor),
            quantiles=tuple(each * D(factor) for each in cell.quantiles),
        )
        if cell.month == month and (by is None or cell.by == by)
        else cell
        for cell in forecast.cells
    )
    return replace(forecast, cells=cells)


def publish(
    actual, *, by=(), month=SEPTEMBER, made_on=date(2026, 8, 31), low=80, high=120, **other
):
    said = {"measure": "won_revenue", "share": D("0.8"), **other}
    return PublishedRange(
        made_on, said["measure"], month, by, said["share"], D(low), D(high), D(actual)
    )


def test_nothing_stands_out_where_nothing_happened():
    assert look(before=FORECAST, published=[publish(100)]) == ()


def test_a_figure_that_left_the_range_of_the_run_before_has_moved():
    (found,) = look(before=scale(FORECAST, "2.1", by=GULF))
    assert (found.kind, found.who, found.cell) == (
        "moved",
        "leader",
        ("won_revenue", OCTOBER, GULF),
    )
    assert found.at_stake == D("6000") * D("1.1")
    assert "8820" in str(found.why).replace(",", "")


@pytest.mark.parametrize(
    ("factor", "moved"),
    [
        pytest.param("1.4", 0, id="inside: 1 is 0.7 × 1.43"),
        pytest.param("1.5", 9, id="below"),
        pytest.param("0.75", 0, id="inside: 1 is 1.4 × 0.71"),
        pytest.param("0.7", 9, id="above"),
    ],
)
def test_a_range_is_what_tells_a_move_from_a_wobble(factor, moved):
    assert len(look(before=scale(FORECAST, factor))) == moved


def test_what_the_run_before_did_not_know_has_not_moved():
    before = replace(FORECAST, cells=tuple(c for c in FORECAST.cells if c.by != GULF))
    assert look(before=before) == ()


def test_a_month_that_is_over_has_not_moved():
    over = replace(FORECAST, as_of=date(2026, 10, 31))
    assert look(over, before=scale(FORECAST, "3")) == ()
    almost = replace(FORECAST, as_of=date(2026, 10, 30))
    assert len(look(almost, before=scale(FORECAST, "3"))) == 9


def test_an_override_by_much_is_named_and_what_follows_from_it_is_not():
    override = make_override(8000, GULF, statistical=D(6000))
    found = look(apply_overrides(FORECAST, [override]), overridden=[override.cell])
    assert named(found) == [("overridden", OCTOBER, GULF)]
    assert found[0].at_stake == 2000
    small = make_override(7000, GULF, statistical=D(6000))
    assert look(apply_overrides(FORECAST, [small]), overridden=[small.cell]) == ()


def test_a_range_wider_than_the_limit_says_little():
    found = look(limits=replace(LIMITS, width=D("0.6")))
    assert {each.kind for each in found} == {"uncertain"}
    assert all("is 0.7 times as wide" in str(each.why) for each in found)
    assert look(limits=replace(LIMITS, width=D("0.71"))) == ()


class TestMissed:
    def test_the_newest_finished_month_is_named_where_it_missed(self):
        published = [
            publish(150, by=GULF),
            publish(100, by=LEVANT),
            publish(60, by=ATLAS),
            publish(500, by=BEACON, month=date(2026, 8, 1), made_on=date(2026, 7, 31)),
        ]
        found = look(published=published)
        assert named(found) == [("missed", SEPTEMBER, GULF), ("missed", SEPTEMBER, ATLAS)]
        assert [each.at_stake for each in found] == [30, 20]

    def test_the_last_forecast_before_the_month_is_what_counts(self):
        published = [
            publish(100, made_on=date(2026, 8, 20), low=110, high=130),
            publish(100, made_on=date(2026, 9, 10), low=110, high=130),
            publish(100),
        ]
        assert look(published=published) == ()

    def test_another_share_or_measure_is_not_judged_here(self):
        published = [publish(150, share=D("0.9")), publish(150, measure="won_deals")]
        assert look(published=published) == ()

    def test_a_small_part_of_the_whole_is_left_alone(self):
        published = [publish(1000, low=900, high=1100), publish(40, by=GULF, low=1, high=2)]
        assert look(published=published) == ()


def test_what_is_a_small_part_of_the_whole_is_left_alone():
    limits = replace(LIMITS, part=D("0.5"), width=D("0.6"))
    found = look(limits=limits)
    assert {each.cell[2] for each in found} == {(), GULF, ATLAS}


def test_what_is_most_at_stake_comes_first():
    found = look(before=scale(FORECAST, "3"))
    stakes = [each.at_stake for each in found]
    assert stakes == sorted(stakes, reverse=True)
    assert found[0].cell[2] == ()


def test_the_limits_are_those_of_the_rulebook():
    assert read_limits(load_defaults(), FORECAST) == LIMITS
