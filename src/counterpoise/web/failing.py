"""What people see when we fail: no word of the inside, and what to do."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error

RETRY_SECONDS = 10


def answer_failure(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the error, which is in the log by then.

    A store that does not answer, or not in time, comes back; whatever else it was is our fault.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        page = loader.get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
    return server_error(request)
