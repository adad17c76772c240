"""The form of a provider of enrichment: its settings by kind, who it counts as, what it costs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counterpoise.actions.enrichment_providers import NEEDED
from counterpoise.actions.providers import LONGEST_AGE
from counterpoise.domain.collect.enrichment import AUTHORITIES
from counterpoise.store.enrichment import ProviderFacts
from counterpoise.web.collect.enrichment import AUTHORITY_WORDS

OPTIONAL: Mapping[str, tuple[str, ...]] = {"api": ("header",)}
_LABELS: Mapping[str, Any] = {
    "file": _("File"),
    "url": _("Address"),
    "table": _("Table"),
    "key": _("Column that a company is looked up in"),
    "by": _("What of the company is looked up"),
    "fields": _("Where each field is found"),
    "header": _("Header that the key is sent in"),
}
_HELPS: Mapping[str, Any] = {
    "file": _("A CSV in UTF-8 in the workspace's folder providers."),
    "url": _(
        "Of an API with {domain}, {name} or {country} in it; of a database without its password."
    ),
    "fields": _(
        "FIELD=COLUMN; … such as employees=Staff; city=Town. Of an API paths, such as"
        " employees=company.staff."
    ),
    "header": _("Authorization, where nothing is written."),
}
_LONGEST = 2_000


class ProviderForm(forms.Form):
    """A secret is written and never shown: empty, the kept one stays."""

    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)
    provider = forms.CharField(
        label=_("Name"), max_length=64, widget=forms.TextInput(attrs={"dir": "ltr"})
    )

    def __init__(
        self, kind: str, data: Mapping[str, Any] | None = None, held: ProviderFacts | None = None
    ) -> None:
        super().__init__(data)
        self._kind, self._held = kind, held
        self._names = (*NEEDED[kind], *OPTIONAL.get(kind, ()))
        if held is not None:
            del self.fields["provider"]
            self.fields["edition"].initial = held.edition
            self.fields["edition"].required = True
        for name in self._names:
            self.fields[f"set-{name}"] = self._build_setting(name)
        self.fields |= self._build_others()

    def read_facts(self) -> ProviderFacts:
        """Of a form that is valid."""
        given = self.cleaned_data
        settings = {
            name: given[f"set-{name}"].strip() for name in self._names if given[f"set-{name}"]
        }
        return ProviderFacts(
            self._held.name if self._held else given["provider"],
            self._kind,
            given["authority"],
            settings,
            given["cost"],
            given["age_days"] or 0,
            is_paused=self._held.is_paused if self._held else False,
        )

    def _build_setting(self, name: str) -> forms.Field:
        held = self._held.settings.get(name, "") if self._held else ""
        if name == "by":
            choices = [("domain", _("web domain")), ("name", _("name"))]
            return forms.ChoiceField(label=_LABELS[name], choices=choices, initial=held or "domain")
        return forms.CharField(
            label=_LABELS[name],
            help_text=_HELPS.get(name, ""),
            required=name in NEEDED[self._kind],
            max_length=_LONGEST,
            initial=held,
            widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        )

    def _build_others(self) -> dict[str, forms.Field]:
        held = self._held
        default = {"page": "crawl"}.get(self._kind, "vendor")
        hidden = forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"})
        return {
            "secret": forms.CharField(
                label=_("Secret"),
                help_text=_("Kept locked and never shown. Empty: the kept one stays."),
                required=False,
                max_length=_LONGEST,
                widget=hidden,
            ),
            "authority": forms.ChoiceField(
                label=_("Counts as"),
                choices=[(each, AUTHORITY_WORDS[each]) for each in AUTHORITIES[1:]],
                initial=held.authority if held else default,
            ),
            "cost": forms.DecimalField(
                label=_("Cost of asking about one company"),
                min_value=Decimal(0),
                max_digits=12,
                decimal_places=4,
                initial=held.cost if held else Decimal(0),
            ),
            "age_days": forms.IntegerField(
                label=_("Asked again after how many days"),
                help_text=_("Empty: after the shortest age limit of a field."),
                required=False,
                min_value=0,
                max_value=LONGEST_AGE,
                initial=(held.age_days or None) if held else None,
            ),
        }
