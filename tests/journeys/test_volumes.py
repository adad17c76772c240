"""Volumes of the sample company: the command, the API and the page, and a plan that reads them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from counterpoise.actions import cycles, planning, rules
from counterpoise.cli.main import main
from counterpoise.domain.rulebook.watched import WatchedRulebook
from people import make_person, sign_in
from programs import make_program
from shown_pages import rows_of, text_of

PERIOD = "2026-Q4"
AS_OF, NOW = date(2026, 9, 30), datetime(2026, 10, 1, 12, tzinfo=UTC)
FUNNEL = {"leads", "qualified_leads", "opportunities", "customers"}
RULE = """[[rule]]
key = "{}"
subject = "{}"
value = "{}"
unit = "as the test says"
effective_from = 2026-01-01
source = "test"
"""
TEMPLATES = (
    ("delivery.hours", "Delivery", "30"),
    ("delivery.spread", "Delivery", "0.5 0.5"),
    ("support.ticket_hours", "", "4"),
    ("support.pool", "", "Support desk"),
)


def say(planned, capsys, *arguments):
    main([*arguments, "--workspace", str(planned.root)])
    return capsys.readouterr()


def test_the_command_the_api_and_the_page_say_the_same(planned, capsys):
    found = json.loads(say(planned, capsys, "volumes", PERIOD, "--json").out)
    told = {each["kind"] for each in found["volumes"]}
    assert told == FUNNEL | {"accounts", "tickets"}
    assert {each["kind"] for each in found["refusals"]} == {"units", "delivery_hours"}
    for each in found["volumes"]:
        levels = list(map(Decimal, each["quantiles"].values()))
        assert levels == sorted(levels)
        assert 0 <= Decimal(each["standing"]) <= Decimal(each["mean"])
    answer = make_program(make_person("finance")).get(f"/demand/{PERIOD}/volumes").json()
    assert {name: answer[name] for name in found if name != "period"} == {
        name: found[name] for name in found if name != "period"
    }
    page = sign_in(make_person("viewer")).get(f"/demand/{PERIOD}/volumes/")
    scored = found["by_scores"]["volumes"]
    assert {each["kind"] for each in scored} == {"scored_opportunities"}
    told = [each for each in found["volumes"] if each["kind"] in FUNNEL]
    assert len(rows_of(page, "funnel")) == len(told) + len(scored)
    assert "No template says how many hours" in text_of(page)


def test_a_person_reads_tables_and_why_there_is_nothing(planned, capsys):
    printed = say(planned, capsys, "volumes", PERIOD)
    assert "How such figures did before" in printed.out
    assert "delivery_hours: No template says" in printed.err
    assert "Nothing is kept" in say(planned, capsys, "volumes", "2031-Q1").err
    nothing = json.loads(say(planned, capsys, "volumes", "2031-Q1", "--json").out)
    assert nothing["volumes"] == []


def test_with_templates_supply_reads_hours_and_the_plan_keeps_its_constraints(planned, tmp_path):
    before = planning.open_desk(planned, PERIOD, as_of=AS_OF, today=AS_OF).plan_capacity()
    assert {each.required_high for each in before.months} == {None}
    file = tmp_path / "templates.toml"
    file.write_text("".join(RULE.format(*each) for each in TEMPLATES), "utf-8")
    rules.import_rules(file, at=NOW)
    done = cycles.run_cycle(planned, PERIOD, as_of=AS_OF, now=NOW)
    hours = {
        (dict(each.by).get("role") or dict(each.by)["pool"], each.month): each
        for each in done.cycle.volumes.of("delivery_hours", "support_hours")
    }
    fed = {(r.pool, r.month): r for r in done.cycle.capacity.months if r.required_high is not None}
    assert len(hours) == 6
    assert {key: row.required for key, row in fed.items()} == {
        key: each.mean for key, each in hours.items()
    }
    assert {key: row.required_high for key, row in fed.items()} == {
        key: each.quantile("0.9") for key, each in hours.items()
    }
    assert planning.verify_plan(done.plans[0]).feasible
    assert done.cycle.plans[0].problem.work != ()
    again = planning.open_desk(planned, PERIOD, as_of=AS_OF, today=AS_OF).plan_capacity()
    assert again == done.cycle.capacity, "supply alone asks for the same"


def test_a_rulebook_from_before_leads_were_scored_plans_without_them(planned):
    desk = planning.open_desk(planned, PERIOD, as_of=AS_OF, today=AS_OF)
    rules_then = [r for r in desk.rulebook.rules if not r.key.startswith("lead_score.")]
    before = replace(desk, rulebook=WatchedRulebook(tuple(rules_then))).forecast()
    now = desk.forecast()
    assert any("leads" in str(note) for note in now.notes)
    assert not any("leads" in str(note) for note in before.notes)
