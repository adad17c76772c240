"""What pages call the ways to sign, the states of a delivery, and the reasons of a refusal."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

SCHEME_WORDS: Words = {
    "standard": _("by Standard Webhooks"),
    "hubspot": _("as HubSpot does, version 3"),
    "mautic": _("as Mautic does"),
    "header": _("in a header of the sender's own"),
}
ENCODING_WORDS: Words = {"hex": _("in hex"), "base64": _("in base64")}
STATE_WORDS: Words = {
    "kept": _("waits to be landed"),
    "landed": _("landed"),
    "untaken": _("untaken: no mapping takes all of it"),
    "unfit": _("unfit: it cannot be read as records"),
}
REASON_WORDS: Words = {
    "unsigned": _("not signed as agreed"),
    "out of time": _("too old, or from the future"),
    "unreadable": _("no JSON that can be taken"),
    "too many": _("more in a minute than are taken"),
}
