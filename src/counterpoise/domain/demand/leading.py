"""Leads as a leading indicator of how many deals will be created in the next ninety days.

Beside the rate of creation (creation.py) stands what leads say: deals that come from no lead, at
their share of that rate; open leads, each by its chance; and leads yet to come, as many a day as
came lately, by the chance of a new one (lead_model.py). The two are weighted block by block of
thirty days as the legs of the forecast are (combine.py), shrunk to equal parts, by what both said
on earlier days. The mixture is used only where, said on those days with the weights of then, it was
nearer to what came by so much as the rulebook asks for; else the rate of creation stays as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import combine, hazards, lead_model
from counterpoise.domain.demand.calendar import Calendar
from counterpoise.domain.demand.creation import Creation
from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS
from counterpoise.domain.demand.lead_rules import read_lead_rules
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.values.text import Text, text

AHEAD_DAYS = BLOCK_DAYS * BLOCKS
EQUAL = 0.5
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """Deals to be created as said on a day, by block.

    plain: by the rate of creation. by_leads: by leads. both: weighted. finished: earlier days whose
    block was over; plain_error and both_error: how far off these were on them (root mean square).
    helps: whether both is what counts.
    """

    day: int
    plain: Floats
    by_leads: Floats
    both: Floats
    finished: NDArray[np.int64]
    plain_error: Floats
    both_error: Floats
    helps: NDArray[np.bool_]

    @property
    def scale(self) -> Floats:
        """What the rate of creation is multiplied by in each block; 1 where leads do not count."""
        counts = self.helps & (self.plain > 0)
        return np.divide(self.both, self.plain, out=np.ones(BLOCKS), where=counts)


def look(
    known: Deals,
    creation: Creation,
    calendar: Calendar,
    rulebook: Rulebook,
    settings: Settings,
    earlier: Sequence[Said],
) -> Said | None:
    """As of the day of `known`; None without leads, or with too few that became opportunities.

    calendar: of any stretch that holds the history's days, the leads' too, and AHEAD_DAYS.
    """
    if known.leads is None:
        return None
    rules = read_lead_rules(rulebook, known.as_of)
    if lead_model.count_learned(known.leads, rules) < rules.least_conversions:
        return None
    today = day_number(known.as_of)
    days = calendar.slice(today + 1, AHEAD_DAYS)
    plain = creation.ahead(days).reshape(BLOCKS, BLOCK_DAYS).sum(axis=1)
    model = lead_model.learn(known.leads, calendar, rules)
    window = settings.creation_window_days
    by_leads = plain * _share_without_lead(known, window) + _expect(
        known.leads, model, days, window
    )
    judged = [
        _judge(known, block, (by_leads[block], plain[block]), settings, earlier)
        for block in range(BLOCKS)
    ]
    both, finished, plain_error, both_error, separate = map(np.array, zip(*judged, strict=True))
    helps = (separate >= settings.weight_prior_origins) & (
        both_error < (1.0 - rules.creation_gain) * plain_error
    )
    return Said(today, plain, by_leads, both, finished, plain_error, both_error, helps)


def describe(said: Said) -> Iterator[Text]:
    """Where leads count and where they were tried in vain, with the evidence."""
    for block in range(BLOCKS):
        facts: dict[str, int | Decimal] = {
            "first": BLOCK_DAYS * block + 1,
            "last": BLOCK_DAYS * (block + 1),
            "days": int(said.finished[block]),
            "both": _round(said.both_error[block]),
            "plain": _round(said.plain_error[block]),
        }
        if said.helps[block]:
            yield text(
                "How many deals will be created from day {first} to day {last} follows leads, too:"
                " said on {days} earlier days, that was off by {both} deals, and the rate of"
                " creation alone by {plain}.",
                **facts,
            )
        elif said.finished[block]:
            yield text(
                "How many deals will be created from day {first} to day {last} does not follow"
                " leads: said with them on {days} earlier days it was off by {both} deals, and by"
                " {plain} without.",
                **facts,
            )


def _expect(leads: Deals, model: lead_model.LeadModel, days: Calendar, window: int) -> Floats:
    """Leads that become opportunities, by block: those that are open, and those to come."""
    seen = lead_model.see(leads, model)
    of_open = lead_model.look_ahead(model, seen, days).sum(axis=0)
    coming = hazards.look_ahead(
        model.hazards,
        days,
        lead_model.BY_DAYS,
        -np.arange(1, AHEAD_DAYS + 1),
        np.ones((AHEAD_DAYS, 2, BLOCKS)),
    )
    a_day = float((leads.created > day_number(leads.as_of) - window).sum()) / window
    return np.asarray(of_open + a_day * coming.sum(axis=0))


def _share_without_lead(known: Deals, window: int) -> float:
    assert known.leads is not None
    since = day_number(known.as_of) - window
    made = int((known.created > since).sum())
    came = int((known.leads.won & (known.leads.closed > since)).sum())
    return max(made - came, 0) / made if made else 0.0


def _judge(
    known: Deals,
    block: int,
    now: tuple[float, float],
    settings: Settings,
    earlier: Sequence[Said],
) -> tuple[float, int, float, float, float]:
    """What both say of a block now, on how many earlier days it was over, the errors of the rate
    alone and of both on them, and how many separate days these are worth."""
    today = day_number(known.as_of)
    done = [each for each in earlier if each.day + BLOCK_DAYS * (block + 1) <= today]
    starts = np.array([each.day for each in done], dtype=np.int64) + BLOCK_DAYS * block
    created = np.sort(known.created)
    until = np.searchsorted(created, starts + BLOCK_DAYS, side="right")
    came = (until - np.searchsorted(created, starts, side="right")).astype(np.float64)
    legs = np.array([(each.by_leads[block], each.plain[block]) for each in done]).reshape(-1, 2)
    separate = combine.count_separate(starts, BLOCK_DAYS)
    weight = combine.weigh_pipeline_leg(legs, came, separate, EQUAL, settings.weight_prior_origins)
    mixed = np.array([each.both[block] for each in done])
    return (
        weight * now[0] + (1.0 - weight) * now[1],
        len(done),
        _find_error(legs[:, 1], came),
        _find_error(mixed, came),
        separate,
    )


def _find_error(said: Floats, came: Floats) -> float:
    return float(np.sqrt(((said - came) ** 2).mean())) if len(came) else 0.0


def _round(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal("0.1"))
