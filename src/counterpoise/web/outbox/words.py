"""What states, steps and decisions of a push are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterpoise.domain.execute.pushes import Verb

STEPS: dict[str, str | Promise] = {
    "proposed": _("Proposed"),
    "replaced": _("Taken over by a newer one"),
    "release": _("Released"),
    "claimed": _("Taken by a worker"),
    "taken": _("Taken again, the worker before being silent"),
    "sent": _("Under way"),
    "again": _("To be tried again"),
    "done": _("Done"),
    "known": _("It was there already"),
    "conflict": _("In conflict"),
    "refused": _("Refused by the system"),
    "dead": _("Given up"),
    "late": _("An answer came too late to count"),
    "ours": _("Decided: ours"),
    "theirs": _("Decided: theirs"),
    "retry": _("To be tried afresh"),
    "drop": _("Dropped"),
}
DECISIONS: dict[Verb, str | Promise] = {
    "ours": _("Send ours over theirs"),
    "theirs": _("Keep theirs"),
    "retry": _("Try again"),
    "drop": _("Drop the push"),
}
