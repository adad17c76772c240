"""Whose overrides help: how far off they were, beside the forecasts that they replaced; and whether
a manager's call is nearer than what is called beneath them.

Each override is held against the forecast that it replaced, in the same cell, so what made a month
hard to foresee counts on both sides. The mean of these differences is uncertain by Student's t, and
only where its whole interval lies on one side of nothing did overriding help, or harm.

Of an author and figure only the last override made before its month (or the whole period that it is
of) was over counts, and only once that is over and what came is known. A difference or a factor is
judged by the amount that it meant when it was made. Revenue and deals are judged apart: their
errors have different units.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import stdev
from typing import Literal

from counterpoise.domain.measure.formulas import round_share
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.forecast import Measure
from counterpoise.domain.tables.override import (
    CellKey,
    FigureKey,
    Override,
    ValueAdded,
    ValueKind,
)
from counterpoise.domain.values.text import Text, text

Kind = Literal["author", "role", "reason"]
KINDS: tuple[Kind, ...] = ("author", "role", "reason")
Said = tuple[Decimal, Decimal, Decimal]
"""What stood before, what was said in its place, and what came."""
FEWEST = Decimal(2)
"""One difference has no spread."""
Group = tuple[Kind, str, Measure]


def measure_value_added(
    overrides: Iterable[Override],
    actuals: Mapping[CellKey, Decimal],
    *,
    rulebook: Rulebook,
    on: date,
) -> tuple[ValueAdded, ...]:
    """By author, by role and by reason, each in order of name.

    actuals: of finished cells only; an override whose cell they lack does not count yet. Groups of
    fewer than override.least_cells are refused.
    """
    least = max(rulebook.get_number("override.least_cells", on), FEWEST)
    groups: dict[Group, list[Said]] = {}
    for override in _choose(overrides):
        came = [actuals[cell] for cell in override.cells if cell in actuals]
        if len(came) == len(override.cells):
            for group in _name_groups(override):
                said = (override.statistical, override.amount, sum(came, Decimal(0)))
                groups.setdefault(group, []).append(said)
    in_order = sorted(groups, key=lambda group: (KINDS.index(group[0]), *group[1:]))
    return tuple(_judge(group, groups[group], least) for group in in_order)


def measure_managers(said: Mapping[str, Sequence[Said]], least: Decimal) -> tuple[ValueAdded, ...]:
    """Of all managers together, then each by name. said: by manager what was called beneath them,
    what they called, and what came, once for each team and period."""
    every = [each for mine in said.values() for each in mine]
    if not every:
        return ()
    needed = max(least, FEWEST)
    return (
        _weigh(("managers", "", "won_revenue"), every, _refuse_calls(every, needed)),
        *(
            _weigh(("manager", who, "won_revenue"), said[who], _refuse_calls(said[who], needed))
            for who in sorted(said)
        ),
    )


def _choose(overrides: Iterable[Override]) -> Iterable[Override]:
    """An override made once the month was over knew what came, and proves nothing."""
    last: dict[tuple[str, str, FigureKey], Override] = {}
    for override in sorted(overrides, key=lambda override: (override.made_at, override.id)):
        if override.made_at.date() < override.ends_before:
            period = override.period if override.month is None else ""
            last[override.author, period, override.cell] = override
    return last.values()


def _name_groups(override: Override) -> Iterator[Group]:
    names = (override.author, override.role, override.reason)
    for kind, name in zip(KINDS, names, strict=True):
        yield kind, name, override.measure


def _judge(group: Group, mine: Sequence[Said], least: Decimal) -> ValueAdded:
    refusal = None
    if len(mine) < least:
        refusal = text(
            "{n} finished figures were overridden; {least} are needed to say whether that helped.",
            n=len(mine),
            least=least,
        )
    return _weigh(group, mine, refusal)


def _refuse_calls(mine: Sequence[Said], least: Decimal) -> Text | None:
    if len(mine) >= least:
        return None
    return text(
        "{n} finished calls for teams whose people had all called can be judged; {least} are needed"
        " to say whether they helped.",
        n=len(mine),
        least=least,
    )


def _weigh(
    group: tuple[ValueKind, str, Measure], mine: Sequence[Said], refusal: Text | None
) -> ValueAdded:
    kind, name, measure = group
    total = sum((Fraction(came) for _, _, came in mine), Fraction(0))
    if refusal is None and not total:
        refusal = text("Nothing was won where this was overridden, so no share of it can be off.")
    if refusal is not None:
        return ValueAdded(kind, name, measure, len(mine), None, None, None, refusal)
    before = _miss(((stood, came) for stood, _, came in mine), total)
    after = _miss(((amount, came) for _, amount, came in mine), total)
    low, high = _interval([_gain(*each) for each in mine], total)
    return ValueAdded(
        kind, name, measure, len(mine), before, after, before - after, None, low, high
    )


def _gain(stood: Decimal, said: Decimal, came: Decimal) -> float:
    """How much nearer came what was said than what it replaced."""
    return float(abs(stood - came) - abs(said - came))


def _interval(gains: Sequence[float], total: Fraction) -> tuple[Decimal, Decimal]:
    """Of the sum of the gains as a share of what came, at 95 %."""
    from scipy.special import stdtrit  # noqa: PLC0415 -- slow import

    n = len(gains)
    away = float(stdtrit(n - 1, 0.975)) * stdev(gains) * n**0.5
    low, high = (
        round_share(Fraction(sum(gains) - away), total),
        round_share(Fraction(sum(gains) + away), total),
    )
    assert low is not None, "the total is above 0"
    assert high is not None, "the total is above 0"
    return low, high


def _miss(pairs: Iterable[tuple[Decimal, Decimal]], total: Fraction) -> Decimal:
    off = sum((abs(Fraction(said) - Fraction(came)) for said, came in pairs), Fraction(0))
    share = round_share(off, total)
    assert share is not None, "the total is above 0"
    return share
