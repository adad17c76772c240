"""What the rulebook says of support, read once for a day: tiers, and who answers in what time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.rulebook.templates import read_amount, read_share


@dataclass(frozen=True, slots=True)
class SupportRules:
    """tiers: by name. tier_of: of each segment. churn, hours, pool_of: by tier; pool_of is "" where
    nothing says which pool answers, and hours 0 where nothing says what a ticket takes."""

    tiers: tuple[str, ...]
    tier_of: dict[str, str]
    churn: tuple[Decimal, ...]
    is_churn_known: bool
    hours: tuple[Decimal, ...]
    pool_of: tuple[str, ...]
    window_months: int
    least_tickets: int
    prior_account_months: int

    @property
    def pools(self) -> tuple[str, ...]:
        """Pools that answer tickets whose time is known."""
        pairs = zip(self.pool_of, self.hours, strict=True)
        return tuple(sorted({pool for pool, hours in pairs if pool and hours}))


def read_support(segments: Sequence[str], rulebook: Rulebook, on: date) -> SupportRules:
    """Raises InvalidRule for shares and amounts that cannot be."""
    tier_of = {each: rulebook.get_text("support.tier", on, each) for each in segments}
    tiers = tuple(sorted(set(tier_of.values())))
    is_known = [rulebook.find("support.churn_rate", on, tier) is not None for tier in tiers]
    return SupportRules(
        tiers=tiers,
        tier_of=tier_of,
        churn=tuple(
            read_share("support.churn_rate", rulebook, on, tier) if known else Decimal(0)
            for tier, known in zip(tiers, is_known, strict=True)
        ),
        is_churn_known=all(is_known),
        hours=tuple(_find_amount("support.ticket_hours", tier, rulebook, on) for tier in tiers),
        pool_of=tuple(_find_text("support.pool", tier, rulebook, on) for tier in tiers),
        window_months=max(int(read_amount("support.window_months", rulebook, on)), 1),
        least_tickets=max(int(read_amount("support.least_tickets", rulebook, on)), 1),
        prior_account_months=int(read_amount("support.prior_account_months", rulebook, on)),
    )


def _find_amount(key: str, tier: str, rulebook: Rulebook, on: date) -> Decimal:
    found = rulebook.find(key, on, tier)
    return read_amount(key, rulebook, on, found.subject) if found else Decimal(0)


def _find_text(key: str, tier: str, rulebook: Rulebook, on: date) -> str:
    found = rulebook.find(key, on, tier)
    return found.value if found else ""
