"""What a reader must know beside a forecast: thin evidence, widened ranges, what is left out."""

from decimal import Decimal

import numpy as np

from counterpoise.domain.demand import values
from counterpoise.domain.demand.backtest import Learned
from counterpoise.domain.demand.origins import HORIZONS
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.demand.windows import Windows
from counterpoise.domain.tables.deals import Deals, day_of
from counterpoise.domain.values.text import Text, text

FEW_SEPARATE_ORIGINS = 3.0
SILENT_DAYS = 60


def write_notes(
    deals: Deals, segments: Segments, ahead: Windows, learned: Learned, settings: Settings
) -> tuple[Text, ...]:
    found = (
        _thin_record(ahead, learned),
        _beyond_record(ahead),
        _already_won(deals, ahead),
        _thin_segments(deals, segments, settings),
        _unpriced(deals),
        _unbelieved(deals, segments, settings),
        _silent_start(deals),
    )
    return tuple(note for note in found if note is not None)


def _thin_record(ahead: Windows, learned: Learned) -> Text | None:
    if learned.separate[ahead.horizon] >= FEW_SEPARATE_ORIGINS:
        return None
    return text(
        "Ranges are widened: only {origins} finished origins of {days} days could be judged, and"
        " they overlap.",
        origins=learned.finished[ahead.horizon],
        days=HORIZONS[ahead.horizon],
    )


def _beyond_record(ahead: Windows) -> Text | None:
    if ahead.lead_stretch == 1.0:
        return None
    return text(
        "The period ends {ahead} days ahead, but the back-test judges up to {tested} days: ranges"
        " are widened with the square root of the lead.",
        ahead=ahead.last_day,
        tested=HORIZONS[-1],
    )


def _already_won(deals: Deals, ahead: Windows) -> Text | None:
    if deals.as_of < ahead.months[0].start:
        return None
    return text(
        "The period has begun: what was won in it by {as_of} is counted as known.",
        as_of=deals.as_of,
    )


def _thin_segments(deals: Deals, segments: Segments, settings: Settings) -> Text | None:
    won = np.bincount(segments.of_deal[deals.won], minlength=len(segments))
    thin = int((won < settings.segment_prior_deals).sum())
    if thin == 0 or len(segments) == 1:
        return None
    return text(
        "{thin} of {all} combinations of region and product have won fewer than {least} deals;"
        " their forecasts lean on the whole company's rates and values.",
        thin=thin,
        all=len(segments),
        least=int(settings.segment_prior_deals),
    )


def _unpriced(deals: Deals) -> Text | None:
    missing = int((deals.won & ~np.isfinite(deals.amount)).sum())
    if missing == 0:
        return None
    return text(
        "{missing} won deals have no amount: they count as deals, not as revenue.",
        missing=missing,
    )


def _unbelieved(deals: Deals, segments: Segments, settings: Settings) -> Text | None:
    believed = values.believe_amounts(deals, segments, settings)
    slips = int((deals.is_open & np.isfinite(deals.amount) & ~np.isfinite(believed)).sum())
    if slips == 0:
        return None
    return text(
        "The amounts of {slips} open deals are below zero, or more than {ratio} times the largest"
        " ever won: they are not believed, and count as what won deals bring on average.",
        slips=slips,
        ratio=Decimal(repr(settings.believed_ratio)),
    )


def _silent_start(deals: Deals) -> Text | None:
    first_created, first_closed = int(deals.created.min()), int(deals.closed.min())
    if first_closed - first_created < SILENT_DAYS:
        return None
    return text(
        "Deals were created from {created} on, but none closed before {closed}. If closed deals of"
        " that time are missing from the source, chances to close are understated.",
        created=day_of(first_created),
        closed=day_of(first_closed),
    )
