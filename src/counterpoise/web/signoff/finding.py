"""The version or the period that an address names, for whoever may see it."""

from django.http import Http404

from counterpoise.actions import signing
from counterpoise.actions.signing import Seen, UnknownVersion
from counterpoise.store import runs
from counterpoise.web.workplace import get_workspace


def get_seen(period: str, number: int) -> Seen:
    """Raises Http404 for a version that there is not."""
    try:
        return signing.look_at(get_workspace(), period, number)
    except UnknownVersion:
        raise Http404 from None


def check_period(period: str) -> None:
    """Raises Http404 for a period that was never run."""
    if not runs.list_headings(period):
        raise Http404
