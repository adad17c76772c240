"""The states of an action and the fields of its history, as readers call them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATES: dict[str, str | Promise] = {
    "open": _("Open"),
    "in_progress": _("In progress"),
    "done": _("Done"),
    "dropped": _("Dropped"),
}
FIELDS: dict[str, str | Promise] = {
    "state": _("State"),
    "owner": _("Owner"),
    "due_on": _("Due day"),
    "reason": _("Reason"),
}


def name_state(state: str) -> str:
    return str(STATES.get(state, state))
