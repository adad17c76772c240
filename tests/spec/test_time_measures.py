"""Response to leads in working time, and time with customers, as one counts them by hand."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure import plain
from counterpoise.domain.measure.question import Question
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.values.period import Period
from written_builds import at

AS_OF = date(2026, 3, 12)  # a Thursday
MARCH = Period.parse("2026-03")
REPS = (
    {"source_id": "R1", "name": "Amal", "team_id": "T1", "time_zone": "Asia/Riyadh"},
    {"source_id": "R2", "name": "Basil", "time_zone": "Europe/Berlin"},
)
TEAMS = ({"source_id": "T1", "name": "North"},)


def answer(name, *by, as_of=AS_OF, period=None, rules=(), rep=REPS, **tables):
    """{labels: (value, n)} of what is asked; without `by` the one pair."""
    tables = {"rep": rep, "team": TEAMS, **tables}
    rows = {table: [{"source": "crm", **row} for row in held] for table, held in tables.items()}
    rulebook = Rulebook((*load_defaults().rules, *rules))
    settings = build_settings(rulebook, as_of, currencies=None, fold=fold)
    found = plain.measure(rows, Question((name,), by, period, as_of), settings)
    if not by:
        ((value, n),) = [(each.value, each.n) for each in found]
        return value, n
    return {tuple(label for _, label in each.by): (each.value, each.n) for each in found}


def rule(key, value, subject=""):
    return Rule(key, subject, value, "", date(1970, 1, 2), "test")


def lead(number, created, touched=None, owner="R1", **more):
    return {
        "source_id": f"L{number}",
        "owner_id": owner,
        "created_at": at(created),
        "first_touch_at": at(touched) if touched else None,
        **more,
    }


THURSDAY_EVENING = lead(1, "2026-03-05 13:30", "2026-03-08 06:15")
"""Half an hour before a Saudi weekend, tried a quarter of an hour into Sunday."""
AT_NIGHT = lead(2, "2026-03-09 22:00", "2026-03-10 06:10")
LATE = lead(3, "2026-03-10 06:00", "2026-03-10 12:00")
FORGOTTEN = lead(4, "2026-03-02 08:00")
JUST_NOW = lead(5, "2026-03-12 13:30")
BEFORE = lead(6, "2026-03-09 08:00", "2026-03-08 08:00")
BERLIN = lead(7, "2026-03-06 15:30", "2026-03-08 06:15", owner="R2")


@pytest.mark.parametrize(
    ("leads", "value", "n"),
    [
        pytest.param([THURSDAY_EVENING], "45.00", 1, id="over a Saudi weekend"),
        pytest.param([BERLIN], "30.00", 1, id="over a German weekend, tried on Sunday"),
        pytest.param([AT_NIGHT], "10.00", 1, id="a night counts for nothing"),
        pytest.param([AT_NIGHT, THURSDAY_EVENING, LATE], "45.00", 3, id="the median of three"),
        pytest.param([FORGOTTEN, BEFORE], None, 0, id="never tried, or tried before it came in"),
    ],
)
def test_response_in_working_time(leads, value, n):
    expected = (value and Decimal(value), n)
    assert answer("lead_response_working_minutes", lead=leads) == expected


def test_the_clock_sees_days_where_the_working_week_sees_minutes():
    by_clock, _ = answer("lead_response_minutes", lead=[THURSDAY_EVENING])
    assert by_clock == 45 + 60 * 24 * 2 + 60 * 16


@pytest.mark.parametrize(
    ("name", "leads", "value", "n"),
    [
        pytest.param("lead_response_in_time", [AT_NIGHT, LATE], "0.5", 2, id="one of two"),
        pytest.param("lead_response_in_time", [AT_NIGHT, FORGOTTEN], "0.5", 2,
                     id="what nobody tried is not in time"),
        pytest.param("lead_response_in_time", [AT_NIGHT, JUST_NOW], "1", 1,
                     id="what came in half an hour ago is not late yet"),
        pytest.param("lead_response_in_time", [JUST_NOW, BEFORE], None, 0, id="nothing is due"),
        pytest.param("leads_never_contacted", [AT_NIGHT, LATE, FORGOTTEN, JUST_NOW, BEFORE],
                     "0.333333", 3, id="one of the three that are due"),
    ],
)  # fmt: skip
def test_shares_of_leads_that_are_due(name, leads, value, n):
    assert answer(name, lead=leads) == (value and Decimal(value), n)


def test_the_agreed_time_is_for_the_company_to_say():
    agreed = rule("lead.agreed_minutes", "10")
    assert answer("lead_response_in_time", lead=[AT_NIGHT, THURSDAY_EVENING], rules=[agreed]) == (
        Decimal("0.5"),
        2,
    )


def test_an_attempt_after_the_day_is_not_known_yet():
    day_before = date(2026, 3, 9)
    assert answer("leads_never_contacted", lead=[LATE, AT_NIGHT], as_of=day_before) == (None, 0)
    tuesday = date(2026, 3, 10)
    assert answer("leads_never_contacted", lead=[LATE, AT_NIGHT], as_of=tuesday) == (0, 2)
    friday = lead(8, "2026-03-08 06:00", "2026-03-12 06:00")
    assert answer("leads_never_contacted", lead=[friday], as_of=day_before) == (1, 1)


TEN = [lead(n, "2026-03-10 06:00", f"2026-03-10 06:{n:02}") for n in range(10)]


def test_nine_of_ten_leads_were_tried_by_then():
    assert answer("lead_response_working_tail", lead=TEN) == (Decimal("8.00"), 10)


def test_of_a_handful_no_tail_is_said():
    assert answer("lead_response_working_tail", lead=TEN[:9]) == (None, 9)
    fewer = rule("measure.fewest_rows", "5")
    assert answer("lead_response_working_tail", lead=TEN[:9], rules=[fewer]) == (Decimal(8), 9)
    nobody = rule("measure.fewest_rows", "0")
    assert answer("lead_response_working_tail", rules=[nobody]) == (None, 0)


def met(number, begin, minutes, owner="R1", kind="meeting", contact_id="C1", **more):
    return {
        "source_id": f"E{number}",
        "type": kind,
        "occurred_at": at(begin),
        "duration_minutes": minutes,
        "owner_id": owner,
        "contact_id": contact_id,
        **more,
    }


HOUR = met(1, "2026-03-10 08:00", 60.0)


@pytest.mark.parametrize(
    ("activities", "hours", "n"),
    [
        pytest.param([HOUR], "1.00", 1, id="a meeting of an hour"),
        pytest.param([HOUR, met(2, "2026-03-10 08:30", 60.0)], "1.50", 2,
                     id="two that overlap by half an hour"),
        pytest.param([HOUR, met(2, "2026-03-10 08:15", 30.0, kind="call")], "1.00", 2,
                     id="a call within a meeting"),
        pytest.param([HOUR, met(2, "2026-03-10 08:00", 60.0, source="calendar")], "1.00", 2,
                     id="one meeting in the CRM and in the calendar"),
        pytest.param([HOUR, met(2, "2026-03-10 08:00", 60.0, owner="R2")], "2.00", 2,
                     id="two people at one time are two hours"),
        pytest.param([HOUR, met(2, "2026-03-10 10:00", 30.0)], "1.50", 2, id="one after another"),
        pytest.param([met(1, "2026-03-10 00:00", 1440.0)], "0.00", 0, id="an event of a whole day"),
        pytest.param([met(1, "2026-03-10 00:00", 2880.0)], "0.00", 0, id="an event of two days"),
        pytest.param([met(1, "2026-03-10 08:00", None)], "0.00", 0, id="no length is said"),
        pytest.param([met(1, "2026-03-10 08:00", 60.0, outcome=" Cancelled ")], "0.00", 0,
                     id="called off"),
        pytest.param([met(1, "2026-03-10 08:00", 60.0, outcome="declined")], "0.00", 0,
                     id="declined"),
        pytest.param([met(1, "2026-03-10 08:00", 60.0, kind="cancelled meeting")], "0.00", 0,
                     id="called off in a calendar"),
        pytest.param([met(1, "2026-03-10 08:00", 60.0, kind="task")], "0.00", 0, id="a task"),
        pytest.param([met(1, "2026-03-10 08:00", 60.0, contact_id=None)], "0.00", 0,
                     id="nobody of a customer was there"),
        pytest.param([met(1, "2026-03-10 08:00", 60.0, owner=None)], "0.00", 0, id="nobody's"),
        pytest.param([met(1, "2026-03-13 08:00", 60.0)], "0.00", 0, id="after the day"),
        pytest.param([met(1, "2026-03-12 23:30", 60.0)], "0.50", 1, id="cut at the day's end"),
        pytest.param([met(1, "2026-03-10 08:00", 60.0, deleted_at=at("2026-03-11"))], "0.00", 0,
                     id="removed from its source"),
    ],
)  # fmt: skip
def test_hours_with_customers(activities, hours, n):
    assert answer("customer_hours", activity=activities) == (Decimal(hours), n)


def test_hours_without_a_customer_are_told_apart():
    team_meeting = met(2, "2026-03-10 08:30", 60.0, contact_id=None)
    assert answer("internal_hours", activity=[HOUR, team_meeting]) == (Decimal("1.00"), 1)


def test_an_overlap_is_counted_on_the_day_and_in_the_team_of_the_first():
    night = met(1, "2026-03-09 23:00", 120.0)
    after = met(2, "2026-03-10 00:30", 60.0)
    assert answer("customer_hours", "team", "month", activity=[night, after]) == {
        ("North", "2026-03"): (Decimal("2.50"), 2)
    }


WEEK = [
    met(1, "2026-03-08 08:00", 240.0),
    met(2, "2026-03-12 08:00", 240.0),
    met(3, "2026-03-11 08:00", 120.0, owner="R2", contact_id=None),
]


def test_hours_of_a_person_and_week():
    assert answer("customer_hours_a_week", "rep", activity=WEEK) == {
        ("Amal",): (Decimal("11.20"), 2),  # 8 hours in the five days from the first meeting on
        ("Basil",): (Decimal("0.00"), 0),  # two days with nothing but an internal meeting
    }
    assert answer("customer_hours_a_week", activity=WEEK) == (Decimal("8.00"), 2)  # 8 × 7 / 7 days


def test_share_of_the_working_time():
    assert answer("selling_time_share", "rep", activity=WEEK) == {
        ("Amal",): (Decimal("0.2"), 2),  # of five Saudi working days of eight hours
        ("Basil",): (Decimal(0), 0),
    }
    assert answer("selling_time_share", "rep", "month", activity=WEEK)[("Amal", "2026-03")] == (
        Decimal("0.2"),
        2,
    )


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        pytest.param(MARCH, {("Amal",): (Decimal("0.2"), 2)}, id="from the first meeting on"),
        pytest.param(Period.parse("2026-02"), {}, id="before the first meeting"),
    ],
)
def test_people_are_there_from_their_first_meeting_on(period, expected):
    amal = [each for each in WEEK if each["owner_id"] == "R1"]
    assert answer("selling_time_share", "rep", activity=amal, period=period) == expected


def test_whoever_left_is_not_there_any_more():
    left = ({**REPS[0], "left_on": date(2026, 3, 9)}, REPS[1])
    assert answer("customer_hours_a_week", "rep", activity=WEEK[:1], rep=left) == {
        ("Amal",): (Decimal("14.00"), 1)  # four hours in two days
    }


def test_someone_with_two_ids_is_there_once():
    again = ({**REPS[0]}, {**REPS[0], "source_id": "R9"})
    activities = [WEEK[0], met(2, "2026-03-10 08:00", 240.0, owner="R9")]
    assert answer("selling_time_share", activity=activities, rep=again) == (Decimal("0.2"), 2)


def test_without_meetings_there_is_nothing_to_say():
    assert answer("selling_time_share") == (None, 0)
    assert answer("customer_hours_a_week") == (None, 0)
