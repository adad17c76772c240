"""How the health of the data moved from build to build, and where it is good and where not."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.actions import health_trend
from counterpoise.connectors.documents.health_charts import draw_trend
from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.tables.health import HealthPart
from counterpoise.domain.values.rights import Visitor
from counterpoise.store.ledger import BuildScore
from counterpoise.web import access
from counterpoise.web.collect import standing as standings
from counterpoise.web.drawings import draw_once
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table

BUILD_COLUMNS = (
    Column("as_of", _("As of"), "day"),
    Column("published", _("Published"), "moment"),
    Column("score", _("Score"), "number"),
    Column("change", _("Change"), "number"),
    Column("rows", _("Rows looked at"), "number"),
)
PART_COLUMNS = (
    Column("kind", _("Kind"), has_choices=True),
    Column("name", _("Name")),
    Column("score", _("Score"), "number"),
    Column("change", _("Change"), "number"),
    Column("rows", _("Rows looked at"), "number"),
    Column("findings", _("Findings"), "number"),
)


@require_safe
def show_trend(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    trend = health_trend.list_trend()
    builds = Table(
        name="builds",
        caption=_("Builds, the newest first"),
        columns=BUILD_COLUMNS,
        rows=_list_builds(trend),
        empty=_("No build was judged yet."),
    )
    parts = Table(
        name="parts",
        caption=_("Tables, sources and people, each scored over its own rows"),
        columns=PART_COLUMNS,
        rows=_list_parts(trend, visitor),
        empty=_("The newest build that was judged has no scores of its parts."),
    )
    scores = tuple((each.as_of, each.score) for each in trend)
    chart = draw_once(draw_trend, get_eyes(request).reader, scores) if len(scores) > 1 else None
    return render_page(request, "collect/health_trend.html", {"chart": chart}, [builds, parts])


def select_parts(parts: Sequence[HealthPart], visitor: Visitor) -> list[HealthPart]:
    """Tables and sources are of the company; a rep's score is for those who see that rep."""
    standing = standings.find_standing()
    needs_teams = standing is not None and visitor.reach == "teams"
    teams = standings.find_teams(standing) if standing and needs_teams else {}
    return [
        each
        for each in parts
        if each.kind != "rep" or standings.sees_rep(visitor, each.name, teams)
    ]


def _list_builds(trend: Sequence[BuildScore]) -> tuple[Row, ...]:
    before = [None, *(each.score for each in trend)]
    rows = [
        Row(
            {
                "as_of": each.as_of,
                "published": each.published_at,
                "score": each.score,
                "change": None if earlier is None else each.score - earlier,
                "rows": each.rows,
            }
        )
        for each, earlier in zip(trend, before, strict=False)
    ]
    return tuple(reversed(rows))


def _list_parts(trend: Sequence[BuildScore], visitor: Visitor) -> tuple[Row, ...]:
    moves = health_trend.list_moves(trend)
    seen = set(select_parts([each.part for each in moves], visitor))
    return tuple(
        Row(
            {
                "kind": name_code("part", part.kind),
                "name": name_code("table", part.name) if part.kind == "table" else part.name,
                "score": part.score,
                "change": None if each.before is None else part.score - each.before,
                "rows": part.rows,
                "findings": part.findings,
            }
        )
        for each in moves
        if (part := each.part) in seen
    )
