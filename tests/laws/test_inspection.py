"""What must hold of any inspection, whatever the pipeline."""

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.demand.pipeline_totals import select, sum_up
from counterpoise.domain.demand.pushes import count_pushes
from counterpoise.domain.demand.won_limits import Leaning, fit_limits
from counterpoise.domain.tables.inspection import FLAG_OF, FLAGS
from counterpoise.domain.values.period import Period
from inspected_pipeline import OFFER, OPEN, inspect, still_open, won
from spec.test_demand_legs import TODAY, log_of

days = st.integers(0, 120)
amounts = st.one_of(st.none(), st.floats(0, 9e6).map(lambda each: round(each, 2)))
segments = st.sampled_from(["Large", "Small", ""])
open_deals = st.builds(
    lambda created, stage, due, amount, rest: still_open(
        created, stage=stage, since=min(created, rest["since"]), due=due, amount=amount,
        touches=rest["touches"], segment=rest["segment"], rep=rest["rep"],
        next_step=rest["next_step"],
    ),
    days,
    st.sampled_from([OPEN, OFFER]),
    st.one_of(st.none(), st.integers(-90, 200)),
    amounts,
    st.fixed_dictionaries(
        {
            "since": days,
            "touches": st.lists(days, max_size=3).map(tuple),
            "segment": segments,
            "rep": st.sampled_from(["Huda", "Adam", ""]),
            "next_step": st.sampled_from(["Call", ""]),
        }
    ),
)  # fmt: skip
won_deals = st.builds(
    lambda took, closed, amount, segment: won(
        took + closed, closed, stays=((OPEN, took + closed, closed),),
        touches=(took + closed, closed), amount=amount, segment=segment,
    ),
    days,
    days,
    amounts,
    segments,
)  # fmt: skip
UNHURRIED = settings(deadline=None, max_examples=60)
pipelines = st.lists(st.one_of(open_deals, won_deals, won_deals), min_size=1, max_size=40)


@UNHURRIED
@given(pipelines)
def test_parts_are_never_more_than_the_whole(rows):
    deals = inspect(rows).deals
    totals = sum_up(deals)
    assert 0 <= totals.at_risk <= totals.expected
    assert totals.flagged <= totals.n == len(deals)
    assert totals.at_risk == sum((each.at_stake for each in deals if each.reasons), Decimal(0))
    for flag in totals.flags:
        assert flag.n == len(select(deals, flag.flag))
        assert flag.at_risk <= totals.at_risk
        assert flag.open_value <= totals.open_value


@UNHURRIED
@given(pipelines)
def test_every_open_deal_is_there_once_and_every_reason_raises_a_flag(rows):
    found = inspect(rows)
    assert len({each.id for each in found.deals}) == len(found.deals)
    assert len(found.deals) == sum(row["row"][1] is None for row in rows)
    for each in found.deals:
        assert set(each.flags) == {FLAG_OF[reason.code] for reason in each.reasons}
        assert set(each.flags) <= set(FLAGS)
        codes = [reason.code for reason in each.reasons]
        assert len(codes) == len(set(codes))


@UNHURRIED
@given(pipelines)
def test_the_same_twice_is_the_same(rows):
    assert inspect(rows) == inspect(rows)


@UNHURRIED
@given(pipelines, open_deals)
def test_another_open_deal_moves_no_limit(rows, more):
    """Only won deals are a yardstick, so a pipeline does not judge itself."""
    before = {(each.of, each.stage, each.segment): each for each in inspect(rows).limits}
    after = {(each.of, each.stage, each.segment): each for each in inspect([*rows, more]).limits}
    assert {key: after[key] for key in before} == before


@given(
    st.lists(st.tuples(st.floats(0, 1e4), st.integers(0, 2)), min_size=1, max_size=60),
    st.floats(0.05, 0.95),
    st.floats(0.1, 50),
)
def test_a_limit_lies_between_that_of_the_segment_and_that_of_the_whole(seen, quantile, prior):
    values, segment = (np.array(each) for each in zip(*seen, strict=True))
    place = np.zeros(len(seen), dtype=np.int64)
    found = fit_limits(values, place, segment, (1, 3), quantile, Leaning(1, prior))
    own = np.where(found.n > 0, found.own, found.whole[:, None])
    low, high = np.minimum(own, found.whole[:, None]), np.maximum(own, found.whole[:, None])
    assert (found.value >= low - 1e-6).all()
    assert (found.value <= high + 1e-6).all()


@given(
    st.lists(
        st.tuples(days, st.integers(-90, 200)), min_size=1, max_size=12, unique_by=lambda e: e[0]
    )
)
def test_days_put_off_are_no_less_than_from_the_first_to_the_last_date(dates):
    log = log_of([(0, ago, TODAY + due) for ago, due in dates])
    found = count_pushes(log, 1, Period.parse("2026-Q2"))
    in_order = [due for _, due in sorted(dates, reverse=True)]
    assert found.days[0] >= in_order[-1] - in_order[0]
    assert found.count[0] <= len(dates) - 1
    assert found.count[0] <= found.days[0]
