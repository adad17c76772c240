"""Inspects the open pipeline as known on a day: every open deal, and what stands out about it.

- slipped: its close date is past, was put off often, or was put off out of the running quarter.
- stalled: longer in its stage than nine in ten won deals of its segment were (or older than they
  were when they were won, where nobody recorded stages).
- quiet: longer without an activity than nine in ten won deals of its segment ever were.
- hygiene: what a deal in work must have is missing, its owner is gone, or its close date is sooner
  than nine in ten won deals needed from its stage on.
- amount: outside of what such deals are won for.

Nothing looks past the as-of day. What cannot be judged is not flagged, and the notes say why.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import inspection_reasons as say
from counterpoise.domain.demand.chances import Chances
from counterpoise.domain.demand.inspection_limits import list_limits
from counterpoise.domain.demand.inspection_looking import Looking, look_at
from counterpoise.domain.demand.inspection_rules import InspectionRules
from counterpoise.domain.demand.pushes import count_changes
from counterpoise.domain.tables.deal_facts import DealFacts
from counterpoise.domain.tables.deals import Deals, day_of
from counterpoise.domain.tables.inspection import Chance, InspectedDeal, Inspection, Reason
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text

CENT = Decimal("0.01")
_Add = Callable[[int, Reason], None]


def inspect_pipeline(
    deals: Deals,
    facts: DealFacts,
    chances: Chances | Text,
    period: Period,
    rules: InspectionRules,
) -> Inspection:
    """deals: as known on their as-of day, the facts and chances of the same. chances: why there are
    none, where there are none. The same in gives the same out, in the same order."""
    looking = look_at(deals, facts, rules)
    reasons: list[list[Reason]] = [[] for _ in looking.held]

    def add(place: int, reason: Reason) -> None:
        reasons[place].append(reason)

    for flag in (_flag_slipped, _flag_stalled, _flag_quiet, _flag_hygiene, _flag_amount):
        flag(looking, rules, add)
    described = _describe(looking, chances, [tuple(each) for each in reasons])
    return Inspection(
        period=period,
        as_of=deals.as_of,
        currency=deals.currency,
        segment_by=looking.limits.grouping.by,
        deals=tuple(sorted(described, key=_rank)),
        limits=tuple(
            list_limits(looking.limits, deals.stage_labels, looking.stage, looking.segment)
        ),
        notes=tuple(_write_notes(looking, chances, rules)),
    )


def _flag_slipped(look: Looking, rules: InspectionRules, add: _Add) -> None:
    for at in _find(look.expected < look.today):
        day = int(look.expected[at])
        add(at, say.say_overdue(day_of(day), look.today - day))
    count, days = look.pushes.count[look.held], look.pushes.days[look.held]
    for at in _find(count >= rules.pushes):
        add(at, say.say_pushed_often(int(count[at]), int(days[at]), rules.pushes))
    for at in _find(look.pushes.is_out[look.held]):
        add(at, say.say_pushed_out(look.quarter, day_of(int(look.expected[at]))))


def _flag_stalled(look: Looking, rules: InspectionRules, add: _Add) -> None:
    limits, percent = look.limits.stay, _percent(rules.stalled_quantile)
    took = look.today - look.since
    for at in _find(took > limits.of(look.place, look.segment)):
        place = int(look.place[at])
        of, days = look.measure(limits, at, place), int(took[at])
        if place == look.ages:
            add(at, say.say_long_open(days, percent, of))
        else:
            add(at, say.say_long_in_stage(days, look.name_stage(at), percent, of))


def _flag_quiet(look: Looking, rules: InspectionRules, add: _Add) -> None:
    if not len(look.facts.touches.deal):
        return
    limits, percent = look.limits.silence, _percent(rules.quiet_quantile)
    silent = look.today - np.maximum(look.touched, look.deals.created[look.held])
    limit = limits.of(np.zeros(len(look.held), dtype=np.int64), look.segment)
    for at in _find(silent > np.where(np.isnan(limit), rules.quiet_days, limit)):
        days = int(silent[at])
        if np.isnan(limit[at]):
            add(at, say.say_quiet_by_rule(days, rules.quiet_days))
        else:
            add(at, say.say_long_quiet(days, percent, look.measure(limits, at, 0)))


def _flag_hygiene(look: Looking, rules: InspectionRules, add: _Add) -> None:
    lacking = {
        "amount": say.NO_AMOUNT,
        "expected_close_on": say.NO_CLOSE_DATE,
        "next_step": say.NO_NEXT_STEP,
    }
    for name, reason in lacking.items():
        if look.kept[name]:
            missing = look.facts.knows[name] & ~look.facts.has[name]
            for at in _find(missing[look.held]):
                add(at, reason)
    for at, deal in enumerate(look.held.tolist()):
        rep = _name(look.deals, "rep", deal)
        if not rep:
            add(at, say.NO_OWNER)
        elif rep in look.facts.departed:
            add(at, say.say_owner_left(rep, look.facts.departed[rep]))
    _flag_soon(look, rules, add)


def _flag_soon(look: Looking, rules: InspectionRules, add: _Add) -> None:
    """A close date that is past is no plan any more, and is flagged as slipped."""
    limits, percent = look.limits.soon, _percent(rules.soon_quantile)
    planned = np.where(look.expected < look.today, np.inf, look.expected - look.since)
    for at in _find(planned < limits.of(look.place, look.segment)):
        place = int(look.place[at])
        of, days = look.measure(limits, at, place), int(planned[at])
        if place == look.ages:
            add(at, say.say_soon_for_age(days, percent, of))
        else:
            add(at, say.say_soon_for_stage(days, look.name_stage(at), percent, of))


def _flag_amount(look: Looking, _rules: InspectionRules, add: _Add) -> None:
    one = np.zeros(len(look.held), dtype=np.int64)
    low, high = look.limits.low, look.limits.high
    for at in _find(look.amount > high.of(one, look.segment)):
        add(at, say.say_too_large(_money(look.amount[at]), look.measure(high, at, 0)))
    for at in _find(look.amount < low.of(one, look.segment)):
        add(at, say.say_too_small(_money(look.amount[at]), look.measure(low, at, 0)))


def _describe(
    look: Looking, chances: Chances | Text, reasons: list[tuple[Reason, ...]]
) -> Iterator[InspectedDeal]:
    deals, facts = look.deals, look.facts
    changes = count_changes(deals.amounts, len(deals))
    for at, deal in enumerate(look.held.tolist()):
        amount = None if np.isnan(look.amount[at]) else _money(look.amount[at])
        chance, worth = _find_chance(chances, at, amount)
        entered, touched = int(look.entered[at]), int(look.touched[at])
        yield InspectedDeal(
            id=str(deals.ids[deal]),
            name=str(facts.names[deal]),
            account=str(facts.accounts[deal]),
            rep=_name(deals, "rep", deal),
            team=_name(deals, "team", deal),
            region=_name(deals, "region", deal),
            segment=_name(deals, "segment", deal),
            product=_name(deals, "product", deal),
            stage=look.name_stage(at),
            created_on=day_of(deals.created[deal]),
            age_days=look.today - int(deals.created[deal]),
            stage_days=None if entered < 0 else look.today - entered,
            amount=amount,
            amount_changes=int(changes[deal]),
            expected_close_on=_find_day(look.expected[at]),
            pushes=int(look.pushes.count[deal]),
            pushed_days=int(look.pushes.days[deal]),
            last_activity_on=None if touched < 0 else day_of(touched),
            last_activity="" if touched < 0 else _name_touch(facts, int(look.touch_kind[at])),
            next_step=str(facts.next_steps[deal]),
            probability=_find_share(facts.probability[deal]),
            worth=worth,
            chance=chance,
            at_stake=None if chance is None else _money(float(worth) * chance.whole),
            reasons=reasons[at],
        )


def _find_chance(
    chances: Chances | Text, at: int, amount: Decimal | None
) -> tuple[Chance | None, Decimal]:
    """The chance, and what the deal brings if it is won: without a chance that is its amount."""
    if isinstance(chances, Text):
        return None, amount or Decimal(0)
    steps = (chances.by_age, chances.in_stage, chances.as_kept, chances.whole)
    return Chance(*(float(each[at]) for each in steps)), _money(chances.value[at])


def _write_notes(look: Looking, chances: Chances | Text, rules: InspectionRules) -> Iterator[Text]:
    """What could not be judged."""
    if isinstance(chances, Text):
        yield chances
    elif chances.is_challenged:
        yield text(
            "Gradient boosting proved better on past days, so the last chance of each deal is the"
            " mean of what it says and of what the steps before come to."
        )
    by_age = int((look.place == look.ages).sum())
    if by_age and np.isnan(look.limits.stay.whole[look.ages]):
        yield text(
            "Of {n} open deals it is not said whether they stall: there are {won} won deals, and"
            " {least} are needed (inspection.least_won). Load older deals.",
            n=by_age,
            won=int(look.limits.stay.whole_n[look.ages]),
            least=rules.least_won,
        )
    elif by_age:
        yield text(
            "{n} of {all} open deals are judged by their whole age: when they came to their stage"
            " was not recorded, or fewer than {least} won deals passed it. A source that keeps a"
            " history of stages says more.",
            n=by_age,
            all=len(look.held),
            least=rules.least_won,
        )
    if not len(look.facts.touches.deal):
        yield text(
            "No activity of any deal is known, so no deal is called silent. Connect the calendar,"
            " the mailbox or the telephone, or load activities with the deal they served."
        )
    for name, is_kept in look.kept.items():
        if len(look.held) and not is_kept:
            yield _say_not_kept(look, name)


def _say_not_kept(look: Looking, name: str) -> Text:
    known = look.facts.knows[name][look.held]
    return text(
        "{n} of {all} open deals are known to have this attribute on that day: {attribute}. It is"
        " not kept here, so its lack is no flag (inspection.kept_share).",
        n=int((known & look.facts.has[name][look.held]).sum()),
        all=len(look.held),
        attribute=name,
    )


def _rank(deal: InspectedDeal) -> tuple[Decimal, Decimal, str]:
    return -(deal.at_stake or Decimal(0)), -deal.worth, deal.id


def _find(flagged: NDArray[np.bool_]) -> list[int]:
    """Places among the open deals."""
    found: list[int] = np.flatnonzero(flagged).tolist()
    return found


def _name(deals: Deals, dimension: str, deal: int) -> str:
    found = deals.dimensions.get(dimension)
    if found is None or found.codes[deal] < 0:
        return ""
    label: str = found.labels[found.codes[deal]]
    return label


def _name_touch(facts: DealFacts, kind: int) -> str:
    return facts.touches.kinds[kind] if kind >= 0 else ""


def _find_day(number: float) -> date | None:
    return None if np.isnan(number) else day_of(int(number))


def _find_share(value: float) -> Decimal | None:
    return None if np.isnan(value) else Decimal(repr(float(value)))


def _money(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(CENT)


def _percent(share: Decimal) -> Decimal:
    return (share * 100).normalize() + 0
