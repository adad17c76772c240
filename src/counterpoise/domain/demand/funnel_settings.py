"""What the rulebook says of the funnel, read once for a day."""

from dataclasses import dataclass
from datetime import date

from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.rulebook.templates import read_amount


@dataclass(frozen=True, slots=True)
class FunnelSettings:
    """Fields up to `origins` are the rules `funnel.<field>`; the others are the forecast's."""

    least_conversions: int
    prior_leads: float
    window_days: int
    age_limit_days: int
    origins: int
    paths: int
    memory: float
    shock: float


def read_funnel_settings(rulebook: Rulebook, on: date) -> FunnelSettings:
    """Raises InvalidRule for a number that nothing can be learned with."""
    of_demand = read_settings(rulebook, on)

    def number(field: str) -> float:
        return float(read_amount(f"funnel.{field}", rulebook, on))

    return FunnelSettings(
        least_conversions=max(int(number("least_conversions")), 1),
        prior_leads=number("prior_leads"),
        window_days=int(number("window_days")),
        age_limit_days=int(number("age_limit_days")),
        origins=int(number("origins")),
        paths=of_demand.paths,
        memory=of_demand.month_correlation,
        shock=of_demand.shock,
    )
