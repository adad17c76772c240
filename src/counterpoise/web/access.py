"""Which right opens which page: two tables, and a gate that knows nothing else.

A page that is in no table is hidden from everybody, so a new page that nobody placed shows itself
by its absence and never by a leak. What someone may not open answers as if it were not there (404).
Which records a page shows is a question for the visitor's reach (`Visitor.sees_person`).
"""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse

from counterpoise.domain.values.rights import Right, Visitor
from counterpoise.store import people
from counterpoise.web import rights_of_pages, rights_of_programs
from counterpoise.web.rights_of_pages import OPEN, PUBLIC
from counterpoise.web.rights_of_programs import OPEN_TO_TOKENS

NEEDS: dict[str, Right] = {**rights_of_pages.NEEDS, **rights_of_programs.NEEDS}
"""The right that a page needs, by the name of its address."""


class VisitingRequest(HttpRequest):
    """A request behind the gate: it knows who asks."""

    visitor: Visitor


def get_visitor(request: HttpRequest) -> Visitor:
    """Who asks. Raises Http404 where nobody is signed in, so a view cannot forget to ask."""
    if (found := find_visitor(request)) is None:
        raise Http404
    return found


def find_visitor(request: HttpRequest) -> Visitor | None:
    known: Visitor | None = getattr(request, "visitor", None)
    if known is None and request.user.is_authenticated:
        known = people.get_visitor(cast("AbstractBaseUser", request.user))
        cast("VisitingRequest", request).visitor = known
    return known


class Gate:
    """Middleware: stands behind the sign-in and lets through whom the tables let through."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_view(
        self, request: HttpRequest, view: object, arguments: object, named: object
    ) -> None:
        match = request.resolver_match
        name = match.view_name if match is not None else ""
        if name in PUBLIC or name.startswith("api:"):
            return  # the API's own door asks for a token, and a session opens nothing there
        visitor = find_visitor(request)
        if visitor is None:
            return  # the sign-in middleware has sent them to sign in, or the API asks for a token
        if not may_open(visitor, name):
            raise Http404


def may_open(visitor: Visitor, name: str) -> bool:
    """Whether a visitor may open the address of this name."""
    needed = NEEDS.get(name)
    return name in OPEN | OPEN_TO_TOKENS or (needed is not None and visitor.may(needed))
