"""Who is invited, and what whoever manages people says of a person."""

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from counterpoise.domain.values.rights import ROLES
from counterpoise.store.people import Facts, Person
from counterpoise.web.people.words import ROLE_WORDS

MOST_TEAMS = 50
_auto = {"dir": "auto"}


class Change(forms.Form):
    """edition: of the person as the page showed them."""

    edition = forms.CharField(widget=forms.HiddenInput, max_length=16)
    name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs=dict(_auto))
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        help_text=_("They can sign in with it, and the company's own sign-in knows them by it."),
        widget=forms.EmailInput(attrs={"dir": "ltr"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=[(role, ROLE_WORDS[role]) for role in ROLES])
    teams = forms.CharField(
        label=_("Teams that a leader sees"),
        required=False,
        max_length=5000,
        help_text=_("One a line, spelt as the data spells them."),
        widget=forms.Textarea(attrs={"rows": 3, **_auto}),
    )
    rep = forms.CharField(
        label=_("Name of a rep in the data"),
        required=False,
        max_length=200,
        help_text=_("A rep sees the records under this name, spelt as the data spells it."),
        widget=forms.TextInput(attrs=dict(_auto)),
    )

    def clean_teams(self) -> tuple[str, ...]:
        lines = (line.strip() for line in self.cleaned_data["teams"].splitlines())
        teams = tuple(dict.fromkeys(line for line in lines if line))
        if len(teams) > MOST_TEAMS:
            raise forms.ValidationError(
                _("%(n)s teams are too many; %(most)s fit."),
                params={"n": len(teams), "most": MOST_TEAMS},
            )
        return teams

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("role") == "leader" and found.get("teams") == ():
            self.add_error("teams", _("A leader without a team sees nobody. Name at least one."))
        if found.get("role") == "rep" and "rep" in found and not found["rep"]:
            self.add_error("rep", _("A rep without a name in the data sees nothing. Name them."))
        return found

    def read_facts(self, username: str) -> Facts:
        sent = self.cleaned_data
        return Facts(
            username, sent["name"], sent["email"], sent["role"], sent["teams"], sent["rep"]
        )


class Invite(Change):
    """Everything of a person, and the user name, which stays."""

    edition = None  # type: ignore[assignment]
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("It stays, because the audit trail knows people by it."),
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocapitalize": "none", "dir": "ltr"}),
    )
    field_order = ("username", "name", "email", "role", "teams", "rep")

    def read_invited(self) -> Facts:
        return self.read_facts(self.cleaned_data["username"])


class Edition(forms.Form):
    """For a button: the person as the page showed them."""

    edition = forms.CharField(widget=forms.HiddenInput, max_length=16)


def describe(person: Person) -> dict[str, str]:
    """What stands in the form at first."""
    return {
        "edition": person.edition,
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "teams": "\n".join(person.teams),
        "rep": person.rep,
    }
