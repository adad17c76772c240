"""For what matters most, a sign-in of the last five minutes: somebody may have left their desk."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from counterpoise.web.accounts.offered import find_company_name
from counterpoise.web.company_sign_in import PROVIDER
from counterpoise.web.workplace import now

RECENT_SECONDS = 5 * 60
View = Callable[..., Any]


def needs_recent_sign_in(view: View) -> View:
    """Lets through who gave a password or a code within RECENT_SECONDS.

    Everybody else is asked again and comes back: to the page itself, or, from a form, to the page
    that the form stands on. Nothing that was sent is kept or done meanwhile.
    """

    @wraps(view)
    def answer(request: HttpRequest, *stated: Any, **named: Any) -> Any:
        if is_recent(request):
            return view(request, *stated, **named)
        return ask_again(request)

    return answer


def is_recent(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    last: float = max((each["at"] for each in records), default=0.0)
    return now().timestamp() - last < RECENT_SECONDS


def ask_again(request: HttpRequest) -> HttpResponse:
    query = {"next": _find_way_back(request)}
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    if methods:
        return HttpResponseRedirect(f"{methods[0]['url']}?{urlencode(query)}")
    if find_company_name() is None:
        raise Http404  # an account without password or code: nothing can be asked
    link = reverse("openid_connect_login", args=[PROVIDER])
    return HttpResponseRedirect(f"{link}?{urlencode({**query, 'auth_params': 'prompt=login'})}")


def _find_way_back(request: HttpRequest) -> str:
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    page = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(page, hosts, require_https=request.is_secure())
    return page if is_ours else "/"
