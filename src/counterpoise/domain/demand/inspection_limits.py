"""What open deals are held against: how long won deals took, were silent, and what they brought.

Stays in stages, and ages: those of deals won in the newest `inspection.window_days`. A silence is
the longest time that a won deal with activities had none, from its creation to its win. Amounts are
compared by ratio: beyond the quartiles of won amounts by `inspection.amount_fence` times the ratio
between them (Tukey's fences on logarithms), and by `inspection.amount_factor` times at least.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.inspection_rules import InspectionRules
from counterpoise.domain.demand.won_limits import Leaning, Limits, fit_limits
from counterpoise.domain.tables.deal_facts import DealFacts
from counterpoise.domain.tables.deals import STILL_OPEN, Deals, day_number
from counterpoise.domain.tables.inspection import LimitKind, WonLimit

QUARTILES = (0.25, 0.75)
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """by: the dimension that deals are told apart by, '' for none; labels: of its members, the last
    '' for deals that have none; of_deal: positions."""

    by: str
    labels: tuple[str, ...]
    of_deal: Ints


@dataclass(frozen=True, slots=True, eq=False)
class PipelineLimits:
    """stay and soon have a place for each stage and one after them for the whole age; the others
    have one place. low, high: amounts between which won deals lie."""

    grouping: Grouping
    stay: Limits
    soon: Limits
    silence: Limits
    low: Limits
    high: Limits


@dataclass(frozen=True, slots=True, eq=False)
class _Learning:
    """What is learned from: the deals that were won lately enough."""

    deals: Deals
    facts: DealFacts
    won: NDArray[np.bool_]
    grouping: Grouping
    leaning: Leaning

    def fit(
        self,
        seen: NDArray[np.int32] | Ints | NDArray[np.float64],
        deal: NDArray[np.intp],
        quantile: float,
        place: NDArray[np.int32] | Ints | None = None,
        places: int = 1,
    ) -> Limits:
        """seen: what the deals took or had, each at a place; one for all where none is said."""
        at = np.zeros(len(seen), dtype=np.int64) if place is None else place.astype(np.int64)
        shape = (places, len(self.grouping.labels))
        segment = self.grouping.of_deal[deal]
        return fit_limits(seen.astype(np.float64), at, segment, shape, quantile, self.leaning)


def group_deals(deals: Deals, rules: InspectionRules) -> Grouping:
    """By the first of the rulebook's dimensions that deals have."""
    for name in rules.segment_by:
        dimension = deals.dimensions.get(name)
        if dimension is not None and dimension.labels:
            codes = dimension.codes.astype(np.int64)
            members = len(dimension.labels)
            return Grouping(name, (*dimension.labels, ""), np.where(codes < 0, members, codes))
    return Grouping("", ("",), np.zeros(len(deals), dtype=np.int64))


def learn_limits(deals: Deals, facts: DealFacts, rules: InspectionRules) -> PipelineLimits:
    """deals: as known on their as-of day; the facts are of the same day."""
    since = day_number(deals.as_of) - rules.window_days
    won = deals.won & (deals.closed > since)
    leaning = Leaning(rules.least_won, rules.prior_deals)
    learning = _Learning(deals, facts, won, group_deals(deals, rules), leaning)
    low, high = _fit_amounts(learning, rules)
    return PipelineLimits(
        learning.grouping,
        _fit_stays(learning, rules.stalled_quantile),
        _fit_soon(learning, rules.soon_quantile),
        _fit_silences(learning, rules.quiet_quantile),
        low,
        high,
    )


def list_limits(
    found: PipelineLimits, stages: tuple[str, ...], stage: Ints, segment: Ints
) -> Iterator[WonLimit]:
    """Of every stage and segment that an open deal is in, to be shown. stage: of each open deal, -1
    where it is not known."""
    for place, part in sorted({*zip(stage.tolist(), segment.tolist(), strict=True)}):
        if place >= 0:
            yield _describe(found, "stay", found.stay, (place, part), stages[place])
            yield _describe(found, "soon", found.soon, (place, part), stages[place])
    for part in sorted(set(segment.tolist())):
        yield _describe(found, "age", found.stay, (len(stages), part))
        yield _describe(found, "soon_age", found.soon, (len(stages), part))
        yield _describe(found, "silence", found.silence, (0, part))
        yield _describe(found, "amount_low", found.low, (0, part))
        yield _describe(found, "amount_high", found.high, (0, part))


def find_silences(deals: Deals, facts: DealFacts, chosen: NDArray[np.bool_]) -> Ints:
    """The longest time without an activity, in days, of each chosen deal that has one in its life;
    -1 for the others."""
    touches = facts.touches
    inside = chosen[touches.deal] & (touches.day >= deals.created[touches.deal])
    inside &= touches.day <= deals.closed[touches.deal]
    deal, day = touches.deal[inside], touches.day[inside]
    touched = np.unique(deal)
    deal = np.concatenate([deal, touched, touched])
    day = np.concatenate([day, deals.created[touched], deals.closed[touched]])
    order = np.lexsort((day, deal))
    deal, day = deal[order], day[order]
    longest = np.full(len(deals), -1, dtype=np.int64)
    gap = np.where(deal[1:] == deal[:-1], day[1:] - day[:-1], -1)
    np.maximum.at(longest, deal[1:], gap)
    return longest


def _fit_stays(learning: _Learning, quantile: Decimal) -> Limits:
    stays = learning.facts.stays
    over = np.flatnonzero(learning.won[stays.deal] & (stays.left != STILL_OPEN))
    return _fit_times(learning, over, stays.left[over] - stays.entered[over], quantile)


def _fit_soon(learning: _Learning, quantile: Decimal) -> Limits:
    stays = learning.facts.stays
    over = np.flatnonzero(learning.won[stays.deal])
    closed = learning.deals.closed[stays.deal[over]]
    return _fit_times(learning, over, closed - stays.entered[over], quantile)


def _fit_times(
    learning: _Learning, over: NDArray[np.intp], took: NDArray[np.int32], quantile: Decimal
) -> Limits:
    """over: stays, by position; took: their days. Whole ages are at the place after the stages."""
    deals, stays = learning.deals, learning.facts.stays
    ages, whole = len(deals.stage_labels), np.flatnonzero(learning.won)
    days = np.concatenate([took, deals.closed[whole] - deals.created[whole]])
    place = np.concatenate([stays.stage[over], np.full(len(whole), ages)])
    deal = np.concatenate([stays.deal[over], whole])
    return _round_days(learning.fit(days, deal, float(quantile), place, ages + 1))


def _fit_silences(learning: _Learning, quantile: Decimal) -> Limits:
    longest = find_silences(learning.deals, learning.facts, learning.won)
    told = np.flatnonzero(longest >= 0)
    return _round_days(learning.fit(longest[told], told, float(quantile)))


def _fit_amounts(learning: _Learning, rules: InspectionRules) -> tuple[Limits, Limits]:
    amount = learning.deals.amount
    told = np.flatnonzero(learning.won & (np.nan_to_num(amount) > 0))
    low, high = (learning.fit(np.log(amount[told]), told, each) for each in QUARTILES)
    room = np.maximum(
        rules.amount_fence * (high.value - low.value), float(np.log(rules.amount_factor))
    )
    return _state(low, low.value - room), _state(high, high.value + room)


def _state(quartile: Limits, logs: Floats) -> Limits:
    """In money, to the cent; own and whole stay the quartiles."""
    value, own, whole = (np.round(np.exp(each), 2) for each in (logs, quartile.own, quartile.whole))
    return Limits(_exact(value), _exact(own), quartile.n, _exact(whole), quartile.whole_n)


def _exact(values: NDArray[np.floating]) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _round_days(limits: Limits) -> Limits:
    """To a tenth, so that what is compared is what is shown."""
    return Limits(
        np.round(limits.value, 1),
        np.round(limits.own, 1),
        limits.n,
        np.round(limits.whole, 1),
        limits.whole_n,
    )


def _describe(
    found: PipelineLimits, of: LimitKind, limits: Limits, at: tuple[int, int], stage: str = ""
) -> WonLimit:
    place, part = at
    return WonLimit(
        of=of,
        stage=stage,
        segment=found.grouping.labels[part],
        n=int(limits.n[place, part]),
        own=to_decimal(limits.own[place, part]),
        whole_n=int(limits.whole_n[place]),
        whole=to_decimal(limits.whole[place]),
        value=to_decimal(limits.value[place, part]),
    )


def to_decimal(value: float) -> Decimal | None:
    """None for what is not known; a whole number without a point."""
    if np.isnan(value):
        return None
    exact = Decimal(repr(float(value)))
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact
