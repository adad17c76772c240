"""What a planner can do to a series: mark a time as not to be learned from, and withdraw it."""

from datetime import UTC, date, datetime

import pytest

from counterpoise.actions import series_marks
from counterpoise.actions.series_marks import Draft, read_period
from counterpoise.domain.measure.question import UnknownDimension, UnknownMeasure
from counterpoise.domain.tables.mark import InvalidMark
from counterpoise.domain.values.period import UnknownPeriod
from counterpoise.domain.values.rights import admit
from counterpoise.store import audit, marks
from counterpoise.store.marks import MarkChanged, UnknownMark
from people import make_person

NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)
GULF = (("region", "Gulf"),)


@pytest.fixture
def omar(workspace):
    return enter("operations")


def enter(role):
    person = make_person(role)
    return admit(person.pk, person.username, role)


def draft(**other):
    said = {"measure": "won_revenue", "period": "2026-03", "by": GULF, "kind": "one_off",
            "comment": " A tender of the ministry "}  # fmt: skip
    return Draft(**{**said, **other})


def make(visitor, **other):
    return series_marks.make_mark(draft(**other), visitor, now=NOW)


def test_a_mark_is_kept_with_who_and_when_and_is_in_the_trail(omar):
    made = make(omar)
    assert (made.start, made.end) == (date(2026, 3, 1), date(2026, 4, 1))
    assert (made.by, made.author, made.comment) == (GULF, "omar", "A tender of the ministry")
    assert marks.list_current("won_revenue") == (made,)
    assert marks.list_current("leads") == ()
    (entry,) = audit.list_entries(limit=1)
    assert (entry.verb, entry.subject) == ("mark.made", "series:won_revenue")
    assert entry.after["cell"] == "region=Gulf"


def test_a_withdrawn_mark_holds_no_more_and_stays_in_the_history(omar):
    made = make(omar)
    series_marks.withdraw_mark(made.id, omar, now=NOW)
    assert marks.list_current("won_revenue") == ()
    (kept,) = series_marks.list_marks("won_revenue", omar)
    assert (kept.is_current, kept.withdrawn_by, kept.author_name) == (False, "omar", "Omar Nasser")
    assert audit.list_entries(limit=1)[0].verb == "mark.withdrawn"
    make(omar, kind="lost_sales")
    assert [each.mark.kind for each in series_marks.list_marks()] == ["lost_sales", "one_off"]


def test_the_same_time_is_marked_once(omar):
    make(omar)
    with pytest.raises(MarkChanged, match="marked already"):
        make(omar, kind="lost_sales")
    make(omar, by=())
    make(omar, period="2026-Q1")
    assert len(series_marks.list_marks()) == 3


def test_a_mark_is_withdrawn_once(omar):
    made = make(omar)
    series_marks.withdraw_mark(made.id, omar, now=NOW)
    with pytest.raises(MarkChanged, match="was withdrawn before"):
        series_marks.withdraw_mark(made.id, omar, now=NOW)
    with pytest.raises(UnknownMark, match="There is no mark 999"):
        series_marks.withdraw_mark(999, omar, now=NOW)


@pytest.mark.parametrize(
    ("other", "error"),
    [
        pytest.param({"measure": "profit"}, UnknownMeasure, id="no measure"),
        pytest.param({"by": (("stage", "Open"),)}, UnknownDimension, id="no part of it"),
        pytest.param({"period": "2026-13"}, UnknownPeriod, id="no period"),
        pytest.param({"period": "2026-11"}, InvalidMark, id="a month to come"),
        pytest.param({"kind": "strange"}, InvalidMark, id="no kind"),
        pytest.param({"comment": " "}, InvalidMark, id="no comment"),
    ],
)
def test_what_cannot_be_marked_is_refused_and_nothing_is_kept(omar, other, error):
    with pytest.raises(error):
        make(omar, **other)
    assert series_marks.list_marks() == ()


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        pytest.param("2026-03-05", date(2026, 3, 5), date(2026, 3, 6), id="a day"),
        pytest.param("2026-W10", date(2026, 3, 2), date(2026, 3, 9), id="a week"),
        pytest.param("2026-03", date(2026, 3, 1), date(2026, 4, 1), id="a month"),
        pytest.param("2026-Q1", date(2026, 1, 1), date(2026, 4, 1), id="a quarter"),
        pytest.param("2026", date(2026, 1, 1), date(2027, 1, 1), id="a year"),
    ],
)
def test_a_day_a_week_a_month_a_quarter_or_a_year_is_a_time(written, start, end):
    assert read_period(written) == (start, end)


@pytest.mark.parametrize(
    "written", ["", "26", "2026-13", "2026-W60", "2026-W10-3", "20260305", "9999-12-31",
                "2026-Q5", "٢٠٢٦-٠٣"],
)  # fmt: skip
def test_anything_else_is_none(written):
    with pytest.raises(UnknownPeriod, match="names no period"):
        read_period(written)


def test_marks_of_single_people_are_for_who_sees_everybody(omar):
    rep = make(omar, by=(("rep", "Huda Salem"),))
    region = make(omar)
    leader = enter("leader")
    assert [each.mark for each in series_marks.list_marks("", leader)] == [region]
    assert [each.mark for each in series_marks.list_marks("", omar)] == [region, rep]
    with pytest.raises(UnknownMark):
        series_marks.withdraw_mark(rep.id, leader, now=NOW)
    assert rep in marks.list_current("won_revenue")


def test_the_command_line_has_no_name(workspace):
    made = make(None)
    series_marks.withdraw_mark(made.id, None, now=NOW)
    (kept,) = series_marks.list_marks()
    assert (kept.mark.author, kept.author_name, kept.withdrawn_by) == ("", "", "")
    assert not kept.is_current
