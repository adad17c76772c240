"""Opportunities by the scores of open leads, beside what the lags alone say, and how both did.

Of the leads that are there each counts with its own chance month by month (lead_model.py); what has
come and what leads yet to come will bring is as in the funnel (funnel.py), and so are the ranges.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand import funnel_record, lead_model, origins
from counterpoise.domain.demand.calendar import Calendar
from counterpoise.domain.demand.funnel import (
    SCORED,
    Funnel,
    Present,
    TooFewConversions,
    learn_conversion,
    project_event,
)
from counterpoise.domain.demand.funnel_record import AHEAD_MONTHS
from counterpoise.domain.demand.funnel_settings import FunnelSettings
from counterpoise.domain.demand.hazards import Ahead
from counterpoise.domain.demand.lead_rules import LeadRules
from counterpoise.domain.demand.lead_scores import require
from counterpoise.domain.demand.projection import Projection, write_volumes
from counterpoise.domain.tables.deals import Deals
from counterpoise.domain.tables.leads import Leads
from counterpoise.domain.tables.volume import (
    Learned,
    Members,
    VolumeRefusal,
    Volumes,
)
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """leads and history: the same leads, of all days up to their as-of day, in the two forms in
    which they are learned from. calendar: of every day that is looked at."""

    leads: Leads
    history: Deals
    calendar: Calendar
    settings: FunnelSettings
    rules: LeadRules


def open_scoring(
    leads: Leads, history: Deals, period: Period, settings: FunnelSettings, rules: LeadRules
) -> Scoring:
    as_of = leads.as_of
    days = max((period.end - as_of).days, 31 * AHEAD_MONTHS)
    at = funnel_record.list_origins(as_of, settings.origins)
    known = history.known_on(as_of)
    return Scoring(leads, history, origins.cover(known, at, days), settings, rules)


def expect_scored(scoring: Scoring, funnel: Funnel, period: Period, rng: Generator) -> Volumes:
    """funnel: of the same leads, as known on their as-of day; refused of too few conversions."""
    try:
        said = project_scored(scoring, funnel, rng)
    except TooFewConversions as error:
        return Volumes(refusals=(VolumeRefusal(SCORED, error.args[0]),))
    members: list[Members] = [(("source", name),) for name in funnel.names]
    n = int(scoring.history.known_on(funnel.leads.as_of).is_open.sum())
    return Volumes(
        volumes=tuple(
            write_volumes(SCORED, members, said, [month.start for month in period.months])
        ),
        learned=(
            Learned(
                SCORED,
                (),
                "opportunities",
                n,
                text(
                    "Each of {n} open leads counts with its own chance, by its age and all that is"
                    " known of it; those that were given up count no more. Leads that come in later"
                    " count as in opportunities.",
                    n=n,
                ),
            ),
        ),
    )


def project_scored(scoring: Scoring, funnel: Funnel, rng: Generator) -> Projection:
    """funnel: of the same leads, as known on its own as-of day. Raises TooFewConversions."""
    present = score_present(scoring, funnel)
    return project_event(funnel, SCORED, learn_conversion(funnel, SCORED), rng, present)


def score_present(scoring: Scoring, funnel: Funnel) -> Present:
    """Raises TooFewConversions."""
    history = scoring.history.known_on(funnel.leads.as_of)
    require(history, scoring.rules)
    expected, squares = np.zeros(funnel.shape), np.zeros(funnel.shape)
    days = np.arange(funnel.today + 1, int(funnel.ends[-1]))
    if not len(days):
        return Present(expected, squares)
    model = lead_model.learn(history, scoring.calendar, scoring.rules)
    seen = lead_model.see(history, model)
    window = np.searchsorted(funnel.ends, days, side="right")
    ahead = Ahead(np.where(days < funnel.starts[0], -1, window), len(funnel.starts))
    calendar = scoring.calendar.slice(funnel.today + 1, len(days))
    chance = lead_model.look_ahead(model, seen, calendar, ahead)
    source = _place_sources(history, funnel)[history.dimensions["source"].codes[seen.held]]
    for month in range(len(funnel.starts)):
        expected[:, month] = np.bincount(source, chance[:, month], len(funnel.names))
        squares[:, month] = np.bincount(source, chance[:, month] ** 2, len(funnel.names))
    return Present(expected, squares)


def _place_sources(history: Deals, funnel: Funnel) -> NDArray[np.intp]:
    """The funnel's place of each label of the history, and in the end of leads without a source; a
    label that no known lead has is asked for by none."""
    place = {name: number for number, name in enumerate(funnel.names)}
    labels = (*history.dimensions["source"].labels, "")
    return np.array([place.get(label, 0) for label in labels], dtype=np.intp)
