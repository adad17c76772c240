"""What a planner says to run the cycle, and which runs are compared."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counterpoise.domain.values.period import Period
from counterpoise.store.runs import Heading
from counterpoise.web.background.work import make_key


def read_period(written: str) -> Period | None:
    """None for what names no period; a year is four digits, so 9999 has no day after it."""
    try:
        return Period.parse(written)
    except ValueError:
        return None


class RunForm(forms.Form):
    """key: made when the page is, so that a second click asks for nothing new."""

    period = forms.CharField(
        label=_("Period"),
        max_length=16,
        help_text=_("A month (2017-11), a quarter (2017-Q4) or a year (2017)."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    as_of = forms.DateField(
        label=_("As known on"),
        required=False,
        help_text=_("Empty: the day before the period, or the last day of data within it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=make_key)

    def __init__(self, *given: Any, today: date, **named: Any) -> None:
        super().__init__(*given, **named)
        self._today = today

    def clean_period(self) -> str:
        written = self.cleaned_data["period"]
        period = read_period(written)
        if period is None:
            raise forms.ValidationError(
                gettext(
                    "“%(written)s” names no period. Write a month (2017-11), a quarter (2017-Q4)"
                    " or a year (2017)."
                ),
                params={"written": written},
            )
        return str(period)

    def clean_as_of(self) -> date | None:
        as_of: date | None = self.cleaned_data["as_of"]
        if as_of is not None and as_of > self._today:
            raise forms.ValidationError(
                gettext("That day is still to come. Choose today or a day before.")
            )
        return as_of

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        period = read_period(str(found.get("period", "")))
        as_of = found.get("as_of")
        if period is not None and as_of is not None and as_of >= period.end:
            self.add_error(
                "as_of",
                gettext("The period is over by then. Choose a day before it ends."),
            )
        return found


class CompareForm(forms.Form):
    """Two runs, the newest first."""

    a = forms.ChoiceField(label=_("Compare"))
    b = forms.ChoiceField(label=_("with"))

    def __init__(self, found: Sequence[tuple[Heading, str]], **named: Any) -> None:
        super().__init__(**named)
        for name in ("a", "b"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(run.id, written) for run, written in found]
