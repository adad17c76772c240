"""Products that come and go, on the command line, from a proposal to a withdrawal."""

import json
from decimal import Decimal

import pytest

from counterpoise.cli import launch
from counterpoise.cli.main import main
from counterpoise.store import launches as stored
from launched_company import NOW, collect_launched
from launching import RAMP

FJORD = ("Fjord", "--family", "Ledgers", "--price", "1200", "--region", "Gulf", "Levant")
DECIDED = (*FJORD, "--month", "2026-11", "--like", "Cedar", "--deals", "57", "--comment", "Asked.")


@pytest.fixture
def tell(workspace, capsys, monkeypatch):
    """Runs `counterpoise launch`; returns what was printed and what was said."""
    collect_launched(workspace)
    monkeypatch.setattr(launch, "now", lambda: NOW)

    def run(*words):
        main(["launch", *words, "--workspace", str(workspace.root)])
        printed = capsys.readouterr()
        return json.loads(printed.out) if "--json" in words else printed

    return run


def refuse(tell, *words):
    with pytest.raises(SystemExit) as ended:
        tell(*words)
    assert ended.value.code == 1


def test_a_launch_from_its_proposal_to_its_withdrawal(tell):
    found = tell("propose", *FJORD, "--json")["proposals"]
    assert [(each["past"]["product"], each["score"]) for each in found] == [("Cedar", "1.000")]
    assert found[0]["past"]["deals"] == list(RAMP)
    assert "Cedar" in tell("propose", *FJORD).out
    assert "The launch of Fjord is decided" in tell("decide", *DECIDED).err
    ended = ("Atlas", "--last-month", "2026-11", "--successor", "Fjord", "--share", "0.5")
    out = tell("phase-out", *ended, "--new-until", "2026-11", "--comment", "Over.", "--json")
    assert (out["kind"], out["product"], out["share"]) == ("phase_out", "Atlas", "0.5")
    listed = tell("list", "--json")["decisions"]
    assert [each["product"] for each in listed] == ["Atlas", "Fjord"]
    shown = tell()
    assert "Atlas" in shown.out
    assert "Nothing is taken from the sisters" in shown.err
    for each in listed:
        assert "is withdrawn" in tell("withdraw", str(each["id"])).err
    assert stored.list_current().is_empty
    assert "withdrawn" in tell().out


def test_a_curve_of_ones_own(tell):
    out = tell("decide", "Fjord", "--month", "2026-11", "--deals", "12", "--comment", "A guess.",
               "--curve", *["1000.50"] * 12, "--last-month", "2027-12", "--json")  # fmt: skip
    assert (out["curve"], out["last_month"]) == (["1000.50"] * 12, "2027-12-01")
    assert stored.list_current().launches[0].curve == (Decimal("1000.50"),) * 12


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("decide",), "Which?", id="no product"),
        pytest.param(("decide", "Fjord", "--comment", "x"), "--month 2026-11", id="no month"),
        pytest.param(("decide", "Fjord", "--month", "soon"), "Write a month", id="no such month"),
        pytest.param(("phase-out", "Atlas"), "--last-month 2026-11", id="no end"),
        pytest.param(
            ("decide", "Fjord", "--month", "2026-11", "--curve", "many"), "no amount", id="a word"
        ),
        pytest.param(
            ("decide", "Fjord", "--month", "2026-11", "--deals", "9", "--comment", "x"),
            "Pick at least one past product",
            id="no analogue",
        ),
        pytest.param(("withdraw", "Fjord"), "Write its number", id="a name for a number"),
        pytest.param(("withdraw", "7"), "no such decision", id="an unknown number"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_is_needed(tell, capsys, words, says):
    refuse(tell, *words)
    assert says in capsys.readouterr().err
    assert stored.list_history() == ()


def test_without_a_past_launch_the_command_says_what_to_give(workspace, capsys, monkeypatch):
    from kept_forecast import keep_build
    from written_builds import write_build

    monkeypatch.setattr(launch, "now", lambda: NOW)
    keep_build()
    write_build(workspace.build_folder("b1"))
    main(["launch", "propose", "Fjord", "--workspace", str(workspace.root)])
    assert "--curve" in capsys.readouterr().err
