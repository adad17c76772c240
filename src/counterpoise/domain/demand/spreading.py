"""Sums that several people asked for, met together and exactly, in cents.

An aim asks that some of the finest cells come to a sum. Cells that lie in the same aims keep their
shares of one another. Where aims lie within one another or apart, each rest takes what is missing
in proportion. Where they cross, such as a region and a product, proportions are fitted in turn
(iterative proportional fitting, RAS), and what is still missing after that is made up by the
smallest change in proportion that meets every aim exactly.

Fractions throughout, so a sum that cannot be met is known for sure where aims do not cross.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import gcd, lcm

Leaf = tuple[date, str, str]
"""Month, region and product of a finest cell; "" where the forecast has no such grain."""
Amounts = Mapping[Leaf, Fraction]
FITS = 400
CLOSE = 1e-12
FINE = 2**20
"""What is only near is written in this part of a cent, so that numbers stay short."""
SLIGHT = Fraction(1, 10**9)
"""The weight of a cell of which nothing is expected, where others cannot take what is asked."""


@dataclass(frozen=True, slots=True)
class Aim:
    """These finest cells together come to so many cents."""

    leaves: frozenset[Leaf]
    cents: int


@dataclass(frozen=True, slots=True)
class _Atoms:
    """Cells that lie in the same aims, as one: what each is, and which aims it lies in."""

    cells: tuple[tuple[Leaf, ...], ...]
    inside: tuple[frozenset[int], ...]
    sums: tuple[Fraction, ...]


def spread(amounts: Amounts, said: Amounts, aims: Iterable[Aim]) -> dict[Leaf, Fraction] | None:
    """The amounts with every aim met, in cents; cells in no aim stay. None where it cannot be.

    said: what the statistics expect, for the shares of cells whose amount is 0. An aim over several
    months comes to whole cents in each of them.
    """
    wanted = sorted(aims, key=lambda aim: (sorted(aim.leaves), aim.cents))
    found = _meet(amounts, said, wanted)
    for aim in wanted:
        if found is None:
            return None
        parts = _cut_months(aim, found)
        if len(parts) > 1:
            wanted = [*wanted, *_fix_months(parts)]
            found = _meet(found, said, wanted, is_near=True)
    return found


def _cut_months(aim: Aim, amounts: Amounts) -> list[tuple[Fraction, frozenset[Leaf]]]:
    months: defaultdict[date, list[Leaf]] = defaultdict(list)
    for leaf in sorted(aim.leaves):
        months[leaf[0]].append(leaf)
    return [
        (sum((amounts[leaf] for leaf in leaves), Fraction(0)), frozenset(leaves))
        for leaves in months.values()
    ]


def _fix_months(parts: Sequence[tuple[Fraction, frozenset[Leaf]]]) -> list[Aim]:
    """Whole cents for each month; the largest parts of a cent are made whole."""
    whole = [cents.numerator // cents.denominator for cents, _ in parts]
    missing = int(sum((cents for cents, _ in parts), Fraction(0))) - sum(whole)
    by_part = sorted(range(len(parts)), key=lambda place: (whole[place] - parts[place][0], place))
    for place in by_part[:missing]:
        whole[place] += 1
    return [Aim(leaves, cents) for cents, (_, leaves) in zip(whole, parts, strict=True)]


def _meet(
    amounts: Amounts, said: Amounts, aims: Sequence[Aim], *, is_near: bool = False
) -> dict[Leaf, Fraction] | None:
    """is_near: the amounts miss the aims by less than a cent, so that no fitting is needed."""
    found = dict(amounts)
    for group in _group(aims):
        leaves = sorted(frozenset().union(*(aim.leaves for aim in group)))
        weights = {leaf: _refine(amounts[leaf]) if is_near else amounts[leaf] for leaf in leaves}
        met = _meet_group(weights, group, is_near=is_near)
        if met is None and not all(weights.values()):
            slight = {leaf: each or _weigh(said[leaf]) for leaf, each in weights.items()}
            met = _meet_group(slight, group, is_near=is_near)
        if met is None:
            return None
        found.update(met)
    return found


def _weigh(said: Fraction) -> Fraction:
    return said * SLIGHT if said else SLIGHT**2


def _group(aims: Sequence[Aim]) -> list[list[Aim]]:
    """Aims that share cells, through others too, stand together."""
    groups: list[tuple[set[Leaf], list[Aim]]] = []
    for aim in aims:
        leaves, together, apart = set(aim.leaves), [aim], []
        for group in groups:
            if group[0].isdisjoint(leaves):
                apart.append(group)
            else:
                leaves |= group[0]
                together = [*group[1], *together]
        groups = [*apart, (leaves, together)]
    return [group for _, group in groups]


def _meet_group(
    weights: Amounts, aims: Sequence[Aim], *, is_near: bool
) -> dict[Leaf, Fraction] | None:
    atoms = _take_apart(weights, aims)
    cents = [Fraction(aim.cents) for aim in aims]
    if _do_cross(aims):
        start = list(atoms.sums) if is_near else _fit(atoms, cents)
        met = _close_up(start, atoms, cents)
    else:
        met = _solve(list(atoms.sums), atoms, cents)
    if met is None or min(met) < 0:
        return None
    return {
        leaf: amount * weights[leaf] / whole if whole else Fraction(0)
        for leaves, amount, whole in zip(atoms.cells, met, atoms.sums, strict=True)
        for leaf in leaves
    }


def _take_apart(weights: Amounts, aims: Sequence[Aim]) -> _Atoms:
    atoms: defaultdict[frozenset[int], list[Leaf]] = defaultdict(list)
    for leaf in weights:
        atoms[frozenset(n for n, aim in enumerate(aims) if leaf in aim.leaves)].append(leaf)
    return _Atoms(
        tuple(tuple(leaves) for leaves in atoms.values()),
        tuple(atoms),
        tuple(sum((weights[leaf] for leaf in leaves), Fraction(0)) for leaves in atoms.values()),
    )


def _do_cross(aims: Sequence[Aim]) -> bool:
    return any(
        not (one.leaves <= other.leaves or other.leaves <= one.leaves)
        for place, one in enumerate(aims)
        for other in aims[:place]
        if not one.leaves.isdisjoint(other.leaves)
    )


def _fit(atoms: _Atoms, cents: Sequence[Fraction]) -> list[Fraction]:
    """Near to every aim, each atom moved by one factor for each of its aims."""
    amounts = [float(each) for each in atoms.sums]
    places = [
        [a for a, inside in enumerate(atoms.inside) if n in inside] for n in range(len(cents))
    ]
    for _ in range(FITS):
        missed = 0.0
        for n, wanted in enumerate(map(float, cents)):
            stands = sum(amounts[place] for place in places[n])
            missed = max(missed, abs(wanted - stands) / max(wanted, 1.0))
            for place in places[n]:
                amounts[place] *= wanted / stands if stands else 0.0
        if missed < CLOSE:
            break
    return [_refine(each) for each in amounts]


def _refine(amount: float | Fraction) -> Fraction:
    """Near enough, and short; what is above nothing stays above it."""
    return Fraction(max(round(amount * FINE), 1), FINE) if amount else Fraction(0)


def _close_up(
    start: list[Fraction], atoms: _Atoms, cents: Sequence[Fraction]
) -> list[Fraction] | None:
    """What would fall below nothing is nothing, and the others make up for it."""
    while (met := _solve(start, atoms, cents)) is not None and min(met) < 0:
        start = [Fraction(0) if each < 0 else was for each, was in zip(met, start, strict=True)]
    return met


def _solve(
    start: list[Fraction], atoms: _Atoms, cents: Sequence[Fraction]
) -> list[Fraction] | None:
    """The change that meets every aim and is the smallest in proportion (least squares over what
    each atom starts with). None where no change of these atoms meets them all."""
    many = range(len(cents))
    unit = lcm(*(amount.denominator for amount in start))
    rows = [[0] * len(cents) + [int(wanted * unit)] for wanted in cents]
    for amount, inside in zip(start, atoms.inside, strict=True):
        parts = int(amount * unit)
        for n in inside:
            rows[n][-1] -= parts
            for other in inside:
                rows[n][other] += parts
    factors = _eliminate(rows, many)
    if factors is None:
        return None
    return [
        amount * (1 + sum((factors[n] for n in inside), Fraction(0)))
        for amount, inside in zip(start, atoms.inside, strict=True)
    ]


def _eliminate(rows: list[list[int]], many: range) -> list[Fraction] | None:
    """Gauss and Jordan without fractions; an unknown that nothing determines is 0. None without a
    solution."""
    done = 0
    pivots: list[tuple[int, int]] = []
    for column in many:
        row = next((each for each in many[done:] if rows[each][column]), None)
        if row is None:
            continue
        rows[done], rows[row] = rows[row], rows[done]
        lead = rows[done]
        for other in many:
            if other != done and (times := rows[other][column]):
                rows[other] = _shorten(
                    [lead[column] * a - times * b for a, b in zip(rows[other], lead, strict=True)]
                )
        pivots.append((done, column))
        done += 1
    if any(row[-1] for row in rows[done:]):
        return None
    factors = [Fraction(0)] * len(many)
    for row, column in pivots:
        factors[column] = Fraction(rows[row][-1], rows[row][column])
    return factors


def _shorten(row: list[int]) -> list[int]:
    common = gcd(*row)
    return [each // common for each in row] if common > 1 else row
