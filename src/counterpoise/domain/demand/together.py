"""Firm overrides met together: what each asks for on the day, and which of them can hold at once.

Every firm override holds exactly, and the cells that nobody spoke of take the difference. Where the
statistics have moved so far that not all can hold, locks come first, then the newest.

Revenue and deals of a cell go up and down together, so what a deal is worth stays; where people
said both, both hold.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from counterpoise.domain.demand.spreading import Aim, Leaf, spread
from counterpoise.domain.tables.forecast import Cell, Forecast, Measure
from counterpoise.domain.tables.override import CENT, CellKey, Override, list_in_force

OTHER: Mapping[Measure, Measure] = {"won_revenue": "won_deals", "won_deals": "won_revenue"}
Ground = Mapping[Measure, dict[Leaf, Fraction]]
"""The finest cells of every month, in cents."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an override comes to on the day, and the finest cells that it is of.

    asked: before it was raised to `least`, what is won of it already; below 0 where a difference
    takes away more than there is.
    """

    override: Override
    asked: Decimal
    least: Decimal
    leaves: frozenset[Leaf]

    @property
    def amount(self) -> Decimal:
        return max(self.asked, self.least) if self.override.is_firm else self.asked

    @property
    def aim(self) -> Aim:
        return Aim(self.leaves, int(self.amount / CENT))


def lay_ground(cells: Iterable[Cell]) -> Ground:
    """The finest cells of each measure and month."""
    months: defaultdict[tuple[Measure, object], list[Cell]] = defaultdict(list)
    for cell in cells:
        months[cell.measure, cell.month].append(cell)
    ground: Ground = {measure: {} for measure in OTHER}
    for (measure, _), mine in months.items():
        grain = max(len(cell.by) for cell in mine)
        for cell in mine:
            if len(cell.by) == grain:
                ground[measure][find_leaf(cell)] = Fraction(cell.mean) / Fraction(CENT)
    return ground


def find_leaf(cell: Cell) -> Leaf:
    members = dict(cell.by)
    return cell.month, members.get("region", ""), members.get("product", "")


def ask(override: Override, said: Mapping[CellKey, Cell], ground: Ground) -> Asked | None:
    """None where the forecast has no such figure."""
    cells = [cell for key, cell in said.items() if override.is_of(key)]
    if not cells:
        return None
    statistical = sum((cell.mean for cell in cells), Decimal(0))
    months, wanted = {cell.month for cell in cells}, set(override.by)
    return Asked(
        override,
        asked=override.resolve(statistical),
        least=max(sum((cell.won for cell in cells), Decimal(0)).quantize(CENT), Decimal(0)),
        leaves=frozenset(
            leaf
            for leaf in ground[override.measure]
            if leaf[0] in months and wanted <= {("region", leaf[1]), ("product", leaf[2])}
        ),
    )


def choose(said: Ground, now: Ground, asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """Those that hold at once: all of them, or locks first and then the newest."""
    if _can_hold(said, now, asked):
        return tuple(asked)
    held: list[Asked] = []
    for each in sorted(asked, key=_rank, reverse=True):
        if _can_hold(said, now, [*held, each]):
            held.append(each)
    return tuple(held)


def meet(said: Ground, now: Ground, held: Sequence[Asked]) -> dict[Measure, dict[Leaf, Fraction]]:
    """The finest cells with each of these met; `choose` has found that they can be."""
    alone = {measure: _spread(said, now, measure, held) for measure in OTHER}
    linked = {measure: _link(said, now, measure, alone, held) for measure in OTHER}
    return {
        measure: found if (found := _spread(said, linked, measure, held)) else alone[measure] or {}
        for measure in OTHER
    }


def find_opponents(
    statistical: Forecast, overrides: Sequence[Override], new: Override
) -> tuple[Override, ...]:
    """Those that hold now and cannot beside a new one of another figure; none where all can.

    Of several that only together stand in its way, all are named.
    """
    said = {cell.key: cell for cell in statistical.cells}
    ground = lay_ground(statistical.cells)
    in_force = list_in_force((*overrides, new), statistical.as_of, statistical.currency)
    asked = [found for each in in_force if (found := ask(each, said, ground)) is not None]
    mine = [each for each in asked if each.override is new]
    others = list(choose(ground, ground, [each for each in asked if each.override is not new]))
    named: list[Asked] = []
    while others and not _can_hold(ground, ground, [*others, *mine]):
        fewest = others
        for each in others:
            without = [other for other in fewest if other is not each]
            if not _can_hold(ground, ground, [*without, *mine]):
                fewest = without
        named += fewest
        others = [each for each in others if each not in fewest]
    return tuple(each.override for each in sorted(named, key=lambda each: each.override.id))


def _rank(asked: Asked) -> tuple[bool, object, int]:
    override = asked.override
    return override.kind == "lock", override.made_at, override.id


def _can_hold(said: Ground, now: Ground, asked: Sequence[Asked]) -> bool:
    return all(_spread(said, now, measure, asked) is not None for measure in OTHER)


def _spread(
    said: Ground, now: Ground, measure: Measure, held: Sequence[Asked]
) -> dict[Leaf, Fraction] | None:
    aims = [each.aim for each in held if each.override.measure == measure]
    return spread(now[measure], said[measure], aims)


def _link(
    said: Ground,
    now: Ground,
    measure: Measure,
    alone: Mapping[Measure, Mapping[Leaf, Fraction] | None],
    held: Sequence[Asked],
) -> dict[Leaf, Fraction]:
    """A measure's cells as the other one moves them, before its own overrides: a deal is worth what
    it was, where the statistics know both deals and revenue."""
    amounts, moved, beside = dict(now[measure]), alone[OTHER[measure]], said[OTHER[measure]]
    for each in held:
        if each.override.measure != measure and moved is not None:
            for leaf in each.leaves:
                if beside[leaf] and said[measure].get(leaf):
                    amounts[leaf] = moved[leaf] * said[measure][leaf] / beside[leaf]
    return amounts
