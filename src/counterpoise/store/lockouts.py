"""Failed sign-ins, counted by account and by address, for every web process together.

An attempt is counted before the password is looked at and forgiven when it was right, so a hundred
attempts at once are no more than a hundred one after the other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network, ip_address

from django.db import transaction
from django.db.models import F

from counterpoise.store import limits, people
from counterpoise.store.models import RateWindow

WITHIN = timedelta(minutes=15)
FAILURES_OF_AN_ACCOUNT = 5
FAILURES_OF_AN_ADDRESS = 10
"""More than of an account, as an office shares an address: two who forget are no siege."""
_PREFIX = "sign-in:"


@dataclass(frozen=True, slots=True)
class Attempt:
    """login: of the account in question, "" where there is none. just_locked: by this attempt."""

    login: str
    is_locked: bool
    just_locked: bool


def count_attempt(login: str, address: str, at: datetime) -> Attempt:
    """Whether one more password may be tried. An unknown login is counted as a known one is."""
    account = people.find_account(login)
    name = "" if account is None else account.username
    by_address = limits.count_request(
        _name_address(address), at, limit=FAILURES_OF_AN_ADDRESS, within=WITHIN
    )
    if not by_address.is_kept:
        return Attempt(name, is_locked=True, just_locked=by_address.used == by_address.limit + 1)
    by_account = limits.count_request(
        _name_account(login, name), at, limit=FAILURES_OF_AN_ACCOUNT, within=WITHIN
    )
    just_locked = by_account.used == by_account.limit + 1
    return Attempt(name, is_locked=not by_account.is_kept, just_locked=just_locked)


def forgive(login: str, address: str, at: datetime) -> None:
    """After the right password. The address loses this attempt only: whoever has one account
    cannot wash away what they tried on others."""
    account = people.find_account(login)
    name = "" if account is None else account.username
    with transaction.atomic():
        RateWindow.objects.filter(who=_name_account(login, name)).delete()
        counted = RateWindow.objects.filter(who=_name_address(address), count__gt=0)
        counted.update(count=F("count") - 1)
        old = RateWindow.objects.filter(who__startswith=_PREFIX, starts_at__lt=at - 2 * WITHIN)
        old.delete()


def _name_account(login: str, account: str) -> str:
    """One count for an account, by whichever of its names it is tried."""
    kind, name = ("account", account) if account else ("unknown", login.casefold())
    return f"{_PREFIX}{kind}:{sha256(name.encode()).hexdigest()[:32]}"


def _name_address(address: str) -> str:
    """An IPv6 customer has a whole network of addresses, so the network is counted."""
    try:
        known = ip_address(address)
    except ValueError:
        return f"{_PREFIX}address:{address}"[:100]
    if isinstance(known, IPv6Address):
        known = IPv6Network((known, 64), strict=False).network_address
    return f"{_PREFIX}address:{known}"
