"""The forms of a connected system: its settings by kind, its schedule, and the clicks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counterpoise.connectors.sources.settings import Setting
from counterpoise.domain.values.text import Text
from counterpoise.store.connections import Connection

_LONGEST = 20_000


class AskForm(forms.Form):
    """A click on a button. edition: of the connection as the page showed it."""

    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class ScheduleForm(AskForm):
    schedule = forms.CharField(
        label=_("Schedule"),
        required=False,
        max_length=100,
        help_text=_(
            "A cron expression in the company's time zone: minute, hour, day, month, weekday."
            " Empty: only when somebody asks."
        ),
        widget=forms.TextInput(attrs={"dir": "ltr", "placeholder": "0 6 * * 1-5"}),
    )


class RefreshForm(forms.Form):
    """key: makes one click one job."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    anew = forms.BooleanField(
        label=_("Read everything again"),
        required=False,
        help_text=_("Otherwise only what changed since the last time."),
    )
    since = forms.DateField(
        label=_("Or what changed from this day on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class ConnectionForm(forms.Form):
    """One field a setting. A secret is written and never shown: empty, the kept one stays."""

    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)
    connection = forms.CharField(
        label=_("Name"),
        max_length=64,
        help_text=_("Small Latin letters, digits, - and _. Its rows carry it as their source."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "none"}),
    )

    def __init__(
        self,
        settings: Sequence[Setting],
        say: Callable[[Text], str],
        data: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        held: Connection | None = None,
    ) -> None:
        super().__init__(data)
        self._settings = settings
        self.fields["connection"].initial = name
        if held is not None:
            del self.fields["connection"]
            self.fields["edition"].initial = held.edition
            self.fields["edition"].required = True
        for each in settings:
            self.fields[f"set-{each.name}"] = _build_field(each, say, held)

    def read_values(self) -> dict[str, str]:
        """Of a form that is valid."""
        return {each.name: self.cleaned_data[f"set-{each.name}"] for each in self._settings}


def _build_field(
    setting: Setting, say: Callable[[Text], str], held: Connection | None
) -> forms.CharField:
    attributes = {"dir": "ltr", "placeholder": setting.example, "autocomplete": "off"}
    widget: forms.Widget = forms.TextInput(attrs=attributes)
    if setting.is_secret:
        widget = forms.PasswordInput(attrs={**attributes, "autocomplete": "new-password"})
    elif setting.is_long:
        widget = forms.Textarea(attrs={**attributes, "rows": 5})
    is_kept = setting.is_secret and held is not None and held.has_secret
    return forms.CharField(
        label=say(setting.label),
        help_text=say(setting.help),
        required=setting.is_required and not is_kept,
        max_length=_LONGEST,
        initial="" if setting.is_secret or held is None else held.settings.get(setting.name, ""),
        widget=widget,
    )
