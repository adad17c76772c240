"""Execute: the actions that the cycles of a period propose, who owns them and where they stand."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Schema

from counterpoise.actions import tracking
from counterpoise.actions.tracking import Tracked
from counterpoise.domain.execute.tracking import may_assign, may_work
from counterpoise.domain.values.plain import to_plain
from counterpoise.web import access
from counterpoise.web.api import runs
from counterpoise.web.api.editions import TAKES_EDITION, read_edition, tell_edition
from counterpoise.web.api.forms import Amount, Day, Name, Sent, Words
from counterpoise.web.api.problems import NOT_FOUND, Problem
from counterpoise.web.workplace import now

router = Router(tags=["execute"])
ACTION = "/execute/{period}/actions/{action}"


class ActionAnswer(Schema):
    """effect: money that it is expected to be worth, null where that cannot be said.

    state: open, in_progress, done or dropped. owner: a user name, or empty. edition: grows with
    each change. is_proposed: the newest run still calls for it. run: the last that did.
    """

    id: str
    period: str
    area: str
    what: str
    why: str
    owner_role: str
    effect: Amount | None
    currency: str
    state: str
    owner: str
    due_on: date
    reason: str
    edition: int
    is_overdue: bool
    is_proposed: bool
    run: str


class Actions(Schema):
    actions: list[ActionAnswer]


class NewState(Sent):
    """reason: why an action is dropped; it has to have one then."""

    state: Literal["open", "in_progress", "done", "dropped"]
    reason: Words = ""


class NewOwner(Sent):
    """owner: a user name."""

    owner: Name


class NewDue(Sent):
    """due_on: null goes back to the day that the cycle proposed."""

    due_on: Day | None


@router.get("/execute/{period}/actions", response=Actions, summary="List the actions of a period")
def list_actions(request: HttpRequest, period: str) -> dict[str, Any]:
    """As the newest run ranks them; for whoever may not read the plan, their own."""
    tracked = tracking.list_tracked(access.get_visitor(request), runs.read_period(period))
    return {"actions": [_answer_action(each) for each in tracked]}


@router.get(ACTION, response=ActionAnswer, summary="Get an action")
def show_action(
    request: HttpRequest, response: HttpResponse, period: str, action: str
) -> dict[str, Any]:
    tracked = _get_action(request, period, action)
    tell_edition(response, tracked.standing.edition)
    return _answer_action(tracked)


@router.post(
    ACTION + "/state",
    response=ActionAnswer,
    summary="Say where an action stands",
    openapi_extra=TAKES_EDITION,
)
def move_action(
    request: HttpRequest, response: HttpResponse, period: str, action: str, new: NewState
) -> dict[str, Any]:
    """For its owner, whoever gave it to them, and operations."""
    edition, tracked = read_edition(request), _get_workable(request, period, action)
    tracking.move(tracked, new.state, new.reason, edition=edition, at=now())
    return show_action(request, response, period, action)


@router.post(
    ACTION + "/due",
    response=ActionAnswer,
    summary="Say when an action is due",
    openapi_extra=TAKES_EDITION,
)
def put_off_action(
    request: HttpRequest, response: HttpResponse, period: str, action: str, new: NewDue
) -> dict[str, Any]:
    edition, tracked = read_edition(request), _get_assignable(request, period, action)
    tracking.put_off(tracked, new.due_on, edition=edition, at=now())
    return show_action(request, response, period, action)


@router.post(
    ACTION + "/owner",
    response=ActionAnswer,
    summary="Give an action to a person",
    openapi_extra=TAKES_EDITION,
)
def assign_action(
    request: HttpRequest, response: HttpResponse, period: str, action: str, new: NewOwner
) -> dict[str, Any]:
    """The new owner's inbox says so."""
    edition, tracked = read_edition(request), _get_assignable(request, period, action)
    visitor = access.get_visitor(request)
    by_login = {each.login: each.id for each in tracking.list_workers(visitor)}
    tracking.assign(
        visitor,
        tracked,
        by_login.get(new.owner, 0),
        edition=edition,
        link=reverse("execute:action", args=(tracked.period, tracked.action.id)),
        at=now(),
    )
    return show_action(request, response, period, action)


def _get_action(request: HttpRequest, period: str, action: str) -> Tracked:
    wanted = runs.read_period(period)
    found = tracking.find_tracked(access.get_visitor(request), wanted, action)
    if found is None:
        raise Problem(404, NOT_FOUND)
    return found


def _get_workable(request: HttpRequest, period: str, action: str) -> Tracked:
    tracked = _get_action(request, period, action)
    if not may_work(access.get_visitor(request), tracked.standing):
        raise Problem(404, NOT_FOUND)
    return tracked


def _get_assignable(request: HttpRequest, period: str, action: str) -> Tracked:
    tracked = _get_action(request, period, action)
    if not may_assign(access.get_visitor(request), tracked.standing):
        raise Problem(404, NOT_FOUND)
    return tracked


def _answer_action(tracked: Tracked) -> dict[str, Any]:
    action, standing = tracked.action, tracked.standing
    return {
        **to_plain(action),
        "period": tracked.period,
        "currency": tracked.currency,
        "state": standing.state,
        "owner": "" if standing.owner is None else standing.owner.login,
        "due_on": to_plain(tracked.due_on),
        "reason": standing.reason,
        "edition": standing.edition,
        "is_overdue": tracked.is_overdue(now().date()),
        "is_proposed": tracked.is_proposed,
        "run": tracked.run,
    }
