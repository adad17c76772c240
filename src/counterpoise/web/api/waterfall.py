"""Collect: what moved the pipeline between two evenings, and the deals behind each movement."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from counterpoise.actions import waterfalls
from counterpoise.actions.answers import answer_waterfalls
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.waterfalls import Asked
from counterpoise.domain.measure.waterfall import KINDS, Kind, Window
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.plain import to_plain
from counterpoise.domain.values.rights import Visitor
from counterpoise.warehouse.measures.moves import Move
from counterpoise.web import access
from counterpoise.web.api import paging, whose
from counterpoise.web.api.collect import get_judged
from counterpoise.web.api.forms import PERIOD, Amount, Day
from counterpoise.web.api.problems import Problem
from counterpoise.web.collect.waterfall import list_choices
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["collect"])
Split = Literal["", "rep", "team", "region", "segment", "product", "source"]


class WindowWanted(Schema):
    """From the evening before `start` to the evening before `end`, which is today's at the latest.

    due: only deals expected to close in that period.
    """

    start: Day
    end: Day
    by: Split = Field("", description="A waterfall for each; without it the whole company's.")
    due: str = Field(
        "",
        pattern=f"^({PERIOD[1:-1]})?$",
        description="A month (2026-11), a quarter (2026-Q4) or a year (2026); empty: all deals.",
    )


class MovementsWanted(paging.Page):
    start: Day
    end: Day
    by: Split = ""
    due: str = Field("", pattern=f"^({PERIOD[1:-1]})?$")
    member: str = Field("", max_length=200, description="Of the split, as the parts say it.")


class OpenAnswer(Schema):
    money: Amount
    deals: int


class FlowAnswer(Schema):
    """money: below 0 where it went out. n: movements. deals: how many made them."""

    kind: Kind
    money: Amount
    n: int
    deals: int


class PartAnswer(Schema):
    """open_at_start + the movements = open_at_end, to the cent."""

    label: str
    currency: str
    open_at_start: OpenAnswer
    movements: list[FlowAnswer]
    open_at_end: OpenAnswer


class WaterfallAnswer(Schema):
    """currencies: the whole in each currency that its deals are in."""

    build: str
    start: date
    end: date
    by: str
    due: str | None
    parts: list[PartAnswer]
    currencies: list[PartAnswer]


class MovementAnswer(Schema):
    """money: in the deal's currency. worth: in the company's, not rounded."""

    source: str
    deal: str
    name: str
    rep: str
    team: str
    at: datetime
    money: Amount
    currency: str
    worth: Amount


class Movements(Schema):
    """total: of all in reach; the 1,000 largest can be had."""

    build: str
    total: int
    items: list[MovementAnswer]
    next: str | None


@router.get("/waterfall", response=WaterfallAnswer, summary="Get what moved the pipeline")
def show_waterfall(request: HttpRequest, wanted: Query[WindowWanted]) -> dict[str, Any]:
    """Every movement when it became known; parts by rep or team as far as the token's owner sees
    them. Without the right read_data there are these parts and no others."""
    visitor = access.get_visitor(request)
    _check(wanted.by, visitor)
    asked = _ask(wanted)
    found = waterfalls.measure_waterfall(asked)
    answer = answer_waterfalls(asked.build.id, found)
    is_whole = not wanted.by
    return {
        **answer,
        "parts": _select(answer["parts"], wanted.by, visitor, asked.build.id),
        "currencies": answer["currencies"] if is_whole else [],
    }


@router.get("/waterfall/{kind}", response=Movements, summary="List the movements behind a line")
def list_movements(
    request: HttpRequest, kind: str, wanted: Query[MovementsWanted]
) -> dict[str, Any]:
    """By moment, deal and source; those that the token's owner sees."""
    visitor = access.get_visitor(request)
    if kind not in KINDS or visitor.reach == "nobody":
        raise Http404
    asked = _ask(wanted)
    found = waterfalls.list_moves(asked, kind, wanted.member, visitor)
    scope = f"moves:{asked.build.id}:{kind}:{wanted.start}:{wanted.end}:{wanted.by}:{wanted.due}"
    numbered = list(enumerate(found.rows))
    shown, following = paging.cut_page(numbered, _order, wanted, f"{scope}:{wanted.member}")
    items = [to_plain(each) for _, each in shown]
    return {
        "build": asked.build.id,
        "total": found.total,
        **paging.answer_page(items, following),
    }


def _check(by: str, visitor: Visitor) -> None:
    """A waterfall of the company is for whoever may read its data."""
    offered = list_choices(visitor)
    if not offered:
        raise Http404
    if by not in offered and not visitor.may("read_data"):
        raise Problem(
            422,
            "The waterfall of the company needs the right read_data, which this token does not"
            f" have. Ask for by={offered[0]}.",
        )


def _ask(wanted: WindowWanted | MovementsWanted) -> Asked:
    window = Window(
        wanted.start, wanted.end, wanted.by, Period.parse(wanted.due) if wanted.due else None
    )
    standing, examined = get_judged()
    current = standing.build.id
    build = CurrentBuild(current, get_workspace().build_folder(current))
    return waterfalls.ask(build, window, today=max(examined.as_of, now().date()))


def _select(parts: list[dict[str, Any]], by: str, visitor: Visitor, build: str) -> list[Any]:
    named = [{**each, "by": {by: each["label"]}} for each in parts]
    return list(whose.select_measures(visitor, named, build)) if by else list(parts)


def _order(numbered: tuple[int, Move]) -> paging.Key:
    number, move = numbered
    return move.at.isoformat(), move.deal, move.source, number
