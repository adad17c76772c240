"""What working time always is: within the clock, and whole however it is cut."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.measure.working_time import DAY, count_working
from counterpoise.domain.measure.working_week import Worker, find_schedule
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults

MONTH = 20_500 * DAY  # in February 2026
moments = st.integers(MONTH, MONTH + 60 * DAY)
zones = st.sampled_from(["Asia/Riyadh", "Europe/Berlin", "America/Santiago", "Africa/Cairo"])
weeks = st.sampled_from(
    ["Mon-Fri 09:00-17:00", "Mon-Sun 00:00-24:00", "Sat-Sun 00:30-03:30", "Fri 22:00-24:00"]
)


@st.composite
def schedules(draw):
    own = Rule("working_time.hours", "Amal", draw(weeks), "", date(1970, 1, 2), "test")
    off = Rule("working_time.days_off", "", "2026-03-08 2026-03-29", "", date(2026, 1, 1), "test")
    rulebook = Rulebook((*load_defaults().rules, own, off))
    return find_schedule(rulebook, Worker(rep="Amal", zone=draw(zones)), date(2026, 12, 31), {})


@given(schedules(), st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_the_parts_of_a_wait_add_up_to_the_whole(schedule, cut):
    begin, between, end = cut
    parts = count_working(schedule, begin, between) + count_working(schedule, between, end)
    assert parts == count_working(schedule, begin, end)


@given(schedules(), moments, moments)
def test_nobody_works_longer_than_the_clock_ran(schedule, begin, end):
    assert 0 <= count_working(schedule, begin, end) <= max(0, end - begin)
