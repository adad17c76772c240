"""What people write."""

from django import forms
from django.utils.translation import gettext_lazy as _

from counterpoise.actions.comments import LENGTH


class NewComment(forms.Form):
    """subject and next come from the page. The length counts after line ends are made one kind."""

    subject = forms.CharField(widget=forms.HiddenInput, max_length=200)
    next = forms.CharField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("Your comment"),
        help_text=_("Write @ and a user name to tell someone who may see this page."),
        widget=forms.Textarea(attrs={"maxlength": LENGTH, "rows": 4, "dir": "auto"}),
        required=False,
        strip=False,
    )
