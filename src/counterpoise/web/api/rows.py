"""The rows behind a figure or a finding, and what each rep could mend, as far as the reach goes."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from counterpoise.actions import evidence
from counterpoise.domain.values.plain import to_plain
from counterpoise.warehouse.queries import records
from counterpoise.warehouse.queries.records import LONGEST_SEARCH, Known, Wanted
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.collect import Dimension, get_judged
from counterpoise.web.collect import health, measures
from counterpoise.web.collect.health import Fix
from counterpoise.web.collect.standing import Standing
from counterpoise.web.workplace import get_workspace

router = Router(tags=["collect"])


class Rows(Schema):
    """items: a row each, by the names in columns; amounts are decimal text. total: of all pages."""

    build: str
    as_of: date
    columns: list[str]
    total: int
    items: list[dict[str, Any]]
    next: str | None


class RowsWanted(paging.Page):
    words: str = Field(
        "",
        max_length=LONGEST_SEARCH,
        description="Only rows that have them in one of the columns, whatever their case.",
    )


class MeasuredRowsWanted(RowsWanted):
    by: Dimension = Field("", description="A dimension; without it the whole company.")
    member: str = Field("", max_length=200, description="Of the dimension, as the measures say it.")


class FoundRowsWanted(RowsWanted):
    rep: str = Field("", max_length=200, description="Only the rows of this rep.")


class FixAnswer(Schema):
    """rows: how many of the rep's have it. is_habit: clearly more often than those of others."""

    rep: str
    table: str
    attribute: str
    rule: str
    rows: int
    severity: str
    is_habit: bool
    fix: str


class Fixes(Schema):
    items: list[FixAnswer]
    next: str | None


@router.get("/measures/{name}/rows", response=Rows, summary="List the rows behind a measure")
def list_measured_rows(
    request: HttpRequest, name: str, wanted: Query[MeasuredRowsWanted]
) -> dict[str, Any]:
    """By id, as they are recorded now; those that the token's owner sees."""
    standing, examined = get_judged()
    part = (wanted.by, wanted.member) if wanted.by else None
    rows = measures.get_wanted(name, part, access.get_visitor(request))
    known = evidence.stand_on(get_workspace(), standing.build.id, examined)
    scope = f"rows:{name}:{wanted.by}:{wanted.member}"
    return _answer_rows(request, standing, known, rows, wanted, scope)


@router.get(
    "/health/{table}/{attribute}/{rule}/rows",
    response=Rows,
    summary="List the rows that a finding concerns",
)
def list_found_rows(
    request: HttpRequest, table: str, attribute: str, rule: str, wanted: Query[FoundRowsWanted]
) -> dict[str, Any]:
    """By id; those that the token's owner sees."""
    standing, examined = get_judged()
    name, visitor = (table, attribute, rule), access.get_visitor(request)
    finding = health.get_finding(standing, examined, visitor, name, wanted.rep)
    known = evidence.stand_on(get_workspace(), standing.build.id, examined)
    scope = f"found:{':'.join(name)}:{wanted.rep}"
    rows = evidence.want_found(known, finding)
    return _answer_rows(request, standing, known, rows, wanted, scope)


@router.get("/health/fixes", response=Fixes, summary="List what each rep could mend")
def list_fixes(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    """In their own rows, by rep; of those that the token's owner sees."""
    standing, examined = get_judged()
    visitor = access.get_visitor(request)
    fixes = tuple(health.find_fixes(standing, examined, visitor))
    shown, following = paging.cut_page(fixes, _order, page, "fixes")
    answers = [
        {
            **to_plain(each.finding),
            "is_habit": each.is_habit,
            "fix": str(health.write_fix(each.finding, visitor)),
        }
        for each in shown
    ]
    return paging.answer_page(answers, following)


def _answer_rows(
    request: HttpRequest,
    standing: Standing,
    known: Known,
    rows: Wanted,
    wanted: RowsWanted,
    scope: str,
) -> dict[str, Any]:
    """The engine cuts the page out; a cursor goes on after the key of the last row shown."""
    scope = f"{scope}:{wanted.words}"
    key = paging.read_cursor(wanted, scope)
    after = (str(key[0]), str(key[1])) if key else None
    asked = replace(rows, words=wanted.words, after=after)
    visitor = access.get_visitor(request)
    found = records.list_records(known, asked, visitor, limit=wanted.limit + 1)
    has_more = len(found.rows) > wanted.limit
    items = [
        dict(zip(found.columns, to_plain(each), strict=True)) for each in found.rows[: wanted.limit]
    ]
    following = paging.write_cursor(found.keys[wanted.limit - 1], scope) if has_more else None
    return {
        "build": standing.build.id,
        "as_of": to_plain(known.as_of),
        "columns": list(found.columns),
        "total": found.total,
        **paging.answer_page(items, following),
    }


def _order(fix: Fix) -> paging.Key:
    finding = fix.finding
    return finding.rep, finding.table, finding.attribute, finding.rule
