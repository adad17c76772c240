"""Measures that people defined: the list, one of them by period and part, and a new one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterpoise.actions import own_measures
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.kept import Examined
from counterpoise.actions.own_measures import EnginesDiffer
from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.measure.own import COUNTS, FEWEST_ROWS, InvalidMeasure, OwnMeasure, Part
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import own_measures as stored
from counterpoise.store.own_measures import (
    KeptMeasure,
    MeasureTaken,
    MeasureWithdrawn,
    UnknownDefinition,
)
from counterpoise.web import access
from counterpoise.web.collect import standing as standings
from counterpoise.web.collect.measures import PARTS, label_value
from counterpoise.web.collect.own_forms import MeasureForm, TablesForm
from counterpoise.web.collect.standing import Standing
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Kind, Row, Table
from counterpoise.web.workplace import get_workspace, now


@require_safe
def list_own(request: HttpRequest) -> HttpResponse:
    table = Table(
        name="own",
        caption=_("Measures of your own"),
        columns=(
            Column("name", _("Name")),
            Column("says", _("What it says")),
            Column("author", _("Defined by"), has_choices=True),
            Column("made_at", _("When"), "moment"),
            Column("state", _("State"), has_choices=True),
        ),
        rows=tuple(
            Row(
                {
                    "name": each.measure.name,
                    "says": describe(each.measure),
                    "author": each.author,
                    "made_at": each.made_at,
                    "state": _("withdrawn") if each.withdrawn_at else _("in use"),
                },
                {"name": reverse("collect:own-measure", args=[each.id])},
            )
            for each in stored.list_measures(with_withdrawn=True)
        ),
        empty=_("Nobody has defined a measure yet."),
        sort="-made_at",
    )
    may_define = access.get_visitor(request).may("edit_rules")
    context = {"may_define": may_define, "chooser": TablesForm()}
    return render_page(request, "collect/own_measures.html", context, [table])


@require_safe
@standings.needs_judged("collect:measures")
def show_own(
    request: HttpRequest, standing: Standing, examined: Examined, measure_id: str
) -> HttpResponse:
    visitor, kept = access.get_visitor(request), _get(measure_id)
    offered = list_splits(kept.measure, visitor)
    by = request.GET.get("by", "month")
    if by not in offered:
        raise Http404
    build = CurrentBuild(standing.build.id, get_workspace().build_folder(standing.build.id))
    asked = (build, kept.measure)
    teams = standings.find_teams(standing) if by == "rep" else {}

    def sees(label: str) -> bool:
        return see_label(visitor, by, label, teams)

    sees_all = visitor.reach == "everyone"
    context: dict[str, Any] = {
        "kept": kept,
        "says": describe(kept.measure),
        "unit": kept.measure.unit,
        "as_of": examined.as_of,
        "by": by,
        "dimensions": [(each, PARTS[each]) for each in offered],
        "may_withdraw": visitor.may("edit_rules") and kept.withdrawn_at is None,
        "currency": standing.currency,
        "fewest": FEWEST_ROWS,
    }
    try:
        (whole,) = own_measures.answer_measure(*asked, "", examined.as_of, sees, sees_all=sees_all)
        parts = own_measures.answer_measure(*asked, by, examined.as_of, sees, sees_all=sees_all)
    except MissingRate as error:
        context["refused"] = get_eyes(request).explain(error)
        return render_page(request, "collect/own_measure.html", context, status=422)
    context["whole"] = whole
    context["has_hidden"] = any(each.is_hidden for each in (whole, *parts))
    kind: Kind = {"money": "money", "share": "share"}.get(kept.measure.unit, "quantity")  # type: ignore[assignment]
    table = Table(
        name="parts",
        caption=PARTS[by],
        columns=(
            Column("part", PARTS[by], "month" if by == "month" else "text"),
            Column("value", _("Value"), kind),
            Column("n", _("Rows behind it"), "number"),
        ),
        rows=tuple(
            Row(
                {
                    "part": label_value(by, each.label),
                    "value": each.value,
                    "n": None if each.is_hidden else each.n,
                }
            )
            for each in parts
        ),
        empty=_("There is no part to show."),
        currency=standing.currency,
        sort="-part" if by == "month" else "-value",
    )
    return render_page(request, "collect/own_measure.html", context, [table])


@require_http_methods(["GET", "HEAD", "POST"])
def define(request: HttpRequest) -> HttpResponse:
    """Tables first, for they decide what can be chosen; then the rest; kept if both engines
    agree."""
    chooser = TablesForm(request.GET)
    if not chooser.is_valid():
        raise Http404
    tables = {name: chooser.cleaned_data[name] for name in ("table", "below")}
    form = MeasureForm(request.POST if request.method == "POST" else None, **tables)
    if request.method == "POST" and form.is_valid():
        visitor = access.get_visitor(request)
        try:
            kept = own_measures.define_measure(get_workspace(), form.build(), visitor, now=now())
        except (InvalidMeasure, EnginesDiffer, MissingRate, MeasureTaken) as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            messages.success(request, _("Kept. Both engines gave the same on the current data."))
            return redirect("collect:own-measure", kept.id)
    context = {"sections": form.sections(), "tables_chosen": tables}
    return render_page(request, "collect/own_define.html", context, form=form)


@require_POST
def withdraw(request: HttpRequest, measure_id: str) -> HttpResponse:
    kept = _get(measure_id)
    try:
        own_measures.withdraw_measure(kept.id, access.get_visitor(request), now=now())
    except MeasureWithdrawn as error:
        messages.warning(request, get_eyes(request).explain(error))
    else:
        messages.success(request, _("Withdrawn. It stays in the record."))
    return redirect("collect:own-measures")


def list_splits(measure: OwnMeasure, visitor: Visitor) -> tuple[str, ...]:
    hidden = {"everyone": set(), "teams": set(), "own": {"team"}, "nobody": {"rep", "team"}}
    return tuple(each for each in ("month", *measure.splits) if each not in hidden[visitor.reach])


def see_label(visitor: Visitor, by: str, label: str, teams: dict[str, frozenset[str]]) -> bool:
    """Figures of single people and teams are for those whose reach they are in."""
    if by == "rep":
        return visitor.reach == "everyone" or (
            bool(label) and standings.sees_rep(visitor, label, teams)
        )
    return by != "team" or visitor.sees_person("", label)


def describe(measure: OwnMeasure) -> str:
    """The definition in words, in the reader's language."""
    above = _describe(measure.above)
    if measure.below is None:
        return above
    return _("{above}, divided by {below}").format(above=above, below=_describe(measure.below))


def _describe(part: Part) -> str:
    named = {
        "how": name_code("how", part.how),
        "table": name_code("table", part.table),
        "day": name_code("attribute", part.day),
    }
    if part.how in COUNTS:
        said = _("{how} ({table}), on the day of {day}").format(**named)
    else:
        attribute = name_code("attribute", part.attribute)
        said = _("{how}: {attribute} ({table}), on the day of {day}").format(
            attribute=attribute, **named
        )
    conditions = "; ".join(
        " ".join(
            (
                name_code("attribute", each.attribute),
                name_code("operator", each.operator),
                each.value,
            )
        ).strip()
        for each in part.filters
    )
    return (
        _("{said}, only where {conditions}").format(said=said, conditions=conditions)
        if (conditions)
        else said
    )


def _get(measure_id: str) -> KeptMeasure:
    if not (measure_id.isascii() and measure_id.isdigit() and len(measure_id) < 10):
        raise Http404
    try:
        return stored.get_measure(int(measure_id))
    except UnknownDefinition:
        raise Http404 from None
