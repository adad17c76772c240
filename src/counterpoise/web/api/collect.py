"""Collect: how healthy the data is, what could not be read, and the published measures."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import kept
from counterpoise.actions.answers import answer_health, answer_measures
from counterpoise.actions.kept import Examined
from counterpoise.actions.quarantine import list_quarantine
from counterpoise.domain.tables.received import Quarantined
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import ledger
from counterpoise.web import access
from counterpoise.web.api import paging, whose
from counterpoise.web.api.forms import FindingAnswer, JobAnswer, MeasureAnswer
from counterpoise.web.api.problems import Problem
from counterpoise.web.api.work import answer_job
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.collect.standing import Standing, get_all_seeing
from counterpoise.web.workplace import get_workspace

router = Router(tags=["collect"])
Dimension = Literal["", "rep", "team", "region", "product", "segment", "source", "stage", "month"]


class QuarantinedRow(Schema):
    """row counts as a spreadsheet shows it, the header being 1."""

    file: str
    row: int
    column: str
    value: str
    reason: str


class Quarantine(Schema):
    items: list[QuarantinedRow]
    next: str | None


class Health(Schema):
    """score: 100 is clean. rows: how many were looked at."""

    build: str
    as_of: str
    score: int
    rows: int
    findings: list[FindingAnswer]


class Measures(Schema):
    build: str
    as_of: str
    measures: list[MeasureAnswer]


@router.get("/quarantine", response=Quarantine, summary="List what could not be read")
def list_quarantined(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    """By file, row and column, for whoever sees everyone's rows.

    Those that a newer load of the same file brought well are gone.
    """
    get_all_seeing(request)
    rows = set(list_quarantine(get_workspace()))
    shown, following = paging.cut_page(rows, _order, page, "quarantine")
    return paging.answer_page([to_plain(each) for each in shown], following)


@router.get("/health", response=Health, summary="Get how healthy the data is")
def show_health(request: HttpRequest) -> dict[str, Any]:
    """A rep's findings are listed for those who may see that rep."""
    standing, examined = get_judged()
    build = standing.build.id
    health = answer_health(examined.health)
    findings = whose.select_findings(access.get_visitor(request), health["findings"], build)
    as_of = to_plain(examined.as_of)
    return {"build": build, "as_of": as_of, **health, "findings": findings}


class MeasuresWanted(Schema):
    by: Dimension = Field("", description="One dimension; without it the whole company.")


@router.get("/measures", response=Measures, summary="List the published measures")
def list_measures(request: HttpRequest, wanted: Query[MeasuresWanted]) -> dict[str, Any]:
    """By rep or team, as far as the token's owner sees them."""
    standing, examined = get_judged()
    build = standing.build.id
    answer = answer_measures(build, examined.measures_by(wanted.by))
    measures = whose.select_measures(access.get_visitor(request), answer["measures"], build)
    return {"build": build, "as_of": to_plain(examined.as_of), "measures": measures}


@router.post("/health/judge", response={202: JobAnswer}, summary="Judge the current data")
def judge_data(request: HttpRequest) -> Status[Any]:
    """A load does so by itself; where the data was judged already, the job changes nothing."""
    build, visitor = ledger.get_current_build().id, access.get_visitor(request)
    job = ask_for("examine", {"build": build}, key=make_key(), visitor=visitor)
    return Status(202, answer_job(job))


def get_judged() -> tuple[Standing, Examined]:
    """The current build and what was found in it. Raises NoBuild, and a 404 problem where nobody
    has judged it."""
    build = ledger.get_current_build()
    standing = Standing(build, kept.find_examined(build.id))
    if standing.examined is None:
        raise Problem(
            404,
            f"The data of build {build.id} has not been judged yet; that comes with the load. Wait"
            " for its job to be done.",
        )
    return standing, standing.examined


def _order(row: Quarantined) -> paging.Key:
    return row.file, row.row, row.column, row.value, str(row.reason)
