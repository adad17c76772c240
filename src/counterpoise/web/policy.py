"""What a browser may load and keep of our answers: our own styles and scripts, nothing from
elsewhere, and no page in a cache."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

PAGE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'"
    " data:; font-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
REPORT = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none';"
    " frame-ancestors 'self'; sandbox allow-popups"
)
HEADER = "Content-Security-Policy"
OTHERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "private, no-store",
}
"""What else stands on every answer unless its view, or the server of static files, says more."""
LEAVING = "sign-out"
PROGRAMS = ("/api/v1/", "/hooks/")
"""Addresses that programs write to."""

Respond = Callable[[HttpRequest], HttpResponse]


def add_content_policy(respond: Respond) -> Respond:
    """An answer gets the strict policy unless its view has set one."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        response.headers.setdefault(HEADER, PAGE)
        for name, value in OTHERS.items():
            response.headers.setdefault(name, value)
        match = request.resolver_match
        if request.method == "POST" and match is not None and match.view_name == LEAVING:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return answer


def refuse_plain_http(respond: Respond) -> Respond:
    """Behind TLS a program that writes over plain HTTP is refused and never sent on: a token that
    travelled in the clear must be noticed, and the redirect for pages would hide it."""

    def answer(request: HttpRequest) -> HttpResponse:
        is_behind_tls = settings.IS_HTTPS  # type: ignore[misc]  # of the web, not the store
        if is_behind_tls and request.path.startswith(PROGRAMS) and not request.is_secure():
            problem = {
                "type": "about:blank",
                "title": "TLS is needed",
                "status": 403,
                "detail": "What was sent has travelled unencrypted. Revoke the token, if there was"
                " one, and use https://.",
            }
            return JsonResponse(problem, status=403, content_type="application/problem+json")
        return respond(request)

    return answer
