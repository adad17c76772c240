"""Behind a proxy, whose request it is: the address that the proxy wrote down, not its own."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def know_address(
    respond: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, before everything that counts or records by address.

    Only the last address counts: the proxy added it, and whoever asks may have written the others.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if settings.IS_HTTPS:  # type: ignore[misc]  # of the web, not the store
            last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
            if is_address(last):
                request.META["REMOTE_ADDR"] = last
        return respond(request)

    return answer


def is_address(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True
