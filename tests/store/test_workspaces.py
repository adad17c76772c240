"""Workspaces, and what is kept of the runs in them."""

from datetime import UTC, date, datetime

import pytest

from counterpoise.actions import cycles, planning, rules, workspaces
from counterpoise.store import ledger, runs
from counterpoise.store.ledger import AcceptedBatch
from counterpoise.store.runs import Run, SavedPlan

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def build(workspace):
    ledger.accept(AcceptedBatch("first", "files", {}, ()), build="b1", manifest={}, at=NOON)
    return "b1"


def test_a_folder_without_a_workspace_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(workspaces.NoWorkspace, match="Run `counterpoise init` there"):
        workspaces.open_workspace(tmp_path)


def test_a_workspace_is_opened_again_and_made_again_without_loss(workspace):
    (workspace.root / "counterpoise.toml").write_text('company = "Acme Trading"\n')
    workspaces.init_workspace(workspace.root, company="Another")
    opened = workspaces.open_workspace(workspace.root)
    assert workspaces.get_company(opened) == "Acme Trading"
    assert workspaces.name_store(opened) == str(workspace.root / "store.sqlite3")


def test_a_company_that_is_not_named_is_called_like_its_folder(tmp_path):
    made = workspaces.init_workspace(tmp_path / "acme")
    assert workspaces.get_company(made) == "acme"


def test_a_workspace_is_known_by_its_settings(workspace, tmp_path):
    assert workspaces.is_workspace(workspace.root)
    assert not workspaces.is_workspace(tmp_path)


def test_the_rules_in_force_hold_each_key_once(workspace):
    held = rules.list_in_force(date(2026, 10, 1))
    assert len({(rule.key, rule.subject) for rule in held}) == len(held) > 20


def test_a_run_that_never_was_has_no_report(workspace):
    assert cycles.find_report(workspace, "2026-Q4") is None


def test_a_run_whose_documents_are_gone_has_no_report(workspace, build):
    runs.save_run(Run("2026-Q4-1", "2026-Q4", date(2026, 9, 30), build, NOON, {"demand": None}))
    assert cycles.find_report(workspace, "2026-Q4") is None


def test_a_saved_plan_that_was_altered_is_refused(workspace, build):
    saved = SavedPlan("plan", "2026-Q4", "base", date(2026, 9, 30), build, "hash", {"a": "1"})
    runs.save_plan(saved, at=NOON)
    with pytest.raises(planning.BrokenPlan, match="not what was saved"):
        planning.verify_plan("plan")
