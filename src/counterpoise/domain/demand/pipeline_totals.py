"""What open deals come to: in all, by flag, and against what is still missing to a target."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from counterpoise.domain.tables.inspection import (
    FLAGS,
    FlagKind,
    FlagTotal,
    InspectedDeal,
    PipelineCoverage,
    PipelineTotals,
    Who,
)
from counterpoise.domain.values.text import Text, text

_ZERO = Decimal(0)
_MILLIONTH = Decimal("0.000001")


def sum_up(deals: Sequence[InspectedDeal]) -> PipelineTotals:
    """Sums of what the deals themselves show, so a reader can add them up again."""
    flagged: list[InspectedDeal] = []
    by_flag: dict[FlagKind, list[InspectedDeal]] = {flag: [] for flag in FLAGS}
    for each in deals:
        if each.reasons:
            flagged.append(each)
            for flag in each.flags:
                by_flag[flag].append(each)
    return PipelineTotals(
        n=len(deals),
        open_value=_add_amounts(deals),
        without_amount=sum(each.amount is None for each in deals),
        expected=_add_stakes(deals),
        flagged=len(flagged),
        at_risk=_add_stakes(flagged),
        flags=tuple(
            FlagTotal(flag, len(found), _add_amounts(found), _add_stakes(found))
            for flag, found in by_flag.items()
        ),
    )


def cover(
    part: tuple[Who, str],
    target: Decimal | None,
    won: Decimal,
    due: Decimal,
    deals: Sequence[InspectedDeal],
) -> PipelineCoverage:
    """part: whose it is. due: amounts of open deals expected to close in the period. deals: all of
    the part that are open."""
    weighted = _add_stakes(deals)
    left = None if target is None else target - won
    is_missing = left is not None and left > 0
    return PipelineCoverage(
        who=part[0],
        of=part[1],
        target=target,
        won=won,
        left=left,
        due=due,
        weighted=weighted,
        coverage=_divide(due, left) if is_missing else None,
        weighted_coverage=_divide(weighted, left) if is_missing else None,
        refusal=None if is_missing else _refuse(target, won),
    )


def select(
    deals: Iterable[InspectedDeal],
    flag: FlagKind | str = "",
    places: Mapping[str, str] | None = None,
) -> tuple[InspectedDeal, ...]:
    """Deals with a flag ("any" for whichever, '' for all) that are in all the places: rep, team,
    region, stage, by name; a place that is '' is not asked for."""
    wanted = {name: member for name, member in (places or {}).items() if member}
    return tuple(
        each
        for each in deals
        if (not flag or (bool(each.reasons) if flag == "any" else flag in each.flags))
        and all(getattr(each, name) == member for name, member in wanted.items())
    )


def _add_amounts(deals: Iterable[InspectedDeal]) -> Decimal:
    return sum((each.amount for each in deals if each.amount is not None), _ZERO)


def _add_stakes(deals: Iterable[InspectedDeal]) -> Decimal | None:
    """None where the chance of one of them cannot be said: a part is no sum."""
    stakes = [each.at_stake for each in deals]
    known = [each for each in stakes if each is not None]
    return sum(known, _ZERO) if len(known) == len(stakes) else None


def _divide(value: Decimal | None, by: Decimal | None) -> Decimal | None:
    return None if value is None or by is None else (value / by).quantize(_MILLIONTH)


def _refuse(target: Decimal | None, won: Decimal) -> Text:
    if target is None:
        return text(
            "No target is set here for the period, so nothing says how much is missing. Load a"
            " target of won revenue that names it."
        )
    return text("The target of {target} is reached: {won} is won already.", target=target, won=won)
