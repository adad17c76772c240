"""What people see when we fail: no word of the inside, and what to do."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import bad_request, server_error

RETRY_SECONDS = 10


def answer_failure(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the error, which is in the log by then.

    A store that does not answer, or not in time, comes back; whatever else it was is our fault.
    """
    return _ask_for_patience() if is_away(sys.exception()) else server_error(request)


def answer_refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django takes a session that cannot be saved for one that is gone, and blames the request."""
    cause: BaseException | None = exception
    while cause is not None and not is_away(cause):
        cause = cause.__context__
    return bad_request(request, exception) if cause is None else _ask_for_patience()


def is_away(error: BaseException | None) -> bool:
    """Whether the store cannot answer now, and may later."""
    return isinstance(error, OperationalError | InterfaceError)


def _ask_for_patience() -> HttpResponse:
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
