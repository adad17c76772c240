"""What the data says: each measure with its definition, its parts, and the rows behind it."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.actions import evidence
from counterpoise.actions.kept import DIMENSIONS, Examined
from counterpoise.connectors.documents.names import name_code, name_part
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.measure.definition import COHORTS
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.rights import Visitor
from counterpoise.warehouse.queries.kinds import KIND_OF
from counterpoise.warehouse.queries.records import Wanted
from counterpoise.web import access
from counterpoise.web.collect import rows
from counterpoise.web.collect import standing as standings
from counterpoise.web.collect.standing import Standing
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Kind, Row, Table, Value
from counterpoise.web.workplace import get_workspace

PARTS: dict[str, str | Promise] = {
    "rep": _("Rep"),
    "team": _("Team"),
    "region": _("Region"),
    "product": _("Product"),
    "segment": _("Segment"),
    "source": _("Lead source"),
    "stage": _("Stage"),
    "month": _("Month"),
    "created_quarter": _("Quarter of the deal's creation"),
    "hire_quarter": _("Quarter of the rep's hiring"),
}


@require_safe
def list_measures(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    standing = standings.find_standing()
    examined = standing.examined if standing else None
    reader = get_eyes(request).in_currency(standing.currency if standing else "").reader
    table = Table(
        name="measures",
        caption=_("Every published measure, of the whole company"),
        columns=(
            Column("measure", _("Measure")),
            Column("value", _("Value")),
            Column("n", _("Rows behind it"), "number"),
            Column("definition", _("Definition")),
        ),
        rows=tuple(
            Row(
                {
                    "measure": name_code("measure", each.name),
                    "value": _write(each, reader),
                    "n": each.n,
                    "definition": each.definition,
                },
                {
                    "measure": reverse("collect:measure", args=[each.name]),
                    **_link_rows(each, visitor),
                },
            )
            for each in (examined.measures_by("") if examined else ())
        ),
        empty=_("Nothing was measured yet."),
    )
    context = {
        "standing": standing,
        "examined": examined,
        "sees_people": visitor.reach != "nobody",
    }
    return render_page(request, "collect/measures.html", context, [table])


@require_safe
@standings.needs_judged("collect:measures")
def show_measure(
    request: HttpRequest, standing: Standing, examined: Examined, name: str
) -> HttpResponse:
    visitor = access.get_visitor(request)
    whole = [each for each in examined.measures_by("") if each.name == name]
    offered = _list_dimensions(name, visitor)
    by = request.GET.get("by", offered[0] if offered else "")
    if not whole or (by and by not in offered):
        raise Http404
    definition = DEFINITIONS[name]
    table = _describe_parts(name, by, standing, examined, visitor)
    context = {
        "measured": whole[0],
        "definition": definition,
        "by": by,
        "dimensions": [(each, PARTS[each]) for each in offered],
        "as_of": examined.as_of,
        "currency": standing.currency,
        "rows_link": _link_rows(whole[0], visitor).get("n", ""),
    }
    return render_page(request, "collect/measure.html", context, [table])


@require_safe
def show_people(request: HttpRequest) -> HttpResponse:
    """The measures of each person in the visitor's reach."""
    visitor = access.get_visitor(request)
    standing = standings.find_standing()
    examined = standing.examined if standing else None
    teams = standings.find_teams(standing) if standing else {}
    reader = get_eyes(request).in_currency(standing.currency if standing else "").reader
    table = Table(
        name="people",
        caption=_("Measures by rep"),
        columns=(
            Column("rep", _("Rep"), has_choices=visitor.reach != "own"),
            Column("measure", _("Measure"), has_choices=True),
            Column("value", _("Value")),
            Column("n", _("Rows behind it"), "number"),
        ),
        rows=tuple(
            Row(
                {
                    "rep": each.by[0][1],
                    "measure": name_code("measure", each.name),
                    "value": _write(each, reader),
                    "n": each.n,
                },
                _link_rows(each, visitor),
            )
            for each in (examined.measures_by("rep") if examined else ())
            if each.by[0][1] and standings.sees_rep(visitor, each.by[0][1], teams)
        ),
        empty=_("No figure of a person is in your reach."),
    )
    context = {"examined": examined, "is_own": visitor.reach == "own"}
    return render_page(request, "collect/people.html", context, [table])


@require_safe
@standings.needs_judged("collect:measures", "collect:people")
def show_rows(
    request: HttpRequest, standing: Standing, examined: Examined, name: str
) -> HttpResponse:
    """The rows behind a measure, or behind one part of it."""
    visitor = access.get_visitor(request)
    by, label = request.GET.get("by", ""), request.GET.get("is", "")
    part = (by, label) if by else None
    wanted = get_wanted(name, part, visitor)
    known = evidence.stand_on(get_workspace(), standing.build.id, examined)
    measured = [
        each
        for each in examined.measures_by(by)
        if each.name == name and (not by or each.by == (part,))
    ]
    is_limited = visitor.reach != "everyone"
    context: dict[str, Any] = {
        "name": name,
        "definition": DEFINITIONS[name],
        "part": (PARTS[by], _name_label(by, label)) if by in PARTS else None,
        "measured": measured[0] if measured and not is_limited else None,
        "as_of": examined.as_of,
        "is_limited": is_limited,
        "may_read": visitor.may("read_data"),
    }
    caption = _("Rows behind the figure")
    return rows.render_rows(request, "collect/rows.html", context, known, wanted, caption=caption)


def get_wanted(name: str, part: tuple[str, str] | None, visitor: Visitor) -> Wanted:
    """The rows behind a measure or a part of it. Raises Http404 for what there are no rows of."""
    wanted = evidence.want_measured(name, part)
    if wanted is None or visitor.reach == "nobody":
        raise Http404
    if part is not None and part[0] not in {*DEFINITIONS[name].dimensions} - {*COHORTS}:
        raise Http404
    return wanted


def _list_dimensions(name: str, visitor: Visitor) -> tuple[str, ...]:
    """Figures of single people and teams are for those whose reach they are in; a quarter may have
    hired one person only."""
    hired = {"hire_quarter"}
    hidden = {
        "everyone": set(),
        "teams": hired,
        "own": {"team", *hired},
        "nobody": {"rep", "team", *hired},
    }
    offered = [each for each in DIMENSIONS if each in DEFINITIONS.get(name, _NONE).dimensions]
    order = [each for each in offered if each not in {"rep", "team"}]
    order += [each for each in ("team", "rep") if each in offered]
    return tuple(each for each in order if each not in hidden[visitor.reach])


_NONE = DEFINITIONS["won_deals"]
_NO_TARGET = _(
    "No target is set by this, and one of something else is not spread over it. Contribution to"
    " attainment says what each part adds to the company's."
)


def _describe_parts(
    name: str, by: str, standing: Standing, examined: Examined, visitor: Visitor
) -> Table:
    teams = standings.find_teams(standing) if by == "rep" else {}
    found = [
        each
        for each in (examined.measures_by(by) if by else ())
        if each.name == name and standings.sees_part(visitor, by, each.by[0][1], teams)
    ]
    kind = _find_kind(DEFINITIONS[name].unit)
    return Table(
        name="parts",
        caption=PARTS.get(by, ""),
        columns=(
            Column("part", PARTS.get(by, ""), "month" if by == "month" else "text"),
            Column("value", name_code("measure", name), kind, places=1),
            Column("n", _("Rows behind it"), "number"),
        ),
        rows=tuple(
            Row(
                {"part": label_value(by, each.by[0][1]), "value": each.value, "n": each.n},
                _link_rows(each, visitor),
            )
            for each in found
        ),
        empty=_NO_TARGET if name == "quota_attainment" else _("There is no part to show."),
        currency=standing.currency,
        sort="-part" if by == "month" else "-value",
    )


def _find_kind(unit: str) -> Kind:
    if unit == "money":
        return "money"
    return "share" if unit == "share" else "number"


def label_value(by: str, label: str) -> Value:
    if by == "month" and label:
        return Period.parse(label).start
    return name_part(label or "(none)")


def _name_label(by: str, label: str) -> Value:
    return label_value(by, label) if by != "month" else label or name_part("(none)")


def _link_rows(measured: Measured, visitor: Visitor) -> dict[str, str]:
    """The link of `n`, where there are rows behind the measure and the visitor may see some."""
    if measured.name not in KIND_OF or visitor.reach == "nobody" or not measured.n:
        return {}
    if measured.by and measured.by[0][0] in COHORTS:
        return {}
    link = reverse("collect:rows", args=[measured.name])
    if measured.by:
        by, label = measured.by[0]
        link += "?" + urlencode({"by": by, "is": label})
    return {"n": link}


def _write(measured: Measured, reader: Reader) -> str | None:
    value: Decimal | None = measured.value
    return None if value is None else reader.measured(value, measured.unit)
