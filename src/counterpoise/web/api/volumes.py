"""Demand in units other than money: the newest run's leads, deals, units, hours and tickets."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from counterpoise.actions import volumes
from counterpoise.actions.answers import answer_volumes
from counterpoise.domain.tables.volume import ScoredKind, ToldKind
from counterpoise.web.api import runs
from counterpoise.web.api.forms import Amount, Mark, Members
from counterpoise.web.api.problems import Problem

router = Router(tags=["demand"])


class VolumeBase(Schema):
    """by: a source, a product and its site, a role, a tier or a pool; none for the whole.

    standing: the part of the mean that rests on what was there before: leads that had come in by
    the as-of day, deals won before the period, customers of the as-of day.
    """

    month: str
    by: Members
    mean: Amount
    quantiles: dict[str, Amount]
    standing: Amount


class VolumeLearnedBase(Schema):
    """how: where the figures come from; n: rows that they rest on."""

    by: Members
    unit: str
    n: int
    how: str


class VolumeTestBase(Schema):
    """How the same rules did on earlier days, for so many months ahead together.

    Shares: wmape 0.15 is 15 %; bias above 0 is too high; repeat_wmape is of repeating as many
    months before.
    """

    months: int
    origins: int
    wmape: float | None
    repeat_wmape: float | None
    bias: float | None
    coverage_80: float | None


class VolumeRefusalBase(Schema):
    why: str


class LeadPlanAnswer(Schema):
    """Leads that marketing plans of a source in a month, in the place of `series`, what the series
    of leads says of the whole month. decided_on: from when on the plan holds."""

    source: str
    month: str
    planned: Amount
    series: float
    decided_on: str
    said_by: str


class LeadPlanRecordAnswer(Schema):
    """Plans of months that are over: leads planned and leads that came; missed: months in which
    fewer came."""

    source: str
    months: int
    planned: float
    came: int
    missed: int


class VolumeAnswer(VolumeBase):
    kind: ToldKind


class ScoredVolumeAnswer(VolumeBase):
    kind: ScoredKind


class VolumeLearnedAnswer(VolumeLearnedBase):
    kind: ToldKind


class ScoredLearnedAnswer(VolumeLearnedBase):
    kind: ScoredKind


class VolumeTestAnswer(VolumeTestBase):
    kind: ToldKind


class ScoredTestAnswer(VolumeTestBase):
    kind: ScoredKind


class VolumeRefusalAnswer(VolumeRefusalBase):
    kind: ToldKind


class ScoredRefusalAnswer(VolumeRefusalBase):
    kind: ScoredKind


class ByScoresAnswer(Schema):
    """Opportunities told by the scores of open leads: another way to tell them, nothing to add."""

    volumes: list[ScoredVolumeAnswer]
    learned: list[ScoredLearnedAnswer]
    tests: list[ScoredTestAnswer]
    refusals: list[ScoredRefusalAnswer]


class VolumesAnswer(Mark):
    volumes: list[VolumeAnswer]
    learned: list[VolumeLearnedAnswer]
    tests: list[VolumeTestAnswer]
    refusals: list[VolumeRefusalAnswer]
    by_scores: ByScoresAnswer
    notes: list[str]
    plan: list[LeadPlanAnswer]
    plan_record: list[LeadPlanRecordAnswer]


@router.get("/demand/{period}/volumes", response=VolumesAnswer, summary="Get expected volumes")
def show_volumes(request: HttpRequest, period: str) -> dict[str, Any]:
    """In units other than money, as the newest run of the period kept them."""
    run = runs.get_newest(period)
    found = volumes.find_volumes(run.period)
    if found is None or found.volumes is None:
        raise Problem(404, f"The newest run of {run.period} kept no volumes. Run the cycle again.")
    return {**runs.mark(run), **answer_volumes(found.volumes)}
