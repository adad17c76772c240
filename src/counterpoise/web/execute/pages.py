"""The page of one action: what and why, its course, and the forms that change it."""

from collections.abc import Mapping
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from counterpoise.actions import tracking
from counterpoise.actions.tracking import Tracked
from counterpoise.domain.execute import tracking as rules
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import action_states
from counterpoise.web.execute import forms
from counterpoise.web.execute.evidence import find_evidence
from counterpoise.web.execute.words import FIELDS, name_state
from counterpoise.web.pages import render_page
from counterpoise.web.tables import Column, Row, Table, Value
from counterpoise.web.workplace import now


def get_tracked(visitor: Visitor, period: str, action: str) -> Tracked:
    """Raises Http404 for one that is not there, or not for the visitor's eyes."""
    if (found := tracking.find_tracked(visitor, period, action)) is None:
        raise Http404
    return found


def render_action(
    request: HttpRequest,
    visitor: Visitor,
    tracked: Tracked,
    sent: Mapping[str, Form] | None = None,
    *,
    wanted: str | None = None,
) -> HttpResponse:
    """sent: a form that was refused, by its name. wanted: what a form asked for in a conflict."""
    bound = dict(sent or {})
    context: dict[str, Any] = {
        "tracked": tracked,
        "action": tracked.action,
        "standing": tracked.standing,
        "state": name_state(tracked.standing.state),
        "currency": tracked.currency,
        "is_overdue": tracked.is_overdue(localdate(now())),
        "evidence": find_evidence(tracked),
        "subject": action_states.name_subject(tracked.period, tracked.action.id),
        "wanted": wanted,
        "forms": _list_forms(visitor, tracked) | bound,
    }
    return render_page(
        request,
        "execute/action.html",
        context,
        [_build_history(tracked)],
        form=next(iter(bound.values()), None),
        status=200 if wanted is None else 409,
    )


def _list_forms(visitor: Visitor, tracked: Tracked) -> dict[str, Form]:
    """Those that the visitor may send."""
    standing = tracked.standing
    edition = {"edition": standing.edition}
    found: dict[str, Form] = {}
    if rules.may_work(visitor, standing):
        found["state"] = forms.Move(initial=edition, now=standing.state)
    if rules.may_assign(visitor, standing):
        owner = {"owner": standing.owner.id if standing.owner else None}
        workers = tracking.list_workers(visitor)
        found["assign"] = forms.Assign(initial=edition | owner, workers=workers)
        found["due"] = forms.PutOff(initial=edition | {"due_on": tracked.due_on})
    return found


def _build_history(tracked: Tracked) -> Table:
    steps = action_states.list_steps(tracked.period, tracked.action.id)
    return Table(
        name="history",
        caption=_("History"),
        columns=(
            Column("at", _("When"), "moment"),
            Column("who", _("Who")),
            Column("field", _("What")),
            Column("before", _("From")),
            Column("after", _("To")),
        ),
        rows=tuple(
            Row(
                {
                    "at": step.at,
                    "who": step.actor,
                    "field": str(title),
                    "before": _read_value(field, step.before.get(field)),
                    "after": _read_value(field, step.after.get(field)),
                }
            )
            for step in steps
            for field, title in FIELDS.items()
            if step.before.get(field) != step.after.get(field)
        ),
        empty=_("Nobody has changed anything yet."),
    )


def _read_value(field: str, value: Any) -> Value:
    if field == "state":
        return name_state(value)
    return parse_date(value) if field == "due_on" and value else value
