"""Collect: how healthy the data is, what could not be read, and the published measures."""

from dataclasses import replace
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import health_trend, kept
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
from counterpoise.web.collect.health_trend import select_parts
from counterpoise.web.collect.standing import Standing, get_all_seeing
from counterpoise.web.workplace import get_workspace

router = Router(tags=["collect"])
Dimension = Literal[
    "",
    "rep",
    "team",
    "region",
    "product",
    "segment",
    "source",
    "stage",
    "month",
    "created_quarter",
    "hire_quarter",
]


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


class ScoredPart(Schema):
    """kind: table, source or rep. findings: how many of the problems it has."""

    kind: str
    name: str
    score: int
    rows: int
    findings: int


class ScoredBuild(Schema):
    build: str
    published_at: str
    as_of: str
    score: int
    rows: int
    parts: list[ScoredPart]


class HealthTrend(Schema):
    """builds: those that were judged, the oldest first."""

    builds: list[ScoredBuild]


class FaultCost(Schema):
    """error: off with the fault, as a share of the deals' worth; money: what that costs in the open
    pipeline, with its 80 % range; null where too few deals show it."""

    table: str
    attribute: str
    rule: str
    deals: int
    others: int
    error: float | None
    error_else: float | None
    money: str | None
    low_80: str | None
    high_80: str | None


class DataCost(Schema):
    """refusal: why nothing can be said. costs: what costs most first, what cannot be said last."""

    build: str
    as_of: str
    currency: str
    days: int
    refusal: str | None
    costs: list[FaultCost]


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


@router.get("/health/trend", response=HealthTrend, summary="Get how healthy the data was")
def show_health_trend(request: HttpRequest) -> dict[str, Any]:
    """The score of each build that was judged, with its tables, its sources, and the reps whom the
    token's owner may see."""
    visitor = access.get_visitor(request)
    trend = [
        replace(each, parts=tuple(select_parts(each.parts, visitor)))
        for each in health_trend.list_trend()
    ]
    return {"builds": health_trend.answer_trend(trend)}


@router.get("/health/cost", response=DataCost, summary="Get what bad data costs the forecast")
def show_health_cost(request: HttpRequest) -> dict[str, Any]:
    """For every fault that deals have: how much further off the forecast is where they have it."""
    standing, examined = get_judged()
    if examined.cost is None:
        raise Problem(404, "This build was judged before costs were reckoned. Load again for them.")
    as_of = to_plain(examined.as_of)
    return {"build": standing.build.id, "as_of": as_of, **to_plain(examined.cost)}


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
