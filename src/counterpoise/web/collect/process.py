"""The sales process: funnels by cohort, days in each stage, and why deals are lost."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.actions import processes
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.kept import Examined
from counterpoise.actions.processes import AskedProcess
from counterpoise.actions.waterfalls import NothingYet
from counterpoise.domain.measure.process import LEAD_SPLITS, SIZES, Process, Scope, describe
from counterpoise.domain.measure.waterfall import InvalidWindow
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.values.period import add_months, first_of_month
from counterpoise.domain.values.rights import Visitor
from counterpoise.web import access
from counterpoise.web.collect import process_tables
from counterpoise.web.collect import standing as standings
from counterpoise.web.collect.measures import PARTS
from counterpoise.web.collect.standing import Standing
from counterpoise.web.collect.waterfall import list_splits
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Table
from counterpoise.web.workplace import get_workspace, now

_SIZES = {"month": _("Month"), "quarter": _("Quarter")}
_MONTHS_SHOWN = 12


class ScopeForm(forms.Form):
    """The window, the length of cohorts, the split, and the day whose knowledge counts."""

    start = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    cohorts = forms.ChoiceField(label=_("Cohorts by"), required=False)
    by = forms.ChoiceField(label=_("Split by"), required=False)
    as_of = forms.DateField(
        label=_("As known on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *given: Any, visitor: Visitor, **named: Any) -> None:
        super().__init__(*given, **named)
        by, cohorts = self.fields["by"], self.fields["cohorts"]
        assert isinstance(by, forms.ChoiceField)
        assert isinstance(cohorts, forms.ChoiceField)
        names = {"": gettext("the whole company"), **PARTS}
        by.choices = [(each, names[each]) for each in list_splits(visitor)]
        cohorts.choices = [(each, _SIZES[each]) for each in SIZES]


@require_safe
@standings.needs_judged("collect:measures")
def show_process(request: HttpRequest, standing: Standing, examined: Examined) -> HttpResponse:
    visitor = access.get_visitor(request)
    form = ScopeForm(_fill(request, examined.as_of), visitor=visitor)
    template = "collect/process.html"
    if not form.is_valid():
        return render_page(request, template, {}, form=form)
    try:
        asked = _ask(standing, examined.as_of, form.cleaned_data)
        found = processes.measure_process(asked)
    except (InvalidWindow, NothingYet, MissingRate) as error:
        form.add_error(None, get_eyes(request).explain(error))
        return render_page(request, template, {}, form=form)
    scope = asked.scope
    context = {
        "scope": scope,
        "last": scope.end - timedelta(days=1),
        "said": describe(found),
        "share": found.mature_share,
        "deals": found.get_ripeness("deal"),
        "leads": found.get_ripeness("lead"),
        "has_leads": scope.by in LEAD_SPLITS,
        "sees_people": visitor.reach != "nobody",
    }
    sees = _find_sight(visitor, standing)
    return render_page(request, template, context, _build_tables(found, sees), form=form)


def _fill(request: HttpRequest, as_of: date) -> dict[str, str]:
    """What was asked; where no window was, the year up to the last day of the data."""
    asked = {name: request.GET.get(name, "") for name in ("start", "last", "by", "as_of")}
    if not any(name in request.GET for name in ("start", "last")):
        start = add_months(first_of_month(as_of), 1 - _MONTHS_SHOWN)
        asked |= {"start": str(start), "last": str(as_of)}
    return {**asked, "cohorts": request.GET.get("cohorts") or "month"}


def _ask(standing: Standing, as_of: date, chosen: dict[str, Any]) -> AskedProcess:
    end = chosen["last"] + timedelta(days=1)
    known = chosen["as_of"] or as_of
    scope = Scope(chosen["start"], end, known, chosen["cohorts"], chosen["by"])
    build = CurrentBuild(standing.build.id, get_workspace().build_folder(standing.build.id))
    return processes.ask(build, scope, today=max(as_of, now().date()))


def _find_sight(visitor: Visitor, standing: Standing) -> Callable[[str, str], bool]:
    teams = standings.find_teams(standing) if visitor.reach == "teams" else {}
    return lambda by, label: standings.sees_part(visitor, by, label, teams)


def _build_tables(found: Process, sees: Callable[[str, str], bool]) -> list[Table]:
    by = found.scope.by
    cohorts = [each for each in found.cohorts if sees(by, each.label)]
    deals = [each for each in cohorts if each.of == "deal"]
    leads = [each for each in cohorts if each.of == "lead"]
    return [
        process_tables.build_cohorts("deals", _("Deals by when they were created"), deals, by),
        process_tables.build_steps("deal-steps", _("Deals, step by step"), deals, by),
        process_tables.build_cohorts("leads", _("Leads by when they came in"), leads, by),
        process_tables.build_steps("lead-steps", _("Leads, step by step"), leads, by),
        process_tables.build_stays([e for e in found.stays if sees(by, e.label)], by),
        process_tables.build_losses(
            "reasons",
            _("Why deals were lost"),
            [e for e in found.reasons if sees(by, e.label)],
            found,
        ),
        process_tables.build_losses(
            "losses",
            _("Why deals were lost, and from which stage"),
            [e for e in found.losses if sees(by, e.label)],
            found,
        ),
        process_tables.build_silences([e for e in found.silences if sees(e.who, e.label)]),
    ]
