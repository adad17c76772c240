"""Pipeline inspection: every open deal in one's reach, what stands out, and what is at stake."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.actions import examinations, inspections
from counterpoise.actions.inspections import AskedInspection, UnknownDeal
from counterpoise.connectors.documents.names import name_part
from counterpoise.domain.demand.pipeline_totals import select, sum_up
from counterpoise.domain.measure.question import bucket_of
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.inspection import FLAGS, InspectedDeal
from counterpoise.domain.values.period import UnknownPeriod
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import runs
from counterpoise.store.ledger import NoBuild
from counterpoise.web import access
from counterpoise.web.demand import inspection_tables
from counterpoise.web.demand.inspection_words import FLAG_NAMES, NOT_TOLD
from counterpoise.web.newest import find_newest_period
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import list_asked
from counterpoise.web.workplace import get_workspace, now

PLACES = ("team", "rep", "region", "stage")
TEMPLATE = "demand/inspection.html"
MOST_DEALS = 5000
"""How many deals the list holds, the most at stake first; programs have them all."""


class InspectionForm(forms.Form):
    """Which deals are listed, and the day whose knowledge counts."""

    flag = forms.ChoiceField(label=_("What stands out"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    rep = forms.ChoiceField(label=_("Rep"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    as_of = forms.DateField(
        label=_("As known on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def offer(self, deals: Sequence[InspectedDeal]) -> None:
        """The members that the deals have; where all are in one there is nothing to choose."""
        flags = [(each, str(FLAG_NAMES[each])) for each in FLAGS]
        self._set("flag", [("", gettext("all deals")), ("any", gettext("any flag")), *flags])
        for name in PLACES:
            members = sorted({member for each in deals if (member := getattr(each, name))})
            if len(members) > 1 or self.data.get(name):
                self._set(name, [("", gettext("all")), *((each, each) for each in members)])
            else:
                del self.fields[name]

    def _set(self, name: str, choices: list[tuple[str, str]]) -> None:
        found = self.fields[name]
        assert isinstance(found, forms.ChoiceField)
        found.choices = choices


@require_safe
def go_to_newest(request: HttpRequest) -> HttpResponse:
    """Of the period that was run last, else of the quarter that the data ends in."""
    period = find_newest_period()
    if not period:
        try:
            build = examinations.get_build(get_workspace())
        except NoBuild:
            return render_page(request, TEMPLATE, {"is_empty": True})
        period = str(bucket_of("quarter", examinations.find_horizon(build, now().date())))
    return redirect("demand:inspection", period)


@require_safe
def show_inspection(request: HttpRequest, period: str) -> HttpResponse:
    try:
        asked = _ask(period, _read_day(request))
        inspection = inspections.inspect(asked)
    except NoBuild:
        return render_page(request, TEMPLATE, {"is_empty": True})
    except (MissingRate, InvalidRule) as error:
        refused = {"refusal": get_eyes(request).explain(error), "period": period}
        return render_page(request, TEMPLATE, refused, status=422)
    visitor = access.get_visitor(request)
    deals = inspections.list_visible(inspection, visitor)
    form = InspectionForm(request.GET)
    form.offer(deals)
    context: dict[str, Any] = {
        "period": asked.period,
        "inspection": inspection,
        "currency": inspection.currency,
        "reach": visitor.reach,
        "has_run": _leads_to_forecast(visitor, str(asked.period)),
        "flow": _link_flow(request, asked),
        "opened": list_asked(request.GET),
    }
    if not form.is_valid():
        return render_page(request, TEMPLATE, context, form=form)
    chosen = form.cleaned_data
    within = select(deals, "", {name: chosen.get(name, "") for name in PLACES})
    shown, totals = select(within, chosen["flag"]), sum_up(within)
    context |= {"totals": totals, "is_narrowed": len(shown) < len(deals), "of_all": len(deals)}
    context["most"] = MOST_DEALS if len(shown) > MOST_DEALS else 0
    tables = (
        inspection_tables.build_flags(totals, inspection.currency, _link_flags(request)),
        inspection_tables.build_deals(shown[:MOST_DEALS], inspection, _link_deal(asked)),
        inspection_tables.build_coverage(
            inspections.list_coverage(asked, visitor), inspection.currency
        ),
        inspection_tables.build_slips(
            inspections.list_slips(asked, visitor), get_eyes(request).reader
        ),
        inspection_tables.build_limits(
            inspection.segment_by, inspections.list_limits(inspection, deals)
        ),
    )
    return render_page(request, TEMPLATE, context, tables, form=form)


@require_safe
def show_deal(request: HttpRequest, period: str) -> HttpResponse:
    """One deal: what stands out and what to do, what its chance comes from, and its time line."""
    try:
        asked = _ask(period, _read_day(request))
        inspection = inspections.inspect(asked)
        visitor = access.get_visitor(request)
        deal = inspections.get_deal(inspection, request.GET.get("id", ""), visitor)
    except (NoBuild, UnknownDeal, MissingRate, InvalidRule):
        raise Http404 from None
    context = {
        "period": asked.period,
        "inspection": inspection,
        "currency": inspection.currency,
        "deal": deal,
        "team": name_part(deal.team or "(none)"),
        "not_told": NOT_TOLD,
        "back": f"{reverse('demand:inspection', args=[str(asked.period)])}"
        f"?{urlencode({'as_of': str(asked.as_of)})}",
    }
    tables = (
        inspection_tables.build_reasons(deal, inspection.currency),
        inspection_tables.build_events(inspections.list_events(asked, deal.id)),
    )
    return render_page(request, "demand/inspected_deal.html", context, tables)


def _read_day(request: HttpRequest) -> date | None:
    """The day asked for; of one that is none the page's form tells."""
    try:
        found: date | None = forms.DateField(required=False).clean(request.GET.get("as_of", ""))
    except forms.ValidationError:
        return None
    return found


def _ask(period: str, as_of: date | None) -> AskedInspection:
    try:
        return inspections.ask(get_workspace(), period, as_of=as_of, today=now().date())
    except UnknownPeriod:
        raise Http404 from None


def _leads_to_forecast(visitor: Visitor, period: str) -> bool:
    """Whether there is a forecast of the period that the visitor may read."""
    return access.may_open(visitor, "demand:period") and bool(runs.list_headings(period))


def _link_flags(request: HttpRequest) -> str:
    """The page with one flag chosen, all else as it is asked for; `{flag}` stands for it."""
    kept = [(name, value) for name in (*PLACES, "as_of") if (value := request.GET.get(name))]
    return "?" + urlencode(kept) + ("&" if kept else "") + "flag={flag}#deals"


def _link_deal(asked: AskedInspection) -> str:
    """Without the deal's id, which comes last."""
    page = reverse("demand:inspected-deal", args=[str(asked.period)])
    return f"{page}?{urlencode({'as_of': str(asked.as_of)})}&id="


def _link_flow(request: HttpRequest, asked: AskedInspection) -> str:
    """What was created, put off, won and lost since the quarter began."""
    quarter = bucket_of("quarter", asked.as_of)
    window = {"start": str(quarter.start), "last": str(asked.as_of), "due": str(asked.period)}
    return f"{reverse('collect:waterfall')}?{urlencode(window)}"
