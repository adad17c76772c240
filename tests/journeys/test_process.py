"""An analyst asks how the sales process goes, over an export with its history of stages."""

from datetime import UTC, date, datetime

import pytest

from counterpoise.actions import examinations, processes
from counterpoise.actions.collect import collect
from counterpoise.actions.waterfalls import NothingYet
from counterpoise.domain.measure.process import Scope
from journeys.command import ask, run

JUNE = datetime(2024, 6, 1, 9, tzinfo=UTC)
HEAD = (
    "Opportunity ID,Opportunity Name,Owner ID,Stage,Amount,Created Date,Closed Date,Loss Reason\n"
)
STEPS = "Opportunity ID,Field,Old Value,New Value,Edit Date\n"
DAYS = range(1, 13)


def write_deals():
    """Twelve deals of April: eight lost, four of them without a reason, and four open."""
    deals, steps = [], []
    for n in DAYS:
        is_lost = n <= 8
        stage, closed = ("Closed Lost", f"2024-05-{n:02}") if is_lost else ("Proposal", "")
        reason = "Price" if is_lost and n % 2 else ""
        created = f"2024-04-{n:02}"
        deals.append(f"D{n},Deal {n},Layla,{stage},100,{created},{closed},{reason}\n")
        steps.append(f"D{n},StageName,Prospecting,Proposal,2024-04-{n + 10:02}\n")
        if is_lost:
            steps.append(f"D{n},StageName,Proposal,Closed Lost,{closed}\n")
    return HEAD + "".join(deals), STEPS + "".join(steps)


@pytest.fixture
def loaded(workspace, tmp_path):
    deals, steps = write_deals()
    (tmp_path / "opportunities.csv").write_text(deals, "utf-8")
    (tmp_path / "opportunity_history.csv").write_text(steps, "utf-8")
    files = [tmp_path / "opportunities.csv", tmp_path / "opportunity_history.csv"]
    collect(workspace, files, now=JUNE)
    return workspace


def test_the_command_answers_with_every_figure(loaded):
    answer = ask("process", "2024", "--cohorts", "quarter", workspace=loaded.root)
    (cohort,) = answer["funnel"]
    assert (cohort["period"], cohort["created"], cohort["open"]) == ("2024-Q2", 12, 4)
    proposed = next(each for each in cohort["steps"] if each["stage"] == "Proposal")
    assert (proposed["n"], proposed["share"], proposed["days"]) == (12, "1.000000", "10.00")
    stays = {each["stage"]: each for each in answer["stages"]}
    assert (stays["Prospecting"]["median"], stays["Proposal"]["censored"]) == (10, 4)
    assert [(each["reason"], each["n"]) for each in answer["reasons"]] == [("", 4), ("Price", 4)]
    assert [each["share"] for each in answer["reasons"]] == [None, None]  # eight are too few


def test_the_command_shows_tables_and_how_they_are_counted(loaded):
    said = run("process", "2024", "--by", "rep", workspace=loaded.root)
    assert "Kaplan–Meier" in said.stderr
    for word in ("Layla", "too few to say", "no reason given", "Proposal"):
        assert word in said.stdout


def test_the_command_says_where_the_curve_does_not_fall_so_low(loaded):
    said = run("process", "2024-04", "--as-of", "2024-04-30", workspace=loaded.root).stdout
    assert "not reached" in said


def test_a_window_after_what_is_known_is_refused(loaded):
    said = run("process", "2999", workspace=loaded.root, expect=1)
    assert "2999-01-01" in said.stderr
    unknown = run("process", "2024", "--by", "mood", workspace=loaded.root, expect=1)
    assert "rep, team" in unknown.stderr


def test_nothing_is_known_of_later_than_today(loaded):
    build = examinations.get_build(loaded)
    scope = Scope(date(2024, 4, 1), date(2025, 1, 1), date(2024, 12, 31))
    asked = processes.ask(build, scope, today=JUNE.date())
    assert (asked.scope.as_of, asked.scope.end) == (date(2024, 6, 1), date(2024, 6, 2))
    later = Scope(date(2024, 6, 2), date(2025, 1, 1), date(2024, 12, 31))
    with pytest.raises(NothingYet, match="2024-06-01"):
        processes.ask(build, later, today=JUNE.date())


def test_the_same_question_is_computed_once(loaded):
    build = examinations.get_build(loaded)
    scope = Scope(date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1))
    asked = processes.ask(build, scope, today=JUNE.date())
    assert processes.measure_process(asked) is processes.measure_process(asked)
