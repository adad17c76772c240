"""The ledger of ranges on the sample company: what is published, and what is scored of it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from counterpoise.actions import (
    coverage,
    coverage_series,
    cycles,
    examinations,
    published_ranges,
    rules,
    series,
)
from counterpoise.cli.main import main
from counterpoise.domain.measure.question import Question
from counterpoise.domain.tables.published import SaidRange
from counterpoise.domain.values.period import Period
from counterpoise.store import publications
from counterpoise.web.demand import coverage as coverage_page
from frozen_plans import change_rule
from people import PEOPLE, make_person, sign_in
from programs import make_program
from shown_pages import rows_of, text_of

ADDRESS, QUERY = "/demand/series/", "measure=leads&by=region&every=month&steps=3"
PLANNERS = {"administrator", "operations", "leader", "finance", "marketing"}
LATER = date(2026, 10, 1)
"""The last day that the sample knows of is 30 September 2026."""
PUBLISHED = {
    *("leads", "deals_created", "pipeline_created", "won_deals", "won_revenue", "lost_deals"),
    *("win_rate", "average_deal"),
}
EIGHTY = Decimal("0.8")
SHARES = {"forecast": 2, "volume": 2, "series": 2}


@pytest.fixture
def ran(planned):
    """A cycle of September, run on the last evening of August."""
    now = datetime(2026, 8, 31, 20, tzinfo=UTC)
    cycles.run_cycle(planned, "2026-09", as_of=date(2026, 8, 31), now=now)
    return planned


def publish(planned, *asked, on=date(2026, 8, 31), **more):
    """As if a person had published it that evening."""
    build = examinations.get_build(planned)
    moment = datetime(on.year, on.month, on.day, 20, tzinfo=UTC)
    wanted = series.wish(*asked, **more)
    return published_ranges.publish_wish(build, wanted, None, now=moment).publication


def keep(said, *, at=datetime(2026, 8, 31, tzinfo=UTC), **changes):
    """A publication that is invented, or a real one bent."""
    return publications.keep(replace(said, **changes), author_id=None, at=at)


def judge(planned, kind="series", today=LATER, **more):
    found = coverage.judge_ranges(planned, today=today, **more)
    return [each for each in found.coverage if each.kind == kind]


def test_a_run_publishes_what_the_rulebook_lists_for_the_whole_company_by_month(planned):
    kept = publications.list_all()
    assert {each.publication.measure for each in kept} == PUBLISHED
    for each in kept:
        said = each.publication
        assert (said.by, said.every, each.run[:7], said.as_of) == (
            (), "month", "2026-Q4", date(2026, 9, 30),
        )  # fmt: skip
        assert [one.start.month for one in said.ranges] == [10, 11, 12, 1, 2, 3]


def test_a_run_publishes_what_the_explorer_shows(planned):
    build = examinations.get_build(planned)
    shown = series.carry(build, series.wish("won_deals"), today=LATER)
    (kept,) = [e for e in publications.list_all() if e.publication.measure == "won_deals"]
    assert [each.quantiles for each in kept.publication.ranges] == [
        each.quantiles for each in shown.parts[0].ahead
    ]


def test_forecasts_measures_and_volumes_are_scored_once_their_month_is_over(ran):
    """September: the sources and regions of the small sample come and go with it."""
    found = coverage.judge_ranges(ran, today=LATER)
    for kind, measures in (
        ("forecast", {"won_revenue", "won_deals"}),
        ("series", PUBLISHED),
        ("volume", {"leads", "qualified_leads", "opportunities", "customers", "tickets"}),
    ):
        whole = [each for each in found.coverage if each.kind == kind and not each.level]
        assert {each.measure for each in whole} == measures
        for each in whole:
            assert (each.n, each.months, each.months_ahead) == (1, 1, 1)
            assert each.verdict == "too few"
    by_source = [each for each in found.coverage if each.level == ("source",)]
    assert {each.measure for each in by_source} == {
        "leads", "qualified_leads", "opportunities", "customers",
    }  # fmt: skip
    assert all(each.n > 1 for each in by_source)
    assert {(each.kind, each.level) for each in found.unscored} >= {
        ("accounts", ()), ("tickets", ("tier",)),
    }  # fmt: skip


def test_what_came_is_what_the_measure_says_of_the_month(ran):
    """The explorer's own history, of a month that it has seen since."""
    build = examinations.get_build(ran)
    found = coverage.judge_ranges(ran, today=LATER)
    for measure in ("won_deals", "average_deal"):
        history = series.carry(build, series.wish(measure), today=LATER).parts[0].history
        came = {each.actual for each in found.judged
                if (each.kind, each.measure) == ("series", measure)}  # fmt: skip
        assert {each.quantize(Decimal("0.000001")) for each in came} == {
            history[-1].value.quantize(Decimal("0.000001"))
        }


def test_nothing_is_scored_before_it_is_over_or_before_it_was_published(ran):
    """A look from an earlier day knows neither what came later nor what was said later."""
    assert coverage.judge_ranges(ran, today=date(2026, 9, 29)).coverage == ()
    before = coverage.judge_ranges(ran, today=date(2026, 8, 30))
    assert (before.coverage, before.waiting) == ((), 0)


def test_what_is_published_after_a_day_changes_no_look_from_that_day(ran):
    looks = [coverage.judge_ranges(ran, today=day) for day in (date(2026, 9, 30), LATER)]
    publish(ran, "leads", ("region",), on=date(2026, 9, 30))
    (said,) = [e.publication for e in publications.list_all() if e.publication.by]
    keep(said, as_of=date(2026, 10, 2))
    keep(said, build="b-later", at=datetime(2026, 10, 2, tzinfo=UTC))
    assert coverage.judge_ranges(ran, today=date(2026, 9, 30)).coverage == looks[0].coverage
    assert coverage.judge_ranges(ran, today=LATER).coverage == looks[1].coverage


def test_a_year_is_scored_by_its_months(planned):
    publish(planned, "won_deals", ("region",), "year", 1, on=date(2024, 12, 31))
    build = examinations.get_build(planned)
    judged, _ = coverage_series.judge_series(build, LATER)
    came = {each.by: each.actual for each in judged if each.every == "year"}
    question = Question(("won_deals",), (), Period.parse("2025"), LATER)
    (whole,) = examinations.answer(build, question, rules.load_rulebook())
    assert came[()] == whole.value == sum(value for by, value in came.items() if by)


def test_parts_days_weeks_and_quarters_are_scored_too(planned):
    publish(planned, "leads", ("region",), "day", 7)
    publish(planned, "won_deals", (), "week", 4)
    publish(planned, "won_revenue", ("product",), "quarter", 1, on=date(2026, 6, 30))
    found = {(each.measure, each.level, each.every): each for each in judge(planned)}
    assert found["leads", (), "day"].n == 7
    assert found["leads", ("region",), "day"].n > 7
    assert found["leads", (), "day"].months == 1, "days of one month move together"
    weeks = {e.months_ahead: e.n for e in judge(planned) if (e.every, e.share) == ("week", EIGHTY)}
    assert weeks == {0: 1, 1: 3}, "the first began on the last day of August"
    assert found["won_revenue", ("product",), "quarter"].months_ahead == 1


def test_what_cannot_be_compared_waits(planned):
    """Another currency, a region that nobody knows any more, a rate of nothing."""
    said = publish(planned, "won_revenue", steps=1)
    waiting = coverage.judge_ranges(planned, today=LATER).waiting
    gone = (("region", "Atlantis"),)
    keep(said, unit="XYZ", measure="pipeline_created")
    keep(
        said,
        measure="deals_created",
        by=("region",),
        ranges=tuple(SaidRange(gone, each.start, each.quantiles) for each in said.ranges),
    )
    nobody = tuple(SaidRange((), date(2001, 5, 1), each.quantiles) for each in said.ranges)
    keep(said, measure="win_rate", unit="share", ranges=nobody)
    found = coverage.judge_ranges(planned, today=LATER)
    assert {each.measure for each in judge(planned)} == {"won_revenue"}
    assert found.waiting - waiting == 3 * SHARES["series"]


def test_a_month_in_which_a_known_part_brought_nothing_brought_zero(planned):
    said = publish(planned, "leads", ("region",), steps=1)
    part = next(each for each in said.ranges if each.by)
    early = SaidRange(part.by, date(2001, 5, 1), part.quantiles)
    keep(said, ranges=(early,), as_of=date(2001, 4, 30))
    came = {e.n: (e.below, e.above) for e in judge(planned) if e.months_ahead == 1
            and e.level == ("region",)}  # fmt: skip
    assert sum(came) > 0
    assert coverage.judge_ranges(planned, today=LATER).waiting >= 0


def test_figures_of_single_people_are_for_who_sees_everybody(planned):
    publish(planned, "won_deals", ("rep",), steps=1)
    leader, finance = make_person("leader"), make_person("finance")

    def levels(person):
        answer = make_program(person).get("/coverage").json()
        return {tuple(each["level"]) for each in answer["coverage"]}, answer["waiting"]

    seen, waiting = levels(finance)
    hidden, fewer = levels(leader)
    assert (("rep",) in seen, ("rep",) in hidden) == (True, False)
    assert fewer <= waiting


def test_reading_the_explorer_publishes_nothing(planned):
    before = publications.find_newest()
    viewer = sign_in(make_person("viewer"))
    assert viewer.get(f"{ADDRESS}?{QUERY}").status_code == 200
    assert viewer.get(f"{ADDRESS}publish?{QUERY}").status_code in {404, 405}
    assert publications.find_newest() == before


def test_who_may_override_publishes_and_nobody_else(planned):
    for role in PEOPLE:
        browser, before = sign_in(make_person(role)), publications.find_newest()
        page = browser.post(f"{ADDRESS}publish?{QUERY}&challenged=", follow=True)
        assert (page.status_code == 200) == (role in PLANNERS), role
        offered = "Publish these ranges" in text_of(browser.get(f"{ADDRESS}?{QUERY}"))
        assert offered == (role in PLANNERS), role
        is_first = role in PLANNERS and before == publications.find_newest() - 1
        if role in PLANNERS:
            said = "are published" if is_first else "were published before"
            assert said in text_of(page)
    (kept,) = [each for each in publications.list_all() if each.publication.by]
    assert (kept.run, kept.publication.measure, bool(kept.author)) == ("", "leads", True)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("measure=profit", id="no measure"),
        pytest.param("measure=leads&by=rep", id="people, of who does not see everybody"),
        pytest.param("measure=won_deals&steps=60", id="too far ahead"),
    ],
)
def test_what_the_explorer_refuses_is_not_published(planned, query):
    before = publications.find_newest()
    page = sign_in(make_person("leader")).post(f"{ADDRESS}publish?{query}", follow=True)
    assert page.status_code == 422
    assert publications.find_newest() == before


def test_the_command_and_the_api_publish_and_say_the_same(ran, capsys, monkeypatch):
    where = ["--workspace", str(ran.root)]
    words = ["publish-ranges", "won_revenue", "--by", "region", "--steps", "3"]
    main([*words, "--json", *where])
    said = json.loads(capsys.readouterr().out)
    assert (said["measure"], said["by"], said["is_new"]) == ("won_revenue", ["region"], True)
    main([*words, *where])
    assert "were published before" in capsys.readouterr().err
    main([*words[:2], "--steps", "2", *where])
    assert "2 ranges of won_revenue are published" in capsys.readouterr().err
    wanted = {"measure": "won_revenue", "by": ["region"], "steps": 3}
    person = make_person("finance")
    program = make_program(person)
    answer = program.post("/series/publish", wanted)
    assert (answer.status_code, answer.json()) == (201, {**said, "is_new": False})
    main(["coverage", "--json", *where])
    printed = json.loads(capsys.readouterr().out)
    assert program.get("/coverage").json() == printed
    page = sign_in(person).get("/demand/coverage/")
    assert len(rows_of(page, "coverage")) == min(25, len(printed["coverage"]))
    main(["coverage", *where])
    table = capsys.readouterr()
    assert "series" in table.out
    assert "accounts  cannot be scored" in table.err


@pytest.mark.parametrize(
    ("role", "sent", "status"),
    [
        pytest.param("viewer", {}, 404, id="a viewer publishes nothing"),
        pytest.param("leader", {"by": ["rep"]}, 404, id="single people"),
        pytest.param("finance", {"measure": "coverage"}, 422, id="no measure"),
        pytest.param("finance", {"by": ["stage"]}, 422, id="no part"),
        pytest.param("finance", {"steps": 60}, 422, id="too far ahead"),
        pytest.param("finance", {"more": 1}, 422, id="an unknown field"),
    ],
)
def test_the_api_refuses(planned, role, sent, status):
    before = publications.find_newest()
    wanted = {"measure": "leads", "steps": 3}
    answer = make_program(make_person(role)).post("/series/publish", {**wanted, **sent})
    assert answer.status_code == status
    assert publications.find_newest() == before


def test_a_measure_of_the_rulebook_that_cannot_be_carried_is_told(planned, monkeypatch):
    change_rule("coverage.measures", "won_deals, profit, won_deals", on=date(2026, 1, 1))
    monkeypatch.setattr(coverage_page, "now", lambda: datetime(2026, 10, 1, tzinfo=UTC))
    page = text_of(sign_in(make_person("viewer")).get("/demand/coverage/"))
    assert "Not published: 'profit' cannot be carried forward" in page
    build = examinations.get_build(planned)
    (said,) = published_ranges.carry_for_run(build, date(2026, 8, 31))
    assert said.measure == "won_deals"


def test_months_ahead_that_nobody_can_look_publish_nothing(planned, capsys):
    change_rule("coverage.months", "25", on=date(2026, 1, 1))
    build = examinations.get_build(planned)
    assert published_ranges.carry_for_run(build, date(2026, 9, 30)) == ()
    main(["coverage", "--workspace", str(planned.root)])
    assert "Not published (coverage.measures): 25 periods ahead" in capsys.readouterr().err


def test_with_too_little_history_a_run_publishes_nothing(planned):
    build = examinations.get_build(planned)
    assert published_ranges.carry_for_run(build, date(2001, 1, 1)) == ()


def test_ranges_that_drift_turn_the_page_red(planned, monkeypatch):
    """Twelve months of leads promised between nothing and one."""
    said = publications.list_all()[0].publication
    months = [date(2025, number, 1) for number in range(1, 13)]
    for month in months:
        one = SaidRange((), month, tuple(map(Decimal, ("0", "0", "0", "1", "1"))))
        keep(said, as_of=date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 28),
             measure="leads", ranges=(one,))  # fmt: skip
    monkeypatch.setattr(coverage_page, "now", lambda: datetime(2026, 10, 1, tzinfo=UTC))
    page = sign_in(make_person("viewer")).get("/demand/coverage/")
    assert "These ranges are too narrow" in text_of(page)
    assert "explorer, Leads, Whole company" in text_of(page)
    assert 'class="notice bad"' in page.content.decode()
    narrow = [each for each in judge(planned) if each.verdict == "too narrow"]
    assert {(each.measure, each.found, each.months) for each in narrow} == {("leads", 0, 12)}
