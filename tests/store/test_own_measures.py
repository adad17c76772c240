"""Measures that people defined are kept once by their name, with who and when, in the trail."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from counterpoise.actions import examinations, own_measures
from counterpoise.actions.collect import collect
from counterpoise.actions.own_measures import EnginesDiffer
from counterpoise.domain.measure.own import Filter, InvalidMeasure, OwnMeasure, Part
from counterpoise.domain.measure.question import UnknownDimension
from counterpoise.domain.tables.mapping import Mapping
from counterpoise.domain.values.rights import admit
from counterpoise.store import audit
from counterpoise.store import own_measures as stored
from counterpoise.store.own_measures import (
    Checked,
    MeasureTaken,
    MeasureWithdrawn,
    UnknownDefinition,
)
from journeys.command import ask, run
from journeys.test_collect import map_file
from people import make_person

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
WON = Filter("status", "is", "won")
MINE = OwnMeasure("Mine", Part("opportunity", "count", "", "closed_at", (WON,)))
CHECKED = Checked("b1", "3", 3)


def test_a_definition_is_kept_whole_and_withdrawn_once(workspace_on_each_store):
    author = make_person("operations")
    kept = stored.add(MINE, CHECKED, author_id=author.pk, at=NOW)
    assert stored.list_measures() == (kept,)
    assert (kept.measure, kept.value, kept.n, kept.author) == (MINE, "3", 3, "Omar Nasser")
    with pytest.raises(MeasureTaken, match="'Mine'"):
        stored.add(MINE, CHECKED, author_id=author.pk, at=NOW)
    gone = stored.withdraw(kept.id, by="Omar", at=NOW + timedelta(days=1))
    assert (gone.withdrawn_by, stored.list_measures()) == ("Omar", ())
    with pytest.raises(MeasureWithdrawn, match="'Mine'"):
        stored.withdraw(kept.id, by="Omar", at=NOW)
    again = stored.add(MINE, CHECKED, author_id=author.pk, at=NOW)
    assert stored.list_measures(with_withdrawn=True) == (gone, again)
    verbs = [each.verb for each in audit.list_entries()]
    assert verbs[:3] == ["measure.defined", "measure.withdrawn", "measure.defined"]


def test_a_measure_that_nobody_defined_is_unknown(workspace):
    with pytest.raises(UnknownDefinition):
        stored.get_measure(7)
    with pytest.raises(UnknownDefinition):
        stored.withdraw(7, by="Omar", at=NOW)


@pytest.fixture
def loaded(workspace, tmp_path):
    """Two won deals of April, and a call of half a millionth of a minute."""
    deals = (
        "id,Stage,Amount,Currency,Create Date,Close Date\n"
        "D-1,Closed Won,10,USD,2026-04-01,2026-04-05\n"
        "D-2,Closed Won,30,USD,2026-04-02,2026-04-06\n"
    )
    calls = "id,kind,when,long\nC-1,call,2026-04-03 10:00:00,0.0000005\n"
    columns = {"id": "source_id", "Stage": "stage", "Amount": "amount", "Currency": "currency",
               "Create Date": "created_at", "Close Date": "closed_at"}  # fmt: skip
    of_calls = {
        "id": "source_id", "kind": "type", "when": "occurred_at", "long": "duration_minutes",
    }  # fmt: skip
    for name, content, mapped in (
        ("deals.csv", deals, map_file(columns)),
        ("calls.csv", calls, map_file(of_calls, "calls.csv", "activity")),
    ):
        (tmp_path / name).write_text(content, "utf-8")
        collect(workspace, [tmp_path / name], mapping=Mapping((mapped,)), now=NOW)
    return workspace


def test_what_both_engines_agree_on_is_kept_and_used(loaded):
    visitor = admit(make_person("operations").pk, "Omar", "operations")
    kept = own_measures.define_measure(loaded, MINE, visitor, now=NOW)
    assert (kept.value, kept.n) == ("2", 2)
    build = examinations.get_build(loaded)
    asked = (build, kept.measure, "month", date(2026, 4, 30), lambda _label: True)
    (april,) = own_measures.answer_measure(*asked, sees_all=True)
    assert (april.label, april.value, april.n) == ("2026-04", Decimal(2), 2)
    with pytest.raises(UnknownDimension, match="mood"):
        own_measures.answer_measure(build, MINE, "mood", NOW.date(), bool, sees_all=True)
    said = ask("own-measures", "--by", "month", "--as-of", "2026-04-30", workspace=loaded.root)
    assert said["measures"][0]["values"][0]["value"] == "2"
    assert "Mine" in run("own-measures", workspace=loaded.root).stdout


def test_what_the_engines_read_differently_is_not_kept(loaded):
    """Half a millionth is just below it as a number of the machine, and a millionth as a text."""
    brief = Filter("duration_minutes", "at_least", "0.000001")
    calls = OwnMeasure("Calls", Part("activity", "count", "", "occurred_at", (brief,)))
    with pytest.raises(EnginesDiffer, match="'Calls' was not kept"):
        own_measures.try_measure(loaded, calls, today=NOW.date())


def test_a_sum_of_nothing_is_not_kept(loaded):
    lost = OwnMeasure("Lost", Part("opportunity", "sum", "amount", "closed_at", (
        Filter("status", "is", "lost"),)))  # fmt: skip
    with pytest.raises(InvalidMeasure, match="No row"):
        own_measures.try_measure(loaded, lost, today=NOW.date())
