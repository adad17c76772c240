"""The import ledger and the rulebook in the store, on SQLite and on PostgreSQL."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError

from counterpoise.actions import rules
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.store import ledger, people, runs
from counterpoise.store.ledger import AcceptedBatch, LandedContent
from many_at_once import run_at_once

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
DEALS = LandedContent("deals.csv", "hash of deals", "hash of mapping")
RENAMED = LandedContent("deals (1).csv", "hash of deals", "hash of mapping")

pytestmark = pytest.mark.usefixtures("workspace_on_each_store")


def accept(batch, *files):
    ledger.accept(
        AcceptedBatch(batch, "files", {"opportunity": {"received": 3, "quarantined": 2}}, files),
        build=f"build of {batch}",
        manifest={"rows": 1},
        at=NOON,
    )


def test_nothing_collected_is_said_with_the_way_out():
    with pytest.raises(ledger.NoBuild, match="counterpoise collect"):
        ledger.get_current_build()


@pytest.mark.case("SUP-14")
def test_an_accepted_batch_makes_its_build_the_current_one():
    accept("first", DEALS)
    current = ledger.get_current_build()
    assert (current.id, current.batch, current.manifest) == ("build of first", "first", {"rows": 1})


def test_content_is_known_again_under_another_name():
    accept("first", DEALS)
    assert ledger.find_landed([RENAMED]) == (RENAMED,)


def test_content_read_by_another_mapping_is_new():
    accept("first", DEALS)
    other = LandedContent("deals.csv", "hash of deals", "hash of another mapping")
    assert ledger.find_landed([other]) == ()


def test_accepting_the_same_content_twice_changes_nothing():
    accept("first", DEALS)
    with pytest.raises(IntegrityError):
        accept("second", RENAMED)
    assert ledger.get_current_build().id == "build of first"
    assert ledger.list_batches() == ("first",)


def test_rows_in_quarantine_are_counted_over_all_loads():
    accept("first", DEALS)
    accept("second")
    assert ledger.count_quarantined() == {"opportunity": 4}


RULES = """
[[rule]]
key = "plan.late_cost"
value = "{value}"
unit = "share"
effective_from = 2026-01-01
source = "finance"
"""


def test_importing_rules_twice_appends_them_once(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(RULES.format(value="0.07"))
    assert len(rules.import_rules(path, at=NOON)) == 1
    assert rules.import_rules(path, at=NOON) == ()


def test_the_value_recorded_last_for_a_day_holds(tmp_path):
    path = tmp_path / "rules.toml"
    for value in ("0.07", "0.09"):
        path.write_text(RULES.format(value=value))
        rules.import_rules(path, at=NOON)
    held = rules.load_rulebook().get_text("plan.late_cost", date(2026, 6, 1))
    assert held == "0.09"


def test_a_business_value_takes_the_place_of_the_default_from_its_day_on(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(RULES.format(value="Asia/Dubai").replace("plan.late_cost", "company.time_zone"))
    rules.import_rules(path, at=NOON)
    rulebook = rules.load_rulebook()
    assert rulebook.get_text("company.time_zone", date(2025, 12, 31)) == "UTC"
    assert rulebook.get_text("company.time_zone", date(2026, 1, 1)) == "Asia/Dubai"


def test_a_broken_file_appends_nothing(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(RULES.format(value="1") + "\n[[rule]]\nkey = 'half a rule'\n")
    with pytest.raises(InvalidRule, match="lacks"):
        rules.import_rules(path, at=NOON)
    assert "finance" not in {rule.source for rule in rules.load_rulebook().rules}


def test_the_first_administrator_is_made_once():
    assert people.create_first_administrator()
    assert people.create_first_administrator() is None


def test_of_servers_that_start_at_once_one_makes_the_first_administrator():
    made = []
    run_at_once(*[lambda: made.append(people.create_first_administrator())] * 3)
    assert len([each for each in made if each is not None]) == 1


def test_a_plan_is_kept_once_and_found_by_name():
    accept("first", DEALS)
    plan = runs.SavedPlan(
        "2026-Q4-base-1", "2026-Q4", "base", date(2026, 9, 30), "build of first", "hash", {"a": "1"}
    )
    runs.save_plan(plan, at=NOON)
    runs.save_plan(plan, at=NOON)
    assert runs.get_plan("2026-Q4-base-1") == plan


def test_an_unknown_plan_is_refused_with_those_there_are():
    with pytest.raises(runs.UnknownPlan, match="none yet"):
        runs.get_plan("2026-Q4-base-1")
