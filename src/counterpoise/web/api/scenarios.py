"""Scenarios of a period: made, changed, solved, put away, and one chosen to be frozen."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import scenarios
from counterpoise.actions.scenarios import Wish
from counterpoise.domain.tables.scenario import Change
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import scenarios as stored
from counterpoise.store.scenarios import KeptScenario, ScenarioChanged
from counterpoise.web import access
from counterpoise.web.api import runs
from counterpoise.web.api.editions import TAKES_EDITION, read_edition, tell_edition
from counterpoise.web.api.forms import JobAnswer, Name, Sent, Words
from counterpoise.web.api.problems import Problem
from counterpoise.web.api.work import answer_job
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.workplace import now

router = Router(tags=["reconcile"])
ONE = "/reconcile/{period}/scenarios/{int:scenario_id}"


class ChangeAnswer(Schema):
    """A rule's value while the scenario is planned; subject narrows the key, empty is for all."""

    key: str
    subject: str
    value: str


class ScenarioAnswer(Schema):
    """plan: the name of the plan last solved for it, null until then and after a change.

    headline: that plan's figures. is_promoted: its plan is the one to be frozen.
    """

    id: int
    period: str
    name: str
    demand: str
    changes: list[ChangeAnswer]
    note: str
    author: str
    made_at: datetime
    changed_at: datetime
    edition: int
    plan: str | None
    plan_as_of: date | None
    solved_at: datetime | None
    headline: dict[str, Any] | None
    is_promoted: bool
    is_archived: bool


class Scenarios(Schema):
    scenarios: list[ScenarioAnswer]


class NewChange(Sent):
    key: Name
    subject: Words = Field("", max_length=200)
    value: Name


class ScenarioWish(Sent):
    """demand: the expected demand, or the high or low end of its 80 % range."""

    name: Name
    demand: Literal["base", "high", "low"]
    changes: list[NewChange] = Field(default_factory=list, max_length=40)
    note: Words = Field("", max_length=2000)

    def as_wish(self) -> Wish:
        changes = tuple(Change(each.key, each.subject, each.value) for each in self.changes)
        return Wish(self.name, self.demand, changes, self.note)


class ScenariosWanted(Schema):
    archived: bool = Field(default=False, description="With those that were put away.")


@router.get("/reconcile/{period}/scenarios", response=Scenarios, summary="List scenarios, by name")
def list_scenarios(
    request: HttpRequest, period: str, wanted: Query[ScenariosWanted]
) -> dict[str, Any]:
    listed = stored.list_scenarios(runs.read_period(period), with_archived=wanted.archived)
    return {"scenarios": [_answer_scenario(each) for each in listed]}


@router.post(
    "/reconcile/{period}/scenarios", response={201: ScenarioAnswer}, summary="Make a scenario"
)
def make_scenario(
    request: HttpRequest, response: HttpResponse, period: str, wish: ScenarioWish
) -> Status[Any]:
    made = scenarios.make_scenario(
        runs.read_period(period), wish.as_wish(), access.get_visitor(request), now=now()
    )
    tell_edition(response, made.edition)
    return Status(201, _answer_scenario(made))


@router.get(ONE, response=ScenarioAnswer, summary="Get a scenario")
def show_scenario(
    request: HttpRequest, response: HttpResponse, period: str, scenario_id: int
) -> dict[str, Any]:
    found = stored.get_scenario(runs.read_period(period), scenario_id)
    tell_edition(response, found.edition)
    return _answer_scenario(found)


@router.put(ONE, response=ScenarioAnswer, summary="Change a scenario", openapi_extra=TAKES_EDITION)
def change_scenario(
    request: HttpRequest,
    response: HttpResponse,
    period: str,
    scenario_id: int,
    wish: ScenarioWish,
) -> dict[str, Any]:
    """The whole of it. The plan that it had no longer holds."""
    edition, before = read_edition(request), _get_scenario(period, scenario_id)
    try:
        after = scenarios.change_scenario(before, wish.as_wish(), edition=edition, now=now())
    except ScenarioChanged as error:
        raise _say_changed(error) from None
    tell_edition(response, after.edition)
    return _answer_scenario(after)


@router.post(ONE + "/solve", response={202: JobAnswer}, summary="Plan for a scenario")
def solve_scenario(request: HttpRequest, period: str, scenario_id: int) -> Status[Any]:
    """Answers with the job; its `result` names the plan when it is done."""
    found = _get_scenario(period, scenario_id)
    if found.is_archived:
        raise Problem(409, f"Scenario {found.name!r} was put away. Bring it back, then solve it.")
    arguments = {"period": found.period, "scenario": found.id}
    visitor = access.get_visitor(request)
    return Status(202, answer_job(ask_for("scenario", arguments, key=make_key(), visitor=visitor)))


@router.post(
    ONE + "/promote",
    response=ScenarioAnswer,
    summary="Choose a scenario's plan to be frozen",
    openapi_extra=TAKES_EDITION,
)
def promote_scenario(
    request: HttpRequest, response: HttpResponse, period: str, scenario_id: int
) -> dict[str, Any]:
    edition, found = read_edition(request), _get_scenario(period, scenario_id)
    try:
        scenarios.promote(found, edition=edition, now=now())
    except ScenarioChanged as error:
        raise _say_changed(error) from None
    return show_scenario(request, response, period, scenario_id)


@router.post(
    ONE + "/archive",
    response=ScenarioAnswer,
    summary="Put a scenario away",
    openapi_extra=TAKES_EDITION,
)
def archive_scenario(
    request: HttpRequest, response: HttpResponse, period: str, scenario_id: int
) -> dict[str, Any]:
    """It leaves the lists and is no longer the one to be frozen. Its plans stay."""
    return _act(request, response, _get_scenario(period, scenario_id), stored.archive)


@router.post(
    ONE + "/bring-back",
    response=ScenarioAnswer,
    summary="Bring a scenario back that was put away",
    openapi_extra=TAKES_EDITION,
)
def bring_back_scenario(
    request: HttpRequest, response: HttpResponse, period: str, scenario_id: int
) -> dict[str, Any]:
    return _act(request, response, _get_scenario(period, scenario_id), stored.bring_back)


@router.post(
    "/reconcile/{period}/scenarios/step-back",
    response=ScenarioAnswer,
    summary="Choose the plan of the expected demand to be frozen again",
)
def step_back_scenario(request: HttpRequest, period: str) -> dict[str, Any]:
    """Answers with the scenario whose plan was chosen until now."""
    wanted = runs.read_period(period)
    before = stored.step_back(wanted, at=now())
    if before is None:
        raise Problem(409, f"No scenario's plan is chosen for {wanted}, so nothing was changed.")
    return _answer_scenario(stored.get_scenario(wanted, before.id))


def _act(
    request: HttpRequest, response: HttpResponse, kept: KeptScenario, act: Callable[..., None]
) -> dict[str, Any]:
    try:
        act(kept, edition=read_edition(request), at=now())
    except ScenarioChanged as error:
        raise _say_changed(error) from None
    return show_scenario(request, response, kept.period, kept.id)


def _get_scenario(period: str, scenario_id: int) -> KeptScenario:
    return stored.get_scenario(runs.read_period(period), scenario_id)


def _say_changed(error: ScenarioChanged) -> Problem:
    return Problem(412, str(error), current=_answer_scenario(error.current))


def _answer_scenario(kept: KeptScenario) -> dict[str, Any]:
    scenario = kept.scenario
    answer: dict[str, Any] = to_plain(kept)
    return {
        **answer,
        "name": scenario.name,
        "demand": scenario.demand,
        "changes": [asdict(each) for each in scenario.changes],
    }
