"""What a union of meetings always is."""

from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.measure.selling import add_to_union

meetings = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 60)).map(lambda each: (each[0], sum(each)))
).map(sorted)


@given(meetings)
def test_the_union_is_every_minute_that_some_meeting_covers(held):
    covered = {minute for begin, end in held for minute in range(begin, end)}
    assert sum(add_to_union(held)) == len(covered)


@given(meetings)
def test_the_union_is_never_more_than_the_sum_nor_than_the_window(held):
    union = sum(add_to_union(held))
    assert union <= sum(end - begin for begin, end in held)
    assert union <= max((end for _, end in held), default=0) - min((b for b, _ in held), default=0)


@given(meetings, st.integers(0, 500), st.integers(0, 60))
def test_one_more_meeting_never_makes_it_less(held, begin, minutes):
    more = sorted([*held, (begin, begin + minutes)])
    assert sum(add_to_union(more)) >= sum(add_to_union(held))
