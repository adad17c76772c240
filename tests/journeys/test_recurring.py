"""A software company rolls its recurring revenue forward by command, with a kept run beside."""

import json
from decimal import Decimal

import pytest

from counterpoise.actions import recurring
from counterpoise.cli import recurring as command
from counterpoise.cli.main import main
from counterpoise.store import rules
from programs import collect_deals
from software_company import NOW, PRODUCT, collect_subscriptions, rule


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(command, "now", lambda: NOW)


@pytest.fixture
def company(workspace_like):
    return workspace_like(collect_subscriptions)


def ask(capsys, workspace, *words):
    main(["recurring", *words, "--json", "--workspace", str(workspace.root)])
    return json.loads(capsys.readouterr().out)


def test_the_command_rolls_forward_by_segment(company, capsys):
    answer = ask(capsys, company, "--by", "segment", "--every", "quarter")
    whole, *parts = (each["periods"][-1] for each in answer["parts"])
    assert sum(Decimal(each["closing"]) for each in parts) == Decimal(whole["closing"])
    assert answer["products"] == {PRODUCT: 12}


def test_a_person_reads_tables(company, capsys):
    main(["recurring", "--every", "quarter", "--workspace", str(company.root)])
    printed = capsys.readouterr().out
    for title in ("Recurring revenue", "What renews next", "The months ahead", "did before"):
        assert title in printed
    main(["recurring", "--by", "region", "--as-of", "2023-06-30", "--workspace", str(company.root)])
    printed = capsys.readouterr()
    assert "Gulf" in printed.out
    assert "terms have ended" in printed.err, "too few by then to learn from"


def test_without_a_rule_the_command_says_what_to_write(workspace_like, capsys):
    workspace = workspace_like(collect_deals)
    with pytest.raises(SystemExit):
        main(["recurring", "--workspace", str(workspace.root)])
    assert "Write recurring.term_months" in capsys.readouterr().err


def test_without_a_contract_the_command_says_so(workspace_like, capsys):
    workspace = workspace_like(collect_deals)
    rules.append_rules([rule("term_months", "12")], at=NOW, recorded_by="test")
    main(["recurring", "--workspace", str(workspace.root)])
    assert "makes a contract yet" in capsys.readouterr().err


def test_a_kept_run_tells_new_contracts_of_its_months(company, capsys):
    before = ask(capsys, company)["ahead"]["months"]
    assert {each["new_from"] for each in before} == {None}
    main(["cycle", "2026-Q4", "--as-of", "2026-09-28", "--workspace", str(company.root)])
    main(["cycle", "2026-Q4", "--as-of", "2026-09-10", "--workspace", str(company.root)])
    main(["cycle", "2026-07", "--as-of", "2026-06-30", "--workspace", str(company.root)])
    capsys.readouterr()
    after = ask(capsys, company)["ahead"]["months"]
    told = {each["start"]: each["new_from"] for each in after}
    assert {told[f"2026-{month}-01"] for month in (10, 11, 12)} == {"2026-09-28"}
    assert told["2027-01-01"] is None
    assert all(Decimal(each["new"]) >= 0 for each in after)


def test_a_run_that_is_no_longer_kept_whole_says_nothing(company, monkeypatch):
    monkeypatch.setattr(recurring.kept, "find_cycle", lambda _run: None)
    main(["cycle", "2026-Q4", "--as-of", "2026-09-28", "--workspace", str(company.root)])
    _, found = recurring.examine_recurring(company, today=NOW.date())
    assert set(found.ahead.new_from) == {None}
