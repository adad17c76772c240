"""Teams of sellers as the deals show them: who sells now, and what a good month of one brings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.capacity import TeamSize, WonDeals
from counterpoise.domain.tables.deals import STILL_OPEN, Deals, day_number, day_of
from counterpoise.domain.values.period import add_months, first_of_month, months_between
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.queries.lookups import lookup_sql

WINDOW_MONTHS = 12
GOOD_MONTH_PERCENTILE = 80
NO_TEAM = "Sales"
_NEW_MONTHS = 3
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class _Rep:
    name: str
    team: str
    hired_on: date | None
    left_on: date | None


def list_team_sizes(folder: Path, deals: Deals) -> tuple[TeamSize, ...]:
    """Every team that sells on the day of `deals`, by name.

    Someone sells now who is not gone and owns an open deal, closed one in the last three months,
    or started in them. A good month is the 80th percentile of deals won a person and month over
    the last twelve full months, months without a win included from the first deal on. A rep
    without a team counts to the rep's manager, else to one team named Sales.
    """
    with open_build(folder) as build:
        rows = build.con.execute(_REPS).fetchall()
    reps = {name: _Rep(name, team, hired, left) for name, team, hired, left in rows}
    work = _Work(deals)
    for name in work.names:
        reps.setdefault(name, _Rep(name, work.team_of(name), None, None))
    teams: dict[str, list[_Rep]] = {}
    for rep in reps.values():
        if _sells(rep, work, deals.as_of):
            teams.setdefault(rep.team or NO_TEAM, []).append(rep)
    return tuple(_size(team, teams[team], work) for team in sorted(teams))


def list_won_deals(deals: Deals, since: date) -> tuple[WonDeals, ...]:
    """Deals won a month and product from the month of `since` on."""
    product = deals.dimensions["product"]
    won = np.flatnonzero(deals.won & (deals.closed >= day_number(first_of_month(since))))
    months = deals.closed[won].astype("datetime64[D]").astype("datetime64[M]")
    counted: dict[tuple[str, date], int] = {}
    for code, month in zip(product.codes[won], months.tolist(), strict=True):
        key = (product.labels[code] if code >= 0 else "", month)
        counted[key] = counted.get(key, 0) + 1
    return tuple(
        WonDeals(name, month, Decimal(count)) for (name, month), count in sorted(counted.items())
    )


class _Work:
    """What each rep did, by name: deals owned, and deals won by month of the window."""

    def __init__(self, deals: Deals) -> None:
        self._deals = deals
        self._reps = deals.dimensions["rep"]
        self._place = {label: code for code, label in enumerate(self._reps.labels)}
        self._recent = day_number(add_months(first_of_month(deals.as_of), -_NEW_MONTHS))
        self.names = self._reps.labels
        self.end = _month_after_last_full(deals.as_of)
        closed = deals.closed[deals.closed != STILL_OPEN]
        first = first_of_month(day_of(int(closed.min()))) if len(closed) else self.end
        self.start = max(add_months(self.end, -WINDOW_MONTHS), min(first, self.end))

    def owned(self, name: str) -> NDArray[np.intp]:
        code = self._place.get(name)
        return np.flatnonzero(self._reps.codes == code) if code is not None else np.array([], int)

    def is_recent(self, name: str) -> bool:
        return bool((self._deals.closed[self.owned(name)] >= self._recent).any())

    def team_of(self, name: str) -> str:
        teams = self._deals.dimensions["team"]
        codes = teams.codes[self.owned(name)]
        codes = codes[codes >= 0]
        return teams.labels[int(np.bincount(codes).argmax())] if len(codes) else ""

    def won(self, name: str) -> NDArray[np.intp]:
        mine = self.owned(name)
        closed = self._deals.closed[mine]
        inside = (closed >= day_number(self.start)) & (closed < day_number(self.end))
        return mine[self._deals.won[mine] & inside]

    def won_by_month(self, name: str) -> list[int]:
        mine = self.owned(name)
        if not len(mine):
            return []
        first = first_of_month(day_of(int(self._deals.created[mine].min())))
        start = max(self.start, first)
        months = self._deals.closed[self.won(name)].astype("datetime64[D]").astype("datetime64[M]")
        counts = np.zeros(max(months_between(start, self.end), 0), dtype=int)
        np.add.at(counts, (months - np.datetime64(start, "M")).astype(int), 1)
        return [int(each) for each in counts]

    def amounts(self, won: NDArray[np.intp]) -> NDArray[np.float64]:
        worth = self._deals.amount[won]
        return worth[~np.isnan(worth)]


def _size(team: str, reps: list[_Rep], work: _Work) -> TeamSize:
    months = [count for rep in reps for count in work.won_by_month(rep.name)]
    won = np.concatenate([work.won(rep.name) for rep in reps])
    amounts = work.amounts(won)
    good = float(np.percentile(months, GOOD_MONTH_PERCENTILE)) if months else 0.0
    return TeamSize(
        team=team,
        people=Decimal(len(reps)),
        deals_per_person_month=_to_decimal(good),
        sample_n=len(months),
        won_deals=Decimal(len(won)),
        average_deal=_to_decimal(float(amounts.mean()) if len(amounts) else 0.0),
        newcomers=_count_newcomers(reps, add_months(work.end, -1)),
    )


def _sells(rep: _Rep, work: _Work, on: date) -> bool:
    if (rep.left_on and rep.left_on <= on) or (rep.hired_on and rep.hired_on > on):
        return False
    is_new = rep.hired_on is not None and _months_since(rep.hired_on, on) < _NEW_MONTHS
    return is_new or work.is_recent(rep.name)


def _count_newcomers(reps: Iterable[_Rep], last_month: date) -> tuple[Decimal, ...]:
    ages = [_months_since(rep.hired_on, last_month) for rep in reps if rep.hired_on]
    young = [max(age, 0) for age in ages if age < WINDOW_MONTHS]
    return tuple(Decimal(young.count(age)) for age in range(max(young, default=-1) + 1))


def _months_since(hired_on: date, on: date) -> int:
    return months_between(first_of_month(hired_on), first_of_month(on))


def _month_after_last_full(as_of: date) -> date:
    following = add_months(first_of_month(as_of), 1)
    is_full = (following - as_of).days == 1
    return following if is_full else first_of_month(as_of)


def _to_decimal(number: float) -> Decimal:
    return Decimal(number).quantize(_CENT)


_REPS = f"""
WITH team_of AS ({lookup_sql("team", ("name",), "rep")})
SELECT
    rep.name,
    coalesce(nullif(team_of.name, ''), nullif(rep.team_id, ''), rep.manager, '') AS team,
    min(rep.hired_on),
    max(rep.left_on)
FROM rep LEFT JOIN team_of ON team_of.source = rep.source AND team_of.source_id = rep.team_id
WHERE rep.is_active IS NOT FALSE
GROUP BY 1, 2
ORDER BY 1, 2
"""
