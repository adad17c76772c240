"""The roll-forward of recurring revenue: opening + new + expansion - contraction - churn = closing.

Each movement is booked on its day: a contract on the day it begins, an expansion inside a term on
the day it was won, what a renewal brings more or less on the day the old term ended, churn on the
day the term ended. A month that can still be changed by late renewals says how much waits.

Retention looks at the contracts that ran twelve months before a period's end: *net* is what they
are worth now over what they were worth then, expansion included; *gross* counts of each contract no
more than it was worth then, so it is never above 1. A period that is not over has none.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from counterpoise.domain.tables.recurring import (
    Contract,
    Contracts,
    Movement,
    RolledPart,
    RollForward,
)
from counterpoise.domain.values.period import Period, first_of_month

Every = Literal["month", "quarter"]
PERIODS_A_YEAR = {"month": 12, "quarter": 4}
SHARE = Decimal("0.000001")
NOTHING = Decimal(0)
SIGNS = {"new": 1, "expansion": 1, "contraction": -1, "churn": -1}


def list_movements(contracts: Sequence[Contract], as_of: date) -> tuple[Movement, ...]:
    """What has happened by the evening of the day, by day."""
    found = [
        movement
        for number, contract in enumerate(contracts)
        for movement in _list_of_contract(contract, number)
        if movement.on <= as_of
    ]
    return tuple(sorted(found, key=lambda each: (each.on, each.contract, each.kind)))


def roll_forward(
    contracts: Contracts, every: Every = "month", by: str = ""
) -> tuple[RolledPart, ...]:
    """The whole first, then each member of `by`, where a dimension is given. Every part has the
    same periods, from the first contract's to that of the as-of day; none without a contract."""
    whole = contracts.contracts
    if not whole:
        return ()
    first = min(each.begins_on for each in whole)
    periods = _list_periods(first, contracts.as_of, every)
    labels = sorted({each.label(by) for each in whole}) if by else []
    parts = [("", "", whole)] + [
        (by, label, tuple(each for each in whole if each.label(by) == label)) for label in labels
    ]
    return tuple(
        RolledPart(name, label, _roll(part, periods, contracts.as_of, PERIODS_A_YEAR[every]))
        for name, label, part in parts
    )


def _list_of_contract(contract: Contract, number: int) -> list[Movement]:
    first, *_ = contract.terms
    found = [Movement("new", first.begins_on, first.annual, number)]
    before = None
    for term in contract.terms:
        if before is not None and term.annual != before.last_annual:
            grown = term.annual - before.last_annual
            kind: Literal["expansion", "contraction"] = "expansion" if grown > 0 else "contraction"
            found.append(Movement(kind, term.begins_on, abs(grown), number))
        found += [Movement("expansion", each.on, each.annual, number) for each in term.additions]
        before = term
    if contract.fate == "churned":
        found.append(Movement("churn", contract.last.ends_on, contract.last.last_annual, number))
    return found


def _list_periods(first: date, last: date, every: Every) -> tuple[Period, ...]:
    step = 12 // PERIODS_A_YEAR[every]
    start = first_of_month(first)
    start = start.replace(month=start.month - (start.month - 1) % step)
    periods = [Period.of_months(start, step)]
    while periods[-1].end <= last:
        periods.append(Period.of_months(periods[-1].end, step))
    return tuple(periods)


def _roll(
    contracts: Sequence[Contract], periods: Sequence[Period], as_of: date, year: int
) -> tuple[RollForward, ...]:
    movements = list(reversed(list_movements(contracts, as_of)))
    held: dict[int, Decimal] = {}
    snapshots: list[Mapping[int, Decimal]] = []
    rolled = []
    for period in periods:
        opening, sums = dict(held), dict.fromkeys(SIGNS, NOTHING)
        while movements and movements[-1].on < period.end:
            moved = movements.pop()
            sums[moved.kind] += moved.money
            value = held.get(moved.contract, NOTHING) + SIGNS[moved.kind] * moved.money
            if moved.kind == "churn":
                assert not value, "what churns is all that is left"
                del held[moved.contract]
            else:
                held[moved.contract] = value
        snapshots.append(dict(held))
        is_over = period.end <= as_of + timedelta(days=1) and len(snapshots) > year
        then = snapshots[-1 - year] if is_over else {}
        rolled.append(_sum_up(period, contracts, (opening, held), sums, then))
    return tuple(rolled)


def _sum_up(
    period: Period,
    contracts: Sequence[Contract],
    ends: tuple[Mapping[int, Decimal], Mapping[int, Decimal]],
    sums: Mapping[str, Decimal],
    then: Mapping[int, Decimal],
) -> RollForward:
    opening, closing = ends
    before = {contracts[each].account for each in opening}
    after = {contracts[each].account for each in closing}
    gross, net = _retain(then, closing)
    return RollForward(
        start=period.start,
        end=period.end,
        opening=sum(opening.values(), NOTHING),
        new=sums["new"],
        expansion=sums["expansion"],
        contraction=sums["contraction"],
        churn=sums["churn"],
        closing=sum(closing.values(), NOTHING),
        waiting=sum(
            (closing[each] for each in closing if _waits(contracts[each], period)), NOTHING
        ),
        opening_customers=len(before),
        won_customers=len(after - before),
        lost_customers=len(before - after),
        closing_customers=len(after),
        gross_retention=gross,
        net_retention=net,
    )


def _waits(contract: Contract, period: Period) -> bool:
    return contract.fate == "waiting" and contract.last.ends_on < period.end


def _retain(
    then: Mapping[int, Decimal], now: Mapping[int, Decimal]
) -> tuple[Decimal | None, Decimal | None]:
    whole = sum(then.values(), NOTHING)
    if not whole:
        return None, None
    kept = sum((min(value, now.get(each, NOTHING)) for each, value in then.items()), NOTHING)
    worth = sum((now.get(each, NOTHING) for each in then), NOTHING)
    return (kept / whole).quantize(SHARE), (worth / whole).quantize(SHARE)
