"""Which day the rulebook is looked at, and what a rule should say from a day on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

TEXT_LIMIT = 2000


def _pick_day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Change(forms.Form):
    """replaces: the entry that was on the page, so that nobody's newer one is passed over."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=100)
    subject = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    replaces = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    value = forms.CharField(
        label=_("New value"), required=False, max_length=TEXT_LIMIT,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip
    effective_from = forms.DateField(label=_("In force from"), widget=_pick_day())
    source = forms.CharField(
        label=_("Source and reason"),
        help_text=_("Who decided it and why. Everybody who uses the rule reads this."),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class Day(forms.Form):
    """The day to look at."""

    on = forms.DateField(label=_("In force on"), widget=_pick_day())


class Days(forms.Form):
    """Two days to compare, in either order."""

    start = forms.DateField(label=_("From"), widget=_pick_day())
    end = forms.DateField(label=_("To"), widget=_pick_day())

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        start, end = found.get("start"), found.get("end")
        if start and end and start > end:
            found["start"], found["end"] = end, start
        return found
