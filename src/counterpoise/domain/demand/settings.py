"""What the rulebook says of the forecast, read once for a day."""

from dataclasses import dataclass
from datetime import date

from counterpoise.domain.rulebook.rulebook import Rulebook

MAY_BE_ZERO = {"shock", "month_correlation", "pipeline_prior_weight"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Each field is the rule `demand.<field>`; the rulebook holds its unit and why it is so."""

    min_closed_deals: int
    min_history_days: int
    creation_window_days: int
    hazard_half_life_days: int
    age_limit_days: int
    segment_prior_deals: float
    value_prior_deals: float
    believed_ratio: float
    calendar_prior_periods: float
    backtest_origins: int
    pipeline_prior_weight: float
    weight_prior_origins: float
    range_prior_origins: float
    range_prior_stretch: float
    shock: float
    month_correlation: float
    paths: int


def read_settings(rulebook: Rulebook, on: date) -> Settings:
    """Raises InvalidRule for a number that no forecast can be made with."""

    def number(field: str) -> float:
        may_be_zero = field in MAY_BE_ZERO
        return float(rulebook.get_positive(f"demand.{field}", on, may_be_zero=may_be_zero))

    return Settings(
        min_closed_deals=int(number("min_closed_deals")),
        min_history_days=int(number("min_history_days")),
        creation_window_days=int(number("creation_window_days")),
        hazard_half_life_days=int(number("hazard_half_life_days")),
        age_limit_days=int(number("age_limit_days")),
        segment_prior_deals=number("segment_prior_deals"),
        value_prior_deals=number("value_prior_deals"),
        believed_ratio=number("believed_ratio"),
        calendar_prior_periods=number("calendar_prior_periods"),
        backtest_origins=int(number("backtest_origins")),
        pipeline_prior_weight=number("pipeline_prior_weight"),
        weight_prior_origins=number("weight_prior_origins"),
        range_prior_origins=number("range_prior_origins"),
        range_prior_stretch=number("range_prior_stretch"),
        shock=number("shock"),
        month_correlation=number("month_correlation"),
        paths=int(number("paths")),
    )
