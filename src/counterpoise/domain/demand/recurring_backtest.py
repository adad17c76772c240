"""How such forecasts of recurring revenue did: made again on past days, held against what came.

On each day looked back from, only what was known that evening counts, down to the amounts of deals.
A closing is held against what is known of it now, and only once the last day is over on which a
late renewal could still change it. New contracts go on at the pace of then, for runs of the cycle
are not made again. Beside it stands the simplest forecast: what runs today still runs then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from numpy.random import Generator

from counterpoise.domain.demand import recurring_ahead, recurring_pace, renewals
from counterpoise.domain.demand.recurring_rules import RecurringRules
from counterpoise.domain.tables.carried import LEVELS
from counterpoise.domain.tables.recurring import AheadMonth, Contract, Contracts, RecurringTest
from counterpoise.domain.values.period import add_months, first_of_month

TESTED_MONTHS = (3, 12)
SHARE = Decimal("0.0001")
LOW, HIGH = LEVELS.index(Decimal("0.1")), LEVELS.index(Decimal("0.9"))


@dataclass(frozen=True, slots=True)
class _Held:
    """A past forecast beside what came, and beside what ran on its day."""

    months_ahead: int
    said: AheadMonth
    unchanged: Decimal
    came: Decimal


def list_origins(contracts: Contracts, rules: RecurringRules) -> tuple[date, ...]:
    """Last days of quarters whose closing three months ahead is settled, the oldest first."""
    if not contracts.contracts:
        return ()
    first = min(each.begins_on for each in contracts.contracts)
    end = first_of_month(contracts.as_of)
    end = end.replace(month=end.month - (end.month - 1) % 3)
    found: list[date] = []
    while len(found) < rules.backtest_origins and end > first:
        origin = end - timedelta(days=1)
        if _settled_on(origin, TESTED_MONTHS[0], rules) <= contracts.as_of:
            found.append(origin)
        end = add_months(end, -3)
    return tuple(reversed(found))


def judge_past(
    past: Iterable[Contracts], now: Contracts, rules: RecurringRules, rng: Generator
) -> tuple[RecurringTest, ...]:
    """past: the contracts as they were known on each origin. An origin with too little to learn
    from tells nothing."""
    held = [each for known in past for each in _hold(known, now, rules, rng)]
    return tuple(
        _sum_up(months, mine)
        for months in TESTED_MONTHS
        if (mine := [each for each in held if each.months_ahead == months and each.came])
    )


def _settled_on(origin: date, months: int, rules: RecurringRules) -> date:
    end = add_months(first_of_month(origin + timedelta(days=1)), months)
    return end - timedelta(days=1) + timedelta(days=rules.window_after)


def _hold(
    known: Contracts, now: Contracts, rules: RecurringRules, rng: Generator
) -> Iterable[_Held]:
    try:
        learned = renewals.learn_renewals(known, rules)
    except renewals.TooFewTerms:
        return
    months = recurring_ahead.list_months(known.as_of, max(TESTED_MONTHS))
    pace = recurring_pace.learn_pace(known, rules)
    ahead = recurring_ahead.look_ahead(known, learned, pace, months, rng, paths=rules.paths)
    unchanged = _add_up(known.contracts, known.as_of)
    for tested in TESTED_MONTHS:
        if _settled_on(known.as_of, tested, rules) <= now.as_of:
            evening = months[tested - 1].end - timedelta(days=1)
            yield _Held(tested, ahead[tested - 1], unchanged, _add_up(now.contracts, evening))


def _add_up(contracts: Sequence[Contract], evening: date) -> Decimal:
    return sum((each.annual_on(evening) for each in contracts), Decimal(0))


def _sum_up(months: int, held: Sequence[_Held]) -> RecurringTest:
    came = sum((each.came for each in held), Decimal(0))
    errors = [each.said.closing - each.came for each in held]
    inside = sum(
        each.said.quantiles[LOW] <= each.came <= each.said.quantiles[HIGH] for each in held
    )
    return RecurringTest(
        months_ahead=months,
        n=len(held),
        wmape=_share(sum((abs(each) for each in errors), Decimal(0)) / came),
        bias=_share(sum(errors, Decimal(0)) / came),
        coverage_80=_share(Decimal(inside) / len(held)),
        unchanged_wmape=_share(
            sum((abs(each.unchanged - each.came) for each in held), Decimal(0)) / came
        ),
    )


def _share(value: Decimal) -> Decimal:
    return value.quantize(SHARE, ROUND_HALF_EVEN)
