"""A leader overrides and locks figures on the command line, with the refusals of the page."""

import pytest

from counterpoise.store import overrides as stored
from journeys.command import ask, run
from kept_forecast import PERIOD, keep_build, keep_run, write_october
from people import make_person

GULF = ("--month", "2026-10", "--by", "region=Gulf")
WHY = ("--reason", "large_deal", "--comment", "A tender")
LAYLA = ("--person", "layla")


def settle(workspace, _folder):
    keep_build()
    write_october(workspace)
    keep_run()
    make_person("leader")
    make_person("executive")
    make_person("rep")


@pytest.fixture
def company(workspace_like):
    return workspace_like(settle)


def say(company, *words, expect=0):
    return run(*words, workspace=company.root, expect=expect)


@pytest.mark.timeout(300)
def test_figures_are_previewed_overridden_locked_and_freed(company):
    shown = ask("override", "preview", PERIOD, *LAYLA, *GULF, "--percent", "5",
                workspace=company.root)  # fmt: skip
    assert shown["contradicts"] == []
    assert stored.list_current(PERIOD) == ()
    made = ask("override", "make", PERIOD, *LAYLA, *GULF, *WHY, "--add", "-500",
               "--until", "2026-12-01", workspace=company.root)  # fmt: skip
    assert (made["kind"], made["change"], made["author"]) == ("difference", "-500", "layla")
    assert (made["by"], made["expires_on"]) == ({"region": "Gulf"}, "2026-12-01")
    again = (*LAYLA, *GULF, *WHY, "--percent", "10")
    refused = say(company, "override", "make", PERIOD, *again, expect=1).stderr
    assert f"To take its place, add --replaces {made['id']}." in refused
    words = say(company, "override", "make", PERIOD, *again, "--replaces", made["id"]).stderr
    assert "won_revenue of Gulf in 2026-10, +10 %. Run counterpoise cycle" in words
    whole = say(company, "override", "make", PERIOD, *LAYLA, *WHY, "--amount", "61000").stderr
    assert "won_revenue of everything in 2026-Q4, = 61000" in whole
    lock = ask("lock", "make", PERIOD, *LAYLA, "--by", "region=Levant", "--comment", "Agreed",
               workspace=company.root)  # fmt: skip
    assert (lock["kind"], lock["month"]) == ("lock", "")
    listed = ask("overrides", PERIOD, workspace=company.root)["overrides"]
    assert [each["kind"] for each in listed] == ["lock", "absolute", "factor"]
    say(company, "lock", "withdraw", PERIOD, lock["id"], *LAYLA)
    for each in listed[1:]:
        say(company, "override", "withdraw", PERIOD, each["id"], *LAYLA)
    assert stored.list_current(PERIOD) == ()


def test_what_cannot_both_be_is_shown_refused_and_taken_in_its_place_when_said_so(company):
    say(company, "override", "make", PERIOD, *LAYLA, *GULF, *WHY, "--amount", "7000")
    levant = ("--month", "2026-10", "--by", "region=Levant", "--amount", "3000")
    say(company, "override", "make", PERIOD, *LAYLA, *levant, *WHY)
    whole = (*LAYLA, "--month", "2026-10", "--amount", "12000")
    preview = say(company, "override", "preview", PERIOD, *whole)
    assert "nothing is kept" in preview.stdout
    assert "beside what holds already" in preview.stderr
    refused = say(company, "override", "make", PERIOD, *whole, *WHY, expect=1).stderr
    assert "beside what holds already" in refused
    say(company, "override", "make", PERIOD, *whole, *WHY, "--replace-others")
    (held,) = stored.list_current(PERIOD)
    assert held.by == ()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param(("override", "make", PERIOD), "Who overrides?", id="in nobody's name"),
        pytest.param(("lock", "make", PERIOD), "Who locks?", id="locked by nobody"),
        pytest.param(
            ("override", "make", PERIOD, "--person", "hud"), "Nobody signs in", id="a stranger"
        ),
        pytest.param(
            ("override", "make", PERIOD, "--person", "emad"), "role executive", id="no right"
        ),
        pytest.param(("lock", "make", PERIOD, "--person", "huda"), "role rep", id="no lock"),
        pytest.param(
            ("override", "make", PERIOD, *LAYLA, *GULF), "Add one of --amount", id="to nothing"
        ),
        pytest.param(
            ("override", "make", PERIOD, *LAYLA, "--amount", "1", "--add", "1"),
            "Add one of --amount", id="to two things",
        ),
        pytest.param(
            ("override", "make", PERIOD, *LAYLA, "--amount", "1", "--month", "Q4"),
            "--month is 'Q4'", id="no month",
        ),
        pytest.param(
            ("override", "make", PERIOD, *LAYLA, "--amount", "1", "--month", PERIOD),
            "--month is '2026-Q4'", id="a quarter",
        ),
        pytest.param(
            ("override", "make", PERIOD, *LAYLA, "--amount", "1", "--by", "Gulf"),
            "Gulf names no part", id="no part",
        ),
        pytest.param(
            ("override", "make", PERIOD, *LAYLA, *GULF, "--amount", "1", "--comment", "x"),
            "The reason is ''", id="no reason",
        ),
        pytest.param(("override", "withdraw", PERIOD, *LAYLA), "Which one?", id="no number"),
        pytest.param(
            ("override", "withdraw", PERIOD, "7", *LAYLA), "has no override 7", id="none"
        ),
        pytest.param(("lock", "withdraw", PERIOD, "7", *LAYLA), "has no lock 7", id="no such lock"),
        pytest.param(
            ("override", "make", "2027-Q1", *LAYLA, "--amount", "1"), "Nothing is forecast",
            id="no forecast",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_to_do(company, words, why):
    assert why in say(company, *words, expect=1).stderr
    assert stored.list_history(PERIOD) == ()
