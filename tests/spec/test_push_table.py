"""Tables of what other systems should hold, and actions as another system holds them."""

from dataclasses import replace
from datetime import date

import pytest

from counterpoise.domain.execute.action_push import (
    KEY,
    OURS,
    ActionShape,
    list_connections,
    make_wish,
    read_shape,
)
from counterpoise.domain.execute.push_table import UnreadableTable, read_push_table
from counterpoise.domain.execute.pushes import Wish
from counterpoise.domain.execute.tracking import Standing, Worker
from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule, Rule
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.action import Action
from counterpoise.domain.values.text import text

DAY = date(2026, 10, 1)
HEAD = ("object", "source_id", "field", "value")
ROW = ("Deal", "7", "stage", "won")


def read(*rows):
    return read_push_table([HEAD, *rows], "file:deals.csv")


def test_rows_of_a_record_are_one_push():
    assert read(ROW, ("Deal", "8", "stage", "lost"), ("Deal", "7", "owner", "R1")) == (
        Wish("Deal", "7", {"stage": "won", "owner": "R1"}, "file:deals.csv"),
        Wish("Deal", "8", {"stage": "lost"}, "file:deals.csv"),
    )


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        pytest.param(("Deal", "7", "note", ""), {"note": None}, id="an empty value empties"),
        pytest.param((" Deal ", "7", " note", " a "), {"note": " a "}, id="a value keeps its ends"),
        pytest.param(("res.partner", "7", "x_y.z", "1"), {"x_y.z": "1"}, id="names with dots"),
        pytest.param(("Deal", "٧", "name", "شركة"), {"name": "شركة"}, id="Arabic"),
    ],
)
def test_a_row(row, fields):
    assert [each.fields for each in read(row)] == [fields]


def test_the_same_row_twice_is_one():
    assert read(ROW, ROW) == read(ROW)


def test_empty_rows_are_passed_over_and_the_head_may_be_in_capitals():
    rows = [("Object", "SOURCE_ID", " field", "Value"), ("", " ", "", ""), ROW]
    assert len(read_push_table(rows, "test")) == 1


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        pytest.param([], "begins with –", id="nothing at all"),
        pytest.param([("id", "stage"), ROW], "begins with id,stage", id="another head"),
        pytest.param([HEAD], "has no row", id="a head alone"),
        pytest.param(
            [HEAD, ROW[:3]], "nothing was: 2. The first: it has 3 cells", id="a short row"
        ),
        pytest.param([HEAD, ("7", *ROW[1:])], "object is '7'", id="no name of an object"),
        pytest.param([HEAD, ("Deal", "7", "a b", "x")], "field is 'a b'", id="no name of a field"),
        pytest.param([HEAD, ("Deal", "", "a", "x")], "source_id is ''", id="no record"),
        pytest.param([HEAD, ("Deal", "7\n", "a\n8", "x")], "field is", id="a line end in a name"),
        pytest.param([HEAD, ("Deal", "7\x008", "a", "x")], "source_id is", id="a NUL in an id"),
        pytest.param([HEAD, ("Deal", "7" * 201, "a", "x")], "source_id is", id="a giant id"),
        pytest.param([HEAD, ("Deal", "7", "a", "x" * 10_001)], "10001 letters", id="a giant value"),
        pytest.param([HEAD, ("Deal", "7", "a", "x\0")], "2 letters", id="a NUL in a value"),
        pytest.param(
            [HEAD, ROW, ("Deal", "7", "stage", "lost")],
            "nothing was: 3. The first: stage of 7 is to be two things",
            id="two values for a field",
        ),
        pytest.param(
            [HEAD, ROW[:3], ROW[:2]],
            "2 rows cannot be taken, so nothing was: 2, 3. The first",
            id="all faults are told",
        ),
    ],
)
def test_a_table_at_fault_is_refused_whole(rows, why):
    with pytest.raises(UnreadableTable) as refused:
        read_push_table(rows, "test")
    assert why in str(refused.value.args[0])


def book(**rules):
    """Rules by connection, as a business writes them."""
    own = tuple(
        Rule(key.replace("_", "."), subject, value, "", DAY, "test")
        for key, pairs in rules.items()
        for subject, value in pairs.items()
    )
    return replace(load_defaults(), rules=(*load_defaults().rules, *own))


SHAPE = "Task what=Subject due_on=ActivityDate state=Status owner=OwnerId"


def test_the_rulebook_says_what_an_action_is_elsewhere():
    rules = book(
        push_action={"crm": SHAPE, "erp": "note  what=body"},
        push_word={"crm/done": "Completed", "crm/omar": "005X", "erp/done": "x"},
        push_release={"erp": "at once"},
    )
    assert list_connections(rules, DAY) == ("crm", "erp")
    assert read_shape(rules, "crm", DAY) == ActionShape(
        "crm",
        "Task",
        (
            ("what", "Subject"),
            ("due_on", "ActivityDate"),
            ("state", "Status"),
            ("owner", "OwnerId"),
        ),
        (("done", "Completed"), ("omar", "005X")),
        at_once=False,
    )
    assert read_shape(rules, "erp", DAY).at_once


@pytest.mark.parametrize("written", ["Task", "what=Subject", "Task what", "Task price=Amount", ""])
def test_a_rule_that_says_no_shape_is_refused(written):
    with pytest.raises(InvalidRule, match=f"{KEY} is '{written}'"):
        read_shape(book(push_action={"crm": written}), "crm", DAY)


def test_where_actions_do_not_go_the_rulebook_says_nothing():
    assert list_connections(load_defaults(), DAY) == ()
    with pytest.raises(MissingRule, match="says nothing of push.action for crm"):
        read_shape(load_defaults(), "crm", DAY)


ACTION = Action(
    "hire:1", "people", text("Hire {n}", n=2), text("Too few"), "leader", date(2026, 11, 1), None
)


@pytest.mark.parametrize(
    ("standing", "fields"),
    [
        pytest.param(
            Standing(),
            {"state": "open", "owner": None, "due_on": "2026-11-01"},
            id="an action that nobody has touched",
        ),
        pytest.param(
            Standing("done", Worker(1, "omar", "Omar Nasser", "operations"), 1, date(2026, 12, 1)),
            {"state": "Completed", "owner": "005X", "due_on": "2026-12-01"},
            id="words that the other system has",
        ),
        pytest.param(
            Standing("in_progress", Worker(1, "huda", "Huda Salem", "rep")),
            {"state": "in_progress", "owner": "Huda Salem", "due_on": "2026-11-01"},
            id="words that nobody gave it",
        ),
    ],
)
def test_an_action_as_another_system_holds_it(standing, fields):
    shape = ActionShape(
        "crm",
        "Task",
        tuple((ours, ours) for ours in OURS),
        (("done", "Completed"), ("omar", "005X")),
        at_once=False,
    )
    wish = make_wish("action:2026-Q4:hire:1", "2026-Q4", ACTION, standing, shape)
    same = {"what": "Hire 2", "why": "Too few", "area": "people", "period": "2026-Q4"}
    assert (wish.object, wish.source_id, wish.name) == ("Task", "", "action:2026-Q4:hire:1")
    assert wish.fields == {**same, **fields}
