"""Collect: the sales process as figures: cohorts, days in each stage, reasons of losses."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from counterpoise.actions import processes
from counterpoise.actions.answers import answer_process
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.domain.measure.process import At, Maturity, Of, Scope
from counterpoise.domain.values.rights import Visitor
from counterpoise.web import access
from counterpoise.web.api import whose
from counterpoise.web.api.collect import get_judged
from counterpoise.web.api.forms import Amount, Day
from counterpoise.web.api.waterfall import Split
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["collect"])


class ProcessWanted(Schema):
    """What was created, entered or lost from `start` up to but without `end`."""

    start: Day
    end: Day
    cohorts: Literal["month", "quarter"] = "month"
    by: Split = Field("", description="A part for each; without it the whole company.")
    as_of: Day | None = Field(
        None, description="The day whose knowledge counts; the last of the data where not said."
    )


class FunnelStepAnswer(Schema):
    """at: created, an open stage (named by `stage`), touched, converted, won or lost. n: how many
    ever came there. share, days: null where the cohort is too small; days is the median from the
    creation, of the `timed` ones of which it is recorded when."""

    at: At
    stage: str
    n: int
    share: Amount | None
    days: Amount | None
    timed: int


class CohortAnswer(Schema):
    """open: neither won nor lost, or not converted. maturity: the shares of a young one will still
    rise."""

    of: Of
    period: str
    label: str
    created: int
    open: int
    maturity: Maturity
    steps: list[FunnelStepAnswer]


class RipenessAnswer(Schema):
    """days: after how many a cohort is mature; null where too few of the n ended."""

    of: Of
    days: int | None
    n: int
    ended: int


class StayAnswer(Schema):
    """median, upper (75 %): days; null where fewer than `least` (is_told is false), or where the
    curve does not fall that low. censored: still there."""

    label: str
    stage: str
    n: int
    censored: int
    is_told: bool
    median: int | None
    upper: int | None


class LostForAnswer(Schema):
    """reason, stage: empty where none was given, or nobody knows it; stage is null for all."""

    label: str
    reason: str
    stage: str | None
    n: int
    money: Amount
    share: Amount | None
    share_of_money: Amount | None


class SilenceAnswer(Schema):
    who: Literal["rep", "team"]
    label: str
    lost: int
    silent: int
    share: Amount | None


class ProcessAnswer(Schema):
    """definitions: how each list is counted. least: of fewer nothing is told."""

    build: str
    as_of: date
    start: date
    end: date
    cohorts: str
    by: str
    currency: str
    least: int
    definitions: dict[str, str]
    maturity: list[RipenessAnswer]
    funnel: list[CohortAnswer]
    stages: list[StayAnswer]
    reasons: list[LostForAnswer]
    losses: list[LostForAnswer]
    silences: list[SilenceAnswer]


@router.get("/process", response=ProcessAnswer, summary="Get the sales process as figures")
def show_process(request: HttpRequest, wanted: Query[ProcessWanted]) -> dict[str, Any]:
    """Cohorts and how far they came, days in each stage, and why deals are lost; parts by rep or
    team as far as the token's owner sees them."""
    visitor = access.get_visitor(request)
    standing, examined = get_judged()
    scope = Scope(
        wanted.start, wanted.end, wanted.as_of or examined.as_of, wanted.cohorts, wanted.by
    )
    build = standing.build.id
    current = CurrentBuild(build, get_workspace().build_folder(build))
    asked = processes.ask(current, scope, today=max(examined.as_of, now().date()))
    answer = answer_process(build, processes.measure_process(asked))
    named = {key: answer[key] for key in ("funnel", "stages", "reasons", "losses")}
    seen = {key: _select(rows, wanted.by, visitor, build) for key, rows in named.items()}
    silences = [{**each, "by": {each["who"]: each["label"]}} for each in answer["silences"]]
    return {
        **answer,
        **seen,
        "silences": whose.select_measures(visitor, silences, build),
    }


def _select(rows: list[dict[str, Any]], by: str, visitor: Visitor, build: str) -> list[Any]:
    named = [{**each, "by": {by: each["label"]}} for each in rows]
    return list(whose.select_measures(visitor, named, build)) if by else rows
