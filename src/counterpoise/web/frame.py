"""What stands around every page: who is signed in, where they may go, what waits for them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterpoise.domain.values.rights import Visitor
from counterpoise.web import access
from counterpoise.web.reading import get_eyes


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the menu. is_here: the page belongs to it."""

    title: str | Promise
    link: str
    is_here: bool


STEPS = (
    ("cycle:list", _("Cycle")),
    ("collect:overview", _("Collect")),
    ("demand:overview", _("Demand")),
    ("supply:overview", _("Supply")),
    ("reconcile:overview", _("Reconcile")),
    ("execute:overview", _("Execute")),
    ("measure:overview", _("Measure")),
)
INSTEAD = {"demand:overview": "demand:calls-now"}
"""Where an entry leads those who may not open its own page, but another of its step."""
MORE = (
    ("inbox:list", _("Inbox")),
    ("rulebook:list", _("Rulebook")),
    ("people:list", _("People and access")),
    ("audit:list", _("Audit")),
)


def describe_frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every template. Reads nothing from the store: errors need it too."""
    if not hasattr(request, "eyes"):
        return {}
    visitor = access.find_visitor(request)
    return {
        "eyes": get_eyes(request),
        "visitor": visitor,
        "steps": list_steps(request),
        "more": list_more(request),
    }


def list_steps(request: HttpRequest) -> tuple[Entry, ...]:
    return _list_entries(request, STEPS)


def list_more(request: HttpRequest) -> tuple[Entry, ...]:
    return _list_entries(request, MORE)


def _list_entries(
    request: HttpRequest, entries: tuple[tuple[str, str | Promise], ...]
) -> tuple[Entry, ...]:
    visitor = access.find_visitor(request)
    match = request.resolver_match
    here = match.namespace if match is not None else ""
    return tuple(
        Entry(title, link, is_here=name.partition(":")[0] == here)
        for name, title in entries
        if visitor is not None and (link := _find_open(visitor, name))
    )


def _find_open(visitor: Visitor, name: str) -> str:
    """Empty where there is nothing for the visitor."""
    wanted = (name, INSTEAD.get(name, name))
    return next((_find_link(each) for each in wanted if access.may_open(visitor, each)), "")


def _find_link(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
