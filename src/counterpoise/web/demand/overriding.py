"""A figure's own page, and what a planner can do there: override it, or withdraw an override."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterpoise.actions import override_wishes, overrides
from counterpoise.actions.override_wishes import Contradiction, LockedFigure, Wish
from counterpoise.actions.overrides import Outlook, Preview
from counterpoise.connectors.documents.override_words import write_change
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.figure import find_figure
from counterpoise.domain.tables.override import FigureKey, InvalidOverride, Override
from counterpoise.store import overrides as stored
from counterpoise.web import access
from counterpoise.web.demand import cells, history, legs
from counterpoise.web.demand.figures import build_sums
from counterpoise.web.demand.forms import LockForm, OverrideForm
from counterpoise.web.demand.words import name_reason, name_unit
from counterpoise.web.newest import get_newest
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@require_safe
def show_cell(request: HttpRequest, period: str) -> HttpResponse:
    outlook, key = find(request, period)
    return render_cell(request, outlook, key)


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
    outlook, key = find(request, period)
    if request.method != "POST":
        return redirect(stay_on(request, period))
    form = _open_form(outlook, key, request)
    if not _is_possible(request, outlook, key, form):
        return render_cell(request, outlook, key, form)
    return _show_effect(request, outlook, key, form)


@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, period: str) -> HttpResponse:
    """A refusal is answered here too, and its tables link here by GET."""
    outlook, key = find(request, period)
    if request.method != "POST":
        return redirect(stay_on(request, period))
    form = _open_form(outlook, key, request)
    if not _is_possible(request, outlook, key, form):
        return render_cell(request, outlook, key, form)
    if form.cleaned_data["seen"] != form.cleaned_data["amount"]:
        return _show_effect(request, outlook, key, form)  # nobody saves what they have not seen
    wish = _read_wish(period, key, form)
    try:
        overrides.make_override(wish, access.get_visitor(request), now=now())
    except stored.CellChanged as error:
        return _show_conflict(request, period, key, form, error.current)
    except Contradiction:
        return _show_effect(request, outlook, key, form)
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
    made = stored.list_history(period)
    table = history.build_history(period, made, reader, newest.run.as_of)
    return render_page(request, "demand/overrides.html", {"newest": newest}, [table])


def find(request: HttpRequest, period: str) -> tuple[Outlook, FigureKey]:
    """The newest forecast, and the figure that the address names. Raises Http404."""
    key = cells.read_address(request.GET)
    outlook = overrides.find_outlook(period)
    figure = find_figure(outlook.forecast, key) if outlook else None
    if outlook is None or figure is None:
        raise Http404
    return outlook, figure.key


def stay_on(request: HttpRequest, period: str) -> str:
    return f"{reverse('demand:cell', args=[period])}?{request.GET.urlencode()}"


def render_cell(
    request: HttpRequest,
    outlook: Outlook,
    key: FigureKey,
    form: OverrideForm | LockForm | None = None,
    *,
    shown: Preview | None = None,
    conflict: dict[str, Any] | None = None,
) -> HttpResponse:
    """form: the one that was sent. conflict: what someone else made of the figure meanwhile."""
    period = str(outlook.forecast.period)
    reader = get_eyes(request).reader
    figure = find_figure(outlook.forecast, key)
    said = find_figure(outlook.statistical, key)
    assert figure is not None, "whoever calls has found it"
    assert said is not None, "overrides add no figures"
    held, lock = _find_override(outlook, key), overrides.find_lock(outlook, key)
    as_of = outlook.statistical.as_of
    made_of, table_of_legs = legs.show_legs(request, outlook, figure.measure, figure.by)
    tables = [
        *table_of_legs,
        build_sums(outlook, figure, reader),
        history.build_history(period, stored.list_history(period, key), reader, as_of),
    ]
    if shown is not None:
        tables.append(history.build_effects(shown, outlook.cycle.currency, reader))
        if shown.contradiction is not None:
            opponents = shown.contradiction.opponents
            tables.append(history.build_opponents(period, opponents, reader))
    context = {
        "outlook": outlook,
        "cell": figure,
        "statistical": said,
        "title": cells.name_cell(key, reader),
        "currency": outlook.cycle.currency,
        "held": held,
        "held_reason": name_reason(held.reason) if held else "",
        "held_words": _write(held, reader) if held else "",
        "is_expired": held is not None and held.is_expired(as_of),
        "lock": lock,
        "lock_form": form if isinstance(form, LockForm) else LockForm(),
        "preview": shown,
        "conflict": conflict,
        "preview_link": cells.link("preview", period, key),
        "override_link": cells.link("override", period, key),
        "lock_link": cells.link("lock", period, key),
        "subject": f"override:{held.id}" if held else "",
        "measure": figure.measure,
        **made_of,
    }
    status = 409 if conflict or _is_contradicted(shown) else 200
    if isinstance(form, LockForm):
        form, status = None, 422
    form = form or _open_form(outlook, key)
    return render_page(request, "demand/cell.html", context, tables, form=form, status=status)


def _is_contradicted(shown: Preview | None) -> bool:
    return shown is not None and shown.contradiction is not None


def _write(override: Override, reader: Reader) -> str:
    return write_change(reader, override.kind, override.amount, override.change)


def _find_override(outlook: Outlook, key: FigureKey) -> Override | None:
    return next(
        (each for each in outlook.overrides if each.cell == key and each.kind != "lock"), None
    )


def _open_form(
    outlook: Outlook,
    key: FigureKey,
    request: HttpRequest | None = None,
    *,
    contradicts: bool = False,
    **initial: Any,
) -> OverrideForm:
    held = _find_override(outlook, key)
    return OverrideForm(
        request.POST if request else None,
        initial={
            "replaces": held.id if held else None,
            "expires_on": override_wishes.find_default_expiry(now().date()),
            **initial,
        },
        reasons=override_wishes.list_reasons(now().date()),
        unit=name_unit(key[0], outlook.cycle.currency),
        contradicts=contradicts,
    )


def _read_wish(period: str, key: FigureKey, form: OverrideForm) -> Wish:
    said = form.cleaned_data
    return Wish(
        period=period,
        cell=key,
        amount=said["amount"].amount,
        reason=said["reason"],
        comment=said["comment"],
        replaces=said["replaces"],
        kind=said["amount"].kind,
        expires_on=said["expires_on"],
        replaces_others=said["replaces_others"],
    )


def _is_possible(
    request: HttpRequest, outlook: Outlook, key: FigureKey, form: OverrideForm
) -> bool:
    """Whether the form is filled in well; what is wrong stands in it afterwards."""
    if not form.is_valid():
        return False
    wish = _read_wish(str(outlook.forecast.period), key, form)
    try:
        overrides.check_unlocked(outlook, key)
        override_wishes.draft(outlook.statistical, wish, now().date()).as_override("", "", now())
    except (InvalidOverride, LockedFigure) as error:
        form.add_error("amount", get_eyes(request).explain(error))
    return form.is_valid()


def _show_effect(
    request: HttpRequest, outlook: Outlook, key: FigureKey, form: OverrideForm
) -> HttpResponse:
    wish = _read_wish(str(outlook.forecast.period), key, form)
    shown = overrides.preview(outlook, wish, access.get_visitor(request), now=now())
    found = shown.contradiction
    said = {**form.cleaned_data, "seen": form.cleaned_data["amount"], "replaces_others": False}
    kept = _open_form(outlook, key, contradicts=found is not None and found.can_replace, **said)
    return render_cell(request, outlook, key, kept, shown=shown)


def _show_conflict(
    request: HttpRequest, period: str, key: FigureKey, form: OverrideForm, current: Override | None
) -> HttpResponse:
    """Both values, and the text of whoever came second, ready to be saved over what is there."""
    outlook, _key = find(request, period)
    said, reader = form.cleaned_data, get_eyes(request).reader
    kept = _open_form(outlook, key, **{**said, "replaces": current.id if current else None})
    mine = override_wishes.draft(
        outlook.statistical, _read_wish(period, key, form), now().date()
    ).as_override("", "", now())
    conflict = {
        "mine": mine.amount,
        "mine_words": _write(mine, reader),
        "theirs": current,
        "theirs_words": _write(current, reader) if current else "",
    }
    return render_cell(request, outlook, key, kept, conflict=conflict)
