"""What a won deal keeps of the amount it asked, by the stage it stood in when it was seen."""

import numpy as np
import pytest

from counterpoise.domain.demand import segments, values
from spec.test_demand_legs import SETTINGS, deals_of

FIRST, SECOND, UNKNOWN = 0, 1, 2
PRIOR = SETTINGS.value_prior_deals
FADED = 0.5 ** (30 / SETTINGS.hazard_half_life_days)
"""What a deal counts that was seen thirty days ago."""


def fit(rows, **logs):
    deals = deals_of(rows, **logs)
    return values.fit_values(deals, deals.amount, segments.split(deals), SETTINGS)


def won_at_a_discount(asked, brought, *, number=0):
    """A deal of forty days that asked so much a month ago, and brings so much today."""
    return [(number, 40, asked), (number, 0, brought)]


def test_an_asked_amount_counts_by_what_such_deals_kept_of_theirs():
    deals = [(40, 0, True)] * 2
    amounts = [each for n in range(2) for each in won_at_a_discount(100.0, 80.0, number=n)]
    found = fit(deals, amounts=amounts)
    of_all = (160 * FADED + PRIOR * 100) / (200 * FADED + PRIOR * 100)
    kept = (160 * FADED + PRIOR * 100 * of_all) / (200 * FADED + PRIOR * 100)
    assert found.kept == pytest.approx([of_all, of_all, kept])
    worth = found.of_deals(np.array([500.0, np.nan]), np.array([0, 0]), np.array([UNKNOWN] * 2))
    assert worth == pytest.approx([500 * kept, 80])
    spread = found.spread_of_deals(np.array([500.0, np.nan]), np.array([0, 0]))
    assert spread == pytest.approx([found.kept_spread, found.spread[0]])


def test_who_stands_early_has_the_discount_before_them():
    """Forty gave a fifth away after the first stage, forty that were further gave nothing."""
    early = [each for n in range(40) for each in won_at_a_discount(100.0, 80.0, number=n)]
    late = [each for n in range(40, 80) for each in won_at_a_discount(100.0, 100.0, number=n)]
    stages = [(n, 40, float(n >= 40)) for n in range(80)]
    found = fit([(40, 0, True)] * 80, amounts=early + late, stages_of=stages)
    assert 0.8 < found.kept[FIRST] < 0.84
    assert 0.96 < found.kept[SECOND] < 1.0
    assert found.kept[FIRST] < found.kept[UNKNOWN] < found.kept[SECOND]
    assert found.kept_spread < 0.05, "in its stage each kept the same"


def test_the_amount_is_the_one_that_was_known_on_that_evening():
    """What was lowered since the last look back counts, what was lowered before it does not."""
    amounts = [(0, 40, 500.0), (0, 35, 100.0), (0, 0, 100.0)]
    assert fit([(40, 0, True)], amounts=amounts).kept.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("rows", "amounts"),
    [
        pytest.param([(40, 0, False)], won_at_a_discount(100.0, 50.0), id="it was lost"),
        pytest.param([(40, None, False)], won_at_a_discount(100.0, 50.0), id="it is open"),
        pytest.param([(40, 0, True)], [(0, 0, 50.0)], id="its amount is known from winning on"),
        pytest.param([(40, 0, True)], won_at_a_discount(0.0, 50.0), id="it asked nothing"),
        pytest.param([(9, 0, True)], [(0, 9, 100.0), (0, 0, 50.0)], id="no evening saw it open"),
    ],
)
def test_what_teaches_nothing_leaves_amounts_as_they_are(rows, amounts):
    found = fit([*rows, (40, 0, True)], amounts=amounts)
    assert (found.kept.tolist(), found.kept_spread) == ([1.0, 1.0, 1.0], 0.0)


def test_a_deal_that_brought_many_times_what_it_asked_says_no_more_than_ten_times():
    amounts = [each for n in range(2) for each in won_at_a_discount(1.0, 10.0**n, number=n)]
    wild = [*amounts[:2], *won_at_a_discount(1.0, 1e6, number=1)]
    spread = fit([(40, 0, True)] * 2, amounts=wild).kept_spread
    assert spread < 1, "measured against what such deals kept"
