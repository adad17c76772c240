"""What the values of a hook's records mean: proposed from what came, confirmed by a person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import hooks
from counterpoise.actions.collect import NothingToCollect
from counterpoise.actions.hooks import NothingDelivered
from counterpoise.domain.collect.mapping_toml import InvalidMapping
from counterpoise.store.hooks import Hook, HookChanged
from counterpoise.web.collect.forms import MappingForm
from counterpoise.web.collect.hooks import get_hook
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@require_safe
def show_meaning(request: HttpRequest, name: str) -> HttpResponse:
    hook = get_hook(name)
    try:
        proposed = hooks.propose(hook)
    except NothingDelivered as error:
        return _render_nothing(request, hook, error)
    return _render_form(request, hook, MappingForm(proposed))


@require_POST
def confirm_meaning(request: HttpRequest, name: str) -> HttpResponse:
    """With the button `again` only show another table's attributes."""
    hook = get_hook(name)
    try:
        proposed = hooks.propose(hook)
    except NothingDelivered as error:
        return _render_nothing(request, hook, error)
    form = MappingForm(proposed, request.POST)
    if "again" in request.POST or form.is_another_table:
        return _render_form(request, hook, MappingForm(proposed, draft=request.POST))
    if form.is_valid():
        try:
            hooks.confirm(hook, form.read_mapping(), edition=_read_edition(request), now=now())
        except (InvalidMapping, NothingToCollect, HookChanged) as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            said = gettext("Confirmed. What was delivered is landed by it within minutes.")
            messages.success(request, said)
            return redirect("collect:hook", hook.name)
    return _render_form(request, hook, form)


def _read_edition(request: HttpRequest) -> int:
    """Of the page as it was shown; nonsense is an edition that never was."""
    written = request.POST.get("edition", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def _render_nothing(request: HttpRequest, hook: Hook, error: NothingDelivered) -> HttpResponse:
    context = {"hook": hook, "nothing": get_eyes(request).explain(error)}
    return render_page(request, "collect/hook_meaning.html", context)


def _render_form(request: HttpRequest, hook: Hook, form: MappingForm) -> HttpResponse:
    context = {"hook": hook, "sections": form.list_sections()}
    return render_page(request, "collect/hook_meaning.html", context, form=form)
