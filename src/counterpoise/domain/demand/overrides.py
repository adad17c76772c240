"""A forecast with what people know better in the place of what the statistics say.

An override replaces the mean of one cell. The finest cells beneath it keep their shares: each is
scaled so that together they meet the amount, and every wider cell is their sum again. Revenue and
deals of a cell go up and down together, so what a deal is worth stays. Where an earlier override
made the cells beneath 0, they take the shares that they had before it; where the statistics expect
nothing of any of them, even ones.

Nothing is rounded until the last override is in: only then the finest cells, each to the cent above
or below, so that every amount that still holds is met exactly. Ranges follow their cell's mean.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import splits
from counterpoise.domain.demand.rounding import round_table
from counterpoise.domain.tables.forecast import Cell, Forecast, Measure
from counterpoise.domain.tables.override import CENT, CellKey, Override
from counterpoise.domain.values.text import Text, text

OTHER: Mapping[Measure, Measure] = {"won_revenue": "won_deals", "won_deals": "won_revenue"}
Place = tuple[str, str]
"""Region and product of a finest cell; "" where the forecast has no such grain."""
Amounts = dict[Place, Fraction]


@dataclass(frozen=True, slots=True, eq=False)
class _Month:
    """The finest cells of one month: as the statistics say, as overrides have made them so far,
    and what each was before it was last made 0, so that nothing can have shares of something."""

    said: Mapping[Measure, Amounts]
    now: Mapping[Measure, Amounts]
    before_zero: Mapping[Measure, Amounts]

    def apply(self, override: Override) -> None:
        wanted, measure = Fraction(override.amount), override.measure
        beneath = [place for place in self.now[measure] if _lies_in(place, override.by)]
        shares = self.now[measure]
        if not any(shares[place] for place in beneath):
            shares = self.before_zero[measure]
        elif not wanted:
            self._remember(beneath)
        total = sum((shares[place] for place in beneath), Fraction(0))
        even = Fraction(1, len(beneath))
        for place in beneath:
            self._set(measure, place, wanted * (shares[place] / total if total else even))

    def _remember(self, places: Sequence[Place]) -> None:
        for measure, amounts in self.now.items():
            self.before_zero[measure].update(
                {each: amounts[each] for each in places if each in amounts}
            )

    def _set(self, measure: Measure, place: Place, amount: Fraction) -> None:
        """A deal is worth what it was, where the statistics know both deals and revenue."""
        self.now[measure][place] = amount
        other = OTHER[measure]
        said, beside = self.said[measure][place], self.said[other].get(place)
        if said and beside:
            self.now[other][place] = amount * beside / said


def apply_overrides(forecast: Forecast, overrides: Sequence[Override]) -> Forecast:
    """Overrides count in the order in which they were made; without any, the same object.

    One whose cell the forecast does not have, and one that a later one moved, stand in the notes.
    """
    if not overrides:
        return forecast
    said = {_key(cell): cell for cell in forecast.cells}
    made = sorted(overrides, key=lambda override: (override.made_at, override.id))
    held = [override for override in made if override.cell in said]
    months = {day: _lay_out(forecast.cells, day) for day in {each.month for each in held}}
    for override in held:
        months[override.month].apply(override)
    finest = [cell for day, month in months.items() for cell in _round(said, month, day)]
    means, open_parts = _sum_up(finest)
    cells = tuple(
        _move(cell, means[_key(cell)], open_parts[_key(cell)]) if cell.month in months else cell
        for cell in forecast.cells
    )
    now = {_key(cell): cell.mean for cell in cells}
    return replace(
        forecast,
        cells=cells,
        splits=splits.follow(forecast.splits, cells),
        paths=_scale_paths(forecast, said, now),
        notes=(*forecast.notes, *_write_notes(made, now)),
    )


def _key(cell: Cell) -> CellKey:
    return cell.measure, cell.month, tuple(sorted(cell.by))


def _lay_out(cells: Sequence[Cell], month: date) -> _Month:
    said: dict[Measure, Amounts] = {}
    for measure in OTHER:
        mine = [cell for cell in cells if (cell.measure, cell.month) == (measure, month)]
        grain = max((len(cell.by) for cell in mine), default=0)
        finest = (cell for cell in mine if len(cell.by) == grain)
        said[measure] = {_place(cell): Fraction(cell.mean) for cell in finest}
    now, before_zero = ({name: dict(each) for name, each in said.items()} for _ in range(2))
    return _Month(said, now, before_zero)


def _place(cell: Cell) -> Place:
    members = dict(cell.by)
    return members.get("region", ""), members.get("product", "")


def _name(place: Place) -> tuple[tuple[str, str], ...]:
    """The members of a place, as a key has them."""
    region, product = place
    return tuple(each for each in (("product", product), ("region", region)) if each[1])


def _lies_in(place: Place, by: Iterable[tuple[str, str]]) -> bool:
    return set(by) <= set(_name(place))


def _round(said: Mapping[CellKey, Cell], month: _Month, day: date) -> Iterator[Cell]:
    """The finest cells, moved to whole cents."""
    for measure, amounts in month.now.items():
        cents = round_table({place: amount / Fraction(CENT) for place, amount in amounts.items()})
        for place, count in cents.items():
            cell, mean = said[measure, day, _name(place)], count * CENT
            yield replace(cell, mean=mean, from_open=_scale(cell.from_open, cell.mean, mean))


def _sum_up(finest: Iterable[Cell]) -> tuple[dict[CellKey, Decimal], dict[CellKey, Decimal]]:
    """Means and open parts of every cell, of the finest and of all that are wider."""
    means: defaultdict[CellKey, Decimal] = defaultdict(Decimal)
    open_parts: defaultdict[CellKey, Decimal] = defaultdict(Decimal)
    for cell in finest:
        members = sorted(cell.by)
        for count in range(len(members) + 1):
            for by in combinations(members, count):
                means[cell.measure, cell.month, by] += cell.mean
                open_parts[cell.measure, cell.month, by] += cell.from_open
    return means, open_parts


def _move(cell: Cell, mean: Decimal, open_part: Decimal) -> Cell:
    """A cell that was 0 has no range to scale: whoever overrode it gave one figure."""
    if cell.mean == mean:
        return replace(cell, from_open=open_part)
    if not cell.mean:
        return replace(cell, mean=mean, quantiles=(mean,) * len(cell.quantiles))
    quantiles = tuple(_scale(each, cell.mean, mean) for each in cell.quantiles)
    return replace(cell, mean=mean, quantiles=quantiles, from_open=open_part)


def _scale(amount: Decimal, before: Decimal, after: Decimal) -> Decimal:
    """Moved as a mean was moved, to the cent; an amount that is not moved keeps all its places."""
    if before == after or not before:
        return amount
    steps = round(Fraction(amount) * Fraction(after) / (Fraction(before) * Fraction(CENT)))
    return steps * CENT


def _scale_paths(
    forecast: Forecast, said: Mapping[CellKey, Cell], now: Mapping[CellKey, Decimal]
) -> NDArray[np.float64]:
    paths = forecast.paths.copy()
    for place, month in enumerate(forecast.period.months):
        whole: CellKey = ("won_revenue", month.start, ())
        before, after = said[whole].mean, now[whole]
        if before:
            paths[:, place] *= float(after / before)
        elif after:
            paths[:, place] = float(after)
    return paths


def _write_notes(made: Sequence[Override], now: Mapping[CellKey, Decimal]) -> Iterator[Text]:
    for override in made:
        stands = now.get(override.cell)
        if stands is None:
            yield _say_missing(override)
        elif stands != override.amount:
            yield _say_moved(override, stands)


def _say_missing(override: Override) -> Text:
    if not override.by:
        return text(
            "The override of {measure} in {month} by {author} changes nothing: the forecast has no"
            " such figure. Withdraw it.",
            measure=override.measure,
            month=f"{override.month:%Y-%m}",
            author=override.author,
        )
    return text(
        "The override of {measure} of {members} in {month} by {author} changes nothing: the"
        " forecast has no such figure. Withdraw it, or override one that is there.",
        measure=override.measure,
        members=_list_members(override),
        month=f"{override.month:%Y-%m}",
        author=override.author,
    )


def _say_moved(override: Override, stands: Decimal) -> Text:
    if not override.by:
        return text(
            "{author} set {measure} in {month} to {amount}; a later override moved it to {stands}.",
            author=override.author,
            measure=override.measure,
            month=f"{override.month:%Y-%m}",
            amount=override.amount,
            stands=stands,
        )
    return text(
        "{author} set {measure} of {members} in {month} to {amount}; a later override moved it to"
        " {stands}.",
        author=override.author,
        measure=override.measure,
        members=_list_members(override),
        month=f"{override.month:%Y-%m}",
        amount=override.amount,
        stands=stands,
    )


def _list_members(override: Override) -> str:
    return " × ".join(member for _, member in override.by)
