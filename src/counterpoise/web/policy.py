"""What a browser may load for our pages: our own style sheets, and nothing from anywhere else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action"
    " 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'"
)
REPORT = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none';"
    " frame-ancestors 'self'; sandbox allow-popups"
)
HEADER = "Content-Security-Policy"


def add_content_policy(
    respond: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A page gets the strict policy unless its view has set one."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        response.headers.setdefault(HEADER, PAGE)
        return response

    return answer
