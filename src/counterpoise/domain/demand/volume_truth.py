"""What came of volumes that were published: counted in months that are over, as known on a day.

Only what the data records can be held against a range: leads and what became of them by source,
units by product, and tickets. Hours, customers that stay, and what was shared out by a rule
(tickets by tier, units by site) are recorded nowhere, so their ranges cannot be judged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.arrivals import name_sources
from counterpoise.domain.demand.funnel import FUNNEL, days_of
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.tables.leads import Leads
from counterpoise.domain.tables.service import Service, SoldLines
from counterpoise.domain.tables.volume import Members, VolumeKind
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import Text, text

VolumeKey = tuple[VolumeKind, date, Members]
MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What there is to count in, as known on one day. None: nothing of it was loaded."""

    leads: Leads | None = None
    deals: Deals | None = None
    lines: SoldLines | None = None
    service: Service | None = None


def why_untold(kind: VolumeKind, level: tuple[str, ...]) -> Text | None:
    """Why no truth ever arrives for volumes of a kind by these dimensions; None where it does."""
    match kind, level:
        case (("delivery_hours" | "support_hours"), _):
            return text("Nothing records the hours that were worked for it.")
        case "accounts", _:
            return text("Nothing records when a customer stops being one.")
        case "tickets", ("tier",):
            return text("Tickets that name no customer are shared out among the tiers.")
        case "units", ("product", "site"):
            return text("Which site served a deal is not recorded: a rule shares units out.")
        case _:
            return None


def count_came(record: Record, keys: Iterable[VolumeKey]) -> Mapping[VolumeKey, Decimal]:
    """Of each key whose month is over; members are sorted. Left out is what the data does not know:
    a source or product that it no longer names, and all of a table that is not there."""
    found: dict[VolumeKey, Decimal] = {}
    leads = _Leads(record.leads.known_on(record.leads.as_of)) if record.leads else None
    for kind, month, by in keys:
        days = day_number(month), day_number(add_months(month, 1))
        came = None
        if kind in FUNNEL and leads is not None:
            came = leads.count(kind, days, dict(by).get("source"))
        elif kind == "units":
            came = _count_units(record, days, dict(by).get("product"))
        elif kind == "tickets" and record.service is not None and len(record.service.tickets):
            came = _count_between(record.service.tickets, days)
        if came is not None:
            found[kind, month, by] = Decimal(repr(came)).quantize(MILLIONTH)
    return found


class _Leads:
    """Leads with their sources, sorted out once."""

    def __init__(self, leads: Leads) -> None:
        self.leads = leads
        self.names, self.place = name_sources(leads)

    def count(self, kind: VolumeKind, days: tuple[int, int], source: str | None) -> float | None:
        reached = days_of(self.leads, kind)
        if source is None:
            return _count_between(reached, days)
        if source not in self.names:
            return None
        return _count_between(reached[self.place == self.names.index(source)], days)


def _count_between(reached: NDArray[np.int32], days: tuple[int, int]) -> float:
    return float(((reached >= days[0]) & (reached < days[1])).sum())


def _count_units(record: Record, days: tuple[int, int], product: str | None) -> float | None:
    """Units in the lines of deals that were won in the month."""
    deals, lines = record.deals, record.lines
    if deals is None or lines is None or product not in lines.product.labels:
        return None
    won = deals.won & (deals.closed >= days[0]) & (deals.closed < days[1])
    mine = lines.product.codes == lines.product.labels.index(product)
    mine &= np.isin(lines.deal, deals.ids[won])
    return float(np.nansum(lines.units[mine]))
