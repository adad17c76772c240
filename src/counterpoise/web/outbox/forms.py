"""What is to be pushed where; and decisions, each with what the page showed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counterpoise.actions.pushes import SOURCES

TABLE = "table"
NAME = r"[a-z0-9][a-z0-9_-]{0,63}"
SOURCE_WORDS = {"actions": _("Actions that somebody has taken up"), TABLE: _("The table below")}


class Propose(forms.Form):
    """A source of ours, or a table that is sent along."""

    connection = forms.ChoiceField(label=_("System"))
    source = forms.ChoiceField(
        label=_("What"),
        choices=[(each, SOURCE_WORDS[each]) for each in (TABLE, *SOURCES)],
    )
    table = forms.FileField(
        label=_("Table"),
        help_text=_("A CSV file with the columns object, source_id, field and value."),
        required=False,
    )

    def __init__(self, *arguments: Any, names: Sequence[str], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["connection"].choices = [(each, each) for each in names]  # type: ignore[attr-defined]


class Connection(forms.Form):
    connection = forms.RegexField(NAME, widget=forms.HiddenInput)


class Release(Connection):
    """up_to: the last push that the page showed; what came later is not let out with it."""

    up_to = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class Decide(forms.Form):
    """fence and state: how the push stood on the page."""

    verb = forms.ChoiceField(choices=[(each, each) for each in ("ours", "theirs", "retry", "drop")])
    state = forms.CharField(widget=forms.HiddenInput, max_length=16)
    fence = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
