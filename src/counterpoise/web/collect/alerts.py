"""Addresses outside the product that hear when a refresh fails: added, tried, taken away."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import alerts
from counterpoise.connectors.alerts.sending import AlertNotSent, InvalidAlertAddress
from counterpoise.connectors.sources.reach import OutOfReach
from counterpoise.store import alerts as stored
from counterpoise.store.alerts import Address, AddressNameTaken, UnknownAddress
from counterpoise.store.vault import LockedSecret
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import now

REFUSED = (InvalidAlertAddress, OutOfReach, AlertNotSent, AddressNameTaken, LockedSecret)
LANGUAGE_WORDS = {"en": gettext_lazy("English"), "ar": gettext_lazy("Arabic")}


class AddressForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=alerts.LONGEST_NAME)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        help_text=gettext_lazy(
            "As Apprise writes it, such as mailtos:// or slack://. It is kept locked and never"
            " shown again."
        ),
        widget=forms.PasswordInput(attrs={"dir": "ltr", "autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=list(LANGUAGE_WORDS.items())
    )


@require_safe
def list_addresses(request: HttpRequest) -> HttpResponse:
    return _render(request, AddressForm())


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST)
    if form.is_valid():
        sent = form.cleaned_data
        try:
            alerts.add_address(sent["name"], sent["url"], sent["language"], now=now())
        except REFUSED as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            messages.success(request, _("It hears of failures from now on. Send it a trial."))
            return redirect("collect:alerts")
    return _render(request, form)


@require_POST
def test(request: HttpRequest, name: str) -> HttpResponse:
    address = _get(name)
    try:
        alerts.try_address(address)
    except REFUSED as error:
        return _render(request, AddressForm(), get_eyes(request).explain(error), 422)
    messages.success(request, _("A trial was sent. See whether it arrived."))
    return redirect("collect:alerts")


@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    stored.remove(_get(name), at=now())
    messages.success(request, _("It hears of nothing any more."))
    return redirect("collect:alerts")


def _render(
    request: HttpRequest, form: AddressForm, refusal: str = "", status: int = 200
) -> HttpResponse:
    held = stored.list_addresses()
    table = Table(
        name="addresses",
        caption=_("Who hears when a refresh fails"),
        columns=(
            Column("name", _("Name")),
            Column("language", _("Language")),
            Column("made", _("Added on"), "moment"),
        ),
        rows=tuple(
            Row(
                {
                    "name": each.name,
                    "language": str(LANGUAGE_WORDS[each.language]),
                    "made": each.made_at,
                }
            )
            for each in held
        ),
        empty=_("Nobody hears of it outside these pages."),
    )
    context = {"held": held, "refusal": refusal}
    return render_page(request, "collect/alerts.html", context, [table], form=form, status=status)


def _get(name: str) -> Address:
    try:
        return stored.get_address(name)
    except UnknownAddress:
        raise Http404 from None
