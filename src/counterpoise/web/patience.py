"""Begins a request again whose transaction the database has given up.

PostgreSQL gives up one of two transactions that wait for each other. All of it is undone, so the
request may simply begin again: people notice a moment's wait. A request that is given up each time
is answered as one that met a store which is away (failing.py).
"""

import random
import time
from collections.abc import Callable
from typing import cast

from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse

RETRIES = 3
"""How often a request is begun again."""
WAIT_SECONDS = 0.05
GIVEN_UP = frozenset({"40001", "40P01"})
"""PostgreSQL's codes of a transaction that was given up for another: serialisation, deadlock."""


def is_given_up(error: BaseException) -> bool:
    """Whether the same request may well succeed at once."""
    return isinstance(error, DatabaseError) and _get_code(error) in GIVEN_UP


def ask_again(answer: Callable[[], HttpResponse], retries: int = RETRIES) -> HttpResponse:
    """`answer`, and again while the database gives its transaction up, after a wait by chance."""
    for tried in range(retries):
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
        return ask_again(lambda: view(request, *match.args, **match.kwargs), RETRIES - 1)


def _get_code(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
