"""Actions that a plan asks for: people to find, limits to widen, deals to choose among."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import fsum

from counterpoise.domain.execute.evidence import CENT, TENTH, Desk, Evidence
from counterpoise.domain.tables.action import Action, Area
from counterpoise.domain.tables.capacity import Capacity, Need, Pool
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import Text, text

WIDEN: dict[str, tuple[Area, str, Text]] = {
    "hiring lead time": (
        "people",
        "people",
        text("Shorten the time from an open position to full work: keep candidates warm, train"
             " before the first day."),
    ),
    "overtime and contractor limits": (
        "process",
        "people",
        text("Agree on more overtime for the busiest months, or find contractors to call in."),
    ),
    "backlog policy": (
        "communication",
        "deals",
        text("Agree with customers on later start dates, so that more deals can wait and fewer are"
             " lost."),
    ),
}  # fmt: skip


def propose_staffing(evidence: Evidence, desk: Desk) -> Iterator[Action]:
    capacity, plan = evidence.capacity, evidence.plan
    if capacity is not None:
        worth = _share_worth_of_people(capacity.pools, plan)
        yield from _propose_hires(capacity, plan, worth, desk)
    if plan is not None:
        yield from _propose_wider_limits(plan, desk)
        yield from _propose_choice(plan, evidence, desk)
        yield _propose_sign_off(plan, evidence, desk)


def _propose_hires(
    capacity: Capacity, plan: Plan | None, worth: dict[str, Decimal], desk: Desk
) -> Iterator[Action]:
    """One action a pool: the hires of the plan, else the people it is short of."""
    needs: defaultdict[str, list[Need]] = defaultdict(list)
    for need in capacity.needs:
        needs[need.pool].append(need)
    hires = _list_hires(plan) if plan else {}
    for pool in capacity.pools:
        if pool.name in hires:
            yield _hire_as_planned(pool, hires[pool.name], worth.get(pool.name), desk)
        elif pool.name in needs:
            yield _hire_as_needed(needs[pool.name], worth.get(pool.name), desk)


def _list_hires(plan: Plan) -> dict[str, list[tuple[date, int]]]:
    hires: defaultdict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in plan.solution.staffing:
        if row.hires:
            hires[row.pool].append((row.month, row.hires))
    return hires


def _hire_as_planned(
    pool: Pool, hires: Sequence[tuple[date, int]], worth: Decimal | None, desk: Desk
) -> Action:
    people, first = sum(number for _, number in hires), min(month for month, _ in hires)
    open_by = add_months(first, -pool.hiring_lead_months)
    action = desk.write(
        f"hire:{pool.name}",
        "people",
        "people",
        text(
            "Open positions in {pool}: {people}, the first to start in {month}.",
            people=people,
            pool=pool.name,
            month=f"{first:%Y-%m}",
        ),
        text(
            "The plan earns more with these people than without, after their wages; finding them"
            " takes {months} months.",
            months=pool.hiring_lead_months,
        ),
    )
    return replace(action, due_on=_not_past(open_by, desk), effect=worth)


def _hire_as_needed(needs: Sequence[Need], worth: Decimal | None, desk: Desk) -> Action:
    first = min(needs, key=lambda need: need.month)
    action = desk.write(
        f"hire:{first.pool}",
        "people",
        "people",
        text(
            "Decide on hiring for {pool}: {people} more, needed from {month} on.",
            people=sum((need.people for need in needs), Decimal(0)),
            pool=first.pool,
            month=f"{first.month:%Y-%m}",
        ),
        first.why,
    )
    return replace(action, due_on=_not_past(first.open_requisition_by, desk), effect=worth)


def _not_past(day: date, desk: Desk) -> date:
    """A day that has passed becomes the soonest that one can act."""
    return day if day > desk.as_of else desk.due_on("overdue")


def _share_worth_of_people(pools: Sequence[Pool], plan: Plan | None) -> dict[str, Decimal]:
    """What too few people cost, shared by how scarce each pool's work is."""
    if plan is None:
        return {}
    money = sum((c.money for c in plan.constraints if c.constraint == "people"), Decimal(0))
    own = {(row.pool, row.month): row.own_capacity for row in plan.solution.staffing}
    scarcity = {
        pool.name: fsum(
            each.price * own.get((each.pool, each.month), 0.0)
            for each in plan.solution.prices
            if each.pool == pool.name
        )
        for pool in pools
    }
    total = fsum(scarcity.values())
    return {
        name: (money * Decimal(repr(each / total))).quantize(CENT)
        for name, each in scarcity.items()
        if each > 0 and money > 0
    }


def _propose_wider_limits(plan: Plan, desk: Desk) -> Iterator[Action]:
    least = abs(Decimal(repr(plan.solution.objective))) * desk.number("action.least_share")
    for limit in plan.constraints:
        if limit.constraint in WIDEN and limit.money > least:
            area, topic, what = WIDEN[limit.constraint]
            action = desk.write(f"widen:{limit.constraint}", area, topic, what, limit.why)
            yield replace(action, effect=limit.money)


def _propose_choice(plan: Plan, evidence: Evidence, desk: Desk) -> Iterator[Action]:
    asked = sum((line.deals for line in plan.problem.demand), Decimal(0))
    if plan.demand_gap.units < TENTH:
        return
    action = desk.write(
        "choose:deals",
        "communication",
        "plan",
        text("Agree with sales and finance which deals come first, and tell the others when."),
        text(
            "{units} of {asked} expected deals, worth {money} {currency}, cannot be served in"
            " {period}.",
            units=plan.demand_gap.units.quantize(TENTH),
            asked=asked.quantize(TENTH),
            money=plan.demand_gap.money,
            currency=evidence.currency,
            period=str(evidence.period),
        ),
    )
    yield replace(action, due_on=_not_past(evidence.period.start, desk))


def _propose_sign_off(plan: Plan, evidence: Evidence, desk: Desk) -> Action:
    action = desk.write(
        "sign:plan",
        "communication",
        "plan",
        text("Review the plan for {period} and sign it.", period=str(evidence.period)),
        _say_what_is_left(plan, evidence.currency),
    )
    return replace(action, due_on=_not_past(evidence.period.start, desk))


def _say_what_is_left(plan: Plan, currency: str) -> Text:
    money = Decimal(repr(plan.solution.objective)).quantize(CENT)
    gap = Decimal(repr(100 * plan.solution.gap)).quantize(CENT)
    if gap == 0:
        return text(
            "It leaves {money} {currency} after the cost of people, and no plan under these rules"
            " can leave more.",
            money=money,
            currency=currency,
        )
    return text(
        "It leaves {money} {currency} after the cost of people. No plan can leave more than"
        " {gap} % above that.",
        money=money,
        currency=currency,
        gap=gap,
    )
