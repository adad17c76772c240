"""A figure's own page, and what a planner can do there: override it, or withdraw an override."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterpoise.actions import overrides
from counterpoise.actions.overrides import Outlook, Preview, Wish
from counterpoise.domain.tables.override import CellKey, InvalidOverride, Override
from counterpoise.store import overrides as stored
from counterpoise.web import access
from counterpoise.web.demand import cells, history
from counterpoise.web.demand.figures import build_sums
from counterpoise.web.demand.forms import OverrideForm
from counterpoise.web.demand.words import name_reason, name_unit
from counterpoise.web.newest import get_newest
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@require_safe
def show_cell(request: HttpRequest, period: str) -> HttpResponse:
    outlook, key = _find(request, period)
    return _render_cell(request, outlook, key, _open_form(outlook, key))


@require_safe
def go_to_cell(request: HttpRequest, override_id: int) -> HttpResponse:
    """From an override, as comments and the inbox name it, to the figure that it is of."""
    found = stored.find_override(override_id)
    if found is None:
        raise Http404
    return redirect(cells.link("cell", found.period, found.cell))


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, period: str) -> HttpResponse:
    """Shows what an override would do, and keeps nothing. The answer's tables link here by GET."""
    outlook, key = _find(request, period)
    if request.method != "POST":
        return redirect(_stay_on(request, period))
    form = _open_form(outlook, key, request)
    if not _is_possible(request, outlook, key, form):
        return _render_cell(request, outlook, key, form)
    return _show_effect(request, outlook, key, form)


@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, period: str) -> HttpResponse:
    """A refusal is answered here too, and its tables link here by GET."""
    outlook, key = _find(request, period)
    if request.method != "POST":
        return redirect(_stay_on(request, period))
    form = _open_form(outlook, key, request)
    if not _is_possible(request, outlook, key, form):
        return _render_cell(request, outlook, key, form)
    if form.cleaned_data["seen"] != form.cleaned_data["amount"]:
        return _show_effect(request, outlook, key, form)  # nobody saves what they have not seen
    try:
        overrides.make_override(
            _read_wish(period, key, form), access.get_visitor(request), now=now()
        )
    except stored.CellChanged as error:
        return _show_conflict(request, period, key, form, error.current)
    messages.success(
        request,
        _(
            "The override is saved. Run the cycle again, so that the plan follows it; signatures"
            " under the plan of before do not count for the new one."
        ),
    )
    return redirect(cells.link("cell", period, key))


@require_POST
def withdraw(request: HttpRequest, period: str, override_id: int) -> HttpResponse:
    try:
        gone = overrides.withdraw_override(
            period, override_id, access.get_visitor(request), now=now()
        )
    except stored.UnknownOverride:
        raise Http404 from None
    except stored.CellChanged:
        kept = stored.get_override(period, override_id).override
        messages.error(
            request, _("That override does not hold any more. Nothing was changed: look again.")
        )
        return redirect(cells.link("cell", period, kept.cell))
    messages.success(
        request,
        _("The override is withdrawn. Run the cycle again, so that the plan follows."),
    )
    return redirect(cells.link("cell", period, gone.cell))


@require_safe
def list_overrides(request: HttpRequest, period: str) -> HttpResponse:
    newest = get_newest(period)
    reader = get_eyes(request).reader
    table = history.build_history(period, stored.list_history(period), reader)
    return render_page(request, "demand/overrides.html", {"newest": newest}, [table])


def _find(request: HttpRequest, period: str) -> tuple[Outlook, CellKey]:
    """The newest forecast, and the figure that the address names. Raises Http404."""
    key = cells.read_address(request.GET)
    outlook = overrides.find_outlook(period)
    if outlook is None or overrides.find_cell(outlook.forecast, key) is None:
        raise Http404
    return outlook, key


def _stay_on(request: HttpRequest, period: str) -> str:
    return f"{reverse('demand:cell', args=[period])}?{request.GET.urlencode()}"


def _find_override(outlook: Outlook, key: CellKey) -> Override | None:
    return next((each for each in outlook.overrides if each.cell == key), None)


def _open_form(
    outlook: Outlook, key: CellKey, request: HttpRequest | None = None, **initial: Any
) -> OverrideForm:
    held = _find_override(outlook, key)
    return OverrideForm(
        request.POST if request else None,
        initial={"replaces": held.id if held else None, **initial},
        reasons=overrides.list_reasons(now().date()),
        unit=name_unit(key[0], outlook.cycle.currency),
    )


def _read_wish(period: str, key: CellKey, form: OverrideForm) -> Wish:
    said = form.cleaned_data
    return Wish(
        period=period,
        cell=key,
        amount=said["amount"],
        reason=said["reason"],
        comment=said["comment"],
        replaces=said["replaces"],
    )


def _is_possible(request: HttpRequest, outlook: Outlook, key: CellKey, form: OverrideForm) -> bool:
    """Whether the form is filled in well; what is wrong stands in it afterwards."""
    cell = overrides.find_cell(outlook.statistical, key)
    if not form.is_valid() or cell is None:
        return False
    try:
        overrides.check_won(cell, form.cleaned_data["amount"], outlook.run.as_of)
    except InvalidOverride as error:
        form.add_error("amount", get_eyes(request).explain(error))
    return form.is_valid()


def _show_effect(
    request: HttpRequest, outlook: Outlook, key: CellKey, form: OverrideForm
) -> HttpResponse:
    wish = _read_wish(str(outlook.forecast.period), key, form)
    shown = overrides.preview(outlook, wish, access.get_visitor(request), now=now())
    kept = _open_form(outlook, key, **{**form.cleaned_data, "seen": wish.amount})
    return _render_cell(request, outlook, key, kept, shown=shown)


def _show_conflict(
    request: HttpRequest, period: str, key: CellKey, form: OverrideForm, current: Override | None
) -> HttpResponse:
    """Both values, and the text of whoever came second, ready to be saved over what is there."""
    outlook, _key = _find(request, period)
    said = form.cleaned_data
    kept = _open_form(outlook, key, **{**said, "replaces": current.id if current else None})
    conflict = {"mine": said["amount"], "theirs": current}
    return _render_cell(request, outlook, key, kept, conflict=conflict)


def _render_cell(
    request: HttpRequest,
    outlook: Outlook,
    key: CellKey,
    form: OverrideForm,
    *,
    shown: Preview | None = None,
    conflict: dict[str, Any] | None = None,
) -> HttpResponse:
    period = str(outlook.forecast.period)
    reader = get_eyes(request).reader
    cell = overrides.find_cell(outlook.forecast, key)
    said = overrides.find_cell(outlook.statistical, key)
    assert cell is not None, "whoever calls has found it"
    assert said is not None, "overrides add no cells"
    held = _find_override(outlook, key)
    tables = [
        build_sums(outlook, cell),
        history.build_history(period, stored.list_history(period, key), reader),
    ]
    if shown is not None:
        tables.append(history.build_effects(shown, outlook.cycle.currency, reader))
    context = {
        "outlook": outlook,
        "cell": cell,
        "statistical": said,
        "title": cells.name_cell(key, reader),
        "currency": outlook.cycle.currency,
        "held": held,
        "held_reason": name_reason(held.reason) if held else "",
        "preview": shown,
        "conflict": conflict,
        "preview_link": cells.link("preview", period, key),
        "override_link": cells.link("override", period, key),
        "subject": f"override:{held.id}" if held else "",
    }
    status = 409 if conflict else 200
    return render_page(request, "demand/cell.html", context, tables, form=form, status=status)
