"""The forecast explorer: any measure carried forward, whole or by its parts, a part at a time."""

from typing import Any, get_args
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterpoise.actions import examinations, published_ranges, series, series_marks
from counterpoise.connectors.documents import names, series_charts
from counterpoise.domain.demand import explore
from counterpoise.domain.demand.explore import Wish
from counterpoise.domain.measure.question import UnknownDimension
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.carried import Carried, CarriedPart
from counterpoise.domain.tables.forecast import Measure
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.domain.values.rights import Visitor
from counterpoise.store.ledger import find_current_build
from counterpoise.store.marks import MarkChanged, UnknownMark
from counterpoise.web import access
from counterpoise.web.collect.measures import PARTS
from counterpoise.web.demand import carried_tables, carried_totals
from counterpoise.web.demand.marking import MarkForm, make_mark, open_form
from counterpoise.web.drawings import draw_once
from counterpoise.web.newest import find_newest_period
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import get_workspace, now

SPLITS = ("", "region", "product", "segment", "source", "team", "rep", "type")
PAIRS = ("region,product", "region,segment", "product,segment", "region,source", "team,product")
REFUSALS = (UnknownDimension, BrokenSeries, MissingRate, InvalidRule)
NAMES = {**PARTS, "type": _("Type of activity")}


class SeriesForm(forms.Form):
    """What is carried forward. Nothing chosen is won revenue of the whole company by month."""

    measure = forms.ChoiceField(label=_("Measure"))
    by = forms.ChoiceField(label=_("Split by"), required=False)
    every = forms.ChoiceField(
        label=_("Period"),
        choices=(
            ("day", _("Day")),
            ("week", _("Week")),
            ("month", _("Month")),
            ("quarter", _("Quarter")),
            ("year", _("Year")),
        ),
    )
    steps = forms.IntegerField(
        label=_("Periods ahead"), min_value=1, max_value=max(explore.MOST_STEPS.values())
    )
    challenged = forms.BooleanField(
        label=_("Let challengers compete"), label_suffix="", required=False
    )

    def __init__(self, *given: Any, visitor: Visitor, **named: Any) -> None:
        super().__init__(*given, **named)
        measure, by = self.fields["measure"], self.fields["by"]
        assert isinstance(measure, forms.ChoiceField)
        assert isinstance(by, forms.ChoiceField)
        measure.choices = [(each, names.name_code("measure", each)) for each in series.CARRIED]
        by.choices = [(each, _name_split(each)) for each in list_splits(visitor)]


def list_splits(visitor: Visitor) -> tuple[str, ...]:
    """Figures of single people and teams are for those who see everybody's."""
    hidden = set() if visitor.reach == "everyone" else series.PEOPLE
    return tuple(each for each in (*SPLITS, *PAIRS) if not hidden & set(each.split(",")))


@require_safe
def show_series(request: HttpRequest) -> HttpResponse:
    return _answer(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest) -> HttpResponse:
    """Marks a time of the part that is looked at. A refusal is answered here too, and its tables
    link here by GET."""
    if request.method != "POST":
        return redirect(_stay_on(request))
    form = MarkForm(request.POST)
    visitor = access.get_visitor(request)
    if form.is_valid() and make_mark(form, visitor, get_eyes(request)):
        messages.success(
            request, gettext("The time is marked. What is expected no longer learns from it.")
        )
        return redirect(_stay_on(request))
    return _answer(request, form)


@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Keeps the ranges that are looked at in the ledger. What cannot be carried is told again."""
    visitor = access.get_visitor(request)
    form = SeriesForm(_fill(request.GET), visitor=visitor)
    if find_current_build() is None or not form.is_valid():
        return redirect(_stay_on(request))
    try:
        build = examinations.get_build(get_workspace())
        wanted = _wish(form.cleaned_data)
        done = published_ranges.publish_wish(build, wanted, visitor, now=now())
    except REFUSALS:
        return redirect(_stay_on(request))
    messages.success(
        request,
        gettext("The ranges are published. They are scored once their periods are over.")
        if done.is_new
        else gettext("The same ranges were published before, so nothing was added."),
    )
    return redirect(_stay_on(request))


@require_POST
def withdraw_mark(request: HttpRequest, mark_id: int) -> HttpResponse:
    try:
        series_marks.withdraw_mark(mark_id, access.get_visitor(request), now=now())
    except UnknownMark:
        raise Http404 from None
    except MarkChanged as error:
        messages.error(request, get_eyes(request).explain(error))
    else:
        messages.success(request, gettext("The mark is withdrawn. Its time is learned from again."))
    return redirect(_stay_on(request))


def _stay_on(request: HttpRequest) -> str:
    return f"{reverse('demand:series')}?{request.GET.urlencode()}"


def _answer(request: HttpRequest, marking: MarkForm | None) -> HttpResponse:
    """marking: what was refused, to be shown again."""
    visitor, eyes = access.get_visitor(request), get_eyes(request)
    form = SeriesForm(_fill(request.GET), visitor=visitor)
    context: dict[str, Any] = {"form": form, "is_empty": find_current_build() is None}
    if context["is_empty"] or not form.is_valid():
        return render_page(request, "demand/series.html", context, form=form)
    try:
        build = examinations.get_build(get_workspace())
        found = series.carry(build, _wish(form.cleaned_data), today=now().date())
    except REFUSALS as error:
        form.add_error(None, eyes.explain(error))
        return render_page(request, "demand/series.html", context, form=form)
    part = _choose(found, request.GET.get("part", ""))
    reader = eyes.in_currency(found.unit).reader
    marks = series_marks.list_marks(found.measure, visitor)
    context |= {
        "found": found,
        "part": part,
        "name": carried_tables.name_part(part),
        "chart": draw_once(series_charts.draw_carried, reader, part, found.every, found.unit),
        "currency": found.unit,
        "marking": open_form(found, part, reader, marking),
        "query": request.GET.urlencode(),
        "legs_page": _find_legs(found.measure),
        "held": [
            (each.mark.id, carried_tables.name_mark(each.mark, reader))
            for each in marks
            if each.is_current
        ],
    }
    tables = [
        carried_tables.build_parts(found, form.cleaned_data),
        carried_tables.build_ahead(found, part),
        carried_tables.build_occasions(found, part),
        carried_tables.build_replaced(found, part),
        carried_tables.build_history(found, part),
        carried_tables.build_marks(marks),
    ]
    if found.adds_up and found.every == "month":
        kept = {**form.cleaned_data, "part": found.parts.index(part)}
        tables.append(carried_totals.build_totals(found, part, kept, reader))
    if found.verdicts:
        tables.append(carried_tables.build_verdicts(found))
    status = 422 if marking is not None else 200
    return render_page(request, "demand/series.html", context, tables, form=form, status=status)


def _wish(asked: dict[str, Any]) -> Wish:
    return series.wish(
        asked["measure"],
        tuple(filter(None, asked["by"].split(","))),
        asked["every"],
        asked["steps"],
        is_challenged=asked["challenged"],
    )


def _find_legs(measure: str) -> str:
    """Where the newest forecast of it is taken apart; '' for what no cycle forecasts."""
    period = find_newest_period() if measure in get_args(Measure) else None
    if not period:
        return ""
    return f"{reverse('demand:period', args=[period])}?{urlencode({'measure': measure})}#made-of"


def _fill(asked: QueryDict) -> dict[str, str]:
    usual = {"measure": "won_revenue", "by": "", "every": "month", "steps": "6", "challenged": ""}
    return {key: asked.get(key, value) for key, value in usual.items()}


def _choose(found: Carried, asked: str) -> CarriedPart:
    """The part at a place of the list; the first where there is none."""
    place = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    return found.parts[place] if place < len(found.parts) else found.parts[0]


def _name_split(split: str) -> str:
    if not split:
        return gettext("the whole company")
    return " × ".join(str(NAMES[each]) for each in split.split(","))
