"""Times that people marked: what is learned in their place."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from counterpoise.domain.tables.mark import InvalidMark, SeriesMark
from counterpoise.domain.time_series.marking import replace_marked
from counterpoise.domain.time_series.series import BrokenSeries, Series
from counterpoise.domain.time_series.together import say


def make_series(values):
    return Series("won", "month", date(2023, 1, 1), np.array(values, dtype=np.float64))


def mark(count, *places, kind="one_off"):
    return [kind if number in places else None for number in range(count)]


LEVEL = [100.0, 104, 98, 101, 99, 103, 97, 102, 100, 98, 103, 99, 101, 100]


def make_mark(**other):
    facts = {
        "id": 1, "measure": "won_revenue", "start": date(2025, 3, 1), "end": date(2025, 4, 1),
        "by": (("region", "Gulf"),), "kind": "one_off", "comment": "A tender", "author": "omar",
        "made_at": datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    return SeriesMark(**{**facts, **other})


def test_a_one_off_is_what_the_methods_say_from_before_it():
    series = make_series([*LEVEL[:10], 900, *LEVEL[11:]])
    learned = replace_marked(series, mark(14, 10))
    assert learned[10] == say(series.values[:10], 1, 12)[0]
    assert np.flatnonzero(learned != series.values).tolist() == [10]


def test_a_run_is_said_at_once_and_the_next_one_from_it():
    series = make_series([*LEVEL[:6], 900, 900, 100, 900, *LEVEL[10:]])
    learned = replace_marked(series, mark(14, 6, 7, 9))
    assert learned[6:8].tolist() == say(series.values[:6], 2, 12).tolist()
    assert learned[9] == say(learned[:9], 1, 12)[0]


@pytest.mark.parametrize(
    ("came", "learned"),
    [
        pytest.param(10.0, 99.5, id="less than usual was sold: the rest was lost"),
        pytest.param(400.0, 400.0, id="more was sold than usual: no less is learned"),
    ],
)
def test_lost_sales_are_never_less_than_what_was_sold(came, learned):
    series = make_series([*LEVEL[:12], came, 100])
    found = replace_marked(series, mark(14, 12, kind="lost_sales"))
    assert found[12] == pytest.approx(learned, abs=2)


def test_the_first_periods_are_the_middle_of_those_that_follow():
    learned = replace_marked(make_series([900, 900, *LEVEL]), mark(16, 0, 1))
    assert learned[:2].tolist() == [100.0, 100.0]


def test_where_all_that_follow_are_marked_the_middle_is_of_those_before():
    series = make_series([100, 101, 99, 900, 900, 900, 900])
    with pytest.raises(BrokenSeries, match=r"3 are not marked.* Withdraw some of the marks"):
        replace_marked(series, mark(7, 3, 4, 5, 6))
    series = make_series([100, 101, 99, 102, 900, 900])
    assert replace_marked(series, mark(6, 4, 5))[4] == pytest.approx(100, abs=3)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        pytest.param({"end": date(2025, 3, 1)}, "is no time", id="no time"),
        pytest.param({"kind": "odd"}, "There are: one_off, lost_sales", id="no kind"),
        pytest.param({"comment": "  "}, "0 letters", id="no comment"),
        pytest.param({"comment": "x" * 1001}, "1001 letters", id="a novel"),
    ],
)
def test_a_mark_that_says_nothing_is_refused(other, said):
    with pytest.raises(InvalidMark, match=said):
        make_mark(**other)


def test_a_mark_holds_for_its_part_and_all_in_it():
    gulf, both = (("region", "Gulf"),), (("product", "Atlas"), ("region", "Gulf"))
    assert [make_mark().holds_for(by) for by in ((), gulf, both)] == [False, True, True]
    assert all(make_mark(by=()).holds_for(by) for by in ((), gulf, both))


@pytest.mark.parametrize(
    ("start", "end", "touches"),
    [
        pytest.param(date(2025, 2, 1), date(2025, 3, 1), False, id="the month before"),
        pytest.param(date(2025, 2, 24), date(2025, 3, 3), True, id="a week that reaches into it"),
        pytest.param(date(2025, 1, 1), date(2025, 4, 1), True, id="the quarter around it"),
        pytest.param(date(2025, 4, 1), date(2025, 5, 1), False, id="the month after"),
    ],
)
def test_it_touches_every_period_that_has_a_day_of_it(start, end, touches):
    assert make_mark().touches(start, end) is touches
