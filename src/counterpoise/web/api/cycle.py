"""Cycles: which were run, what each said, and running one."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponseBase
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import reports, signing, standings
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import runs
from counterpoise.web import access
from counterpoise.web.api import files, paging, whose
from counterpoise.web.api.forms import Day, JobAnswer, Mark, Sent
from counterpoise.web.api.forms import Period as PeriodField
from counterpoise.web.api.problems import NOT_FOUND, Problem
from counterpoise.web.api.work import answer_job
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.workplace import get_workspace

router = Router(tags=["cycle"])


class Heading(Mark):
    ran_at: datetime


class Cycles(Schema):
    items: list[Heading]
    next: str | None


class CyclesWanted(paging.Page):
    period: str = Field("", max_length=16, description="Only those for this period.")


class Document(Mark):
    """document: what `counterpoise cycle PERIOD --json` prints."""

    ran_at: datetime
    document: dict[str, Any]


class CycleWish(Sent):
    """as_of: the day whose knowledge counts; without it the last one that a plan can be made on."""

    period: PeriodField
    as_of: Day | None = None


class ReportWanted(files.LanguageWanted):
    ending: Literal["html", "xlsx"] = "html"


class StepAnswer(Schema):
    """state: never, running, refused, blocked, stale or fresh. why: what is missing or changed."""

    step: str
    state: str
    why: list[str]


class StandingAnswer(Schema):
    """run: the newest of the period, null for none. build: the current data, null before a load.

    is_plan_signed: the newest frozen version is signed by all, and nothing has voided it.
    """

    period: str
    run: str | None
    build: str | None
    is_plan_signed: bool
    steps: list[StepAnswer]


@router.get("/cycles", response=Cycles, summary="List the cycles that were run, newest first")
def list_cycles(request: HttpRequest, wanted: Query[CyclesWanted]) -> dict[str, Any]:
    period = str(Period.parse(wanted.period)) if wanted.period else ""
    headings = runs.list_headings(period)
    shown, following = paging.cut_page(headings, _order, wanted, f"cycles:{period}")
    return paging.answer_page([_answer_heading(each) for each in shown], following)


@router.post("/cycles", response={202: JobAnswer}, summary="Run the six steps for a period")
def run_cycle(request: HttpRequest, wish: CycleWish) -> Status[Any]:
    """Answers with the job; its `result` names the run when it is done."""
    arguments = {
        "period": str(Period.parse(wish.period)),
        "as_of": wish.as_of.isoformat() if wish.as_of else None,
    }
    job = ask_for("cycle", arguments, key=make_key(), visitor=access.get_visitor(request))
    return Status(202, answer_job(job))


@router.get("/cycles/{run_id}", response=Document, summary="Get all that a cycle found")
def show_cycle(request: HttpRequest, run_id: str) -> dict[str, Any]:
    """Findings about the rows of single people are in it as far as the token's owner sees them."""
    run = runs.find_run(run_id)
    if run is None:
        raise Problem(404, NOT_FOUND)
    document = whose.narrow_document(access.get_visitor(request), run.document)
    return {**_answer_heading(run), "document": document}


@router.get(
    "/cycles/{run_id}/report",
    response=bytes,
    summary="Get the report of a cycle",
    openapi_extra=files.describe("html", "xlsx"),
)
def send_report(request: HttpRequest, run_id: str, wanted: Query[ReportWanted]) -> HttpResponseBase:
    """As a file: a page or a workbook. It names everybody."""
    run = runs.find_run(run_id)
    if run is None:
        raise Problem(404, NOT_FOUND)
    path = reports.find_report(get_workspace(), run, wanted.language, wanted.ending)
    if path is None:
        raise Problem(404, f"The report of {run_id} is gone. Run the cycle again to have one.")
    return files.send(path, run_id, wanted.language)


@router.get("/standing/{period}", response=StandingAnswer, summary="Get where a cycle stands")
def show_standing(request: HttpRequest, period: str) -> dict[str, Any]:
    """Step by step: which answers, refuses or is out of date, and why."""
    standing = standings.find_standing(Period.parse(period))
    return {
        "period": standing.period,
        "run": standing.run and standing.run.id,
        "build": standing.build,
        "is_plan_signed": signing.is_plan_signed(get_workspace(), standing.period),
        "steps": [
            {"step": each.step, "state": each.state, "why": [str(why) for why in each.why]}
            for each in standing.steps
        ],
    }


def _order(heading: runs.Heading) -> paging.Key:
    return -int(heading.ran_at.timestamp() * 1_000_000), heading.id


def _answer_heading(run: runs.Heading | runs.Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "period": run.period,
        "as_of": to_plain(run.as_of),
        "build": run.build,
        "ran_at": to_plain(run.ran_at),
    }
