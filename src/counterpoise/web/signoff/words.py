"""What the states of a version and the kinds of notes are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterpoise.domain.reconcile.signing import State
from counterpoise.store.notes import Kind

STATES: dict[State, str | Promise] = {
    "frozen": _("frozen, not signed yet"),
    "part signed": _("part signed"),
    "signed": _("signed"),
    "void": _("void"),
}
TONES: dict[State, str] = {"frozen": "", "part signed": "warn", "signed": "good", "void": "bad"}
"""How the style sheet shows a state."""
KINDS: dict[Kind, str | Promise] = {
    "decision": _("decision"),
    "assumption": _("assumption"),
    "minute": _("minute"),
}
