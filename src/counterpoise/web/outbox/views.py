"""The outbox as it stands, and one push with its log."""

from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from counterpoise.actions import writers
from counterpoise.actions.outbox import Proposed
from counterpoise.domain.execute.pushes import COURSE, NEED_A_PERSON, STATE_WORDS, Push, State
from counterpoise.store import outbox, outbox_lines
from counterpoise.store.outbox import Wanted
from counterpoise.web.outbox import figures, forms
from counterpoise.web.outbox.words import DECISIONS
from counterpoise.web.pages import render_page
from counterpoise.web.tables import Table

MOST = 500
"""Pushes of one table on the page; the API lists all."""


@require_safe
def show_outbox(request: HttpRequest) -> HttpResponse:
    return render_outbox(request)


@require_safe
def show_push(request: HttpRequest, push: int) -> HttpResponse:
    return render_push(request, get_push(push))


def get_push(number: int) -> Push:
    if (found := outbox.find_push(number)) is None:
        raise Http404
    return found


def render_outbox(
    request: HttpRequest,
    form: Form | None = None,
    *,
    shown: tuple[Proposed, ...] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """shown: what a dry run found. refusal: why what was sent was not taken."""
    names = writers.list_connections()
    counts = outbox.count_states()
    proposed = _list(("proposed",))
    lines = outbox_lines.list_lines()
    tables = [figures.build_lines(lines, counts), *_build_tables(proposed)]
    if shown is not None:
        tables.append(figures.build_difference(shown))
    context: dict[str, Any] = {
        "names": names,
        "sending": form or forms.Propose(names=names),
        "releases": _list_releases(proposed),
        "lines": lines,
        "paused": [each.connection for each in lines if each.is_paused],
        "open": sorted(
            {name for name, _ in counts} - {each.connection for each in lines if each.is_paused}
        ),
        "is_dry": shown is not None,
        "refusal": refusal,
        "most": MOST,
    }
    return render_page(request, "outbox/overview.html", context, tables, form=form, status=status)


def render_push(
    request: HttpRequest, push: Push, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    tables = [
        figures.build_pushes("push", _("What it changes"), "", [push]),
        figures.build_steps("log", _("Log of the push"), outbox.list_steps(push.id)),
        figures.build_steps(
            "record-log",
            _("Log of the record"),
            outbox.list_record_steps(push.connection, push.record),
        ),
    ]
    context = {
        "push": push,
        "state": STATE_WORDS[push.state],
        "needs_a_person": push.state in NEED_A_PERSON,
        "decisions": [
            (verb, title) for verb, title in DECISIONS.items() if push.state in COURSE[verb][0]
        ],
        "refusal": refusal,
    }
    return render_page(request, "outbox/push.html", context, tables, status=status)


def _build_tables(proposed: tuple[Push, ...]) -> list[Table]:
    twice = outbox.list_pushes(Wanted(is_twice_possible=True), limit=MOST, is_newest_first=True)
    return [
        figures.build_pushes(
            "person", _("Needs a person"), _("Nothing needs you."), _list(NEED_A_PERSON)
        ),
        figures.build_pushes(
            "proposed",
            _("Proposed: waits to be released"),
            _("Nothing waits to be released."),
            proposed,
        ),
        figures.build_pushes(
            "going",
            _("Under way"),
            _("Nothing is under way."),
            _list(("waiting", "claimed", "sent")),
        ),
        figures.build_pushes(
            "twice",
            _("May be there twice: look there"),
            _("Nothing was written twice as far as we know."),
            twice,
        ),
        figures.build_pushes(
            "done",
            _("Done, the newest first"),
            _("Nothing was brought to another system yet."),
            outbox.list_pushes(Wanted(states=("done", "known")), limit=MOST, is_newest_first=True),
        ),
    ]


def _list(states: tuple[State, ...]) -> tuple[Push, ...]:
    return outbox.list_pushes(Wanted(states=states), limit=MOST)


def _list_releases(proposed: tuple[Push, ...]) -> list[dict[str, Any]]:
    """For each connection, how many are shown and the last of them."""
    found: dict[str, dict[str, Any]] = {}
    for each in proposed:
        entry = found.setdefault(each.connection, {"connection": each.connection, "count": 0})
        entry["count"] += 1
        entry["up_to"] = each.id
    return list(found.values())
