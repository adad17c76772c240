"""An analyst asks what moved the pipeline, over two loads of a CRM that keeps no history."""

from datetime import UTC, date, datetime

import pytest

from counterpoise.actions import examinations, waterfalls
from counterpoise.actions.collect import collect
from counterpoise.domain.measure.waterfall import Window
from journeys.command import ask, run
from journeys.test_collect import DEAL_MAPPING

MAY, JUNE = datetime(2024, 5, 1, 9, tzinfo=UTC), datetime(2024, 6, 1, 9, tzinfo=UTC)
HEAD = "id,Deal Name,Owner,Stage,Amount,Currency,Create Date,Close Date\n"
IN_MAY = HEAD + (
    "D-1,Alpha,Layla,Proposal,1000.50,USD,2024-04-05,\nD-2,Beta,Tom,Proposal,2000,USD,2024-04-10,\n"
)
IN_JUNE = HEAD + (
    "D-1,Alpha,Tom,Proposal,900.50,USD,2024-04-05,\n"
    "D-2,Beta,Tom,Closed Won,2000,USD,2024-04-10,2024-05-20\n"
    "D-3,Gamma,Layla,Proposal,70,USD,2024-05-25,\n"
)


@pytest.fixture
def loaded(workspace, tmp_path):
    for content, now in ((IN_MAY, MAY), (IN_JUNE, JUNE)):
        (tmp_path / "deals.csv").write_text(content, "utf-8")
        collect(workspace, [tmp_path / "deals.csv"], mapping=DEAL_MAPPING, now=now)
    return workspace


def test_the_command_shows_every_movement(loaded):
    answer = ask("waterfall", "2024-05", "--end", "2024-07-01", workspace=loaded.root)
    (part,) = answer["parts"]
    moved = {each["kind"]: each["money"] for each in part["movements"] if each["n"]}
    assert answer["end"] == "2024-07-01"
    assert part["open_at_end"] == {"money": "970.50", "deals": 2}
    assert moved == {
        "created": "0.00", "priced": "3070.50", "down": "-100.00", "won": "-2000.00",
    }  # fmt: skip


def test_the_command_shows_each_rep_as_a_table(loaded):
    said = run("waterfall", "2024", "--by", "rep", workspace=loaded.root).stdout
    assert "Layla" in said
    assert "open at the end" in said


def test_the_command_says_so_where_no_deal_is_due(loaded):
    said = run("waterfall", "2024", "--by", "rep", "--due", "2024", workspace=loaded.root)
    assert "No deal was in the pipeline" in said.stderr


def test_a_window_ends_today_at_the_latest(loaded):
    build = examinations.get_build(loaded)
    asked = waterfalls.ask(build, Window(date(2024, 6, 1), date(2025, 1, 1)), today=JUNE.date())
    assert asked.window.end == date(2024, 6, 2)
    with pytest.raises(waterfalls.NothingYet, match="2024-06-02"):
        waterfalls.ask(build, Window(date(2024, 6, 2), date(2025, 1, 1)), today=JUNE.date())


def test_a_window_of_the_future_is_refused(loaded):
    said = run("waterfall", "2999", workspace=loaded.root, expect=1)
    assert "2999-01-01" in said.stderr


def test_the_same_question_is_computed_once(loaded):
    build = examinations.get_build(loaded)
    window = Window(date(2024, 5, 1), date(2024, 6, 1))
    asked = waterfalls.ask(build, window, today=JUNE.date())
    assert waterfalls.measure_waterfall(asked) is waterfalls.measure_waterfall(asked)
