"""Collect: measures that people defined, what they say, and new ones."""

from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import own_measures
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.domain.measure.own import (
    FEWEST_ROWS,
    LONGEST_VALUE,
    MOST_FILTERS,
    Filter,
    How,
    Operator,
    OwnMeasure,
    Part,
)
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import own_measures as stored
from counterpoise.store.own_measures import KeptMeasure
from counterpoise.web import access
from counterpoise.web.api import paging, whose
from counterpoise.web.api.collect import Dimension, get_judged
from counterpoise.web.api.forms import Amount, Name, Sent
from counterpoise.web.collect import own
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["collect"])
Table = Literal["opportunity", "lead", "activity", "ticket"]


class FilterForm(Sent):
    """value: a number 1200.50, a day 2026-03-31, yes or no, or the text itself."""

    attribute: Name
    operator: Operator
    value: str = Field("", max_length=LONGEST_VALUE, pattern=r"^[^\u0000]*$")


class PartForm(Sent):
    """attribute: what is added up, empty for a count of rows. day: what puts a row in a period."""

    table: Table
    how: How
    attribute: str = Field("", max_length=200, pattern=r"^[^\u0000]*$")
    day: Name
    filters: list[FilterForm] = Field([], max_length=MOST_FILTERS)


class MeasureWish(Sent):
    """below: what the upper part is divided by, null for nothing."""

    name: Name
    above: PartForm
    below: PartForm | None = None


class MeasureFilter(Schema):
    attribute: str
    operator: str
    value: str


class MeasurePart(Schema):
    table: str
    how: str
    attribute: str
    day: str
    filters: list[MeasureFilter]


class DefinedAnswer(Schema):
    """value and n: of the whole company on `build`, on which both engines agreed."""

    id: int
    name: str
    above: MeasurePart
    below: MeasurePart | None
    unit: str
    build: str
    value: Amount | None
    n: int
    author: str
    made_at: datetime
    withdrawn_at: datetime | None


class Defined(Schema):
    items: list[DefinedAnswer]
    next: str | None


class ValueAnswer(Schema):
    """is_hidden: it rests on so few rows that it would tell of single ones."""

    label: str
    value: Amount | None
    n: int
    is_hidden: bool


class Values(Schema):
    build: str
    name: str
    unit: str
    by: str
    values: list[ValueAnswer]


class SplitWanted(Schema):
    by: Dimension = Field("", description="One dimension; without it the whole company.")


@router.get("/own-measures", response=Defined, summary="List the measures that people defined")
def list_own_measures(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    """All that were ever defined, in that order; a withdrawn one is marked."""
    kept = stored.list_measures(with_withdrawn=True)
    sees_all = access.get_visitor(request).reach == "everyone"
    shown, following = paging.cut_page(kept, lambda each: (each.id,), page, "own-measures")
    return paging.answer_page([_answer(each, sees_all=sees_all) for each in shown], following)


@router.get(
    "/own-measures/{int:measure_id}",
    response=Values,
    summary="Get what a measure that someone defined says",
)
def show_own_measure(
    request: HttpRequest, measure_id: int, wanted: Query[SplitWanted]
) -> dict[str, Any]:
    """By rep or team, as far as the token's owner sees them."""
    kept, visitor = stored.get_measure(measure_id), access.get_visitor(request)
    standing, examined = get_judged()
    if wanted.by and wanted.by not in own.list_splits(kept.measure, visitor):
        raise Http404
    build = CurrentBuild(standing.build.id, get_workspace().build_folder(standing.build.id))
    teams = whose.find_teams(visitor, standing.build.id)
    answers = own_measures.answer_measure(
        build,
        kept.measure,
        wanted.by,
        examined.as_of,
        lambda label: own.see_label(visitor, wanted.by, label, teams),
        sees_all=visitor.reach == "everyone",
    )
    return {
        "build": standing.build.id,
        "name": kept.measure.name,
        "unit": kept.measure.unit,
        "by": wanted.by,
        "values": [to_plain(each) for each in answers],
    }


@router.post("/own-measures", response={201: DefinedAnswer}, summary="Define a measure")
def define_measure(request: HttpRequest, wish: MeasureWish) -> Status[Any]:
    """It is computed in both engines on the current data, and kept only where they agree."""
    measure = OwnMeasure(
        wish.name, _read_part(wish.above), _read_part(wish.below) if wish.below else None
    )
    visitor = access.get_visitor(request)
    kept = own_measures.define_measure(get_workspace(), measure, visitor, now=now())
    return Status(201, _answer(kept, sees_all=visitor.reach == "everyone"))


@router.post(
    "/own-measures/{int:measure_id}/withdraw",
    response=DefinedAnswer,
    summary="Withdraw a measure that someone defined",
)
def withdraw_measure(request: HttpRequest, measure_id: int) -> dict[str, Any]:
    """It stays in the record, marked."""
    visitor = access.get_visitor(request)
    kept = own_measures.withdraw_measure(measure_id, visitor, now=now())
    return _answer(kept, sees_all=visitor.reach == "everyone")


def _read_part(form: PartForm) -> Part:
    filters = tuple(Filter(e.attribute, e.operator, e.value) for e in form.filters)
    return Part(form.table, form.how, form.attribute, form.day, filters)


def _answer(kept: KeptMeasure, *, sees_all: bool) -> dict[str, Any]:
    """Who does not see everyone's rows is not told what few of them say."""
    few = not sees_all and kept.n < FEWEST_ROWS
    return {
        **to_plain(kept),
        **to_plain(kept.measure),
        "unit": kept.measure.unit,
        "value": None if few else kept.value,
        "n": 0 if few else kept.n,
    }
