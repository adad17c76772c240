"""What was learned of a company laid over what its CRM holds: what is shown, and what stands back.

Nothing of the CRM is changed, and its own value is always kept beside. A learned value is shown
where the CRM has none, and where who says it counts for more than the CRM does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from counterpoise.domain.collect.enrichment import Claim, Trust, is_same
from counterpoise.domain.collect.identity_survivors import Survivor

Effect = Literal["fills", "replaces", "agrees", "stands_back"]
_BY_PEOPLE = ("verified", "chosen")


@dataclass(frozen=True, slots=True)
class Laid:
    """own: what the CRM holds, '' for nothing. age_days: since it was said. is_old: longer than the
    field's values last."""

    record: str
    claim: Claim
    own: str
    effect: Effect
    age_days: int
    is_old: bool

    @property
    def is_shown(self) -> bool:
        return self.effect in ("fills", "replaces")


def lay_over(
    record: str, own: Mapping[str, str], claims: Iterable[Claim], trust: Trust, now: datetime
) -> tuple[Laid, ...]:
    """Each claim of a record with its effect, in the order given."""
    return tuple(
        Laid(
            record,
            claim,
            own.get(claim.field, ""),
            _find_effect(own.get(claim.field, ""), claim, trust),
            max(0, (now - claim.seen_at).days),
            trust.is_old(claim, now),
        )
        for claim in claims
    )


def cover(
    survivors: Sequence[Survivor], laid: Iterable[Laid], trust: Trust
) -> tuple[Survivor, ...]:
    """A customer's values with learned ones over them. What people verified or picked stays; of
    several learned ones the weightiest, then the newest."""
    shown = sorted(
        (each for each in laid if each.is_shown),
        key=lambda each: (
            not each.claim.is_verified,
            -trust.ranks[each.claim.authority],
            -each.claim.seen_at.timestamp(),
            each.record,
        ),
    )
    found = {each.field: each for each in survivors}
    covered: set[str] = set()
    for each in shown:
        field, before = each.claim.field, found.get(each.claim.field)
        if field in covered or (before and before.ground in _BY_PEOPLE):
            continue
        if before is not None and each.effect == "fills" and not _outweighs(each.claim, trust):
            continue  # another record of the customer has a value of its own
        others = () if before is None else (before.value, *before.others)
        kept = tuple(value for value in others if value != each.claim.value)
        found[field] = Survivor(field, each.claim.value, each.record, "enriched", kept)
        covered.add(field)
    return tuple(found.values())


def _find_effect(own: str, claim: Claim, trust: Trust) -> Effect:
    if not own:
        return "fills"
    if is_same(own, claim.value):
        return "agrees"
    return "replaces" if _outweighs(claim, trust) else "stands_back"


def _outweighs(claim: Claim, trust: Trust) -> bool:
    return claim.is_verified or trust.ranks[claim.authority] > trust.ranks["customer"]
