"""What the rulebook says of launches, read once for a day."""

from dataclasses import dataclass
from datetime import date

from counterpoise.domain.rulebook.rulebook import Rulebook

MAY_BE_ZERO = {"family_weight", "price_weight", "region_weight", "prior_deals", "quiet_months"}


@dataclass(frozen=True, slots=True)
class LaunchRules:
    """Each field is the rule `launch.<field>`; the rulebook holds its unit and why it is so."""

    quiet_months: int
    fewest_deals: int
    family_weight: float
    price_weight: float
    region_weight: float
    prior_deals: float
    own_months: float
    spread: float
    spread_prior: float
    sister_months: int
    fewest_launches: int


def read_launch_rules(rulebook: Rulebook, on: date) -> LaunchRules:
    """Raises InvalidRule for a number that no launch can be judged with."""

    def number(field: str) -> float:
        may_be_zero = field in MAY_BE_ZERO
        return float(rulebook.get_positive(f"launch.{field}", on, may_be_zero=may_be_zero))

    return LaunchRules(
        quiet_months=int(number("quiet_months")),
        fewest_deals=max(int(number("fewest_deals")), 1),
        family_weight=number("family_weight"),
        price_weight=number("price_weight"),
        region_weight=number("region_weight"),
        prior_deals=number("prior_deals"),
        own_months=number("own_months"),
        spread=number("spread"),
        spread_prior=number("spread_prior"),
        sister_months=max(int(number("sister_months")), 1),
        fewest_launches=max(int(number("fewest_launches")), 2),
    )
