"""What is looked at when the pipeline is inspected: open deals beside what won ones were like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.inspection_limits import Ints, PipelineLimits, learn_limits
from counterpoise.domain.demand.inspection_reasons import Measure
from counterpoise.domain.demand.inspection_rules import InspectionRules
from counterpoise.domain.demand.pushes import Pushes, count_pushes
from counterpoise.domain.demand.won_limits import Limits
from counterpoise.domain.tables.deal_facts import DealFacts
from counterpoise.domain.tables.deals import STILL_OPEN, Deals, day_number
from counterpoise.domain.values.period import Period

UNRECORDED = "created"
"""The name under which a first stage stands that nobody recorded; it says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Looking:
    """held: the open deals, by position; what follows is by place among them. entered: the day a
    deal came to its stage, -1 where nobody recorded it. place: where its limits of time are, its
    stage or the one of whole ages, and since: from when they count. touched: the last activity's
    day, -1 for none. expected: NaN for none. kept: which attributes deals in work have."""

    deals: Deals
    facts: DealFacts
    limits: PipelineLimits
    today: int
    quarter: Period
    held: NDArray[np.intp]
    segment: Ints
    stage: Ints
    entered: Ints
    place: Ints
    since: Ints
    touched: Ints
    touch_kind: Ints
    expected: NDArray[np.float64]
    amount: NDArray[np.float64]
    pushes: Pushes
    kept: dict[str, bool]

    @property
    def ages(self) -> int:
        """The place of limits of whole ages."""
        return len(self.deals.stage_labels)

    def measure(self, limits: Limits, at: int, place: int) -> Measure:
        part = int(self.segment[at])
        return Measure(limits, place, part, self.limits.grouping.labels[part])

    def name_stage(self, at: int) -> str:
        place = int(self.stage[at])
        return "" if place < 0 else self.deals.stage_labels[place]


def look_at(deals: Deals, facts: DealFacts, rules: InspectionRules) -> Looking:
    limits = learn_limits(deals, facts, rules)
    held = np.flatnonzero(deals.is_open)
    today, quarter = day_number(deals.as_of), _find_quarter(deals)
    stage, entered = _find_stage(deals, facts, held)
    ages = len(deals.stage_labels)
    known = (entered >= 0) & ~np.isnan(limits.stay.whole[np.where(stage < 0, ages, stage)])
    touched, kind = _find_touches(facts, len(deals))
    return Looking(
        deals=deals,
        facts=facts,
        limits=limits,
        today=today,
        quarter=quarter,
        held=held,
        segment=limits.grouping.of_deal[held],
        stage=stage,
        entered=entered,
        place=np.where(known, stage, ages),
        since=np.where(known, entered, deals.created[held]),
        touched=touched[held],
        touch_kind=kind[held],
        expected=facts.expected.last_values(len(deals), today)[held],
        amount=deals.amount[held],
        pushes=count_pushes(facts.expected, len(deals), quarter),
        kept={name: _is_kept(facts, name, held, rules.kept_share) for name in facts.has},
    )


def _find_quarter(deals: Deals) -> Period:
    day = deals.as_of
    return Period.of_months(day.replace(month=day.month - (day.month - 1) % 3, day=1), 3)


def _find_stage(deals: Deals, facts: DealFacts, held: NDArray[np.intp]) -> tuple[Ints, Ints]:
    """The stage of each open deal and the day it came there; -1 where that is not known."""
    stage = np.nan_to_num(deals.stage, nan=-1).astype(np.int64)
    entered = np.full(len(deals), -1, dtype=np.int64)
    stays = facts.stays
    going_on = np.flatnonzero((stays.left == STILL_OPEN) & (stays.stage == stage[stays.deal]))
    entered[stays.deal[going_on]] = stays.entered[going_on]
    if UNRECORDED in deals.stage_labels:
        unsaid = (stage == deals.stage_labels.index(UNRECORDED)) & (entered < 0)
        stage = np.where(unsaid, -1, stage)
    return stage[held], entered[held]


def _find_touches(facts: DealFacts, deals: int) -> tuple[Ints, Ints]:
    """The day and the kind of each deal's last activity; -1 for none."""
    touches = facts.touches
    day, kind = (np.full(deals, -1, dtype=np.int64) for _ in range(2))
    day[touches.deal] = touches.day  # they are in order, so the last one stays
    kind[touches.deal] = touches.kind
    return day, kind


def _is_kept(facts: DealFacts, name: str, held: NDArray[np.intp], share: float) -> bool:
    """Whether deals in work usually have it: what hardly any has is not kept here."""
    known = facts.knows[name][held]
    return bool(known.any() and facts.has[name][held][known].mean() >= share)
