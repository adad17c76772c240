"""Asks a database again that gave a request's transaction up, and says in words when it cannot
answer now.

PostgreSQL gives up one of two transactions that wait for each other. All of it is undone, so the
request may simply begin again: people notice a moment's wait. A lock that does not come in time, or
a database that is away, is no fault of the request either: it is answered 503, to be sent again.
"""

import random
import sqlite3
import sys
import time
from collections.abc import Callable
from typing import cast

from django.db import DatabaseError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

TRIES = 3
"""How often a request is begun again."""
WAIT_SECONDS = 0.05
RETRY_AFTER_SECONDS = 5
GIVEN_UP = frozenset({"40001", "40P01"})
"""PostgreSQL's codes of a transaction that was given up for another: serialisation, deadlock."""
AWAY = ("08", "40", "53", "55P03", "57")
"""How codes begin of what passes: connections, transactions, resources, locks, servers that end."""
LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def is_given_up(error: BaseException) -> bool:
    """Whether the same request may well succeed at once."""
    return isinstance(error, DatabaseError) and _get_code(error) in GIVEN_UP


def is_away(error: BaseException | None) -> bool:
    """Whether the database cannot answer now, and may later."""
    if not isinstance(error, DatabaseError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return int(getattr(cause, "sqlite_errorcode", 0)) & 0xFF in LOCKED
    if code := _get_code(error):
        return code.startswith(AWAY)
    return isinstance(error, OperationalError) and cause is not None  # no server, so no code


def ask_again(answer: Callable[[], HttpResponse]) -> HttpResponse:
    """`answer`, and again while the database gives its transaction up, three times at most."""
    for tried in range(TRIES):
        try:
            return answer()
        except DatabaseError as error:
            if not is_given_up(error) or connections["default"].in_atomic_block:
                raise
            time.sleep(random.uniform(0, WAIT_SECONDS * 2**tried))  # noqa: S311 -- no secret
    return answer()


class Patience:
    """Middleware, the last one: a view whose transaction was given up is called again.

    Files that came with a request may be in their place already, so such a request is not repeated.
    """

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if not is_given_up(error) or match is None or request.FILES:
            return None
        view = cast("Callable[..., HttpResponse]", match.func)
        return ask_again(lambda: view(request, *match.args, **match.kwargs))


def answer_failure(request: HttpRequest) -> HttpResponse:
    """What stands in the place of an answer that failed, wherever on its way."""
    if not is_away(sys.exc_info()[1]):
        return server_error(request)
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _get_code(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
