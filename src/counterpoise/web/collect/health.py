"""How good the data is: the score, each finding, whose rows have it, and the rows themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import evidence
from counterpoise.actions.kept import Examined
from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.tables.health import Finding
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text
from counterpoise.web import access
from counterpoise.web.background.work import ask_for
from counterpoise.web.collect import rows
from counterpoise.web.collect import standing as standings
from counterpoise.web.collect.standing import Standing
from counterpoise.web.pages import render_page
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import get_workspace

COLUMNS = (
    Column("table", _("Table"), has_choices=True),
    Column("attribute", _("Attribute")),
    Column("rule", _("What is wrong"), has_choices=True),
    Column("rows", _("Rows"), "number"),
    Column("share", _("Share of rows"), "share"),
    Column("severity", _("Severity"), has_choices=True),
    Column("fix", _("What to do")),
)

FIX_COLUMNS = (
    *(each for each in COLUMNS if each.key not in {"share", "fix"}),
    Column("habit", _("More than others"), has_choices=True),
    Column("fix", _("What to do")),
)

Name = tuple[str, str, str]
"""What tells findings apart: table, attribute and rule."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What one rep could mend. is_habit: they have it clearly more often than others."""

    finding: Finding
    is_habit: bool


@require_safe
def show_health(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    standing = standings.find_standing()
    examined = standing.examined if standing else None
    found = _list_whole(examined) if examined else ()
    table = Table(
        name="findings",
        caption=_("Findings, the weightiest first"),
        columns=COLUMNS,
        rows=tuple(_describe(each, visitor) for each in found),
        empty=_("Nothing was found to be wrong."),
    )
    context = {
        "standing": standing,
        "examined": examined,
        "may_load": visitor.may("load_data"),
        "sees_people": visitor.reach != "nobody",
    }
    return render_page(request, "collect/health.html", context, [table])


@require_POST
def judge(request: HttpRequest) -> HttpResponse:
    """Judge the current build; asking again while it is being judged finds the same work."""
    standing = standings.find_standing()
    if standing is None:
        raise Http404
    visitor = access.get_visitor(request)
    key = request.POST.get("key", "") or standing.build.id
    job = ask_for("examine", {"build": standing.build.id}, key=f"examine-{key}", visitor=visitor)
    return redirect("work:job", job.id)


@require_safe
def show_fix_lists(request: HttpRequest) -> HttpResponse:
    """What each person could mend in their own rows."""
    visitor = access.get_visitor(request)
    standing = standings.find_standing()
    examined = standing.examined if standing else None
    table = Table(
        name="fixes",
        caption=_("What to mend, by whose rows they are"),
        columns=(Column("rep", _("Rep"), has_choices=visitor.reach != "own"), *FIX_COLUMNS),
        rows=_list_fixes(standing, examined, visitor) if standing and examined else (),
        empty=_("No row in your reach needs mending."),
    )
    context = {"examined": examined, "is_own": visitor.reach == "own"}
    return render_page(request, "collect/fix_lists.html", context, [table])


@require_safe
@standings.needs_judged("collect:health", "collect:fix-lists")
def show_finding(
    request: HttpRequest,
    standing: Standing,
    examined: Examined,
    table: str,
    attribute: str,
    rule: str,
) -> HttpResponse:
    """The rows of a finding that exists, of everyone or one rep, as far as the reach goes."""
    visitor = access.get_visitor(request)
    wanted = (table, attribute, rule)
    finding = get_finding(standing, examined, visitor, wanted, request.GET.get("rep", ""))
    known = evidence.stand_on(get_workspace(), standing.build.id, examined)
    context: dict[str, Any] = {
        "finding": finding,
        "fix": write_fix(finding, visitor),
        "as_of": examined.as_of,
        "is_limited": visitor.reach != "everyone",
    }
    caption = _("Rows with this finding")
    want = evidence.want_found(known, finding)
    return rows.render_rows(request, "collect/finding.html", context, known, want, caption=caption)


def get_finding(
    standing: Standing, examined: Examined, visitor: Visitor, name: Name, rep: str
) -> Finding:
    """What was found in everyone's rows, or in those of one rep. Raises Http404 for no finding, and
    for one of somebody out of reach."""
    finding = next((each for each in _list_whole(examined) if _name(each) == name), None)
    if finding is None or visitor.reach == "nobody":
        raise Http404
    if not rep:
        return finding
    known = evidence.stand_on(get_workspace(), standing.build.id, examined)
    count = evidence.count_fixes(known).get(name, {}).get(rep)
    if not count or not standings.sees_rep(visitor, rep, standings.find_teams(standing)):
        raise Http404
    return replace(finding, rep=rep, rows=count)


def find_fixes(standing: Standing, examined: Examined, visitor: Visitor) -> Iterator[Fix]:
    """Of each person in reach and each finding that some of their rows have, one."""
    known = evidence.stand_on(get_workspace(), standing.build.id, examined)
    counts = evidence.count_fixes(known)
    teams = standings.find_teams(standing)
    outstanding = {(*_name(each), each.rep) for each in examined.health.findings if each.rep}
    for finding in _list_whole(examined):
        for rep, count in counts.get(_name(finding), {}).items():
            if standings.sees_rep(visitor, rep, teams):
                is_habit = (*_name(finding), rep) in outstanding
                yield Fix(replace(finding, rep=rep, rows=count), is_habit)


def _list_fixes(standing: Standing, examined: Examined, visitor: Visitor) -> tuple[Row, ...]:
    lines = []
    for fix in find_fixes(standing, examined, visitor):
        line = _describe(fix.finding, visitor)
        cells = {"habit": gettext("yes") if fix.is_habit else gettext("no")}
        lines.append(replace(line, cells={**line.cells, **cells}))
    return tuple(lines)


def _list_whole(examined: Examined) -> tuple[Finding, ...]:
    return tuple(each for each in examined.health.findings if not each.rep)


def _name(finding: Finding) -> Name:
    return finding.table, finding.attribute, finding.rule


def write_fix(finding: Finding, visitor: Visitor) -> Text:
    """What to do. The example in it is of anybody's row, so it is for those who see everyone."""
    return finding.fix if visitor.reach == "everyone" else finding.fix_for_everyone


def _describe(finding: Finding, visitor: Visitor) -> Row:
    link = reverse("collect:finding", args=[finding.table, finding.attribute, finding.rule])
    if finding.rep:
        link += "?" + urlencode({"rep": finding.rep})
    return Row(
        {
            "rep": finding.rep,
            "table": name_code("table", finding.table),
            "attribute": name_code("attribute", finding.attribute),
            "rule": name_code("rule", finding.rule),
            "rows": finding.rows,
            "share": finding.share,
            "severity": name_code("severity", finding.severity),
            "fix": write_fix(finding, visitor),
        },
        {"rows": link} if visitor.reach != "nobody" else {},
    )
