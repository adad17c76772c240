"""Marketing plans leads and sales works those that are open, in the sample company."""

import json
from datetime import UTC, date, datetime

import pytest

from counterpoise.actions import rules
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule
from journeys.command import ask, run

PERIOD = "2026-Q4"
PLAN = """[[rule]]
key = "leads.planned"
subject = "Website / 2026-11"
value = "40"
unit = "leads"
effective_from = 2026-09-01
source = "marketing's plan"
"""


@pytest.fixture
def folder(planned):
    return planned.root


def test_the_command_lists_open_leads_by_score_with_the_evidence(folder):
    found = ask("leads", workspace=folder)
    chances = [each["chances"]["90"] for each in found["leads"]]
    assert chances == sorted(chances, reverse=True)
    assert len(found["leads"]) == found["open_leads"] > 0
    assert found["expected"]["30"] == pytest.approx(
        sum(each["chances"]["30"] for each in found["leads"])
    )
    said = run("leads", "--most", "3", "--source", "Website", workspace=folder)
    assert "Open leads by score, as of 2026-09-30" in said.stdout
    assert "Scores on earlier days" in said.stdout
    assert "become opportunities within 30 / 60 / 90 days" in said.stderr
    lead = found["leads"][0]
    told = run("leads", "--lead", lead["id"], workspace=folder)
    assert "Chance within 30, 60, 90 days" in told.stderr
    document = json.loads(run("leads", "--lead", lead["id"], "--json", workspace=folder).stdout)
    assert document == lead
    mine = ask("leads", "--owner", lead["owner"], workspace=folder)["leads"]
    assert {each["owner"] for each in mine} == {lead["owner"]}
    gone = run("leads", "--lead", "L-0", workspace=folder, expect=1)
    assert "Choose one of the list" in gone.stderr


def test_a_plan_takes_the_place_of_the_series_and_a_wrong_one_is_refused(folder, tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN, "utf-8")
    run("rulebook", "import", str(tmp_path / "plan.toml"), workspace=folder)
    run("cycle", PERIOD, "--as-of", "2026-09-30", workspace=folder)
    found = ask("volumes", PERIOD, workspace=folder)
    (plan,) = found["plan"]
    assert (plan["source"], plan["planned"], plan["month"]) == ("Website", "40", "2026-11-01")
    (leads,) = [
        each
        for each in found["volumes"]
        if (each["kind"], each["month"], each["by"].get("source"))
        == ("leads", "2026-11-01", "Website")
    ]
    assert float(leads["mean"]) == 40
    told = run("volumes", PERIOD, workspace=folder)
    assert "Leads planned by marketing" in told.stdout


@pytest.mark.parametrize(
    ("subject", "value", "why"),
    [
        pytest.param("Website / 2026-08", "40", "Plan a month that is not over", id="over"),
        pytest.param("Website / 2026-11", "-4", "Write 0 or more", id="negative"),
        pytest.param("Website", "40", "names no source and month", id="no month"),
    ],
)
def test_what_cannot_be_planned_is_not_recorded(folder, subject, value, why):
    entry = Rule("leads.planned", subject, value, "", date(2026, 9, 15), "a slip")
    with pytest.raises(InvalidRule, match=why):
        rules.change_rule(entry, replaces=0, at=datetime(2026, 9, 15, tzinfo=UTC))
