"""The calls of a period: rolled up by team and rep, beside what is agreed, and the form to call."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterpoise.actions import call_record, calls
from counterpoise.actions.calls import CalledPeriod, Choice, NotYoursToCall, PeriodClosed, Wish
from counterpoise.connectors.documents import names
from counterpoise.domain.demand.calls import RollUp, TeamLine, narrow, note_foreign
from counterpoise.domain.measure.submitter_bias import describe_bias
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.tables.call import Call, InvalidCall, name_length
from counterpoise.domain.tables.team_tree import TeamsInACircle
from counterpoise.domain.values.period import Period, UnknownPeriod
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import runs
from counterpoise.store.ledger import NoBuild
from counterpoise.web import access
from counterpoise.web.demand import call_tables
from counterpoise.web.demand.forms import CallForm
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Table, list_asked
from counterpoise.web.workplace import get_workspace, now


@require_safe
def go_to_calls(request: HttpRequest) -> HttpResponse:
    """The quarter that today is in."""
    today = now().date()
    return redirect("demand:calls", f"{today.year}-Q{(today.month + 2) // 3}")


@require_safe
def show_calls(request: HttpRequest, period: str) -> HttpResponse:
    return _render(request, _read(period))


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, period: str) -> HttpResponse:
    """A refusal is answered here too, and its tables link here by GET."""
    wanted = _read(period)
    if request.method != "POST":
        return redirect(f"{reverse('demand:calls', args=[period])}?{request.GET.urlencode()}")
    try:
        visitor = access.get_visitor(request)
        shown = calls.find_called(get_workspace(), wanted, visitor, today=now().date())
    except (NoBuild, MissingRate, TeamsInACircle):
        raise Http404 from None
    form = _open_form(shown, request)
    if form.is_valid() and _take(request, wanted, form):
        return redirect(f"{reverse('demand:calls', args=[period])}#calls")
    return _render(request, wanted, form)


def _read(period: str) -> Period:
    """Raises Http404 for what nobody calls."""
    try:
        found = Period.parse(period)
        name_length(found)
    except (UnknownPeriod, InvalidCall):
        raise Http404 from None
    return found


def _open_form(shown: CalledPeriod, request: HttpRequest | None = None) -> CallForm:
    choices = [(_write(each), _name(each)) for each in shown.choices]
    return CallForm(
        request.POST if request else None,
        choices=choices,
        unit=shown.rolled.currency or _("money"),
    )


def _take(request: HttpRequest, period: Period, form: CallForm) -> bool:
    """Whether the call is kept; what is wrong stands in the form afterwards."""
    said = form.cleaned_data
    scope, _colon, name = said["whom"].partition(":")
    wish = Wish(
        period=period,
        scope="team" if scope == "team" else "rep",
        name=name,
        commit=said["commit"],
        best_case=said["best_case"],
        pipeline=said["pipeline"],
        comment=said["comment"],
    )
    try:
        calls.submit_call(get_workspace(), wish, access.get_visitor(request), now=now())
    except (InvalidCall, PeriodClosed, NotYoursToCall) as error:
        form.add_error(None, get_eyes(request).explain(error))
        return False
    messages.success(
        request, _("The call is kept. A later one takes its place, and this one stays in sight.")
    )
    return True


def _render(request: HttpRequest, period: Period, form: CallForm | None = None) -> HttpResponse:
    visitor = access.get_visitor(request)
    today = now().date()
    context: dict[str, Any] = {"period": period, "has_plan": _has_page(visitor, period)}
    try:
        shown = calls.find_called(get_workspace(), period, visitor, today=today)
    except NoBuild:
        return render_page(request, "demand/calls.html", {**context, "is_empty": True})
    except (MissingRate, TeamsInACircle) as error:
        why = get_eyes(request).explain(error)
        return render_page(request, "demand/calls.html", {**context, "refusal": why})
    rolled, team = _look_at(shown.rolled, request.GET.get("team"))
    with_teams = visitor.reach != "own"
    tables = [
        *call_tables.build_roll_up(
            rolled, with_teams=with_teams, least=calls.read_least_closed(today)
        ),
        call_tables.build_crm(rolled),
        call_tables.build_history(_choose(shown.history, rolled, team), rolled.currency),
    ]
    context |= {
        "rolled": rolled,
        "team": team,
        "currency": rolled.currency,
        "missing": rolled.missing,
        "foreign": note_foreign(rolled),
        "expected_on": shown.expected_on,
        "is_over": period.end <= today,
        "can_call": bool(shown.choices),
        "with_teams": with_teams,
        "opened": list_asked(request.GET),
    }
    if team is None:
        found, more = _hold_against(period, visitor, today)
        context |= found
        tables += more
    asked = _open_form(shown) if form is None else form
    return render_page(request, "demand/calls.html", context, tables, form=asked)


def _look_at(rolled: RollUp, team: str | None) -> tuple[RollUp, TeamLine | None]:
    """Of one team where the address names it. Raises Http404 for one that is not seen."""
    if team is None:
        return rolled, None
    if team not in {each.team for each in rolled.teams}:
        raise Http404
    narrowed = narrow(rolled, team)
    return narrowed, narrowed.total


def _choose(history: tuple[Call, ...], rolled: RollUp, team: TeamLine | None) -> tuple[Call, ...]:
    """The calls of the people and teams that are looked at."""
    if team is None:
        return history
    teams, reps = {each.team for each in rolled.teams}, {each.rep for each in rolled.sellers}
    return tuple(each for each in history if each.name in (teams if each.scope == "team" else reps))


def _hold_against(
    period: Period, visitor: Visitor, today: date
) -> tuple[dict[str, Any], list[Table]]:
    """What became of calls before, and what all sources agree on."""
    judged = call_record.judge_callers(get_workspace(), visitor, today=today)
    agreed = None
    if visitor.may("read_plan"):
        agreed = call_record.find_consensus(get_workspace(), period, today=today)
    managers = call_record.judge_managers(get_workspace(), visitor, today=today)
    own = tuple(each for each in judged if each.submitter == visitor.name)
    found = {
        "own": [describe_bias(each) for each in own],
        "has_others": len(judged) > len(own),
        "managers": managers,
        "agreed": agreed,
    }
    tables = [call_tables.build_biases(judged), call_tables.build_managers(managers)]
    if agreed:
        tables.append(call_tables.build_consensus(agreed.consensus))
    return found, tables


def _has_page(visitor: Visitor, period: Period) -> bool:
    """Whether the forecast of the period has a page that the visitor may open."""
    return visitor.may("read_plan") and bool(runs.list_headings(str(period)))


def _write(choice: Choice) -> str:
    return f"{choice.scope}:{choice.name}"


def _name(choice: Choice) -> str:
    name = names.name_part(choice.name)
    if choice.scope == "team":
        return _("Team {name}").format(name=name)
    return _("{name} (yourself)").format(name=name) if choice.voice == "rep" else name
