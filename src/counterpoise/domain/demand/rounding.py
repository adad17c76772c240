"""Rounds a table of parts so that nothing that was whole before is off by one after.

Every part becomes the whole number below or above it; so does the sum of each row, of each column
and of the table. A sum that is whole already stays. The method is controlled rounding: fractions
are pushed around cycles of the table, + and - in turn, which leaves every sum as it is, until one
of them is whole; a spare row and column take up what is missing to whole sums.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import cycle
from math import lcm

Place = tuple[str | None, str | None]
"""Row and column; None is the spare one."""
Node = tuple[int, str | None]
"""A row, 0 and its name, or a column, 1 and its name."""


def round_table(exact: Mapping[tuple[str, str], Fraction]) -> dict[tuple[str, str], int]:
    """The same table always gives the same whole numbers, whatever its order.

    Reckoned in parts of one unit, for fractions with long denominators would be slow to add.
    """
    unit = lcm(*(amount.denominator for amount in exact.values()))
    parts: dict[Place, int] = {
        place: amount.numerator * (unit // amount.denominator)
        for place, amount in sorted(exact.items())
    }
    whole: dict[Place, int] = {}
    open_parts: dict[Place, int] = {}
    for place, amount in _add_spares(parts, unit).items():
        whole[place], rest = divmod(amount, unit)
        if rest:
            open_parts[place] = rest
    beside = _list_neighbours(open_parts)
    while open_parts:
        signed = tuple(zip(_find_cycle(beside), cycle((1, -1)), strict=False))
        step = min(
            unit - open_parts[each] if sign > 0 else open_parts[each] for each, sign in signed
        )
        for place, sign in signed:
            open_parts[place] += sign * step
            if open_parts[place] in (0, unit):
                whole[place] += open_parts.pop(place) // unit
                for node in _ends(place):
                    del beside[node][place]
    return {place: whole[place] for place in exact}


def _add_spares(parts: Mapping[Place, int], unit: int) -> dict[Place, int]:
    """The table with a spare row and column that make each of its sums whole."""
    rows: defaultdict[Place, int] = defaultdict(int)
    columns: defaultdict[Place, int] = defaultdict(int)
    total = 0
    for (row, column), amount in parts.items():
        rows[row, None] += amount
        columns[None, column] += amount
        total += amount
    spares = {place: -amount % unit for place, amount in (rows | columns).items()}
    return {**parts, **spares, (None, None): total % unit}


def _ends(place: Place) -> tuple[Node, Node]:
    """A part joins its row and its column."""
    return (0, place[0]), (1, place[1])


def _list_neighbours(places: Iterable[Place]) -> dict[Node, dict[Place, None]]:
    beside: dict[Node, dict[Place, None]] = {}
    for place in places:
        for node in _ends(place):
            beside.setdefault(node, {})[place] = None
    return beside


def _find_cycle(beside: Mapping[Node, Mapping[Place, None]]) -> list[Place]:
    """Rows and columns have whole sums, so whichever has one open part has another: a walk that
    never turns back must come by a place where it has been."""
    node = next(node for node, places in beside.items() if places)
    walked: list[Place] = []
    seen = {node: 0}
    came: Place | None = None
    while True:
        came = next(each for each in beside[node] if each != came)
        walked.append(came)
        row, column = _ends(came)
        node = column if node == row else row
        if node in seen:
            return walked[seen[node] :]
        seen[node] = len(walked)
