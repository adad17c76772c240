"""Says who is acting: every change of a request is recorded under the person and the address."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from counterpoise.store.audit import Actor, acting
from counterpoise.web import access

HEADER = "X-Request-Id"


def act_as_visitor(
    respond: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, after the sign-in one. The request's id is made here, never taken from outside:
    what comes from outside could forge a line of the log."""

    def answer(request: HttpRequest) -> HttpResponse:
        visitor = access.find_visitor(request)
        name = "nobody" if visitor is None else visitor.name
        actor = Actor(name, request.META.get("REMOTE_ADDR", ""), uuid.uuid4().hex)
        with acting(actor):
            response = respond(request)
        response.headers[HEADER] = actor.request
        return response

    return answer
