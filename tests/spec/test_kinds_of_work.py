"""Each kind of long work hands over to the action it is named for."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from counterpoise.actions import (
    arrivals,
    cycles,
    enrichment,
    fix_lists,
    identity,
    kept,
    refreshing,
    rules,
    samples,
    work,
)
from counterpoise.actions import collect as collecting
from counterpoise.actions.workspaces import Workspace

NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def asked(monkeypatch):
    """What was asked of the actions, each of which answers at once."""
    found = []

    def answer(name, result):
        def do(*given, **named):
            found.append(name)
            if "say" in named:
                named["say"](0.5)
            return result

        return do

    health = SimpleNamespace(health=SimpleNamespace(score=90))
    for module, name, result in (
        (cycles, "run_cycle", SimpleNamespace(run="R1")),
        (samples, "write_sample", None),
        (rules, "import_rules", None),
        (collecting, "collect", None),
        (kept, "examine_build", health),
        (arrivals, "land_all", [SimpleNamespace(deliveries=2), SimpleNamespace(deliveries=1)]),
        (enrichment, "enrich", SimpleNamespace(asked=3, known=2, conflicts=1)),
        (identity, "match", SimpleNamespace(id=7)),
        (fix_lists, "send_fix_lists", SimpleNamespace(sent=["Huda", "Adam"], refused=("Mona",))),
        (refreshing, "refresh_connection", {"new": 1}),
        (refreshing, "tell_people", {"told": 1}),
    ):
        monkeypatch.setattr(module, name, answer(name, result))
    return found


@pytest.mark.parametrize(
    ("kind", "arguments", "steps", "result"),
    [
        ("cycle", {"period": "2026-Q4"}, ["run_cycle"], {"run": "R1", "period": "2026-Q4"}),
        (
            "sample",
            {},
            ["write_sample", "import_rules", "collect", "examine_build", "run_cycle"],
            {"run": "R1", "period": "2026-Q4"},
        ),
        ("examine", {}, ["examine_build"], {"score": 90}),
        ("deliveries", {}, ["land_all"], {"deliveries": 3, "hooks": 2}),
        (
            "enrich",
            {"provider": "file", "limit": 5},
            ["enrich"],
            {"asked": 3, "known": 2, "conflicts": 1, "link": ""},
        ),
        ("match", {}, ["match"], {"matched": 7, "link": ""}),
        ("fix-lists", {}, ["send_fix_lists"], {"sent": 2, "refused": ["Mona"]}),
        ("refresh", {}, ["refresh_connection"], {"new": 1}),
        ("alert", {}, ["tell_people"], {"told": 1}),
    ],
)
def test_it_does_what_it_is_named_for(asked, tmp_path, kind, arguments, steps, result):
    told = []
    done = work.WORK[kind](Workspace(tmp_path), arguments, lambda *said: told.append(said), NOW)
    assert (asked, done) == (steps, result)
