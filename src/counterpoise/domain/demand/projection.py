"""What is expected of several members month by month, with paths, written down as volumes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.counts import LEVELS
from counterpoise.domain.tables.volume import Members, Volume, VolumeKind

Floats = NDArray[np.float64]
MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """By member and month: mean, the part of it that stands on what is there, and paths (paths,
    members, months)."""

    mean: Floats
    standing: Floats
    paths: Floats


def write_volumes(
    kind: VolumeKind,
    members: Sequence[Members],
    found: Projection,
    months: Sequence[date],
    *,
    has_whole: bool = True,
) -> Iterator[Volume]:
    """The whole first, where there is one; its mean is the exact sum of its members."""
    every = list(range(len(members)))
    groups: list[tuple[Members, list[int]]] = [((), every)] if has_whole else []
    groups += [(by, [place]) for by, place in zip(members, every, strict=True)]
    for by, places in groups:
        quantiles = np.quantile(found.paths[:, places].sum(axis=1), LEVELS, axis=0)
        for number, month in enumerate(months):
            yield Volume(
                kind=kind,
                month=month,
                by=by,
                mean=_add_up(found.mean, places, number),
                quantiles=tuple(_round(each) for each in quantiles[:, number]),
                standing=_add_up(found.standing, places, number),
            )


def _add_up(values: Floats, places: Sequence[int], number: int) -> Decimal:
    return sum((_round(values[each, number]) for each in places), Decimal(0))


def _round(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(MILLIONTH, ROUND_HALF_EVEN)
