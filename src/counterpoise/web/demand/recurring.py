"""Recurring revenue: how it rolled forward, what renews next and how likely, what lies ahead."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.actions import recurring
from counterpoise.actions.recurring import Recurring
from counterpoise.connectors.documents import charts, series_charts
from counterpoise.domain.demand.recurring_rules import TERM_KEY, NothingRecurring
from counterpoise.domain.demand.roll_forward import roll_forward
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.carried import CarriedPart, Point, Step
from counterpoise.domain.tables.recurring import (
    DIMENSIONS,
    RecurringAhead,
    RolledPart,
    RollForward,
)
from counterpoise.domain.values.rights import Visitor
from counterpoise.store.ledger import NoBuild
from counterpoise.web import access
from counterpoise.web.collect.measures import PARTS
from counterpoise.web.demand import recurring_tables
from counterpoise.web.drawings import draw_once
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Table
from counterpoise.web.workplace import get_workspace, now

YEAR = {"month": 12, "quarter": 4}


class RollForm(forms.Form):
    """By month or quarter, whole or by its parts. Nothing chosen is the whole by quarter."""

    every = forms.ChoiceField(
        label=_("Period"), choices=(("quarter", _("Quarter")), ("month", _("Month")))
    )
    by = forms.ChoiceField(label=_("Split by"), required=False)

    def __init__(self, *given: Any, whole: str, **named: Any) -> None:
        super().__init__(*given, **named)
        by = self.fields["by"]
        assert isinstance(by, forms.ChoiceField)
        by.choices = [("", whole), *((each, PARTS[each]) for each in DIMENSIONS)]


@require_safe
def show_recurring(request: HttpRequest) -> HttpResponse:
    """Company-wide figures are for whoever reads plans; others see what their own accounts make."""
    visitor = access.get_visitor(request)
    may_plan = visitor.may("read_plan")
    if not may_plan and visitor.reach == "nobody":
        raise Http404
    form = RollForm(
        {"every": request.GET.get("every", "quarter"), "by": request.GET.get("by", "")},
        whole=gettext("the whole company") if may_plan else gettext("all your accounts"),
    )
    context: dict[str, Any] = {"form": form, "may_plan": may_plan, "key": TERM_KEY}
    if not form.is_valid():
        return render_page(request, "demand/recurring.html", context, form=form)
    try:
        _build, found = recurring.examine_recurring(get_workspace(), today=now().date())
    except NoBuild:
        return render_page(request, "demand/recurring.html", {**context, "is_empty": True})
    except NothingRecurring as error:
        context["undeclared"] = get_eyes(request).explain(error)
        return render_page(request, "demand/recurring.html", context)
    except (InvalidRule, MissingRate) as error:
        form.add_error(None, get_eyes(request).explain(error))
        return render_page(request, "demand/recurring.html", context, form=form)
    return _render(request, visitor, found, form, context)


def _render(
    request: HttpRequest,
    visitor: Visitor,
    found: Recurring,
    form: RollForm,
    context: dict[str, Any],
) -> HttpResponse:
    mine = recurring.restrict(found, visitor)
    shown = found if context["may_plan"] else mine
    every, by = form.cleaned_data["every"], form.cleaned_data["by"]
    parts = roll_forward(shown.contracts, every, by)
    part = _choose(parts, request.GET.get("part", ""))
    context |= {
        "contracts": shown.contracts,
        "currency": shown.contracts.currency,
        "every": every,
        "by": by,
        "part": part,
        "name": recurring_tables.name_label(part.label) if part and part.by else "",
        "refusal": found.refusal,
        "sees_accounts": visitor.reach != "nobody",
        "is_limited": visitor.reach != "everyone",
    }
    tables: list[Table] = [recurring_tables.build_due(mine, shown.contracts.currency)]
    if part is not None:
        context |= _sum_up(part, every)
        context["waterfall"] = _draw_year(request, shown, part, every)
        tables.append(recurring_tables.build_periods(part, every, shown.contracts.currency))
        tables.append(recurring_tables.build_customers(part, every))
        link = "?" + urlencode({"every": every, "by": by}) + "&part="
        tables.append(recurring_tables.build_parts(parts, shown.contracts.currency, link))
    if context["may_plan"] and found.ahead is not None:
        currency = found.contracts.currency
        whole = roll_forward(found.contracts)[0]
        context["ahead"] = found.ahead
        context["outlook"] = _draw_ahead(request, whole, found.ahead, currency)
        tables += [
            recurring_tables.build_ahead(found.ahead, currency),
            recurring_tables.build_rates(found.ahead),
            recurring_tables.build_tests(found.ahead),
        ]
    return render_page(request, "demand/recurring.html", context, tables, form=form)


def _choose(parts: tuple[RolledPart, ...], asked: str) -> RolledPart | None:
    """The part at a place of the list; the whole where there is none."""
    place = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    return parts[place] if place < len(parts) else parts[0] if parts else None


def _sum_up(part: RolledPart, every: str) -> dict[str, Any]:
    """What runs now, and retention of the last period that is over."""
    now_running = part.periods[-1]
    told = [each for each in part.periods if each.net_retention is not None]
    year = part.periods[-YEAR[every] :]
    return {
        "running": now_running,
        "retained": told[-1] if told else None,
        "retained_until": told[-1].end - timedelta(days=1) if told else None,
        "year_from": year[0].start,
    }


def _draw_year(request: HttpRequest, shown: Recurring, part: RolledPart, every: str) -> Any:
    reader = get_eyes(request).in_currency(shown.contracts.currency).reader
    return draw_once(charts.draw_recurring, reader, part.periods[-YEAR[every] :])


def _draw_ahead(
    request: HttpRequest, whole: RolledPart, ahead: RecurringAhead, currency: str
) -> Any:
    """Closings of the months that came, then of those ahead with their ranges."""
    first = ahead.months[0].start
    carried = CarriedPart(
        by=(),
        history=tuple(Point(each.start, each.closing) for each in _list_before(whole, first)),
        ahead=tuple(Step(each.start, each.closing, each.quantiles) for each in ahead.months),
        missed=None,
        usual=None,
        looks=0,
    )
    reader = get_eyes(request).in_currency(currency).reader
    return draw_once(series_charts.draw_carried, reader, carried, "month", currency)


def _list_before(whole: RolledPart, first: Any) -> list[RollForward]:
    """A month that has only begun is shown ahead; where no other came, it is all there is."""
    return [each for each in whole.periods if each.start < first] or list(whole.periods)
