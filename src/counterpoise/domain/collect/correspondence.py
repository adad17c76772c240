"""Who of a correspondence is ours: by the addresses of our reps, and the domains that they share.

The domain of a rep's address is the company's, unless it is one at which anybody has an address:
there the address alone is ours. Where no rep is known, the domain that most of the correspondence
has in common is the company's, since whoever exported it took part in all of it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from counterpoise.domain.values.text import Text, text

OPEN_DOMAINS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com"),
        *("yahoo.com", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "gmx.de"),
        *("gmx.net", "web.de", "mail.ru", "yandex.ru", "yandex.com", "proton.me"),
        *("protonmail.com", "zoho.com", "mail.com", "qq.com", "163.com", "maktoob.com"),
    }
)
"""Domains at which anybody may have an address."""


@dataclass(frozen=True, slots=True)
class Ours:
    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    @property
    def is_known(self) -> bool:
        return bool(self.addresses or self.domains)

    def has(self, address: str) -> bool:
        domain = address.rpartition("@")[2]
        return address in self.addresses or any(
            domain == each or domain.endswith("." + each) for each in self.domains
        )


@dataclass(frozen=True, slots=True)
class Sides:
    """direction: out where one of ours wrote, in where somebody else did. owner: who of ours took
    part, customer: who of the others; the first of each, or empty."""

    direction: str
    owner: str
    customer: str


def find_ours(addresses: Iterable[str]) -> Ours:
    """By the addresses of the reps."""
    known = frozenset(each.strip().casefold() for each in addresses if "@" in each)
    domains = frozenset(each.rpartition("@")[2] for each in known) - OPEN_DOMAINS
    return Ours(known, domains)


def guess_ours(correspondence: Iterable[Collection[str]]) -> Ours:
    """By who took part in most of it. Nobody where nothing was written."""
    domains: Counter[str] = Counter()
    addresses: Counter[str] = Counter()
    for each in correspondence:
        addresses.update(set(each))
        domains.update({address.rpartition("@")[2] for address in each})
    for domain in OPEN_DOMAINS:
        domains.pop(domain, None)
    (domain, met), (address, times) = _first(domains), _first(addresses)
    if met >= times and domain:
        return Ours(domains=frozenset({domain}))
    return Ours(addresses=frozenset({address} if address else ()))


def take_sides(ours: Ours, author: str, others: Sequence[str]) -> Sides:
    everybody = [each for each in (author, *others) if each]
    own = [each for each in everybody if ours.has(each)]
    customers = [each for each in everybody if not ours.has(each)]
    is_ours = bool(author) and ours.has(author)
    return Sides(
        ("out" if is_ours else "in") if author else "",
        own[0] if own else "",
        customers[0] if customers else "",
    )


def note_ours(ours: Ours) -> Text:
    """What a guess came to, for whoever checks the load."""
    if not ours.is_known:
        return text("nobody's address is in it, so nothing tells who wrote to whom")
    return text(
        "no rep's address is known, so {ours} was taken for the company's own",
        ours=", ".join(sorted(ours.addresses | ours.domains)),
    )


def _first(counted: Counter[str]) -> tuple[str, int]:
    """The most frequent; of several the first by letters, so that it is always the same."""
    if not counted:
        return "", 0
    return min(counted.items(), key=lambda each: (-each[1], each[0]))
