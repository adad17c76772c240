"""The forecast explorer: any measure carried forward, whole or by its parts, a part at a time."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.actions import examinations, series
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.connectors.documents import names, series_charts
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.measure.question import UnknownDimension
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.tables.carried import LEVELS, Carried, CarriedPart
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.domain.values.rights import Visitor
from counterpoise.store.ledger import find_current_build
from counterpoise.web import access
from counterpoise.web.collect.measures import PARTS
from counterpoise.web.drawings import draw_once
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Kind, Row, Table
from counterpoise.web.workplace import get_workspace, now

PEOPLE = {"rep", "team"}
SPLITS = ("", "region", "product", "segment", "source", "team", "rep", "type")
PAIRS = ("region,product", "region,segment", "product,segment", "region,source", "team,product")
CHALLENGERS = {"boosted": _("gradient boosting")}
"""Those of the house; a plug-in is shown by the name that it gives itself."""
OUTCOMES = {
    "heard": _("heard beside the methods"),
    "not heard": _("not heard"),
    "refused": _("not tried"),
    "failed": _("failed"),
}
NAMES = {**PARTS, "type": _("Type of activity")}


class SeriesForm(forms.Form):
    """What is carried forward. Nothing chosen is won revenue of the whole company by month."""

    measure = forms.ChoiceField(label=_("Measure"))
    by = forms.ChoiceField(label=_("Split by"), required=False)
    every = forms.ChoiceField(
        label=_("Period"), choices=(("month", _("Month")), ("quarter", _("Quarter")))
    )
    steps = forms.IntegerField(label=_("Periods ahead"), min_value=1, max_value=24)
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
    hidden = set() if visitor.reach == "everyone" else PEOPLE
    return tuple(each for each in (*SPLITS, *PAIRS) if not hidden & set(each.split(",")))


@require_safe
def show_series(request: HttpRequest) -> HttpResponse:
    form = SeriesForm(_fill(request.GET), visitor=access.get_visitor(request))
    context: dict[str, Any] = {"form": form, "is_empty": find_current_build() is None}
    if context["is_empty"] or not form.is_valid():
        return render_page(request, "demand/series.html", context, form=form)
    try:
        build = examinations.get_build(get_workspace())
        found = _carry(build, form.cleaned_data)
    except (UnknownDimension, BrokenSeries, MissingRate) as error:
        form.add_error(None, get_eyes(request).explain(error))
        return render_page(request, "demand/series.html", context, form=form)
    part = _choose(found, request.GET.get("part", ""))
    reader = get_eyes(request).in_currency(found.unit).reader
    context |= {
        "found": found,
        "part": part,
        "name": name_part(part),
        "chart": draw_once(series_charts.draw_carried, reader, part, found.every, found.unit),
        "currency": found.unit,
    }
    tables = [_build_parts(found, form.cleaned_data), _build_ahead(found, part)]
    tables.append(_build_history(found, part))
    if found.verdicts:
        tables.append(_build_verdicts(found))
    return render_page(request, "demand/series.html", context, tables, form=form)


def _carry(build: CurrentBuild, asked: dict[str, Any]) -> Carried:
    by = tuple(filter(None, asked["by"].split(",")))
    wanted = series.wish(
        asked["measure"],
        by,
        asked["every"],
        asked["steps"],
        is_challenged=asked["challenged"],
    )
    return series.carry(build, wanted, today=now().date())


def _fill(asked: QueryDict) -> dict[str, str]:
    usual = {"measure": "won_revenue", "by": "", "every": "month", "steps": "6", "challenged": ""}
    return {key: asked.get(key, value) for key, value in usual.items()}


def _choose(found: Carried, asked: str) -> CarriedPart:
    """The part at a place of the list; the first where there is none."""
    place = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    return found.parts[place] if place < len(found.parts) else found.parts[0]


def name_part(part: CarriedPart) -> str:
    return " · ".join(names.name_part(label or "(none)") for _name, label in part.by) or gettext(
        "Whole company"
    )


def _name_split(split: str) -> str:
    if not split:
        return gettext("the whole company")
    return " × ".join(str(NAMES[each]) for each in split.split(","))


def _name_start(found: Carried) -> str:
    return gettext("Quarter from") if found.every == "quarter" else gettext("Month")


def _find_kind(found: Carried) -> Kind:
    match DEFINITIONS[found.measure].unit:
        case "money":
            return "money"
        case "share":
            return "share"
        case _:
            return "quantity"


def _build_parts(found: Carried, asked: dict[str, Any]) -> Table:
    kind = _find_kind(found)
    rows = [
        Row(
            {
                "part": name_part(part),
                "last": part.history[-1].value,
                "next": part.ahead[0].expected,
                "low": part.ahead[0].quantiles[0],
                "high": part.ahead[0].quantiles[-1],
                "total": _add_up(part) if found.adds_up else None,
                "missed": part.missed,
                "usual": part.usual,
            },
            {"part": "?" + urlencode({**asked, "part": place})},
        )
        for place, part in enumerate(found.parts)
    ]
    total = (Column("total", gettext("All periods ahead"), kind),) if found.adds_up else ()
    return Table(
        name="parts",
        caption=gettext("The whole and its parts"),
        columns=(
            Column("part", gettext("Part")),
            Column("last", gettext("Last period"), kind),
            Column("next", gettext("Next period"), kind),
            Column("low", gettext("80% from"), kind),
            Column("high", gettext("80% to"), kind),
            *total,
            Column("missed", gettext("Missed by"), "share"),
            Column("usual", gettext("A repeat missed by"), "share"),
        ),
        rows=tuple(rows),
        empty="",
        currency=found.unit,
    )


def _build_ahead(found: Carried, part: CarriedPart) -> Table:
    kind = _find_kind(found)
    levels = ("low_80", "low_50", "middle", "high_50", "high_80")
    assert len(levels) == len(LEVELS)
    return Table(
        name="ahead",
        caption=gettext("What is expected"),
        columns=(
            Column("start", _name_start(found), "month"),
            Column("expected", gettext("Expected"), kind),
            Column("low_80", gettext("80% from"), kind),
            Column("low_50", gettext("50% from"), kind),
            Column("high_50", gettext("50% to"), kind),
            Column("high_80", gettext("80% to"), kind),
        ),
        rows=tuple(
            Row(
                {
                    "start": step.start,
                    "expected": step.expected,
                    **dict(zip(levels, step.quantiles, strict=True)),
                }
            )
            for step in part.ahead
        ),
        empty="",
        currency=found.unit,
    )


def _build_history(found: Carried, part: CarriedPart) -> Table:
    return Table(
        name="history",
        caption=gettext("What came"),
        columns=(
            Column("start", _name_start(found), "month"),
            Column("value", gettext("Value"), _find_kind(found)),
        ),
        rows=tuple(Row({"start": each.start, "value": each.value}) for each in part.history),
        empty="",
        currency=found.unit,
        sort="-start",
        page_rows=12,
    )


def _build_verdicts(found: Carried) -> Table:
    return Table(
        name="challengers",
        caption=gettext("Challengers on past days, beside the methods"),
        columns=(
            Column("name", gettext("Challenger")),
            Column("outcome", gettext("Verdict")),
            Column("missed", gettext("It missed by"), "number", places=3),
            Column("methods", gettext("The methods missed by"), "number", places=3),
            Column("gain", gettext("Better by"), "share"),
            Column("gain_low", gettext("At least by"), "share"),
            Column("series", gettext("Series"), "number"),
            Column("looks", gettext("Past days"), "number"),
            Column("why", gettext("Why")),
        ),
        rows=tuple(
            Row(
                {
                    "name": str(CHALLENGERS.get(each.name, each.name)),
                    "outcome": str(OUTCOMES[each.outcome]),
                    "missed": each.missed,
                    "methods": each.methods_missed,
                    "gain": each.gain,
                    "gain_low": each.gain_low,
                    "series": each.series or None,
                    "looks": each.looks or None,
                    "why": each.why,
                }
            )
            for each in found.verdicts
        ),
        empty="",
    )


def _add_up(part: CarriedPart) -> Decimal:
    return sum((step.expected for step in part.ahead), Decimal(0))
