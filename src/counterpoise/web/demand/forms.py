"""What a planner writes to override a figure, or to lock it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.actions import calls
from counterpoise.actions.override_wishes import LONGEST_COMMENT
from counterpoise.domain.tables.override import LIMIT
from counterpoise.web.demand.words import name_reason
from counterpoise.web.demand.written import WrittenField

_ARABIC_MARKS = str.maketrans({"٫": ".", "٬": None})


class Amount(forms.DecimalField):
    """Takes the digits and marks of Arabic too."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        return super().clean(value.translate(_ARABIC_MARKS) if isinstance(value, str) else value)


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


class CallForm(forms.Form):
    """whom: a scope and a name of `choices`. Amounts are of the whole period."""

    whom = forms.ChoiceField(label=gettext_lazy("For"))
    commit = Amount(min_value=Decimal(0), max_value=Decimal(LIMIT - 1), decimal_places=2)
    best_case = Amount(min_value=Decimal(0), max_value=Decimal(LIMIT - 1), decimal_places=2)
    pipeline = Amount(
        min_value=Decimal(0), max_value=Decimal(LIMIT - 1), decimal_places=2, required=False
    )
    comment = forms.CharField(
        label=gettext_lazy("Why (optional)"),
        max_length=calls.LONGEST_COMMENT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(
        self, *given: Any, choices: Iterable[tuple[str, str]], unit: str, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        whom = self.fields["whom"]
        assert isinstance(whom, forms.ChoiceField)
        whom.choices = list(choices)
        for name, label in (
            ("commit", _("Commit: what you stand for, {unit}")),
            ("best_case", _("Best case: what may come, commit included, {unit}")),
            ("pipeline", _("Pipeline: what all that is open could bring, {unit} (optional)")),
        ):
            self.fields[name].label = label.format(unit=unit)
