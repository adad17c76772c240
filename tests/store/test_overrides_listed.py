"""The command that lists what people put in the place of a forecast."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.actions import locks, overrides
from counterpoise.actions.locks import LockWish
from counterpoise.actions.override_wishes import Wish
from counterpoise.cli.options import Common
from counterpoise.cli.overriding import overrides as list_overrides
from counterpoise.domain.values.rights import admit
from kept_forecast import GULF_IN_OCTOBER, NOW, PERIOD, build_small_cycle, keep_build, keep_run
from overriding import FORECAST
from people import make_person


@pytest.fixture
def layla(workspace):
    keep_build()
    keep_run()
    person = make_person("leader")
    return admit(person.pk, person.username, "leader")


def say(visitor, cell, kind, amount, **other):
    wish = Wish(PERIOD, cell, Decimal(amount), "large_deal", "Known.", kind=kind, **other)
    return overrides.make_override(wish, visitor, now=NOW)


def test_nothing_was_said(workspace, capsys):
    list_overrides(PERIOD, common=Common(workspace=workspace.root))
    assert "Nobody has overridden or locked anything." in capsys.readouterr().err


def test_each_is_listed_in_the_words_it_was_said_in(workspace, layla, capsys):
    say(layla, ("won_revenue", None, ()), "factor", "-5")
    say(layla, ("won_deals", None, ()), "difference", "2", expires_on=date(2026, 9, 30))
    first = say(layla, GULF_IN_OCTOBER, "absolute", "5000")
    say(layla, GULF_IN_OCTOBER, "absolute", "5500", replaces=first.id)
    locks.lock_figure(LockWish(PERIOD, GULF_IN_OCTOBER, "Agreed."), layla, now=NOW)
    day = date(2026, 10, 1)
    cycle = replace(build_small_cycle(), as_of=day, forecast=replace(FORECAST, as_of=day))
    keep_run(cycle, run="2026-Q4-later")
    capsys.readouterr()
    list_overrides(PERIOD, common=Common(workspace=workspace.root))
    said = capsys.readouterr().out
    for words in ("-5 %", "+2", "= 5500", "locked", "2026-Q4", "everything", "expired 2026-09-30"):
        assert words in said, words
    assert "= 5000" not in said
    list_overrides(PERIOD, history=True, common=Common(workspace=workspace.root))
    said = capsys.readouterr().out
    assert "= 5000" in said
    assert "replaced" in said


def test_programs_read_them_as_json(workspace, layla, capsys):
    made = say(layla, GULF_IN_OCTOBER, "difference", "-10.5")
    overrides.withdraw_override(PERIOD, made.id, layla, now=NOW)
    capsys.readouterr()
    list_overrides(PERIOD, history=True, common=Common(workspace=workspace.root, json=True))
    (listed,) = json.loads(capsys.readouterr().out)["overrides"]
    assert (listed["kind"], listed["change"], listed["is_current"]) == (
        "difference", "-10.5", False,
    )  # fmt: skip
