"""Who may open what: every address as every role, and a refused write leaves no trace."""

import hashlib

import pytest
from django.db import connection

from addresses import list_addresses
from counterpoise.domain.values.rights import RIGHTS_OF, ROLES
from counterpoise.web import access
from people import make_everyone, sign_in

# The API has its own door and its own test of it: test_api_door.py.
FOREVER_CHANGING = {"django_session", "usersessions_usersession"}


def list_pages():
    return [
        (name, path)
        for name, path in list_addresses()
        if not name.startswith("api:") and name not in access.PUBLIC
    ]


def hash_store():
    """Of every row of every table, sessions left out."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table not in FOREVER_CHANGING:
                cursor.execute(f'select * from "{table}"')
                digest.update(repr((table, sorted(map(repr, cursor.fetchall())))).encode())
    return digest.hexdigest()


@pytest.mark.case("WEB-01")
def test_every_address_is_in_exactly_one_table(workspace):
    tables = (access.PUBLIC, access.OPEN, access.NEEDS.keys())
    misplaced = {
        name: places
        for name, _ in list_addresses()
        if not name.startswith("api:") and (places := sum(name in each for each in tables)) != 1
    }
    assert misplaced == {}


@pytest.mark.case("WEB-01")
def test_no_table_names_an_address_that_is_gone(workspace):
    there = {name for name, _ in list_addresses()}
    named = access.PUBLIC | access.OPEN | access.NEEDS.keys()
    assert {name for name in named - there if not name.startswith("api:")} == set()


@pytest.mark.case("WEB-01")
@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_for_a_role_is_hidden_from_it(browsers, role):
    shown = []
    for name, path in list_pages():
        needed = access.NEEDS.get(name)
        if needed is None or needed in RIGHTS_OF[role]:
            continue
        if browsers[role].get(path).status_code != 404:
            shown.append((name, path))
    assert shown == []


@pytest.mark.case("WEB-01")
@pytest.mark.parametrize("role", ROLES)
def test_what_is_for_a_role_is_not_a_fault(browsers, role):
    """A page may be missing what it is about, but it must never fall over."""
    faults = []
    for name, path in list_pages():
        needed = access.NEEDS.get(name)
        if needed is not None and needed not in RIGHTS_OF[role]:
            continue
        status = browsers[role].get(path).status_code
        if status not in {200, 302, 404, 405}:
            faults.append((name, path, status))
    assert faults == []


@pytest.mark.case("WEB-01")
def test_nobody_gets_anything_without_signing_in(workspace):
    from django.test import Client

    stranger = Client(SERVER_NAME="localhost")
    let_in = {
        (name, path, status)
        for name, path in list_pages()
        if (status := stranger.get(path).status_code) not in {302, 401, 404}
    }
    assert let_in == set()


@pytest.mark.case("WEB-02")
@pytest.mark.parametrize("role", ROLES)
def test_a_refused_write_leaves_no_trace(browsers, role):
    before = hash_store()
    for name, path in list_pages():
        needed = access.NEEDS.get(name)
        if needed is not None and needed not in RIGHTS_OF[role]:
            for method in ("post", "put", "patch", "delete"):
                answer = getattr(browsers[role], method)(path, {"text": "mine now"})
                assert answer.status_code in {404, 405}, (name, method)
    assert hash_store() == before


@pytest.mark.case("WEB-07")
def test_a_role_taken_away_holds_from_the_next_request(workspace):
    people = make_everyone()
    browser = sign_in(people["operations"])
    assert browser.get("/rulebook/").status_code == 200
    people["operations"].role = "rep"
    people["operations"].save()
    assert browser.get("/rulebook/").status_code == 404


@pytest.mark.case("WEB-08")
def test_who_has_left_is_out_at_once(workspace):
    people = make_everyone()
    browser = sign_in(people["operations"])
    people["operations"].is_active = False
    people["operations"].save()
    assert browser.get("/rulebook/").status_code == 302
