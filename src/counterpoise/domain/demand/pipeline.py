"""The pipeline leg: what open deals and deals yet to be created will bring, window by window."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import (
    boosted_deals,
    covariates,
    creation,
    exposure,
    hazards,
    joined_chances,
    landmarks,
    leading,
    values,
)
from counterpoise.domain.demand.calendar import Calendar
from counterpoise.domain.demand.hazards import Ahead
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.tables.deals import Deals, day_number

CLASS_STEP = 0.05
"""Deals whose factors differ by less than this (in logarithm) share a class of hazards."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenDeals:
    """Each open deal: segment, stage, value if won, spread of that value, chance by window."""

    segment: NDArray[np.int64]
    stage: NDArray[np.int64]
    value: NDArray[np.float64]
    spread: NDArray[np.float64]
    chance: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """Expected won deals of the future pipeline are (segments, windows), and so is their value."""

    open_deals: OpenDeals
    new_deals: NDArray[np.float64]
    new_value: NDArray[np.float64]
    new_spread: NDArray[np.float64]
    new_dispersion: float

    def open_revenue(self) -> NDArray[np.float64]:
        """By segment and window."""
        each = self.open_deals
        return np.stack(
            [
                np.bincount(each.segment, each.value * chance, len(self.new_deals))
                for chance in each.chance.T
            ],
            axis=1,
        )

    def new_revenue(self) -> NDArray[np.float64]:
        return self.new_deals * self.new_value

    def revenue(self) -> NDArray[np.float64]:
        """By window, of all segments."""
        return np.asarray((self.open_revenue() + self.new_revenue()).sum(axis=0))

    def log_spread(self, until: int, shock: float) -> float:
        """Standard deviation of the logarithm of the revenue of the first `until` windows.

        Deals are won or not on their own (Bernoulli × value), new ones come in bunches (Poisson ×
        dispersion), and a shock common to all of them multiplies the sum.
        """
        chance = self.open_deals.chance[:, :until].sum(axis=1)
        new, worth = self.new_deals[:, :until], self.new_value[:, :until]
        own = self.open_deals.value**2 * (chance * (1.0 + self.open_deals.spread**2) - chance**2)
        bunched = new * worth**2 * (self.new_dispersion + self.new_spread[:, None] ** 2)
        mean = float(self.open_deals.value @ chance + (new * worth).sum())
        variance = float(own.sum() + bunched.sum())
        return float(np.sqrt(np.log1p(variance / mean**2 if mean > 0 else 1.0) + shock**2))

    def count_only(self) -> "Pipeline":
        """The same with every deal worth 1: its revenue is the number of deals won."""
        deals = self.open_deals
        one, sure = np.ones(len(deals.value)), np.zeros(len(deals.value))
        return Pipeline(
            OpenDeals(deals.segment, deals.stage, one, sure, deals.chance),
            self.new_deals,
            np.ones_like(self.new_value),
            np.zeros_like(self.new_spread),
            self.new_dispersion,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """All that the pipeline leg takes from a history. amount: each deal's, as believed; stage:
    likewise, one past the last label where none is known. base: each deal's factors on winning and
    losing, shape (deals, 2); arrivals: the same by segment for deals yet to be created. boosted:
    what is heard beside the hazards, if anything is."""

    amount: NDArray[np.float64]
    stage: NDArray[np.int64]
    hazards: hazards.Hazards
    base: NDArray[np.float64]
    arrivals: NDArray[np.float64]
    covariates: covariates.Covariates
    values: values.Values
    creation: creation.Creation
    boosted: boosted_deals.Boosted | None = None

    def keep_age(self) -> "Learned":
        """The rates of winning and losing by age, and nothing else: Aalen & Johansen's estimate."""
        return replace(
            self,
            hazards=hazards.Hazards(
                self.hazards.won.forget_calendar(), self.hazards.lost.forget_calendar()
            ),
            base=np.ones_like(self.base),
            covariates=self.covariates.forget(),
            boosted=None,
        )

    def follow(self, said: leading.Said | None) -> "Learned":
        """With as many deals to be created as leads say, where they are believed."""
        if said is None:
            return self
        return replace(self, creation=replace(self.creation, scale=said.scale))


def learn(
    deals: Deals,
    segments: Segments,
    calendar: Calendar,
    settings: Settings,
    *,
    is_challenged: bool = False,
) -> Learned:
    """calendar: of any stretch of days that holds the history's. is_challenged: whether the
    challenger of single deals is heard."""
    seen = exposure.observe(deals, settings.age_limit_days)
    risks = hazards.fit_hazards(seen, calendar, settings)
    base, arrivals = _fit_factors(deals, seen, risks, segments, settings)
    amount = values.believe_amounts(deals, segments, settings)
    return Learned(
        amount=amount,
        stage=np.nan_to_num(deals.stage, nan=len(deals.stage_labels)).astype(np.int64),
        hazards=risks,
        base=base,
        arrivals=arrivals,
        covariates=covariates.fit_covariates(deals, segments, risks, base, settings),
        values=values.fit_values(deals, amount, segments, settings),
        creation=creation.fit_creation(deals, segments, seen.first_day, calendar, settings),
        boosted=boosted_deals.learn(deals, segments) if is_challenged else None,
    )


def project(
    deals: Deals, segments: Segments, learned: Learned, ahead: Ahead, calendar: Calendar
) -> Pipeline:
    """calendar: of any stretch of days that holds the days ahead, and with a challenger all that
    it looks ahead."""
    days = calendar.slice(day_number(deals.as_of) + 1, len(ahead.window_of_day))
    held = np.flatnonzero(deals.is_open)
    segment, amount = segments.of_deal[held], learned.amount[held]
    stage = learned.stage[held]
    new_deals, new_worth = _look_at_new(learned, ahead, days)
    share_of_mean = np.divide(
        new_worth, new_deals, out=np.ones_like(new_deals), where=new_deals > 0
    )
    return Pipeline(
        open_deals=OpenDeals(
            segment=segment,
            stage=stage,
            value=learned.values.of_deals(amount, segment, stage),
            spread=learned.values.spread_of_deals(amount, segment),
            chance=_look_at_open(deals, held, learned, ahead, calendar),
        ),
        new_deals=new_deals,
        new_value=learned.values.mean[:, None] * share_of_mean,
        new_spread=learned.values.spread,
        new_dispersion=learned.creation.dispersion,
    )


def _fit_factors(
    deals: Deals,
    seen: exposure.Exposure,
    risks: hazards.Hazards,
    segments: Segments,
    settings: Settings,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    base, arrivals = np.ones((len(deals), 2)), np.ones((len(segments), 2))
    for way, (risk, events) in enumerate(
        ((risks.won, seen.won_here), (risks.lost, seen.lost_here))
    ):
        expected = hazards.expected_events(risk, seen.entry_age, seen.exit_age)
        for name in covariates.FACTOR_DIMENSIONS:
            if (dimension := deals.dimensions.get(name)) is None:
                continue
            codes, members = dimension.codes.astype(np.int64), len(dimension.labels)
            codes = np.where(codes < 0, members, codes)
            factor = hazards.fit_segments(
                events, expected, codes, settings.segment_prior_deals, members + 1
            )
            expected *= factor[codes]
            base[:, way] *= factor[codes]
        arrivals[:, way] = np.bincount(segments.of_deal, base[:, way]) / np.bincount(
            segments.of_deal
        )
    return base, arrivals


def _look_at_open(
    deals: Deals, held: NDArray[np.intp], learned: Learned, ahead: Ahead, calendar: Calendar
) -> NDArray[np.float64]:
    """Deals of the same age and the same classes are looked at once."""
    age = day_number(deals.as_of) - deals.created[held].astype(np.int64)
    age = np.minimum(age, len(learned.hazards.won.by_age))
    seen = landmarks.look_at(deals, [day_number(deals.as_of)])
    codes = learned.covariates.classify(seen)
    steps = np.round(np.log(learned.base[held]) / CLASS_STEP).astype(np.int64)
    one_of, kind_of = _distinct(age, *codes, steps[:, 0], steps[:, 1])
    factors = np.exp(steps[one_of] * CLASS_STEP)[:, :, None]
    factors = factors * learned.covariates.multiply(tuple(each[one_of] for each in codes))

    def look(risks: hazards.Hazards, ahead: Ahead, on: NDArray[np.float64]) -> NDArray[np.float64]:
        days = calendar.slice(day_number(deals.as_of) + 1, len(ahead.window_of_day))
        return hazards.look_ahead(risks, days, ahead, age[one_of], on)[kind_of]

    if learned.boosted is None:
        return look(learned.hazards, ahead, factors)
    losing = hazards.Hazards(won=learned.hazards.lost, lost=learned.hazards.won)
    won = look(learned.hazards, joined_chances.BY_BLOCK, factors)
    lost = look(losing, joined_chances.BY_BLOCK, factors[:, ::-1])
    factor = joined_chances.weigh(np.stack([won, lost], axis=1), learned.boosted.say(deals))
    parted = look(learned.hazards, joined_chances.part(ahead), factors)
    return joined_chances.put_together(parted, factor)


def _look_at_new(
    learned: Learned, ahead: Ahead, days: Calendar
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Won deals by (segment, window) out of those created on the days ahead; and the same counted
    by what a deal of its age brings, in means of the segment."""
    count = len(ahead.window_of_day)
    steps = np.round(np.log(learned.arrivals) / CLASS_STEP).astype(np.int64)
    one_of, class_of = _distinct(steps[:, 0], steps[:, 1])
    age = np.tile(-np.arange(1, count + 1), len(one_of))
    factors = np.repeat(np.exp(steps[one_of] * CLASS_STEP), count, axis=0)[:, :, None]
    created, share = learned.creation.ahead(days), learned.creation.share[:, None]

    def count_won(worth: NDArray[np.float64] | None) -> NDArray[np.float64]:
        chance = hazards.look_ahead(learned.hazards, days, ahead, age, factors, worth)
        by_creation = chance.reshape(len(one_of), count, ahead.windows)
        return np.asarray(np.einsum("u,cuw->cw", created, by_creation)[class_of] * share)

    return count_won(None), count_won(learned.values.by_age)


def _distinct(*columns: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One row of each distinct combination, and which of these each row is."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        low = int(column.min(initial=0))
        key = key * (int(column.max(initial=0)) - low + 1) + column - low
    _, one_of, which = np.unique(key, return_index=True, return_inverse=True)
    return one_of, which
