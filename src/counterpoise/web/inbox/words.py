"""What the inbox says of each kind of thing that waits."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, str | Promise] = {
    "mention": _("You were mentioned"),
    "action": _("An action is yours"),
    "sign": _("A plan waits for your signature"),
    "signed": _("A plan is signed"),
    "push": _("The outbox needs you"),
    "work": _("Work is finished"),
}
