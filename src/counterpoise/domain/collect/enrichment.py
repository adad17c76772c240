"""Decides for each field whether a value from outside is taken, kept back, or left to a person.

Who says it counts before when it was said: a person who verified it, then billing, the customer's
own word, a vendor, a crawl of their page, a guess. Age counts where it must: a value older than its
field's limit no longer silences a newer one, but a person decides between them. Nothing that a
person verified is overwritten by anything else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.text import Text, text

Authority = Literal["person", "billing", "customer", "vendor", "crawl", "guess"]
AUTHORITIES: tuple[Authority, ...] = get_args(Authority)
Verdict = Literal["fill", "replace", "confirm", "keep", "conflict"]
FIELDS = (
    "domain",
    "industry",
    "employees",
    "annual_revenue",
    "founded_year",
    "city",
    "country",
    "phone",
    "email",
    "description",
)
"""What is enriched of an account."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A value that somebody states. provider: who stated it, by name. method: how it was found.

    seen_at: when it was stated to us. is_verified: a person looked and said that it is so.
    """

    field: str
    value: str
    authority: Authority
    provider: str
    method: str
    seen_at: datetime
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class Trust:
    """How much each authority counts, higher first, and after how many days a field's value is
    old; `limits` has "" for all the others."""

    ranks: Mapping[str, int]
    limits: Mapping[str, int]

    def is_old(self, claim: Claim, now: datetime) -> bool:
        days = self.limits.get(claim.field, self.limits[""])
        return now - claim.seen_at > timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Decision:
    """holds: what holds from now on. rival: what a person is to decide about, in a conflict."""

    verdict: Verdict
    holds: Claim
    why: Text
    rival: Claim | None = None


def read_trust(rulebook: Rulebook, on: date) -> Trust:
    """Raises MissingRule and InvalidRule."""
    ranks: dict[str, int] = {
        each: int(rulebook.get_number("enrich.rank", on, each)) for each in AUTHORITIES
    }
    named = ("", *rulebook.subjects("enrich.age_limit", on))
    limits = {each: int(rulebook.get_number("enrich.age_limit", on, each)) for each in named}
    return Trust(ranks, limits)


def decide_all(
    standing: Claim | None, claims: Iterable[Claim], trust: Trust, now: datetime
) -> tuple[Decision, ...]:
    """One field: each claim in turn, the weightiest first, against what holds by then."""
    ordered = sorted(
        claims, key=lambda each: (-trust.ranks[each.authority], -each.seen_at.timestamp())
    )
    decisions = []
    for claim in ordered:
        decision = decide(standing, claim, trust, now)
        standing = decision.holds
        decisions.append(decision)
    return tuple(decisions)


def decide(standing: Claim | None, claim: Claim, trust: Trust, now: datetime) -> Decision:
    if standing is None:
        return Decision("fill", claim, text("nothing was known before"))
    if is_same(standing.value, claim.value):
        return _confirm(standing, claim, trust)
    is_doubtful = trust.is_old(standing, now) and claim.seen_at > standing.seen_at
    if standing.is_verified:
        return _keep_verified(standing, claim, is_doubtful=is_doubtful)
    weight, held = trust.ranks[claim.authority], trust.ranks[standing.authority]
    if weight > held:
        return Decision("replace", claim, text("a source of higher authority says otherwise"))
    if weight == held:
        return _decide_equal(standing, claim)
    return _decide_lesser(standing, claim, is_doubtful=is_doubtful)


def is_same(one: str, other: str) -> bool:
    """However it is spelled: capitals, accents, spaces and marks make no difference."""
    return one.strip() == other.strip() or fold(one) == fold(other)


def _confirm(standing: Claim, claim: Claim, trust: Trust) -> Decision:
    """The weightier of the two says it from now on; of the same source, the newer."""
    why = text("it says the same")
    is_own = claim.provider == standing.provider and claim.seen_at > standing.seen_at
    is_weightier = trust.ranks[claim.authority] > trust.ranks[standing.authority]
    if standing.is_verified or not (is_own or is_weightier):
        return Decision("confirm", standing, why)
    return Decision("confirm", claim, why)


def _decide_equal(standing: Claim, claim: Claim) -> Decision:
    if claim.provider != standing.provider:
        why = text("two sources of the same authority differ")
        return Decision("conflict", standing, why, claim)
    if claim.seen_at > standing.seen_at:
        return Decision("replace", claim, text("the same source says otherwise by now"))
    return Decision("keep", standing, text("the same source said otherwise before"))


def _decide_lesser(standing: Claim, claim: Claim, *, is_doubtful: bool) -> Decision:
    if is_doubtful:
        why = text("what holds is older than its limit, and a lesser source is newer")
        return Decision("conflict", standing, why, claim)
    return Decision("keep", standing, text("a source of higher authority says otherwise"))


def _keep_verified(standing: Claim, claim: Claim, *, is_doubtful: bool) -> Decision:
    if is_doubtful:
        why = text("a person verified what holds, but longer ago than its limit")
        return Decision("conflict", standing, why, claim)
    return Decision("keep", standing, text("a person verified what holds"))
