"""Changes of an action. Each carries the edition that was on the page."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counterpoise.domain.execute.tracking import FOLLOWS, REASON_LIMIT, State, Worker
from counterpoise.web.execute.words import STATES


class EditionForm(forms.Form):
    """place: keeps the ids of the page's forms apart."""

    place = ""
    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"auto_id": f"{self.place}-%s", **named})


class Assign(EditionForm):
    place = "assign"
    owner = forms.TypedChoiceField(label=_("Owner"), coerce=int)

    def __init__(self, *arguments: Any, workers: Sequence[Worker], **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = [(each.id, f"{each.name} (@{each.login})") for each in workers]
        self.fields["owner"].choices = [("", "–"), *choices]  # type: ignore[attr-defined]


class Move(EditionForm):
    place = "state"
    state = forms.ChoiceField(label=_("State"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed where an action is dropped."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": REASON_LIMIT, "dir": "auto"}),
    )

    def __init__(self, *arguments: Any, now: State, **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = [(each, STATES[each]) for each in FOLLOWS[now]]
        self.fields["state"].choices = choices  # type: ignore[attr-defined]


class PutOff(EditionForm):
    place = "due"
    due_on = forms.DateField(
        label=_("Due day"),
        help_text=_("Empty: the day that the cycle proposed."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
