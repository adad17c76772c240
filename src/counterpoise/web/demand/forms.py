"""What a planner writes to override a figure, or to lock it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.actions.override_wishes import LONGEST_COMMENT
from counterpoise.web.demand.words import name_reason
from counterpoise.web.demand.written import WrittenField


class OverrideForm(forms.Form):
    """replaces: the override that stood there when the page was made. seen: the amount whose effect
    the page has shown. replaces_others: those that it cannot hold beside shall go."""

    amount = WrittenField()
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    comment = forms.CharField(
        label=gettext_lazy("What you know that the data does not"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Holds until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    replaces_others = forms.BooleanField(
        label=gettext_lazy("Mine takes their place: withdraw those named above"), required=False
    )
    replaces = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    seen = WrittenField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *given: Any,
        reasons: Iterable[str],
        unit: str,
        contradicts: bool = False,
        **named: Any,
    ) -> None:
        super().__init__(*given, **named)
        choices = [("", _("Choose one")), *((each, name_reason(each)) for each in reasons)]
        reason, amount = self.fields["reason"], self.fields["amount"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = choices
        amount.label = _("New amount, {unit}").format(unit=unit)
        amount.help_text = _("Or what to add or take away: +10,000, -10,000, +5%, -5%.")
        self.fields["expires_on"].help_text = _(
            "The last day; without one, what the rulebook says."
        )
        if not contradicts:
            self.fields["replaces_others"].widget = forms.HiddenInput()


class LockForm(forms.Form):
    prefix = "lock"

    comment = forms.CharField(
        label=gettext_lazy("Why it shall stay as it is"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Holds until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
