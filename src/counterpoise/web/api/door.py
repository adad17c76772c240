"""The door of the API: every request passes the same checks, in the same order, before its view.

A token, how often it may ask, the right that the operation needs, the frame of the body; then the
view, once for its key. What goes wrong on the way is answered as a problem. The session cookie of
a browser opens nothing here, so a page of another site cannot ask in a visitor's name.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial, wraps
from hashlib import sha256
from itertools import chain
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from counterpoise.domain.values.rights import Visitor
from counterpoise.store import limits, tokens
from counterpoise.store.audit import acting, get_actor
from counterpoise.store.limits import Allowance
from counterpoise.web import access, failing, patience
from counterpoise.web.api import bodies, once, quotas
from counterpoise.web.api.problems import MEDIA_TYPE, NOT_FOUND, Problem, read_refusal
from counterpoise.web.collect import receiving
from counterpoise.web.workplace import now

NAMESPACE = "api"
SAFE = ("GET", "HEAD")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
COSTLY = frozenset(
    {
        "run_cycle",
        "upload_files",
        "solve_scenario",
        "judge_data",
        "freeze_plan",
        "verify_version",
    }
)
"""Operations that set long work going: counted by the hour, each of them by itself."""
View = Callable[..., HttpResponse]

logger = logging.getLogger("counterpoise.api")


@dataclass(frozen=True, slots=True)
class Operation:
    """name: of its function, as in access.NEEDS. body: the media type it takes, "" for none.

    query: the parameters it knows.
    """

    name: str
    body: str
    query: frozenset[str]


@dataclass
class Standing:
    """What the answer tells of the limits that counted, tightest last."""

    allowance: Allowance | None = None


def open_door(view: View, operations: Mapping[str, Operation]) -> View:
    """`view` behind the door; operations by method."""

    @wraps(view)
    @csrf_exempt
    @login_not_required
    def answer(request: HttpRequest, **named: Any) -> HttpResponse:
        at, standing = now(), Standing()
        try:
            response = _admit(request, partial(view, request, **named), operations, standing, at)
        except Exception as error:
            response = _answer_error(error)
        return _finish(response, standing.allowance, at)

    return answer


def answer_nothing(request: HttpRequest) -> HttpResponse:
    """The view of every address that the API does not have."""
    return Problem(404, NOT_FOUND).answer()


def _admit(
    request: HttpRequest,
    write: once.Write,
    operations: Mapping[str, Operation],
    standing: Standing,
    at: datetime,
) -> HttpResponse:
    visitor = _find_visitor(request, standing, at)
    known = {
        method: each
        for method, each in operations.items()
        if access.may_open(visitor, f"{NAMESPACE}:{each.name}")
    }
    if not operations:
        return write()
    if not known:
        raise Problem(404, NOT_FOUND)
    operation = known.get(request.method or "")
    if operation is None:
        if request.method in operations:
            raise Problem(404, NOT_FOUND)
        allowed = ", ".join(sorted(known))
        raise Problem(
            405,
            f"This address takes {allowed}, not {request.method}. Use one of those.",
            headers={"Allow": allowed},
        )
    if operation.name in COSTLY:
        _count(standing, _name(visitor, operation.name), at, quotas.COSTLY_AN_HOUR, HOUR)
    _check_address(request, operation)
    if operation.body:
        most = _most_bytes(operation)
        bodies.check_framing(request, operation.body, most_bytes=most)
    cast("access.VisitingRequest", request).visitor = visitor
    with acting(replace(get_actor(), name=visitor.name)):
        if request.method in SAFE:
            return write()
        if operation.body == bodies.MULTIPART:  # files may be in their place already
            return once.do_once(request, visitor, write, at)
        return patience.ask_again(lambda: once.do_once(request, visitor, write, at))


def _find_visitor(request: HttpRequest, standing: Standing, at: datetime) -> Visitor:
    """Whose token it is. Where none fits, the address that it came from is counted and refused."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    visitor = None
    if scheme.lower() == "bearer" and (secret := secret.strip()) and secret.isascii():
        visitor = tokens.find_visitor(secret, at)
    if visitor is not None:
        who = f"token:{sha256(secret.encode()).hexdigest()[:32]}"
        _count(standing, who, at, quotas.REQUESTS_A_MINUTE, MINUTE)
        return visitor
    came_from = f"address:{request.META.get('REMOTE_ADDR', '')}"[:100]
    _count(standing, came_from, at, quotas.REFUSALS_A_MINUTE, MINUTE)
    raise Problem(
        401,
        "The request carries no valid token: there is none, or it has expired or was revoked. Make"
        " one on the page of your account and send it as `Authorization: Bearer cp_…`.",
        headers={"WWW-Authenticate": 'Bearer realm="Counterpoise"'},
    )


def _name(visitor: Visitor, operation: str) -> str:
    return f"person:{visitor.id}:{operation}"


def _count(standing: Standing, who: str, at: datetime, limit: int, within: timedelta) -> None:
    standing.allowance = limits.count_request(who, at, limit=limit, within=within)
    if not standing.allowance.is_kept:
        wait = standing.allowance.seconds_left(at)
        span = "an hour" if within == HOUR else "a minute"
        raise Problem(
            429,
            f"{limit} requests {span} are allowed here, and this is one more. Nothing was done."
            f" Send it again in {wait} seconds.",
            headers={"Retry-After": str(wait)},
        )


def _check_address(request: HttpRequest, operation: Operation) -> None:
    """Unknown parameters are refused: one that is misspelt must not be passed over silently."""
    unknown = [name for name in request.GET if name not in operation.query]
    if unknown:
        known = ", ".join(sorted(operation.query)) or "none"
        raise Problem(422, f"There is no parameter {unknown[0][:60]!r} here. There are: {known}.")
    match = request.resolver_match
    in_path = tuple(match.kwargs.values()) if match else ()
    try:
        for written in (*in_path, *chain.from_iterable(map(request.GET.getlist, request.GET))):
            bodies.check_text(str(written))
    except bodies.Unreadable as error:
        raise Problem(422, f"The address cannot be taken: {error}. Write it without.") from None


def _most_bytes(operation: Operation) -> int:
    """Files are counted one by one as they come; no request brings more than a day may."""
    is_upload = operation.body == bodies.MULTIPART
    return receiving.get_limits().day if is_upload else bodies.MOST_BYTES


def _answer_error(error: Exception) -> HttpResponse:
    """The program is told that we failed, whoever runs Counterpoise why."""
    if (problem := read_refusal(error)) is not None:
        return problem.answer()
    if failing.is_away(error):
        return Problem(
            503,
            "The store is busy or being restarted, and nothing was changed. Send the request"
            f" again in {failing.RETRY_SECONDS} seconds.",
            headers={"Retry-After": str(failing.RETRY_SECONDS)},
        ).answer()
    logger.exception("the API failed: request %s", get_actor().request, exc_info=error)
    return Problem(
        500,
        "Something went wrong on our side, and nothing was changed. Whoever runs Counterpoise finds"
        f" the reason in the log, at request {get_actor().request}. Try again later.",
    ).answer()


def _finish(response: HttpResponse, allowance: Allowance | None, at: datetime) -> HttpResponse:
    if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
        headers = {name: response.headers[name] for name in ("Allow",) if name in response.headers}
        response = Problem(response.status_code, NOT_FOUND, headers=headers).answer()
    if response.headers["Content-Type"].startswith(bodies.JSON):
        response.headers["Content-Type"] = bodies.JSON  # it is UTF-8 by definition
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if allowance is not None:
        left, span = allowance.seconds_left(at), allowance.within // timedelta(seconds=1)
        response.headers["RateLimit-Policy"] = f'"requests";q={allowance.limit};w={span}'
        response.headers["RateLimit"] = f'"requests";r={allowance.remaining};t={left}'
    return response
