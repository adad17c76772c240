"""Who will be there month by month, what the forecast asks of them, and whom to hire by when.

Headcount falls by attrition from the as-of month on. People in their first months give the part of
a ramped person that the pool's ramp says. Work of a month is each product's forecast of won deals,
times the units one deal needs, at its lag; deals won before the period may still need work in it.
Where demand hands over a volume of hours for a pool, that is the pool's work, with its range.
Nobody is hired here: needs say who is missing, and the plan decides what pays.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import chain
from itertools import product as pairs

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.supply import feeding
from counterpoise.domain.tables.capacity import (
    Capacity,
    Committed,
    Need,
    Pool,
    PoolMonth,
    WonDeals,
    Work,
)
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.volume import Volume
from counterpoise.domain.values.period import add_months, first_of_month, months_between
from counterpoise.domain.values.text import Text, text

TENTH = Decimal("0.1")
MILLIONTH = Decimal("0.000001")


class NoPools(LookupError):
    """Nobody is known who could do the work."""


def plan_capacity(
    forecast: Forecast,
    pools: tuple[Pool, ...],
    work: tuple[Work, ...],
    *,
    rulebook: Rulebook,
    won_before: Sequence[WonDeals] = (),
    volumes: Sequence[Volume] = (),
) -> Capacity:
    """Required, from the forecast's mean, beside available, for each pool and month.

    The pools handed over are as of the period's first month, before any hire. volumes: hours by
    role or pool, which take the place of deals times units for the pools that they feed.
    """
    if not pools:
        raise NoPools(
            text(
                "No pool of people is known, so nothing can be said of capacity. Load reps"
                " with their teams, or declare a pool in the rulebook (pool.headcount).",
            )
        )
    months = tuple(month.start for month in forecast.period.months)
    starting = tuple(_move_forward(pool, forecast.as_of, months[0]) for pool in pools)
    fed = feeding.find_fed(pools, volumes)
    counted = [each for each in work if each.pool not in fed]
    committed = _sort([*_commit(counted, months, won_before), *feeding.commit(pools, fed)])
    deals = {key: cell.mean for key, cell in forecast.product_cells("won_deals").items()}
    required = _require(work, months, deals, committed)
    rows = tuple(
        _plan_month(
            pool, months[0], month, required[pool.name, month], fed.get(pool.name, {}).get(month)
        )
        for pool, month in pairs(starting, months)
    )
    ignored = rulebook.get_number("supply.shortage_ignored", forecast.as_of)
    needs = (
        _find_needs(pool, [row for row in rows if row.pool == pool.name], forecast.as_of, ignored)
        for pool in starting
    )
    notes = tuple(_write_notes(starting, counted, won_before, months[0]))
    return Capacity(starting, work, rows, tuple(chain.from_iterable(needs)), notes, committed)


def _move_forward(pool: Pool, as_of: date, first: date) -> Pool:
    """The pool in the plan's first month; who is there in the month after as_of still is."""
    passed = max(months_between(first_of_month(as_of), first), 0)
    stayed = (1 - pool.attrition_rate) ** max(passed - 1, 0)
    moved = [Decimal(0)] * passed
    moved += [(people * stayed).quantize(MILLIONTH) for people in pool.newcomers]
    learning = tuple(moved[: len(pool.ramp)])
    headcount = (pool.headcount * stayed).quantize(MILLIONTH)
    return replace(pool, headcount=headcount, newcomers=learning if any(learning) else ())


def _commit(
    work: Sequence[Work], months: Sequence[date], won_before: Sequence[WonDeals]
) -> tuple[Committed, ...]:
    units: defaultdict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for won, needed in pairs(won_before, work):
        month = add_months(won.month, needed.lag_months)
        if won.product == needed.product and won.month < months[0] and month in months:
            units[needed.pool, month] += won.deals * needed.units
    return tuple(Committed(pool, month, each) for (pool, month), each in sorted(units.items()))


def _sort(committed: Sequence[Committed]) -> tuple[Committed, ...]:
    return tuple(sorted(committed, key=lambda each: (each.pool, each.month)))


def _require(
    work: Sequence[Work],
    months: Sequence[date],
    deals: dict[tuple[str, date], Decimal],
    committed: Sequence[Committed],
) -> dict[tuple[str, date], Decimal]:
    required: defaultdict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for needed, month in pairs(work, months):
        won = deals.get((needed.product, add_months(month, -needed.lag_months)), Decimal(0))
        required[needed.pool, month] += won * needed.units
    for each in committed:
        required[each.pool, each.month] += each.units
    return required


def _plan_month(
    pool: Pool, first: date, month: date, required: Decimal, volume: Volume | None
) -> PoolMonth:
    passed = months_between(first, month)
    return PoolMonth(
        pool=pool.name,
        month=month,
        required=(volume.mean if volume else required).quantize(MILLIONTH),
        available=pool.work_after(passed).quantize(MILLIONTH),
        headcount=pool.people_after(passed).quantize(MILLIONTH),
        unit=pool.unit,
        required_high=volume.quantile("0.9").quantize(MILLIONTH) if volume else None,
    )


def _find_needs(
    pool: Pool, rows: Sequence[PoolMonth], as_of: date, ignored: Decimal
) -> Iterator[Need]:
    """People beyond those already asked for in an earlier month, whole."""
    asked = Decimal(0)
    learning = sum(share < 1 for share in pool.ramp)
    for row in rows:
        short = (row.required - row.available) / pool.per_person
        people = max(short - ignored, Decimal(0)).to_integral_value(ROUND_CEILING)
        if people > asked:
            by = add_months(row.month, -pool.hiring_lead_months - learning)
            yield Need(pool.name, row.month, people - asked, by, _say_why(row, by, as_of))
            asked = people


def _say_why(row: PoolMonth, by: date, as_of: date) -> Text:
    required, available = row.required.quantize(TENTH), row.available.quantize(TENTH)
    month = f"{row.month:%Y-%m}"
    if by >= as_of:
        return text(
            "{pool} needs {required} {unit} in {month} and can give {available}.",
            pool=row.pool,
            required=required,
            unit=row.unit,
            month=month,
            available=available,
        )
    return text(
        "{pool} needs {required} {unit} in {month} and can give {available}. A person hired now"
        " would not be at full work by then: until then only overtime, contractors or waiting can"
        " help.",
        pool=row.pool,
        required=required,
        unit=row.unit,
        month=month,
        available=available,
    )


def _write_notes(
    pools: Sequence[Pool], work: Sequence[Work], won_before: Sequence[WonDeals], first: date
) -> Iterator[Text]:
    if sum(pool.kind == "sellers" and pool.unit == "deals" for pool in pools) > 1:
        yield text(
            "Won deals are shared among the teams of sellers by their part of the deals won so"
            " far, unless the rulebook says otherwise."
        )
    if all(pool.kind == "sellers" for pool in pools):
        yield text(
            "No delivery or support people are declared, so it is assumed that whatever is sold"
            " can be delivered. Declare them in the rulebook (pool.headcount)."
        )
    if any(each.lag_months for each in work) and not won_before:
        yield text(
            "Work that deals won before {month} still need is not counted.", month=f"{first:%Y-%m}"
        )
