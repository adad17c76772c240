"""Another site cannot make a browser act: every unsafe request carries a token of ours."""

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from people import make_person

SAMPLES = {"int": "1", "str": "x", "slug": "x", "uuid": "0" * 32, "path": "x"}


def walk(resolver=None, namespaces=()):
    """(name, path) of every address."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            inner = (*namespaces, each.namespace) if each.namespace else namespaces
            for name, path in walk(each, inner):
                yield name, str(each.pattern) + path
        else:
            yield ":".join((*namespaces, each.name or "")), str(each.pattern)


def fill(path):
    import re

    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m: SAMPLES.get(m[1] or "str", "x"), path)


ADDRESSES = sorted(set(walk()))


@pytest.fixture
def signed_in(workspace):
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    client.force_login(make_person("administrator"))
    return client


def is_open_to_programs(name):
    """The API and signed deliveries alone: they take no cookie, so there is nothing to forge."""
    return name.startswith("api:") or name == "hook"


@pytest.mark.case("WEB-11")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_without_a_token_no_page_does_anything(signed_in, method):
    answers = {
        name: signed_in.generic(method, fill(path)).status_code
        for name, path in ADDRESSES
        if not is_open_to_programs(name)
    }
    assert {name: status for name, status in answers.items() if status not in (403, 404)} == {}
    assert len([status for status in answers.values() if status == 403]) > len(answers) * 0.9


@pytest.mark.case("WEB-11")
def test_a_token_of_ours_from_another_host_is_refused(signed_in):
    signed_in.get("/account/")
    token = signed_in.cookies["csrftoken"].value
    headers = {"x-csrftoken": token, "origin": "https://evil.example"}
    refused = signed_in.post("/account/sessions/end", headers=headers)
    assert refused.status_code == 403
    kept = signed_in.post("/account/sessions/end", headers={"x-csrftoken": token})
    assert kept.status_code == 302


@pytest.mark.case("WEB-11")
def test_a_session_opens_nothing_of_what_needs_no_token(signed_in):
    """Each from an address of its own: too many refusals of one would be the answer to the last."""
    asked = [(name, path) for name, path in ADDRESSES if is_open_to_programs(name)]
    for number, (name, path) in enumerate(asked, 1):
        answer = signed_in.post(fill(path), REMOTE_ADDR=f"198.51.100.{number}")
        assert answer.status_code in (401, 404, 405), name
