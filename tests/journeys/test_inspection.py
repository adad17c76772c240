"""A sales leader inspects the pipeline of the sample company before Monday's meeting."""

import json

import pytest

from journeys.command import ask, run

PERIOD = "2026-Q4"


@pytest.fixture
def folder(planned):
    return planned.root


def test_the_command_tells_what_stands_out_and_what_to_do(folder):
    found = ask("inspect", PERIOD, workspace=folder)
    totals = found["totals"]
    assert found["as_of"] == "2026-09-30"
    assert 0 < totals["flagged"] < totals["n"] == len(found["deals"])
    stakes = [float(each["at_stake"]) for each in found["deals"]]
    assert stakes == sorted(stakes, reverse=True)
    assert all(
        each["why"] and each["advice"] for deal in found["deals"] for each in deal["reasons"]
    )
    stalled = ask("inspect", PERIOD, "--flag", "stalled", workspace=folder)["deals"]
    assert {each["id"] for each in stalled} == {
        each["id"] for each in found["deals"] if "stalled" in each["flags"]
    }
    said = run("inspect", PERIOD, "--flag", "any", "--most", "3", workspace=folder)
    assert "Deals, the most at stake first" in said.stdout
    assert "Slipped out of finished quarters" in said.stdout
    assert "It is not kept here" in said.stderr  # nobody writes next steps there
    deal = found["deals"][0]["id"]
    told = run("inspect", PERIOD, "--deal", deal, workspace=folder)
    assert "Its time line, newest first" in told.stdout
    assert "by its age alone" in told.stderr
    document = json.loads(run("inspect", PERIOD, "--deal", deal, "--json", workspace=folder).stdout)
    assert document["deal"]["id"] == deal
    assert document["events"][0]["at"] >= document["events"][-1]["at"]


def test_what_is_not_open_and_what_is_no_period_are_refused_with_the_way_out(folder):
    gone = run("inspect", PERIOD, "--deal", "D-0", workspace=folder, expect=1)
    assert "Choose one of the list" in gone.stderr
    wrong = run("inspect", "soon", workspace=folder, expect=1)
    assert "names no period" in wrong.stderr
