"""Where a launch will sell: how its deals are shared among regions."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from counterpoise.domain.demand.segments import NONE
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.tables.launch import Launch, PastLaunch

YEAR_DAYS = 365


def share_regions(
    launch: Launch, picked: Sequence[PastLaunch], deals: Deals
) -> tuple[tuple[str, float], ...]:
    """By region, in the launch's regions or in all where it names none; the shares add up to 1.

    As the analogues' first twelve months were; where they sold nothing there, as the company's last
    year was; else evenly.
    """
    of_analogues = Counter[str]()
    for each in picked:
        of_analogues.update(dict(each.by_region))
    of_company = _count_year(deals)
    allowed = launch.regions or tuple(sorted(of_analogues)) or tuple(sorted(of_company)) or (NONE,)
    ways = (of_analogues, of_company, Counter(dict.fromkeys(allowed, 1)))
    counts = next(each for each in ways if any(each[region] for region in allowed))
    whole = sum(counts[each] for each in allowed)
    return tuple((each, counts[each] / whole) for each in allowed if counts[each])


def _count_year(deals: Deals) -> Counter[str]:
    """Won deals of the last year by region."""
    known = deals.known_on(deals.as_of)
    dimension = known.dimensions.get("region")
    if dimension is None:
        return Counter()
    recent = known.won & (known.closed > day_number(known.as_of) - YEAR_DAYS)
    labels = (*dimension.labels, NONE)
    counts = np.bincount(dimension.codes[recent] % len(labels), minlength=len(labels))
    return Counter({label: n for label, n in zip(labels, counts.tolist(), strict=True) if n})
