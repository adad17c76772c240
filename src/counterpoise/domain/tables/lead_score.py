"""Open leads, the chance of each to become an opportunity, and how well such chances held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from counterpoise.domain.tables.deals import Deals
from counterpoise.domain.values.text import Text

LeadTrait = Literal[
    "age", "source", "country", "region", "industry", "account", "first_touch", "last_touch"
]
SCORE_DAYS = (30, 60, 90)
"""The days after the as-of day that a chance is said for."""
Chances = tuple[float, float, float]
"""By SCORE_DAYS: to have become an opportunity by then."""


@dataclass(frozen=True, slots=True)
class LeadCard:
    """Who a lead is and who works it, as its source writes it."""

    name: str
    company: str
    owner: str
    team: str
    status: str


@dataclass(frozen=True, slots=True, eq=False)
class LeadRecords:
    """Leads as histories: each is won on the day on which it became an opportunity, and lost on the
    day on which it was given up; its touches are the days on which a person tried to reach it.

    history.dimensions: source, country, region, industry and account ("known before" or "new").
    cards: by id, of leads that are open on the as-of day. undated: leads that were given up, nobody
    knows when; they are left out.
    """

    history: Deals
    cards: Mapping[str, LeadCard]
    undated: int


@dataclass(frozen=True, slots=True)
class LeadFactor:
    """What is known of a lead in one respect. times: what it multiplies the rate of becoming an
    opportunity in the first thirty days by; None for its age, by which the rate itself goes.
    chances: with this and all that stands before it."""

    of: LeadTrait
    value: Text
    times: float | None
    chances: Chances


@dataclass(frozen=True, slots=True)
class LeadScore:
    """An open lead. chances: what is said. plain: the rate of its source at its age. factors: what
    the chances come from, its age first; none where the plain rate is what is said. why: those that
    move it most; None where none moves it by a tenth.
    """

    id: str
    card: LeadCard
    source: str
    country: str
    region: str
    industry: str
    created_on: date
    age_days: int
    last_touch_on: date | None
    chances: Chances
    plain: Chances
    factors: tuple[LeadFactor, ...]
    why: Text | None


@dataclass(frozen=True, slots=True)
class ScoreTest:
    """Leads that were open on earlier days, by what was known then, against what came of them.

    n: leads, those of several days counted on each; came: how many became opportunities. brier:
    the mean squared error of the chance, lower is better; auc: how often one that became an
    opportunity had the higher chance than one that did not, 0.5 by chance; None where all or none
    did. plain_brier and plain_auc: of the plain rate.
    """

    days: int
    origins: int
    n: int
    came: int
    brier: float
    plain_brier: float
    auc: float | None
    plain_auc: float | None

    @property
    def is_better(self) -> bool:
        return self.brier < self.plain_brier


@dataclass(frozen=True, slots=True)
class Tenth:
    """Leads of a test whose chance was said to be from (tenth - 1) / 10 up to tenth / 10: the mean
    chance, and the share of them that became opportunities."""

    days: int
    tenth: int
    n: int
    said: float
    came: float


@dataclass(frozen=True, slots=True)
class LeadScores:
    """Open leads, the best chance first. is_scored: whether the chances are the score's; else they
    are the plain rate of the source. learned: leads that became opportunities, which is what all of
    it rests on."""

    as_of: date
    leads: tuple[LeadScore, ...]
    is_scored: bool
    learned: int
    tests: tuple[ScoreTest, ...]
    tenths: tuple[Tenth, ...]
    notes: tuple[Text, ...]
