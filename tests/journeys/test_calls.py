"""A leader calls a quarter on the command line, loads old calls, and asks what became of them."""

import pytest

from called_company import CALLED, settle, visit, write_calls
from journeys.command import ask, run

PERIOD = "2026-Q4"


@pytest.fixture
def company(workspace_like):
    return workspace_like(settle)


@pytest.mark.timeout(300)
def test_a_quarter_is_called_rolled_up_judged_and_agreed(company, tmp_path):
    root = company.root
    said = ("--commit", "4000", "--best-case", "5000", "--comment", "two tenders")
    who = ("--person", "layla", "--team", "East")
    made = ask("calls", "submit", "2099-Q4", *who, *said, workspace=root)
    assert (made["voice"], made["won"], made["commit"]) == ("manager", "0", "4000")
    shown = ask("calls", "show", "2099-Q4", workspace=root)
    assert [(each["team"], each["manager"]["author"]) for each in shown["teams"]] == [
        ("East", "layla"),
    ]  # fmt: skip
    words = run("calls", "show", PERIOD, workspace=root)
    assert "no call yet" in words.stdout
    assert "No call yet: Huda Salem, Nour Aziz, Adam Noor, Sami Haddad." in words.stderr
    judged = run("calls", "bias", workspace=root).stdout
    assert "7 %" in judged or "% low" in judged
    mine = ask("calls", "bias", "--person", "huda", workspace=root)
    assert [each["submitter"] for each in mine["submitters"]] == ["huda"]
    agreed = run("calls", "consensus", "2026-Q3", workspace=root)
    assert "consensus" in agreed.stdout
    assert "The period is over: 7,000.00 came." in agreed.stderr
    (tmp_path / "again.csv").write_text("\n".join(write_calls()), "utf-8")
    loaded = ask("calls", "load", tmp_path / "again.csv", workspace=root)
    assert loaded == {"loaded": 0}
    assert visit("layla").teams == {"East"}
    assert set(CALLED) >= {"huda", "layla"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param(("submit", PERIOD), "Who calls?", id="in nobody's name"),
        pytest.param(("submit", PERIOD, "--person", "nobody"), "Nobody signs in", id="a stranger"),
        pytest.param(("submit", PERIOD, "--person", "huda"), "For whom?", id="for nobody"),
        pytest.param(("load", "nowhere.csv"), "nowhere.csv", id="no file"),
        pytest.param(("show",), "Which period?", id="no period"),
        pytest.param(("show", "2026"), "neither a month nor a quarter", id="a year"),
    ],
)
def test_what_is_missing_is_asked_for(company, words, why):
    assert why in run("calls", *words, workspace=company.root, expect=1).stderr


def test_an_amount_that_is_none_is_refused(company):
    words = ("--person", "huda", "--rep", "Huda Salem", "--commit", "much", "--best-case", "1")
    said = run("calls", "submit", PERIOD, *words, workspace=company.root, expect=1)
    assert "--commit is 'much'" in said.stderr
