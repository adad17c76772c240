"""Where the things lie that people comment on."""

from collections.abc import Callable

from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from counterpoise.store import versions


def find_link(subject: str) -> str:
    """The page of a subject, as `actions.comments` names it; the inbox where it has none."""
    kind, _, what = subject.partition(":")
    try:
        return _PLACES[kind](what)
    except (KeyError, NoReverseMatch):
        return reverse("inbox:list")


def find_way_back(wanted: str, subject: str) -> str:
    """The path of the page that asked, where it is one of ours; else the page of the subject."""
    path = wanted.partition("#")[0]
    is_path = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_path else find_link(subject)


def _find_action(what: str) -> str:
    period, _, action = what.partition(":")
    return reverse("execute:action", args=(period, action))


def _find_version(what: str) -> str:
    found = versions.find_name(int(what)) if what.isascii() and what.isdigit() else None
    return reverse("signoff:version", args=found) if found else reverse("reconcile:overview")


_PLACES: dict[str, Callable[[str], str]] = {
    "action": _find_action,
    "plan": lambda period: reverse("reconcile:period", args=(period,)),
    "override": lambda override: reverse("demand:made", args=(override,)),
    "version": _find_version,
    "push": lambda push: reverse("outbox:push", args=(int(push),)),
    "job": lambda job: reverse("work:job", args=(job,)),
}
