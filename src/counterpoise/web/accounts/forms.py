"""What is asked of someone who signs in, and of someone who sets up their account."""

from datetime import timedelta
from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as AllauthAgain
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from counterpoise.domain.values.rights import RIGHTS, Right, Visitor
from counterpoise.web.people.words import RIGHT_WORDS

THEMES = [("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]
LASTING = [(30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("1 year"))]


class SignIn(LoginForm):
    """allauth's form in our words; no placeholders, which vanish when they are needed."""

    def __init__(self, *stated: Any, **named: Any) -> None:
        super().__init__(*stated, **named)
        self.fields["login"].label = _("User name or e-mail address")
        self.fields["login"].widget.attrs = {
            "autocomplete": "username", "autocapitalize": "none", "dir": "ltr", "autofocus": True,
        }  # fmt: skip
        _tidy(self.fields["password"], _("Password"), "current-password")


class Again(AllauthAgain):
    """The password of whoever is signed in."""

    def __init__(self, *stated: Any, **named: Any) -> None:
        super().__init__(*stated, **named)
        _tidy(self.fields["password"], _("Password"), "current-password")


class Code(AuthenticateForm):
    """A code of the authenticator app, or a recovery code."""

    def __init__(self, *stated: Any, **named: Any) -> None:
        super().__init__(*stated, **named)
        _tidy(self.fields["code"], _("Code"), "one-time-code")


class CodeAgain(ReauthenticateForm):
    def __init__(self, *stated: Any, **named: Any) -> None:
        super().__init__(*stated, **named)
        _tidy(self.fields["code"], _("Code"), "one-time-code")


class FirstCode(ActivateTOTPForm):
    """The code that proves that the app has the secret."""

    def __init__(self, *stated: Any, **named: Any) -> None:
        super().__init__(*stated, **named)
        _tidy(self.fields["code"], _("Code that the app shows"), "one-time-code")


class NewPassword(SetPasswordForm):  # type: ignore[type-arg]  # not generic at run time
    """A password of one's own, twice. Whoever knows the old one has just given it."""

    def __init__(self, *stated: Any, **named: Any) -> None:
        super().__init__(*stated, **named)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _(
            "At least 12 characters. Several words are easier to keep in mind than signs."
        )
        self.fields["new_password2"].label = _("New password again")


class Joining(NewPassword):
    """What someone who was invited says."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "name"}),
    )
    field_order = ("name", "new_password1", "new_password2")


class Preferences(forms.Form):
    """How a person is called and reads."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser")), *settings.LANGUAGES],
    )
    theme = forms.ChoiceField(label=_("Colours"), choices=THEMES)
    shows_hijri = forms.BooleanField(
        label=_("Show Hijri dates beside Gregorian ones"), required=False, label_suffix=""
    )
    mirrors_charts = forms.BooleanField(
        label=_("On pages from right to left, time runs from right to left in charts too"),
        required=False,
        label_suffix="",
    )


class NewToken(forms.Form):
    """What a program may do in its owner's name, and how long."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    days = forms.TypedChoiceField(label=_("Works for"), choices=LASTING, coerce=int, initial=90)
    scopes = forms.MultipleChoiceField(
        label=_("May"), widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, visitor: Visitor, *stated: Any, **named: Any) -> None:
        super().__init__(*stated, **named)
        own: list[Right] = [right for right in RIGHTS if visitor.may(right)]
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(right, RIGHT_WORDS[right]) for right in own]

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])


def _tidy(field: forms.Field, label: Any, autocomplete: str) -> None:
    field.label = label
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["autocomplete"] = autocomplete
    if autocomplete == "one-time-code":
        field.widget.attrs |= {"inputmode": "numeric", "dir": "ltr"}
