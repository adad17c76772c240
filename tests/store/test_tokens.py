"""Tokens of programs: what makes one speak for its owner, and what ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from counterpoise.actions import access_tokens
from counterpoise.actions.access_tokens import MOST_IN_USE, NoToken, RefusedToken
from counterpoise.domain.values.rights import RIGHTS_OF, admit
from counterpoise.store import audit, people, tokens
from people import make_person

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def django_queries():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connection)


@pytest.fixture
def omar(workspace):
    return people.get_visitor(make_person("operations"))


def make(visitor, scopes=("read_plan",), lasts=MONTH):
    return access_tokens.make_token(visitor, "dashboards", scopes, lasts, NOW)


def test_a_token_speaks_for_its_owner_with_its_scopes(workspace_on_each_store):
    omar = people.get_visitor(make_person("operations"))
    secret = make(omar, ["read_plan", "run_cycle"])
    assert secret.startswith("cp_")
    assert tokens.find_visitor(secret, NOW) == admit(
        omar.id, "omar", "operations", only=frozenset({"read_plan", "run_cycle"})
    )
    (kept,) = tokens.list_tokens(omar.id)
    assert (kept.name, kept.prefix, kept.last_used_at) == ("dashboards", secret[:8], NOW)


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("", id="nothing"),
        pytest.param("cp_", id="the mark alone"),
        pytest.param("cp_guessed", id="a guess"),
    ],
)
def test_what_is_no_token_speaks_for_nobody(omar, secret):
    make(omar)
    assert tokens.find_visitor(secret, NOW) is None


def test_a_token_ends_on_its_day(omar):
    secret = make(omar)
    assert tokens.find_visitor(secret, NOW + MONTH - timedelta(seconds=1)) is not None
    assert tokens.find_visitor(secret, NOW + MONTH) is None


def test_a_revoked_token_is_dead_at_once(omar):
    secret = make(omar)
    (token,) = tokens.list_tokens(omar.id)
    access_tokens.revoke_token(omar, token.id, NOW)
    assert tokens.find_visitor(secret, NOW) is None


def test_nobody_revokes_the_token_of_another(omar):
    secret = make(omar)
    (token,) = tokens.list_tokens(omar.id)
    layla = people.get_visitor(make_person("leader"))
    with pytest.raises(NoToken):
        access_tokens.revoke_token(layla, token.id, NOW)
    assert tokens.find_visitor(secret, NOW) is not None


@pytest.mark.case("WEB-07")
def test_a_token_shrinks_with_its_owners_role(workspace):
    row = make_person("operations")
    secret = make(people.get_visitor(row), ["read_plan", "run_cycle"])
    row.role = "viewer"
    row.save()
    assert tokens.find_visitor(secret, NOW).rights == {"read_plan"}


@pytest.mark.parametrize(
    ("scopes", "lasts", "why"),
    [
        pytest.param([], MONTH, "at least one", id="none of the rights"),
        pytest.param(["manage_people"], MONTH, "no other", id="a right that the owner has not"),
        pytest.param(["read_plan"], timedelta(0), "at least a day", id="over before it began"),
        pytest.param(["read_plan"], timedelta(days=366), "at most 365", id="more than a year"),
    ],
)
def test_a_token_that_nobody_may_have(omar, scopes, lasts, why):
    with pytest.raises(RefusedToken, match=why):
        make(omar, scopes, lasts)
    assert tokens.list_tokens(omar.id) == ()


def test_nobody_has_more_tokens_than_can_be_looked_after(omar):
    for _ in range(MOST_IN_USE):
        make(omar)
    with pytest.raises(RefusedToken, match="Revoke one"):
        make(omar)


def test_a_use_is_written_down_every_five_minutes_at_most(omar, django_queries):
    secret = make(omar)
    tokens.find_visitor(secret, NOW)
    with django_queries() as queries:
        tokens.find_visitor(secret, NOW + timedelta(minutes=4))
    assert len(queries) == 1
    tokens.find_visitor(secret, NOW + timedelta(minutes=5))
    assert tokens.list_tokens(omar.id)[0].last_used_at == NOW + timedelta(minutes=5)


@pytest.mark.case("WEB-17")
def test_the_trail_says_what_was_made_and_not_the_secret(omar):
    secret = make(omar)
    (entry,) = audit.list_entries()
    assert (entry.verb, entry.after["scopes"]) == ("token.made", ["read_plan"])
    assert secret[3:] not in str(entry)


def test_only_a_hash_is_in_the_store(omar, workspace):
    secret = make(omar, tuple(RIGHTS_OF["operations"]))
    from django.db import connections

    connections["default"].close()
    assert secret.encode() not in (workspace.root / "store.sqlite3").read_bytes()
