"""What holds for every simulated company, whatever its seed."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.connectors.sample import faults
from counterpoise.connectors.sample.companies import draw_company
from counterpoise.connectors.sample.deals import join_runs, simulate_runs
from counterpoise.connectors.sample.exports import Export, write_moments, write_money
from counterpoise.connectors.sample.pace import Clock, build_pace, list_feasts
from counterpoise.connectors.sample.sample_company import build_sample_company
from counterpoise.connectors.sample.simulated import AS_OF, know, simulate, simulate_deals
from counterpoise.connectors.sample.words import name_companies, name_people
from counterpoise.domain.tables.deals import STILL_OPEN, day_number

seeds = st.integers(0, 10_000)


def contents(deals):
    logs = [(log.deal, log.day, log.value) for log in (deals.amounts, deals.stages)]
    return [
        deals.ids.tolist(),
        *(array.tolist() for array in (deals.created, deals.closed, deals.won)),
        *([part.tolist() for part in log] for log in logs),
        {name: (each.labels, each.codes.tolist()) for name, each in deals.dimensions.items()},
    ]


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_the_same_seed_is_the_same_company(seed):
    one, other = simulate_deals(seed, size=300), simulate_deals(seed, size=300)
    assert contents(one.deals) == contents(other.deals)
    assert one.future_revenue_by_month == other.future_revenue_by_month


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_deals_are_what_was_known_on_the_day(seed):
    deals = simulate_deals(seed, size=500).deals
    today = day_number(AS_OF)
    finished = deals.closed != STILL_OPEN
    assert deals.as_of == AS_OF
    assert (deals.created <= today).all()
    assert (np.diff(deals.created) >= 0).all()
    assert (deals.closed[finished] <= today).all()
    assert (deals.closed[finished] >= deals.created[finished]).all()
    assert not deals.won[~finished].any()
    for log in (deals.amounts, deals.stages):
        assert (np.diff(log.day) >= 0).all()
        assert (log.day <= today).all()
    assert not np.isnan(deals.amount[deals.won]).any()
    assert (deals.amount[~np.isnan(deals.amount)] >= 1).all()
    labels = np.array(deals.stage_labels)[deals.stage.astype(int)]
    assert (np.isin(labels, ("Won", "Lost")) == finished).all()
    assert ((labels == "Won") == deals.won).all()


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_truth_is_what_later_days_will_know(seed):
    """Half a year on, the same CRM holds today's deals as they were, and the truth as won deals."""
    company = draw_company(seed, size=400, months=24, as_of=AS_OF)
    simulated = simulate(company, seed)
    history = join_runs(tuple(simulate_runs(company, seed)))
    later = know(replace(company, as_of=date(2027, 3, 31)), history)
    assert contents(later.known_on(AS_OF)) == contents(simulated.deals)
    for month, revenue, won in zip(
        simulated.future_months,
        simulated.future_revenue_by_month,
        simulated.future_won_by_month,
        strict=True,
    ):
        mine = later.won & (later.closed >= day_number(month.start))
        mine &= later.closed < day_number(month.end)
        assert mine.sum() == won
        assert round(later.amount[mine].sum(), 2) == float(revenue)


def test_size_and_months_are_what_was_asked_for():
    one = simulate_deals(5, size=40_000, months=24)
    assert abs(len(one.deals) / 40_000 - 1) < 0.15
    assert one.company.start == date(2024, 10, 1)
    assert len(set(one.deals.ids)) == len(one.deals)
    assert len(one.future_months) == len(one.future_won_by_month) == 6


def test_companies_differ_widely():
    companies = [draw_company(seed, size=None, months=None, as_of=AS_OF) for seed in range(60)]
    assert len({len(company.regions) for company in companies}) >= 3
    assert {company.amounts.known for company in companies} == {"from creation", "when won"}
    growth = [company.seasons.growth for company in companies]
    assert min(growth) < 0
    assert max(growth) > 0.2
    pushes = [company.seasons.quarter_push for company in companies]
    assert min(pushes) == 1
    assert max(pushes) > 2


def test_the_engine_obeys_the_stated_losses():
    """Without ageing and without differences, each stage loses the share it is said to lose."""
    company = build_sample_company(8, 3)
    plain = replace(
        company,
        ageing=0.0,
        abandoned=0.0,
        regions=tuple(replace(each, loss_odds=1.0) for each in company.regions),
        products=tuple(replace(each, loss_odds=1.0) for each in company.products),
        segments=tuple(replace(each, loss_odds=1.0) for each in company.segments),
        sellers=tuple(replace(each, skill=0.0) for each in company.sellers),
        seasons=replace(company.seasons, quarter_push=1.0),
    )
    history = join_runs(tuple(simulate_runs(plain, 3)))
    entered = np.isfinite(history.entered).sum(axis=0)
    survived = np.append(entered[1:], history.won.sum())
    for stage, came, went_on in zip(plain.stages, entered, survived, strict=True):
        spread = (stage.loss * (1 - stage.loss) / came) ** 0.5
        assert abs(1 - went_on / came - stage.loss) < 4 * spread


def test_better_sellers_win_more_and_products_that_are_harder_less():
    company = build_sample_company(8, 3)
    history = join_runs(tuple(simulate_runs(company, 3)))
    skill = np.array([seller.skill for seller in company.sellers])[history.seller]
    assert history.won[skill > 0.2].mean() > history.won[skill < -0.2].mean() + 0.05
    odds = np.array([product.loss_odds for product in company.products])[history.product]
    assert history.won[odds < 0.9].mean() > history.won[odds > 1.02].mean()


def test_ramadan_and_eid_slow_down_where_they_are_kept_and_quarter_ends_push():
    company = build_sample_company(1, 7)
    pace = build_pace(company)
    first = day_number(company.start)
    ramadan = next(f for f in list_feasts(company.start, company.end) if f.kind == "ramadan")
    fasting = slice(day_number(ramadan.start) - first, day_number(ramadan.start) - first + 28)
    before = slice(fasting.start - 28, fasting.start)
    for number, region in enumerate(company.regions):
        during = pace.arrivals[number, fasting].sum() / pace.arrivals[number, before].sum()
        assert (during < 0.75) == (region.ramadan == 1.0)
    working, closing = pace.working[0], pace.closing[0]
    end = day_number(date(2025, 9, 30)) - first
    last_days = np.diff(closing.done)[end - 3 : end + 1] / np.diff(working.done)[end - 3 : end + 1]
    assert last_days.min() > 1.5


def test_ramadan_begins_when_the_calendar_says():
    feasts = list_feasts(date(2025, 1, 1), date(2025, 12, 31))
    assert [(each.name, each.start) for each in feasts] == [
        ("Ramadan", date(2025, 3, 1)),
        ("Eid al-Fitr", date(2025, 3, 30)),
        ("Eid al-Adha", date(2025, 6, 5)),
    ]


@given(
    st.lists(st.floats(0.05, 3), min_size=3, max_size=60),
    st.floats(0, 2.9),
    st.floats(0.001, 5),
    st.floats(0.001, 5),
)
def test_more_work_never_ends_earlier(pace, start, some, more):
    clock = Clock.of(0, np.array(pace))
    ends = clock.after(np.array([start, start]), np.array([some, some + more]))
    assert start <= ends[0] <= ends[1]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_neighbouring_names_are_different(first, is_arabic):
    numbers = np.arange(first, first + 5_000)
    names, domains = name_companies(numbers, np.full(5_000, is_arabic))
    assert len(set(names.to_pylist())) == len(set(domains.to_pylist())) == 5_000
    people = name_people(numbers[:800], np.full(800, is_arabic))
    assert len(set(people.mailbox.to_pylist())) == 800


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(st.characters(codec="utf-8"), min_size=1)),
            st.integers(-(10**15), 10**15),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_written_can_be_read_again(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("export") / "rows.csv"
    texts = pa.array([text for text, _ in rows], pa.string())
    cents = np.array([number for _, number in rows], dtype=np.int64)
    with Export(path) as export:
        export.write({"text": texts, "money": write_money(cents)})
        export.write({"text": texts[:0], "money": write_money(cents[:0])})
    with path.open(encoding="utf-8", newline="") as file:
        back = list(csv.reader(file))
    assert back[0] == ["text", "money"]
    assert [text for text, _ in back[1:]] == [text or "" for text, _ in rows]
    assert [Decimal(money) * 100 for _, money in back[1:]] == [number for _, number in rows]
    assert export.rows == len(rows)


@given(st.lists(st.one_of(st.just(np.inf), st.floats(0, 25_000)), min_size=1))
def test_a_moment_is_written_on_its_own_day_in_working_hours(moments):
    for moment, written in zip(moments, write_moments(np.array(moments)).to_pylist(), strict=True):
        if not np.isfinite(moment):
            assert written is None
            continue
        assert written[:10] == str(date(1970, 1, 1) + timedelta(days=int(moment)))
        assert "05:00:00Z" <= written[11:] < "13:30:00Z"


@pytest.mark.parametrize(
    ("spoil", "right"),
    [
        pytest.param(faults.misspell_code, "LEDGER-CORE", id="a product code"),
        pytest.param(faults.misspell_code, "MIGRATION", id="a product code without hyphen"),
        pytest.param(faults.break_address, "noura.alsalem@wahariaya-ar.example", id="an e-mail"),
        pytest.param(faults.break_phone, "+971 4 01000001", id="a phone"),
        pytest.param(faults.exceed_share, "25%", id="a share"),
        pytest.param(faults.refer_to_nothing, "O-10000001", id="a reference"),
        pytest.param(faults.rename_companies, "Ironbeck Optics", id="a company"),
        pytest.param(faults.rename_companies, "شركة سدرة النقل السريع", id="an Arabic company"),
        pytest.param(faults.misspell, "Lindqvist", id="a family name"),
    ],
)
@given(st.integers(0, 10**6))
def test_a_fault_always_changes_the_value(spoil, right, seed):
    (wrong,) = spoil([right], np.random.default_rng(seed))
    assert wrong != right
    assert wrong == wrong.strip() != ""
