"""Open leads by score: each in one's reach with its chance to become an opportunity, and why."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote_plus, urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.actions import lead_scores
from counterpoise.actions.lead_scores import AskedLeads, NoLeads, UnknownLead
from counterpoise.domain.demand.funnel import TooFewConversions
from counterpoise.domain.demand.lead_scores import TRAITS
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.lead_score import LeadScore, LeadScores
from counterpoise.store.ledger import NoBuild
from counterpoise.web import access
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table, list_asked
from counterpoise.web.workplace import get_workspace, now

TEMPLATE = "demand/leads.html"
MOST_LEADS = 5000
"""How many leads the list holds, the best chances first; programs have them all."""


class DayForm(forms.Form):
    """The day whose knowledge counts."""

    as_of = forms.DateField(
        label=_("As known on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


@require_safe
def show_leads(request: HttpRequest) -> HttpResponse:
    form = DayForm(request.GET)
    day = form.cleaned_data["as_of"] if form.is_valid() else None
    try:
        asked = _ask(day)
        scores = lead_scores.score(asked)
    except NoBuild:
        return render_page(request, TEMPLATE, {"is_empty": True})
    except (NoLeads, TooFewConversions, InvalidRule) as error:
        refused = {"refusal": get_eyes(request).explain(error)}
        return render_page(request, TEMPLATE, refused, form=form, status=422)
    visitor = access.get_visitor(request)
    leads = lead_scores.list_visible(scores, visitor)
    context: dict[str, Any] = {
        "scores": scores,
        "reach": visitor.reach,
        "n": len(leads),
        "expected": lead_scores.sum_chances(leads),
        "most": MOST_LEADS if len(leads) > MOST_LEADS else 0,
        "opened": list_asked(request.GET),
    }
    tables = (
        _build_leads(leads[:MOST_LEADS], asked),
        _build_tests(scores),
        _build_tenths(scores),
    )
    return render_page(request, TEMPLATE, context, tables, form=form)


@require_safe
def show_lead(request: HttpRequest) -> HttpResponse:
    """One lead, and what its chance comes from."""
    form = DayForm(request.GET)
    day = form.cleaned_data["as_of"] if form.is_valid() else None
    try:
        asked = _ask(day)
        scores = lead_scores.score(asked)
        visitor = access.get_visitor(request)
        lead = lead_scores.get_lead(scores, request.GET.get("id", ""), visitor)
    except (NoBuild, NoLeads, TooFewConversions, InvalidRule, UnknownLead):
        raise Http404 from None
    back = f"{reverse('demand:leads')}?{urlencode({'as_of': str(asked.as_of)})}"
    context = {"scores": scores, "lead": lead, "back": back}
    return render_page(request, "demand/lead.html", context, (_build_factors(lead),))


def _ask(as_of: date | None) -> AskedLeads:
    return lead_scores.ask(get_workspace(), as_of=as_of, today=now().date())


def _build_leads(leads: Sequence[LeadScore], asked: AskedLeads) -> Table:
    link = f"{reverse('demand:lead')}?{urlencode({'as_of': str(asked.as_of)})}&id="
    return Table(
        name="leads",
        caption=_("Open leads and their chance to become opportunities, the best first"),
        columns=(
            Column("lead", _("Lead")),
            Column("in-30", _("In 30 days"), "share"),
            Column("in-60", _("In 60 days"), "share", is_for_files=True),
            Column("in-90", _("In 90 days"), "share"),
            Column("why", _("What moves it"), "sentence"),
            Column("owner", _("Owner"), has_choices=True),
            Column("team", _("Team"), has_choices=True),
            Column("source", _("Source"), has_choices=True),
            Column("age", _("Age in days"), "number"),
            Column("touched", _("Last touched"), "day", is_for_files=True),
            Column("status", _("Status"), has_choices=True),
            Column("company", _("Company"), is_for_files=True),
            Column("plain", _("Plain rate in 90 days"), "share", is_for_files=True),
            Column("id", _("Id")),
        ),
        rows=tuple(_build_lead(each, link) for each in leads),
        empty=_("No open lead is one that you may see."),
    )


def _build_lead(lead: LeadScore, link: str) -> Row:
    card = lead.card
    return Row(
        {
            "lead": card.name or card.company or lead.id,
            "in-30": lead.chances[0],
            "in-60": lead.chances[1],
            "in-90": lead.chances[2],
            "why": lead.why,
            "owner": card.owner,
            "team": card.team,
            "source": lead.source,
            "age": lead.age_days,
            "touched": lead.last_touch_on,
            "status": card.status,
            "company": card.company,
            "plain": lead.plain[2],
            "id": lead.id,
        },
        {"lead": link + quote_plus(lead.id)},
    )


def _build_factors(lead: LeadScore) -> Table:
    return Table(
        name="factors",
        caption=_("What the chance comes from, one thing after another"),
        columns=(
            Column("of", _("What is known")),
            Column("value", _("It is")),
            Column("times", _("Times the rate"), "number", places=2),
            Column("in-30", _("Chance in 30 days"), "share", places=1),
            Column("in-60", _("In 60 days"), "share", places=1),
            Column("in-90", _("In 90 days"), "share", places=1),
        ),
        rows=tuple(
            Row(
                {
                    "of": TRAITS[each.of],
                    "value": each.value,
                    "times": each.times,
                    "in-30": each.chances[0],
                    "in-60": each.chances[1],
                    "in-90": each.chances[2],
                }
            )
            for each in lead.factors
        ),
        empty=_("The plain rate of its source is what is said of this lead."),
    )


def _build_tests(scores: LeadScores) -> Table:
    return Table(
        name="tests",
        caption=_("Scores of earlier days, which knew no more than those days did"),
        columns=(
            Column("days", _("Days ahead"), "number"),
            Column("origins", _("Days tried"), "number"),
            Column("n", _("Open leads"), "number"),
            Column("came", _("Became opportunities"), "number"),
            Column("brier", _("Brier score"), "number", places=5),
            Column("plain_brier", _("Brier score of the plain rate"), "number", places=5),
            Column("auc", _("AUC"), "number", places=3),
            Column("plain_auc", _("AUC of the plain rate"), "number", places=3),
        ),
        rows=tuple(
            Row(
                {
                    "days": each.days,
                    "origins": each.origins,
                    "n": each.n,
                    "came": each.came,
                    "brier": each.brier,
                    "plain_brier": each.plain_brier,
                    "auc": each.auc,
                    "plain_auc": each.plain_auc,
                }
            )
            for each in scores.tests
        ),
        empty=_("The history is too short to try scores on earlier days."),
    )


def _build_tenths(scores: LeadScores) -> Table:
    return Table(
        name="tenths",
        caption=_("What was said and what came, by tenths of the chance"),
        columns=(
            Column("days", _("Days ahead"), "number", has_choices=True),
            Column("from", _("Said from"), "share"),
            Column("to", _("Up to"), "share"),
            Column("n", _("Open leads"), "number"),
            Column("said", _("Said"), "share"),
            Column("came", _("Became opportunities"), "share"),
        ),
        rows=tuple(
            Row(
                {
                    "days": each.days,
                    "from": (each.tenth - 1) / 10,
                    "to": each.tenth / 10,
                    "n": each.n,
                    "said": each.said,
                    "came": each.came,
                }
            )
            for each in scores.tenths
        ),
        empty=_("The history is too short to try scores on earlier days."),
        page_rows=30,
    )
