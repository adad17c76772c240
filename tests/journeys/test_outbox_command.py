"""The outbox by command: a table is looked at, proposed, released, delivered and decided."""

import json

import pytest

from counterpoise.cli.main import main
from crm import run_crm
from delivering import Outbox, connect, wish
from kept_forecast import keep_build, keep_run
from reporting_company import build_cycle

TABLE = "object,source_id,field,value\nDeal,1,stage,won\nDeal,2,stage,lost\n"


@pytest.fixture
def crm(tmp_path):
    with run_crm(tmp_path) as running:
        yield running


@pytest.fixture
def command(workspace, crm, monkeypatch, capsys):
    """Runs `outbox …` in this process; its answer as JSON, or as text where a word says so."""
    connect(monkeypatch, crm.make_writer)

    def run(*words, connection="crm", as_text=False):
        to = ["--connection", connection] if connection else []
        shape = [] if as_text else ["--json"]
        main(["outbox", *map(str, words), *to, *shape, "--workspace", str(workspace.root)])
        said = capsys.readouterr()
        return said.out + said.err if as_text else json.loads(said.out)

    return run


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text(TABLE, "utf-8")
    return path


def test_a_table_from_its_dry_run_to_the_crm(command, crm, table):
    for number in (1, 2):
        crm.hold("Deal", str(number), stage="")
    dry = command("propose", table, "--dry-run")
    assert [each["fields"]["stage"] for each in dry["proposed"]] == ["won", "lost"]
    assert command("list", connection="")["pushes"] == []
    said = command("propose", table, as_text=True)
    assert "2 records: 2 differ, 0 are as wanted." in said
    assert "outbox release --connection crm" in said
    assert command("release") == {"connection": "crm", "released": 2}
    outcomes = [each["answer"]["outcome"] for each in command("deliver")["delivered"]]
    assert (outcomes, crm.show("Deal", "1")) == (["done", "done"], {"stage": "won"})
    assert "done" in command("list", "done", as_text=True)
    assert "Log" in command("show", 1, as_text=True)
    assert [each["verb"] for each in command("show", 1)["steps"]][-1] == "done"


def test_a_conflict_is_decided_by_command(command, crm, table):
    crm.hold("Deal", "1", stage="typed in")
    command("propose", table, as_text=True)
    command("release", as_text=True)
    assert "conflict" in command("deliver", connection="", as_text=True)
    assert "won" in command("list", "conflict", as_text=True)
    assert command("decide", 1, "--take", "ours")["push"]["state"] == "waiting"
    assert "Push 2 is dropped now." in command("drop", 2, as_text=True)
    command("deliver")
    assert crm.show("Deal", "1") == {"stage": "won"}


def test_a_paused_connection_says_so(command):
    assert command("pause") == {"connection": "crm", "is_changed": True}
    assert "crm is paused" in command("list", as_text=True)
    assert "crm is paused" in command("deliver", as_text=True)
    assert "crm is open" in command("resume", as_text=True)


def test_a_connection_that_rests_says_so(command, crm):
    box = Outbox()
    box.ask(*(wish(number, n="1") for number in range(6)))
    crm.plan(**{str(number): "503" for number in range(6)})
    for number in range(6):
        crm.hold("Deal", str(number), n="")
    box.deliver(crm.make_writer())
    assert "crm is resting until" in command("list", as_text=True)


def test_actions_are_a_source_by_command(command, workspace):
    keep_build()
    keep_run(build_cycle())
    with pytest.raises(SystemExit):
        command("propose", "actions")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["propose"], id="nothing to propose"),
        pytest.param(["show", "x"], id="no number"),
        pytest.param(["show", "99"], id="no such push"),
        pytest.param(["decide", "1"], id="nothing decided"),
        pytest.param(["list", "asleep"], id="no such state"),
    ],
)
def test_a_command_that_lacks_something_is_refused(command, words):
    Outbox().ask(wish(1, n="1"))
    with pytest.raises(SystemExit) as ended:
        command(*words)
    assert ended.value.code == 1


def test_a_change_needs_to_know_which_connection(command):
    with pytest.raises(SystemExit) as ended:
        command("release", connection="")
    assert ended.value.code == 1
