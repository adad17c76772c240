"""What the rulebook says of scoring leads, read once for a day."""

from dataclasses import dataclass, replace
from datetime import date

from counterpoise.domain.demand.settings import Settings, read_settings
from counterpoise.domain.rulebook.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class LeadRules:
    """Fields are the rules `lead_score.<field>`. prior_leads and window_days: of `funnel.`,
    for the plain rate. settings: the forecast's, as far as leads are learned from as deals are."""

    least_conversions: int
    prior_conversions: float
    prior_leads: float
    window_days: int
    least_tried: int
    origins: int
    creation_gain: float
    settings: Settings


def read_lead_rules(rulebook: Rulebook, on: date) -> LeadRules:
    """Raises InvalidRule for a number that nothing can be learned with."""

    def number(key: str) -> float:
        return float(rulebook.get_positive(key, on))

    prior = number("lead_score.prior_conversions")
    settings = replace(
        read_settings(rulebook, on),
        age_limit_days=int(number("funnel.age_limit_days")),
        segment_prior_deals=prior,
    )
    return LeadRules(
        least_conversions=int(number("lead_score.least_conversions")),
        prior_conversions=prior,
        prior_leads=number("funnel.prior_leads"),
        window_days=int(number("funnel.window_days")),
        least_tried=int(number("lead_score.least_tried")),
        origins=int(number("lead_score.origins")),
        creation_gain=float(
            rulebook.get_positive("lead_score.creation_gain", on, may_be_zero=True)
        ),
        settings=settings,
    )
