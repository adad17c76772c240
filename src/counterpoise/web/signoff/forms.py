"""What people send to freeze, sign, verify and keep notes."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from counterpoise.actions.notes import LONGEST_OWNER, LONGEST_TEXT
from counterpoise.actions.signing import LONGEST_COMMENT
from counterpoise.store.notes import Kind, NewNote
from counterpoise.web.background.work import make_key
from counterpoise.web.signoff.words import KINDS


class AskForm(forms.Form):
    """Asks for long work: the key makes two clicks one job."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=make_key)


class SignForm(forms.Form):
    """shown: the hash that the page showed."""

    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=LONGEST_COMMENT,
        help_text=_("Kept with the signature for good."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class NoteForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    owner = forms.CharField(
        label=_("Owner"),
        required=False,
        max_length=LONGEST_OWNER,
        help_text=_("Who answers for it."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    expires_on = forms.DateField(
        label=_("Holds until"),
        required=False,
        help_text=_("Of an assumption: the last day on which it holds."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("expires_on") and said.get("kind") != "assumption":
            self.add_error("expires_on", _("Only an assumption expires. Leave the day empty."))
        return said

    def read(self) -> NewNote:
        said = self.cleaned_data
        return NewNote(cast("Kind", said["kind"]), said["text"], said["owner"], said["expires_on"])
