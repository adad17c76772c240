"""The finest cells of a forecast while decisions move them, and the forecast they add up to again.

Amounts move in whole cents and never below what is won. Every wider cell moves by the sum of what
moved beneath it. Its range: the distances from the mean that it had, shrunk or stretched as what
the statistics say of it was; and what was added by one cause, from that cause's own paths. Causes
are independent, so the distances add in squares, keeping their sign.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import expectations, splits
from counterpoise.domain.tables.forecast import QUANTILE_LEVELS, Cell, Forecast, Measure
from counterpoise.domain.tables.launch import ProductLine
from counterpoise.domain.tables.override import CellKey

CENT = Decimal("0.01")
MEASURES: tuple[Measure, ...] = ("won_deals", "won_revenue")
LEVELS = np.array([float(level) for level in QUANTILE_LEVELS])
NOTHING = Decimal(0)

Place = tuple[str, str]
"""Region and product of a finest cell; region "" where the forecast has none."""
Key = tuple[Measure, date, Place]
LineKey = tuple[str, str, str]
"""Kind, product and cause of a line."""


@dataclass(slots=True, eq=False)
class Part:
    """A finest cell on its way. said: as the statistics have it. kept: how much of that still
    counts. added: paths of what came on top, by cause."""

    said: Cell
    now: Decimal
    is_new: bool = False
    kept: float = 1.0
    added: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def has_moved(self) -> bool:
        return self.is_new or self.now != self.said.mean or bool(self.added)

    def scale(self, factor: float) -> None:
        """What the range is made of follows the mean."""
        self.kept *= factor
        self.added = {cause: paths * factor for cause, paths in self.added.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """parts: every finest cell. lines: what each decision moved in the whole period."""

    forecast: Forecast
    has_regions: bool
    parts: dict[Key, Part]
    lines: dict[LineKey, dict[Measure, Decimal]]

    def list_regions(self, product: str) -> tuple[str, ...]:
        """Where the forecast has figures of a product."""
        return tuple(sorted({place[0] for _, _, place in self.parts if place[1] == product}))

    def open(self, key: Key) -> Part:
        """The part; a new one, in every month and measure, where the forecast has no figure."""
        if key not in self.parts:
            for measure in MEASURES:
                for month in self.forecast.period.months:
                    cell = _lay_empty(measure, month.start, self._name(key[2]))
                    self.parts[measure, month.start, key[2]] = Part(cell, NOTHING, is_new=True)
        return self.parts[key]

    def move(self, key: Key, amount: Decimal, line: LineKey) -> Decimal:
        """Returns what it really moved, for what is won stays."""
        part = self.parts[key]
        after = max(part.now + amount, part.said.won)
        moved, part.now = after - part.now, after
        self.lines.setdefault(line, dict.fromkeys(MEASURES, NOTHING))[key[0]] += moved
        return moved

    def settle(self) -> Forecast:
        """The forecast as moved; cells with nothing moved beneath are the same ones."""
        beneath: defaultdict[CellKey, list[Part]] = defaultdict(list)
        for (measure, month, place), part in self.parts.items():
            members = sorted(self._name(place))
            for count in range(len(members) + 1):
                for by in combinations(members, count):
                    beneath[measure, month, by].append(part)
        moved = {key for key, parts in beneath.items() if any(each.has_moved for each in parts)}
        paths = _lay_paths(self.forecast, beneath)
        known = {each.key for each in self.forecast.cells}
        new = [
            _lay_empty(measure, month, _order(by))
            for measure, month, by in sorted(moved - known, key=_sort_new)
        ]
        cells = tuple(
            _settle(each, beneath[each.key], self._find_paths(each, paths))
            if each.key in moved
            else each
            for each in _insert(self.forecast.cells, new)
        )
        return replace(
            self.forecast,
            cells=cells,
            splits=splits.follow(self.forecast.splits, cells),
            expected=expectations.follow(
                self.forecast.expected,
                sum((e.mean for e in cells if not e.by and e.measure == "won_revenue"), NOTHING),
            ),
            paths=paths,
            products=tuple(self._list_lines()),
        )

    def _find_paths(self, cell: Cell, paths: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The sample paths that a cell's range is read from: only those of the whole are kept."""
        if cell.by or cell.measure != "won_revenue" or not len(paths):
            return None
        starts = [each.start for each in self.forecast.period.months]
        return np.asarray(paths[:, starts.index(cell.month)])

    def _name(self, place: Place) -> tuple[tuple[str, str], ...]:
        region, product = place
        named = (("product", product),)
        return (("region", region), *named) if self.has_regions else named

    def _list_lines(self) -> Iterator[ProductLine]:
        for (kind, product, cause), amounts in sorted(self.lines.items()):
            if any(amounts.values()):
                yield ProductLine(
                    kind,  # type: ignore[arg-type]  # whoever moves names one of the four
                    product,
                    cause,
                    amounts["won_deals"],
                    amounts["won_revenue"],
                )


def open_moves(forecast: Forecast) -> Moves | None:
    """None for a forecast without figures by product."""
    has_regions = any(len(each.by) == 2 for each in forecast.cells)
    parts: dict[Key, Part] = {}
    for cell in forecast.cells:
        members = dict(cell.by)
        if "product" in members and ("region" in members) == has_regions:
            place = members.get("region", ""), members["product"]
            parts[cell.measure, cell.month, place] = Part(cell, cell.mean)
    return Moves(forecast, has_regions, parts, {}) if parts else None


def to_cents(amount: float) -> Decimal:
    return Decimal(repr(amount)).quantize(CENT, ROUND_HALF_EVEN)


def add_distances(
    distances: Iterable[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Of independent things from their means, level by level."""
    square = sum((np.sign(each) * each**2 for each in distances), np.zeros(len(LEVELS)))
    return np.asarray(np.sign(square) * np.sqrt(np.abs(square)))


def _lay_empty(measure: Measure | str, month: date, by: tuple[tuple[str, str], ...]) -> Cell:
    nothing = (NOTHING,) * len(QUANTILE_LEVELS)
    return Cell(measure, month, by, NOTHING, nothing, NOTHING)  # type: ignore[arg-type]


def _order(by: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Region before product, as cells have them."""
    return tuple(sorted(by, reverse=True))


def _sort_new(key: CellKey) -> tuple[str, int, tuple[tuple[str, str], ...], date]:
    measure, month, by = key
    return measure, len(by), _order(by), month


def _insert(cells: tuple[Cell, ...], new: list[Cell]) -> Iterator[Cell]:
    """New cells come after the last one of their measure and level."""

    def level(cell: Cell) -> tuple[str, tuple[str, ...]]:
        return cell.measure, tuple(name for name, _ in cell.by)

    last = {level(cell): place for place, cell in enumerate(cells)}
    for place, cell in enumerate(cells):
        yield cell
        if last[level(cell)] == place:
            yield from (each for each in new if level(each) == level(cell))


def _settle(cell: Cell, beneath: list[Part], paths: NDArray[np.float64] | None) -> Cell:
    mean = cell.mean + sum((each.now - each.said.mean for each in beneath), NOTHING)
    open_part = sum((_open(each) for each in beneath), NOTHING)
    if paths is not None:
        found = np.quantile(paths, LEVELS)
    else:
        said = np.array([float(each - cell.mean) for each in cell.quantiles])
        added = [np.quantile(each, LEVELS) - each.mean() for each in _add_up(beneath).values()]
        found = float(mean) + add_distances([said * _share_kept(beneath), *added])
    quantiles = tuple(max(to_cents(float(each)), cell.won) for each in found)
    return replace(cell, mean=mean, quantiles=quantiles, from_open=open_part)


def _open(part: Part) -> Decimal:
    return min(part.said.from_open, part.now)


def _share_kept(beneath: Iterable[Part]) -> float:
    """How much of what the statistics say still counts."""
    said = [(float(each.said.mean), each.kept) for each in beneath]
    whole = sum(mean for mean, _ in said)
    return sum(mean * kept for mean, kept in said) / whole if whole else 1.0


def _add_up(beneath: Iterable[Part]) -> dict[str, NDArray[np.float64]]:
    found: dict[str, NDArray[np.float64]] = {}
    for part in beneath:
        for cause, paths in part.added.items():
            found[cause] = found[cause] + paths if cause in found else paths
    return dict(sorted(found.items()))


def _lay_paths(forecast: Forecast, beneath: Mapping[CellKey, list[Part]]) -> NDArray[np.float64]:
    """Paths of the whole's revenue: what was there, scaled to what is left of it, and what each
    cause brings, path by path."""
    paths = forecast.paths.copy()
    if not len(paths):
        return paths
    for place, month in enumerate(forecast.period.months):
        parts = beneath["won_revenue", month.start, ()]
        if not any(each.has_moved for each in parts):
            continue
        added = list(_add_up(parts).values())
        before = float(sum((each.said.mean for each in parts), NOTHING))
        now = float(sum((each.now for each in parts), NOTHING))
        left = now - sum(float(each.mean()) for each in added)
        if before:
            paths[:, place] *= max(left, 0.0) / before
        elif not added:
            paths[:, place] = now
        for each in added:
            paths[:, place] += each
    return paths
