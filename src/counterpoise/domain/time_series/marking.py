"""Steps that people marked as not to be learned from, and what stands in their place.

A marked run is what the methods say of it from the steps before. Where too few came before, it is
the middle of the unmarked steps that follow. Of lost sales it is never less than what was sold.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.mark import MarkKind
from counterpoise.domain.time_series.series import FEWEST, BrokenSeries, Series
from counterpoise.domain.time_series.together import say
from counterpoise.domain.values.text import text

Values = NDArray[np.float64]
Marked = Sequence[MarkKind | None]


def replace_marked(series: Series, marked: Marked) -> Values:
    """marked: of each step. Raises BrokenSeries where too few steps are left."""
    left = sum(each is None for each in marked)
    if left < FEWEST:
        raise BrokenSeries(
            text(
                "{key}: of {all} periods {n} are not marked, and a forecast needs {fewest}."
                " Withdraw some of the marks.",
                key=series.key,
                all=len(marked),
                n=left,
                fewest=FEWEST,
            )
        )
    learned = series.values.copy()
    for first, end in _find_runs(marked):
        if first >= FEWEST:
            put = say(learned[:first], end - first, series.season)
        else:
            put = np.full(end - first, _find_middle(series, marked, end))
        lost = np.array([each == "lost_sales" for each in marked[first:end]])
        came = series.values[first:end]
        learned[first:end] = np.where(lost, np.maximum(came, put), put)
    return learned


def _find_middle(series: Series, marked: Marked, end: int) -> float:
    """Of the unmarked steps of a season that follow, and FEWEST of them at least."""
    unmarked = [n for n in range(len(marked)) if marked[n] is None]
    after = [n for n in unmarked if n >= end] or unmarked
    return float(np.median(series.values[after[: max(series.season, FEWEST)]]))


def _find_runs(marked: Marked) -> Iterator[tuple[int, int]]:
    """Of marks that follow one another: the first, and the step after the last."""
    first = None
    for number, each in enumerate([*marked, None]):
        if each is None and first is not None:
            yield first, number
            first = None
        elif each is not None and first is None:
            first = number
