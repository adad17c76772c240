"""What a fault in the data costs: compared by hand, refused where too few deals show it."""

from decimal import Decimal

import numpy as np
import pytest

from counterpoise.connectors.sample.simulated import simulate_deals
from counterpoise.domain.demand.deal_errors import DAYS, look_at_deals
from counterpoise.domain.measure.data_cost import weigh_faults
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deal_errors import DealErrors
from counterpoise.domain.tables.deals import STILL_OPEN, day_number
from counterpoise.domain.tables.forecast import TooLittleHistory

NO_OWNER = ("opportunity", "owner_id", "completeness")
NO_DATE = ("opportunity", "expected_close_on", "completeness")


def rng():
    return np.random.default_rng(1)


def make_errors(faulty=40, clean=40, spread=0.0):
    """Deals worth 100; of a faulty one half of that was off, of a clean one a tenth. Four faulty
    deals are open now, worth 1,000 each."""
    noise = np.random.default_rng(3).uniform(-spread, spread, faulty + clean)
    off = np.r_[np.full(faulty, 50.0), np.full(clean, 10.0)] + noise
    ids = np.array([*(f"F{n}" for n in range(faulty)), *(f"C{n}" for n in range(clean))], object)
    count = faulty + clean
    return DealErrors(
        days=90,
        ids=ids,
        value=np.full(count, 100.0),
        expected=off,
        actual=np.zeros(count),
        open_ids=np.array(["O1", "O2", "O3", "O4", "O5"], object),
        open_values=np.full(5, 1000.0),
    )


def held(errors, *more):
    return {*(each for each in errors.ids if each.startswith("F")), *more}


def test_the_cost_is_the_difference_in_error_times_the_open_deals_that_have_it():
    errors = make_errors()
    (cost,) = weigh_faults(errors, {NO_OWNER: held(errors, "O1", "O2", "O3", "O4")}, 30, rng())
    assert (cost.deals, cost.others) == (40, 40)
    assert (cost.error, cost.error_else) == (pytest.approx(0.5), pytest.approx(0.1))
    assert (cost.money, cost.low_80, cost.high_80) == (Decimal(1_600),) * 3
    assert cost.is_shown


def test_the_range_holds_the_cost_and_narrows_with_more_deals():
    widths = []
    for count in (40, 400):
        errors = make_errors(count, count, spread=40.0)
        (cost,) = weigh_faults(errors, {NO_OWNER: held(errors, "O1")}, 30, rng())
        assert cost.low_80 < cost.money < cost.high_80
        widths.append(cost.high_80 - cost.low_80)
    assert widths[1] < widths[0] / 2


@pytest.mark.parametrize(
    ("faulty", "clean"),
    [
        pytest.param(29, 400, id="too few deals have the fault"),
        pytest.param(400, 29, id="too few deals have it not"),
    ],
)
def test_too_few_deals_show_nothing(faulty, clean):
    errors = make_errors(faulty, clean)
    (cost,) = weigh_faults(errors, {NO_OWNER: held(errors)}, 30, rng())
    assert (cost.deals, cost.others) == (faulty, clean)
    assert (cost.error, cost.money, cost.low_80, cost.is_shown) == (None, None, None, False)


def test_deals_that_are_worth_nothing_show_nothing():
    errors = make_errors()
    errors.value[:40] = 0.0
    (cost,) = weigh_faults(errors, {NO_OWNER: held(errors)}, 30, rng())
    assert cost.money is None


def test_what_costs_most_comes_first_and_what_cannot_be_said_last():
    errors = make_errors()
    faults = {
        NO_DATE: {"F1"},
        ("opportunity", "stage", "validity"): {f"C{n}" for n in range(40)} | {"O5"},
        NO_OWNER: held(errors, "O1"),
    }
    costs = weigh_faults(errors, faults, 30, rng())
    assert [each.attribute for each in costs] == ["owner_id", "stage", "expected_close_on"]
    assert costs[1].money < 0  # deals with that fault were forecast better


def test_no_fault_costs_nothing():
    assert weigh_faults(make_errors(), {}, 30, rng()) == ()


def test_several_days_of_one_deal_are_one_deal():
    errors = make_errors()
    twice = DealErrors(
        errors.days,
        *(np.r_[each, each] for each in (errors.ids, errors.value, errors.expected, errors.actual)),
        errors.open_ids,
        errors.open_values,
    )
    (cost,) = weigh_faults(twice, {NO_OWNER: held(errors, "O1")}, 30, rng())
    assert (cost.deals, cost.error) == (40, pytest.approx(0.5))


class TestWhatWasSaidOfDeals:
    @pytest.fixture(scope="class")
    def deals(self):
        return simulate_deals(5, size=900, months=24).deals

    @pytest.fixture(scope="class")
    def looked(self, deals):
        return look_at_deals(deals, load_defaults())

    def test_every_deal_was_open_on_a_day_and_is_worth_something(self, deals, looked):
        assert set(looked.ids) <= set(deals.ids)
        assert len(looked.ids) == len(looked.expected) == len(looked.actual) > 500
        assert (looked.value > 0).all()
        assert ((looked.expected >= 0) & (looked.expected <= looked.value * 1.0001)).all()

    def test_what_came_is_what_was_won_within_the_days(self, deals, looked):
        by_id = dict(zip(deals.ids, range(len(deals)), strict=True))
        for key, actual in zip(looked.ids[:200], looked.actual[:200], strict=True):
            deal = by_id[key]
            assert actual in (0.0, float(np.nan_to_num(deals.amount[deal])))
            if actual:
                assert deals.won[deal]
        late = deals.closed[[by_id[each] for each in looked.ids]]
        today = day_number(deals.as_of)
        assert (looked.actual[late == STILL_OPEN] == 0).all()
        assert (late[looked.actual > 0] <= today).all()

    def test_open_deals_come_with_their_worth(self, deals, looked):
        assert looked.open_ids.tolist() == deals.ids[deals.is_open].tolist()
        assert len(looked.open_values) == len(looked.open_ids)
        assert looked.days == DAYS

    def test_too_little_history_is_refused(self, deals):
        few = deals.known_on(deals.as_of.replace(year=deals.as_of.year - 2))
        with pytest.raises(TooLittleHistory):
            look_at_deals(few, load_defaults())
