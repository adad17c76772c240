"""A challenger of the chances of single deals, beside what they are forecast by, on past days."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from counterpoise.domain.values.text import Text


@dataclass(frozen=True, slots=True)
class DealScore:
    """How a method did on the deals that were open on past days, of "won within so many days".

    brier: the mean squared difference between chance and outcome; log_loss: the mean of -ln of the
    chance that what came was given. won_bias: deals said to be won, over those that were, - 1.
    wmape: of the value won of each day's open deals, misses without sign over what came. None where
    nothing was won.
    """

    method: str
    horizon_days: int
    brier: float
    log_loss: float
    won_bias: float | None
    wmape: float | None


@dataclass(frozen=True, slots=True)
class DealContest:
    """Whether the challenger is heard. gain: by what share its Brier score over all horizons was
    smaller; gain_low: at least that, with 95 % confidence. None where it was not tried. days: past
    ones it was tried on; deals: those that were open on them. why: in words."""

    outcome: Literal["heard", "not heard", "refused"]
    gain: Decimal | None
    gain_low: Decimal | None
    days: int
    deals: int
    scores: tuple[DealScore, ...]
    why: Text

    @property
    def is_heard(self) -> bool:
        return self.outcome == "heard"
