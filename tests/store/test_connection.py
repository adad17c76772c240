"""A thread keeps its connection to the store from one request to the next."""

import time

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection


def pass_request():
    """What Django does with connections around each request."""
    request_started.send(sender=None)
    request_finished.send(sender=None)


@pytest.mark.parametrize(
    ("aged_seconds", "is_kept"),
    [
        pytest.param(0, True, id="within a minute: the same one"),
        pytest.param(61, False, id="older than a minute: another"),
    ],
)
def test_a_connection_serves_a_minute_of_requests(
    workspace_on_each_store, monkeypatch, aged_seconds, is_kept
):
    connection.close()
    connection.ensure_connection()
    before, at = connection.connection, time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: at + aged_seconds)
    pass_request()
    assert (connection.connection is before) is is_kept


@pytest.mark.parametrize("workspace_on_each_store", ["PostgreSQL"], indirect=True)
def test_a_connection_that_broke_meanwhile_is_replaced(workspace_on_each_store):
    from counterpoise.store.models import User

    pass_request()
    connection.ensure_connection()
    connection.connection.close()
    pass_request()
    assert User.objects.count() == 0
