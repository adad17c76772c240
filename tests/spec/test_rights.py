"""Who may do what, as whoever runs sales operations would check it by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.values.rights import RIGHTS, RIGHTS_OF, ROLES, Visitor, admit

ROLE_LETTERS = {
    "A": "administrator", "O": "operations", "L": "leader", "R": "rep",
    "F": "finance", "M": "marketing", "E": "executive", "V": "viewer",
}  # fmt: skip
MAY = {
    "read_plan": "AOL.FMEV",
    "read_data": "AOL.FMEV",
    "read_people_records": "AOLRF.E.",
    "read_reports": "AO..F.E.",
    "load_data": "AO......",
    "run_cycle": "AO......",
    "override": "AOL.FM..",
    "lock_forecast": "AOL.F...",
    "submit_calls": "..LR....",
    "edit_rules": "AO......",
    "edit_scenarios": "AO......",
    "freeze_plan": "AO......",
    "keep_minutes": "AO..F.E.",
    "sign_plan": "....F.E.",
    "work_actions": "AOLRFM..",
    "assign_actions": "AOL.....",
    "push_changes": "AO......",
    "comment": "AOLRFME.",
    "manage_people": "A.......",
    "read_audit": "AO..F.E.",
}
"""Each right, and the first letter of every role that has it."""

roles = st.sampled_from(ROLES)
rights = st.frozensets(st.sampled_from(RIGHTS))


def test_the_table_speaks_of_every_right_and_every_role():
    assert tuple(MAY) == RIGHTS
    assert tuple(ROLE_LETTERS.values()) == ROLES


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize("role", ROLES)
def test_who_may(role, right):
    letters = {letter for letter, name in ROLE_LETTERS.items() if name == role}
    assert admit(1, "someone", role).may(right) == bool(letters & set(MAY[right]))


def test_nobody_manages_people_and_signs_plans():
    assert [role for role in ROLES if {"manage_people", "sign_plan"} <= RIGHTS_OF[role]] == []


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        pytest.param("administrator", ("own", "team", "foreign"), id="an administrator: everyone"),
        pytest.param("operations", ("own", "team", "foreign"), id="operations: everyone"),
        pytest.param("finance", ("own", "team", "foreign"), id="finance: everyone"),
        pytest.param("executive", ("own", "team", "foreign"), id="an executive: everyone"),
        pytest.param("leader", ("own", "team"), id="a leader: the reps of their teams"),
        pytest.param("rep", ("own",), id="a rep: themselves"),
        pytest.param("marketing", (), id="marketing: no single person"),
        pytest.param("viewer", (), id="a viewer: no single person"),
    ],
)
def test_whose_records_are_seen(role, seen):
    visitor = admit(1, "huda", role, teams=["East"], rep="Huda Salem")
    people = {
        "own": ("Huda Salem", "East"),
        "team": ("Adam Noor", "East"),
        "foreign": ("Zaid Omar", "West"),
    }
    assert (
        tuple(who for who, (rep, team) in people.items() if visitor.sees_person(rep, team)) == seen
    )


@pytest.mark.parametrize("role", ["leader", "rep"])
def test_who_is_placed_nowhere_sees_nobody(role):
    assert not admit(1, "new", role).sees_person("", "")


@given(roles, rights)
def test_a_token_never_has_more_than_its_owner(role, scopes):
    assert admit(1, "x", role, only=scopes).rights == RIGHTS_OF[role] & scopes


@given(roles, rights)
def test_without_the_right_to_records_nobody_is_reached(role, scopes):
    visitor = admit(1, "x", role, rep="x", teams=["t"], only=scopes - {"read_people_records"})
    assert visitor.reach == "nobody"
    assert not visitor.sees_person("x", "t")


def test_a_visitor_is_a_plain_value():
    assert admit(1, "x", "viewer") == Visitor(1, "x", "viewer", RIGHTS_OF["viewer"])
