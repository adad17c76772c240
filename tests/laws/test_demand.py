"""What holds for any forecast: it knows nothing of the future, adds up, and covers what comes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import paired_company
from counterpoise.connectors.sample.simulated import simulate_deals
from counterpoise.domain.demand import deal_contest
from counterpoise.domain.demand.challenging import DealTerms
from counterpoise.domain.demand.forecast import evaluate, forecast
from counterpoise.domain.demand.legs import stack_legs
from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import (
    STILL_OPEN,
    ChangeLog,
    Deals,
    Dimension,
    day_number,
)
from counterpoise.domain.tables.forecast import Staff
from counterpoise.domain.values.period import Period
from paired_company import build_deals, write_rules

LATER = date(2026, 9, 30)
AS_OF = date(2026, 5, 15)
QUARTER = Period.parse("2026-Q3")
RULES = Rulebook(
    (
        *load_defaults().rules,
        Rule("demand.backtest_origins", "", "6", "", date(1970, 1, 2), "test"),
        Rule("demand.paths", "", "200", "", date(1970, 1, 2), "test"),
    )
)
STAFF = Staff({})
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def run(deals, period=QUARTER, seed=1, rulebook=RULES, staff=STAFF):
    rng = np.random.default_rng(seed)
    return forecast(deals, period, rulebook=rulebook, rng=rng, staff=staff)


def as_bytes(found):
    evidence = (found.backtest, found.points, found.weights)
    parts = (found.cells, found.splits, found.legs, found.expected, *evidence)
    return (*map(repr, parts), str(found.notes), str(found.stage_weighted), found.paths.tobytes())


@pytest.fixture(scope="module")
def later():
    """Simulated deals, with a day on which each is due, now and then put off, and activities."""
    deals, rng = simulate_deals(11, size=800, months=18).deals, np.random.default_rng(3)
    return replace(deals, dues=_draw_log(deals, rng, 60), touches=_draw_log(deals, rng, 0))


def _draw_log(deals, rng, days_later):
    """Three changes of each deal, the value of each a day that lies so much later."""
    deal = np.repeat(np.arange(len(deals), dtype=np.int32), 3)
    day = deals.created[deal] + rng.integers(0, 120, len(deal))
    order = np.argsort(day, kind="stable")
    return ChangeLog(
        deal[order], day[order].astype(np.int32), (day + days_later)[order].astype(float)
    )


@pytest.fixture(scope="module")
def known(later):
    return run(later.known_on(AS_OF))


def with_another_future(deals, rng):
    """All that happened after AS_OF happens otherwise; what was known by then stays."""
    today = day_number(AS_OF)
    closed, won = deals.closed.copy(), deals.won.copy()
    free = closed > today
    closed[free] = np.where(
        rng.random(free.sum()) < 0.5, STILL_OPEN, rng.integers(today + 1, today + 200, free.sum())
    )
    won[free] = (rng.random(free.sum()) < 0.5) & (closed[free] != STILL_OPEN)
    kept = (deals.created <= today) | (rng.random(len(deals)) < 0.5)
    place = np.cumsum(kept) - 1

    def redraw(log, draw):
        held = kept[log.deal] & ((log.day <= today) | (rng.random(len(log.day)) < 0.5))
        value = np.where(log.day > today, draw(len(log.day)), log.value)
        return ChangeLog(place[log.deal[held]].astype(np.int32), log.day[held], value[held])

    return Deals(
        as_of=deals.as_of,
        currency=deals.currency,
        ids=deals.ids[kept],
        created=deals.created[kept],
        closed=closed[kept],
        won=won[kept],
        amounts=redraw(deals.amounts, lambda count: rng.lognormal(9, 3, count)),
        stages=redraw(deals.stages, lambda count: rng.integers(0, len(deals.stage_labels), count)),
        dues=redraw(deals.dues, lambda count: rng.integers(today - 50, today + 300, count)),
        touches=redraw(deals.touches, lambda count: rng.integers(today, today + 300, count)),
        stage_labels=deals.stage_labels,
        dimensions={
            name: Dimension(each.labels, each.codes[kept])
            for name, each in deals.dimensions.items()
        },
    )


@few
@given(seed=st.integers(0, 2**32 - 1))
def test_nothing_after_the_as_of_day_changes_a_byte(later, known, seed):
    other = with_another_future(later, np.random.default_rng(seed))
    assert as_bytes(run(other.known_on(AS_OF))) == as_bytes(known)


@pytest.fixture(scope="module")
def tried(later):
    return hold_contest(later.known_on(AS_OF))


def hold_contest(deals):
    """On what a company so small has."""
    terms = DealTerms(least_days=2, least_deals=2)
    return deal_contest.hold(deals, RULES, read_settings(RULES, AS_OF), terms)


@settings(few, max_examples=2)
@given(seed=st.integers(0, 2**32 - 1))
def test_nothing_after_the_as_of_day_changes_how_a_challenger_did(later, tried, seed):
    other = with_another_future(later, np.random.default_rng(seed))
    assert hold_contest(other.known_on(AS_OF)) == tried
    assert len(tried.scores) == 12


@pytest.fixture(scope="module")
def heard():
    return run(build_deals(), paired_company.PERIOD, rulebook=write_rules())


@pytest.mark.parametrize("later", [2, 3])
def test_nor_what_is_forecast_with_one_that_is_heard(heard, later):
    after = build_deals(as_of=date(2027, 6, 30), later=later)
    found = run(after.known_on(paired_company.AS_OF), paired_company.PERIOD, rulebook=write_rules())
    assert found.contest == heard.contest
    assert found.contest.is_heard
    assert as_bytes(found) == as_bytes(heard)


def test_an_origins_forecast_is_the_same_however_much_later_it_is_judged(later):
    origins = [date(2026, 4, 1), date(2026, 4, 15)]
    _, early = evaluate(later.known_on(date(2026, 6, 1)), origins, rulebook=RULES)
    _, late = evaluate(later, origins, rulebook=RULES)
    assert set(early) <= set(late)
    assert len(early) == 3, "two at 30 days, one at 60"


def test_the_same_twice_is_the_same(later, known):
    assert as_bytes(run(later.known_on(AS_OF))) == as_bytes(known)


def test_cells_of_a_month_add_up_to_the_cent(known):
    for measure in ("won_revenue", "won_deals"):
        for month in QUARTER.months:
            mine = [c for c in known.cells if (c.measure, c.month) == (measure, month.start)]
            grains = {
                tuple(name for name, _ in by): Decimal(0) for by in (cell.by for cell in mine)
            }
            open_part = dict(grains)
            for cell in mine:
                grain = tuple(name for name, _ in cell.by)
                grains[grain] += cell.mean
                open_part[grain] += cell.from_open
            assert set(grains) == {(), ("region",), ("product",), ("region", "product")}
            assert len(set(grains.values())) == 1
            assert len(set(open_part.values())) == 1


@pytest.mark.parametrize("measure", ["won_revenue", "won_deals"])
def test_the_legs_of_every_figure_add_up_to_it_to_the_cent(known, measure):
    assert [each.key for each in known.legs] == [each.key for each in known.cells]
    for by in {cell.by for cell in known.cells}:
        for stack in stack_legs(known, known, measure, by):
            parts = {part.kind: part.amount for part in stack.parts}
            assert sum(parts.values()) == stack.mean
            assert parts["launches"] == parts["overrides"] == 0
            assert (stack.series is None) == bool(by), "history alone tells nothing of a part"


def test_teams_segments_and_sources_add_up_to_the_whole_to_the_cent(known):
    whole = {(each.measure, each.month): each for each in known.cells if not each.by}
    names = {each.by[0][0] for each in known.splits}
    assert names == {"team", "segment"}, "the simulated deals have no lead source"
    for name in names:
        for (measure, month), cell in whole.items():
            members = [
                each
                for each in known.splits
                if (each.measure, each.month) == (measure, month) and dict(each.by).get(name)
            ]
            for part in ("mean", "from_open", "won"):
                assert sum(getattr(each, part) for each in members) == getattr(cell, part)
            for each in members:
                assert each.won <= each.from_open <= each.mean
                assert each.won <= each.quantiles[0]
                assert list(each.quantiles) == sorted(each.quantiles)


def test_reps_add_up_to_the_whole_to_the_cent(known):
    reps = [each for each in known.expected if each.scope == "rep"]
    whole = [each for each in known.cells if not each.by and each.measure == "won_revenue"]
    assert len(reps) > 2
    assert sum(each.mean for each in reps) == sum(each.mean for each in whole)
    assert sum(each.won for each in reps) == sum(each.won for each in whole)
    assert known.expected[-1].mean == sum(each.mean for each in whole)
    for each in known.expected:
        assert each.won <= each.mean
        assert each.low is None or each.won <= each.low <= each.high


def test_to_expect_something_of_people_changes_nothing_else(known, later):
    alone = run(later.known_on(AS_OF), staff=None)
    assert alone.expected == ()
    assert as_bytes(replace(known, expected=())) == as_bytes(alone)


def test_ranges_rise_and_the_rest_is_yet_to_come(known):
    for cell in known.cells:
        assert list(cell.quantiles) == sorted(cell.quantiles)
        assert 0 <= cell.from_open <= cell.mean


def test_paths_are_those_of_the_whole(known):
    whole = [c for c in known.cells if c.by == () and c.measure == "won_revenue"]
    assert known.paths.shape == (200, 3)
    for place, cell in enumerate(whole):
        median = float(np.median(known.paths[:, place]))
        assert float(cell.quantile("0.5")) == pytest.approx(median, abs=0.01)
        assert float(cell.mean) == pytest.approx(median, rel=0.15)


@pytest.mark.parametrize("missing", ["region", "product", "rep", "team"])
def test_a_dimension_that_the_deals_lack_is_no_grain(later, missing):
    deals = later.known_on(AS_OF)
    fewer = {name: each for name, each in deals.dimensions.items() if name != missing}
    found = run(
        Deals(
            **{
                name: getattr(deals, name)
                for name in Deals.__dataclass_fields__
                if name != "dimensions"
            },
            dimensions=fewer,
        )
    )
    grains = {tuple(name for name, _ in cell.by) for cell in found.cells}
    both = {("region",), ("product",), ("region", "product")}
    assert grains - {()} == {grain for grain in both if missing not in grain}


def count_covered(seeds):
    """Of simulated companies, how many won in the next quarter what the 80 % range said."""
    period, covered = Period.parse("2026-Q4"), 0
    for seed in seeds:
        company = simulate_deals(seed)
        found = run(company.deals, period, seed, load_defaults())
        came = float(sum(company.future_revenue_by_month[:3]))
        low, high = np.quantile(found.paths.sum(axis=1), [0.1, 0.9])
        covered += bool(low <= came <= high)
    return covered


def test_ranges_cover_what_comes_of_a_few_companies():
    assert 12 <= count_covered(range(20)) <= 20, "of 20; 16 are expected"


def hold_reps(seeds):
    """Of the reps of simulated companies that have a range, how many won in the quarter after what
    it said, and how many there are."""
    held = []
    for seed in seeds:
        whole = simulate_deals(seed, size=1500, months=24).deals
        found = run(whole.known_on(date(2026, 6, 30)), seed=seed)
        rep, amount = whole.dimensions["rep"], np.nan_to_num(whole.amount)
        first, end = day_number(QUARTER.start), day_number(QUARTER.end)
        won = whole.won & (whole.closed >= first) & (whole.closed < end)
        came = {
            name: float(amount[won & (rep.codes == code)].sum())
            for code, name in enumerate(rep.labels)
        }
        held += [
            float(each.low) <= came[each.name] <= float(each.high)
            for each in found.expected
            if each.scope == "rep" and each.low is not None and each.name
        ]
    return sum(held), len(held)


def test_ranges_of_reps_cover_what_they_bring():
    covered, reps = hold_reps(range(8))
    assert reps > 60
    assert 0.68 * reps <= covered <= 0.93 * reps, "80 % are expected"


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ranges_cover_what_comes_of_two_hundred_companies():
    assert 140 <= count_covered(range(200)) <= 180
