"""Overrides are kept for good, a figure has one that holds, and nobody overwrites unseen."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connections
from hypothesis import example, given
from hypothesis import strategies as st

from counterpoise.domain.values.period import add_months
from counterpoise.store import audit, overrides
from counterpoise.store.overrides import CellChanged, Draft, UnknownOverride
from overriding import ATLAS, GULF, NOVEMBER, OCTOBER
from people import make_person

D = Decimal
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
CELL = ("won_revenue", OCTOBER, (("product", "Atlas"), ("region", "Gulf")))


@pytest.fixture
def layla(workspace):
    return make_person("leader")


def draft(amount, replaces=None, cell=CELL, **other):
    said = {
        "period": "2026-Q4",
        "statistical": D("4000.00"),
        "reason": "large_deal",
        "comment": "The ministry signs.",
    }
    return Draft(cell=cell, amount=D(amount), replaces=replaces, **(said | other))


def make(person, amount, replaces=None, minutes=0, **other):
    at = NOON + timedelta(minutes=minutes)
    return overrides.make(
        draft(amount, replaces, **other), author_id=person.pk, role=person.role, at=at
    )


def amounts(found):
    return [(kept.override.amount, kept.is_current) for kept in found]


def test_what_was_made_is_read_back_whole(workspace_on_each_store):
    layla = make_person("leader")
    made = make(layla, "4500.50")
    assert overrides.list_current("2026-Q4") == (made,)
    assert overrides.find_current("2026-Q4", CELL) == made
    assert (made.author, made.role, made.cell, made.amount, made.statistical) == (
        "layla", "leader", CELL, D("4500.50"), D("4000.00"),
    )  # fmt: skip
    assert overrides.list_current("2027-Q1") == ()


def test_a_change_is_a_newer_row_and_the_old_one_stays(workspace_on_each_store):
    layla, farid = make_person("leader"), make_person("finance")
    first = make(layla, 4500)
    second = make(farid, 4300, first.id, minutes=5)
    assert [each.amount for each in overrides.list_current("2026-Q4")] == [D(4300)]
    newer, older = overrides.list_history("2026-Q4")
    assert (newer.author_name, newer.previous, newer.replaced_by) == ("Farid Aziz", D(4500), None)
    assert (older.author_name, older.previous, older.replaced_by) == (
        "Layla Mansour", D("4000.00"), second.id,
    )  # fmt: skip
    assert overrides.get_override("2026-Q4", first.id).replaced_by == second.id


def test_what_is_withdrawn_stays_in_the_history_with_who_withdrew_it(workspace_on_each_store):
    layla, farid = make_person("leader"), make_person("finance")
    made = make(layla, 4500)
    overrides.withdraw(made, person_id=farid.pk, at=NOON)
    assert overrides.list_current("2026-Q4") == ()
    (kept,) = overrides.list_history("2026-Q4")
    assert (kept.is_current, kept.withdrawn_by, kept.withdrawn_at) == (False, "farid", NOON)
    assert overrides.list_judged() == ()
    with pytest.raises(CellChanged) as refused:
        overrides.withdraw(made, person_id=layla.pk, at=NOON)
    assert refused.value.current is None


@pytest.mark.case("WEB-15")
@pytest.mark.parametrize(
    ("before", "replaces", "theirs"),
    [
        pytest.param(["4500"], None, "4500", id="none was seen, and there is one now"),
        pytest.param(["4500", "4600"], 0, "4600", id="the one that was seen was replaced"),
        pytest.param(["4500", None], 0, None, id="the one that was seen was withdrawn"),
        pytest.param([], 999, None, id="one that never was"),
    ],
)
def test_who_comes_second_changes_nothing_and_sees_what_is_there(
    workspace_on_each_store, before, replaces, theirs
):
    layla, farid = make_person("leader"), make_person("finance")
    ids = []
    for amount in before:
        if amount is None:
            overrides.withdraw(overrides.find_current("2026-Q4", CELL), person_id=layla.pk, at=NOON)
        else:
            ids.append(make(layla, amount, ids[-1] if ids else None).id)
    history, trail = overrides.list_history("2026-Q4"), audit.list_entries()
    seen = ids[replaces] if replaces is not None and ids else replaces
    with pytest.raises(CellChanged, match="Nothing was saved") as refused:
        make(farid, 9000, seen)
    current = refused.value.current
    assert (current and current.amount) == (theirs and D(theirs))
    assert (overrides.list_history("2026-Q4"), audit.list_entries()) == (history, trail)


def test_an_id_of_another_figure_replaces_nothing(workspace, layla):
    other = make(layla, 10, cell=("won_deals", OCTOBER, ()))
    with pytest.raises(CellChanged):
        make(layla, 4500, other.id)
    assert overrides.list_current("2026-Q4") == (other,)


def test_figures_of_one_period_do_not_disturb_each_other(workspace, layla):
    cells = [
        ("won_revenue", OCTOBER, ()),
        ("won_revenue", NOVEMBER, ()),
        ("won_deals", OCTOBER, ()),
        ("won_revenue", OCTOBER, GULF),
        ("won_revenue", OCTOBER, ATLAS),
    ]
    for number, cell in enumerate(cells):
        make(layla, number, cell=cell)
    assert [each.cell for each in overrides.list_current("2026-Q4")] == cells
    assert amounts(overrides.list_history("2026-Q4", cells[3])) == [(D(3), True)]


def test_the_trail_says_what_was_and_what_is(workspace, layla):
    first = make(layla, 4500)
    second = make(layla, 4600, first.id)
    overrides.withdraw(second, person_id=layla.pk, at=NOON)
    withdrawn, changed, made = audit.list_entries()
    assert (made.verb, changed.verb, withdrawn.verb) == (
        "override.made", "override.made", "override.withdrawn",
    )  # fmt: skip
    assert (made.before, made.after["amount"]) == (None, "4500")
    assert (changed.before["amount"], changed.after["amount"]) == ("4500", "4600")
    assert (withdrawn.before["amount"], withdrawn.after) == ("4600", None)
    assert made.after["cell"] == "product=Atlas|region=Gulf"


def test_the_last_change_is_a_making_or_a_withdrawing(workspace, layla):
    assert overrides.find_last_change("2026-Q4") is None
    made = make(layla, 4500)
    assert overrides.find_last_change("2026-Q4") == NOON
    overrides.withdraw(made, person_id=layla.pk, at=NOON + timedelta(hours=1))
    assert overrides.find_last_change("2026-Q4") == NOON + timedelta(hours=1)


def test_an_override_of_another_period_is_not_there(workspace, layla):
    made = make(layla, 4500)
    for period, number in (("2027-Q1", made.id), ("2026-Q4", made.id + 1)):
        with pytest.raises(UnknownOverride, match="Choose one of its list"):
            overrides.get_override(period, number)


@example({"region": "a|b\\=c|", "product": "\\"})
@given(st.dictionaries(st.sampled_from(["region", "product"]), st.text(min_size=1)))
def test_any_name_of_a_region_or_product_is_read_back(members):
    by = tuple(sorted(members.items()))
    assert overrides.read_members(overrides.write_members(by)) == by


@pytest.mark.case("WEB-15")
@pytest.mark.parametrize(
    "rounds", [pytest.param(25, id="some"), pytest.param(1000, id="many", marks=pytest.mark.soak)]
)
def test_of_two_leaders_at_once_one_is_saved_and_the_other_is_told(workspace_on_each_store, rounds):
    """Whoever loses gets the winner's value; every round leaves exactly one more row. Every other
    round is about a figure that nobody has overridden yet, where only the database can decide."""
    people = [make_person("leader"), make_person("finance")]
    current, cell = None, CELL
    for number in range(rounds):
        if number % 2 == 0:
            current, cell = None, ("won_deals", add_months(OCTOBER, number), ())
        outcomes = race(people, number, current, cell)
        saved = [each for each in outcomes if not isinstance(each, CellChanged)]
        told = [each for each in outcomes if isinstance(each, CellChanged)]
        assert (len(saved), len(told)) == (1, 1)
        (winner,) = saved
        assert told[0].current == winner == overrides.find_current("2026-Q4", cell)
        current = winner.id
    assert len(overrides.list_history("2026-Q4")) == rounds
    assert audit.check_chain() == audit.ChainCheck(rounds, None, "")


def race(people, number, current, cell):
    gate, outcomes = Barrier(len(people)), []

    def work(person, amount):
        gate.wait()
        try:
            outcomes.append(make(person, amount, current, number, cell=cell))
        except CellChanged as refused:
            outcomes.append(refused)
        finally:
            connections["default"].close()

    threads = [
        Thread(target=work, args=(person, 1000 * number + place))
        for place, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
