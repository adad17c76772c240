"""The people and the open invitations as tables."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counterpoise.store.invitations import Invitation
from counterpoise.store.people import Person
from counterpoise.web.people.words import ROLE_WORDS
from counterpoise.web.tables import Column, Row, Table

_COMMON = (
    Column("name", _("Name")),
    Column("username", _("User name")),
    Column("email", _("E-mail address")),
    Column("role", _("Role"), has_choices=True),
    Column("sees", _("Teams or rep")),
)


def build_people(people: Sequence[Person]) -> Table:
    rows = tuple(
        Row(
            {
                "name": each.name,
                "username": each.username,
                "email": each.email,
                "role": str(ROLE_WORDS[each.role]),
                "sees": ", ".join(each.teams) or each.rep,
                "state": gettext("in use") if each.is_active else gettext("deactivated"),
                "seen": each.last_seen_at,
            },
            {"name": reverse("people:person", args=[each.id])},
        )
        for each in people
    )
    columns = (
        *_COMMON,
        Column("state", _("Account"), has_choices=True),
        Column("seen", _("Last sign-in"), "moment"),
    )
    return Table("people", _("People with an account"), columns, rows, _("Nobody has an account."))


def build_invitations(invitations: Sequence[Invitation]) -> Table:
    rows = tuple(
        Row(
            {
                "name": each.facts.name,
                "username": each.facts.username,
                "email": each.facts.email,
                "role": str(ROLE_WORDS[each.facts.role]),
                "sees": ", ".join(each.facts.teams) or each.facts.rep,
                "by": each.invited_by,
                "until": each.expires_at,
            },
            {"name": reverse("people:invitation", args=[each.id])},
        )
        for each in invitations
    )
    columns = (
        *_COMMON,
        Column("by", _("Invited by")),
        Column("until", _("Works until"), "moment"),
    )
    empty = _("No invitation is open.")
    return Table("invitations", _("Open invitations"), columns, rows, empty)
