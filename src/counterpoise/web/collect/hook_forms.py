"""A new hook, and another secret for one, as a person writes them."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counterpoise.actions.hooks import MOST_A_MINUTE, REQUESTS_A_MINUTE, Wish
from counterpoise.domain.collect.deliveries import Places
from counterpoise.domain.collect.signatures import ENCODINGS, SCHEMES, Agreement
from counterpoise.web.collect.hook_words import ENCODING_WORDS, SCHEME_WORDS

_LATIN = {"dir": "ltr", "autocapitalize": "none", "autocomplete": "off"}


def _text(label: Any, hint: Any, *, most: int = 200, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        required=required,
        widget=forms.TextInput(attrs=dict(_LATIN)),
    )


class NewHook(forms.Form):
    """The secret may be left empty: then one is made."""

    name = _text(
        _("Name"),
        _("The last part of the address: small letters, digits and hyphens."),
        most=40,
        required=True,
    )
    scheme = forms.ChoiceField(
        label=_("How the sender signs"), choices=[(each, SCHEME_WORDS[each]) for each in SCHEMES]
    )
    secret = _text(
        _("Secret"), _("Of the sender's own, where it has one. Empty: one is made and shown once.")
    )
    header = _text(
        _("Header of the signature"), _("Only for a header of the sender's own."), most=60
    )
    encoding = forms.ChoiceField(
        label=_("The signature in it is written"),
        choices=[(each, ENCODING_WORDS[each]) for each in ENCODINGS],
        required=False,
    )
    before = _text(_("What stands before it"), _("Such as sha256=."), most=60)
    id_header = _text(_("Header of an id"), _("Where the sender gives each delivery one."), most=60)
    records = _text(
        _("Where the records are"),
        _("Names parted by dots. Empty: the document itself. *: each name in it is a kind."),
    )
    kind = _text(_("Where a record says its kind"), _("Such as type. May be empty."))
    version = _text(
        _("Where a record says its version"),
        _("What rises with every change, such as updated_at. Empty: what arrives last holds."),
    )
    source = _text(_("Source"), _("Empty: the hook's own name."), most=40)
    requests_a_minute = forms.IntegerField(
        label=_("Deliveries a minute at most"),
        min_value=1,
        max_value=MOST_A_MINUTE,
        initial=REQUESTS_A_MINUTE,
    )

    def read_wish(self) -> Wish:
        """Of a form that is valid. Raises InvalidAgreement."""
        sent = self.cleaned_data
        agreement = Agreement(
            sent["scheme"],
            sent["header"],
            sent["encoding"] or "hex",
            sent["before"],
            sent["id_header"],
        )
        return Wish(
            sent["name"],
            agreement,
            Places(sent["records"], sent["kind"], sent["version"]),
            sent["source"],
            sent["secret"],
            sent["requests_a_minute"],
        )


class NewSecret(forms.Form):
    secret = _text(_("Secret"), _("Empty: one is made and shown once."))
    keep_hours = forms.IntegerField(
        label=_("Hours for which the old one is still taken"),
        min_value=0,
        max_value=30 * 24,
        initial=24,
    )

    @property
    def kept_for(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["keep_hours"])
