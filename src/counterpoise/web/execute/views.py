"""The actions of a period, and one of them with its course."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from counterpoise.actions import tracking
from counterpoise.actions.tracking import Tracked
from counterpoise.connectors.documents import names
from counterpoise.web import access
from counterpoise.web.execute import pages
from counterpoise.web.execute.words import name_state
from counterpoise.web.pages import render_page
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import now


@require_safe
def go_to_newest(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    if periods := tracking.list_periods(visitor):
        return redirect("execute:period", periods[0])
    return render_page(request, "execute/empty.html", {})


@require_safe
def list_actions(request: HttpRequest, period: str) -> HttpResponse:
    visitor = access.get_visitor(request)
    periods = tracking.list_periods(visitor)
    if period not in periods:
        raise Http404
    tracked = tracking.list_tracked(visitor, period)
    today = localdate(now())
    context = {
        "period": period,
        "periods": periods,
        "sees_all": visitor.may("read_plan"),
        "open": sum(not each.standing.is_over for each in tracked),
        "overdue": sum(each.is_overdue(today) for each in tracked),
        "done": sum(each.standing.state == "done" for each in tracked),
    }
    return render_page(request, "execute/period.html", context, [_build_table(tracked)])


@require_safe
def show_action(request: HttpRequest, period: str, action: str) -> HttpResponse:
    visitor = access.get_visitor(request)
    return pages.render_action(request, visitor, pages.get_tracked(visitor, period, action))


def _build_table(tracked: Sequence[Tracked]) -> Table:
    today = localdate(now())
    currency = tracked[0].currency if tracked else ""
    return Table(
        name="actions",
        caption=_("Actions, those worth most first"),
        columns=(
            Column("what", _("What to do")),
            Column("state", _("State"), has_choices=True),
            Column("owner", _("Owner"), has_choices=True),
            Column("role", _("Meant for"), has_choices=True),
            Column("due_on", _("Due"), "day"),
            Column("overdue", _("Overdue"), has_choices=True),
            Column("effect", _("Worth"), "money"),
            Column("area", _("Area"), has_choices=True),
        ),
        rows=tuple(_build_row(each, is_overdue=each.is_overdue(today)) for each in tracked),
        empty=_("There is no action here."),
        currency=currency,
    )


def _build_row(tracked: Tracked, *, is_overdue: bool) -> Row:
    action, standing = tracked.action, tracked.standing
    state = name_state(standing.state)
    return Row(
        {
            "what": action.what,
            "state": state
            if tracked.is_proposed
            else _("{state}, no longer proposed").format(state=state),
            "owner": standing.owner.name if standing.owner else None,
            "role": names.name_code("role", action.owner_role),
            "due_on": tracked.due_on,
            "overdue": _("overdue") if is_overdue else None,
            "effect": action.effect,
            "area": names.name_code("area", action.area),
        },
        {"what": reverse("execute:action", args=(tracked.period, action.id))},
    )
