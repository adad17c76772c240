"""A forecast by region and product, small enough to override by hand, and overrides of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product as pairs

import numpy as np

from counterpoise.domain.tables.deals import (
    STILL_OPEN,
    ChangeLog,
    Deals,
    Dimension,
    day_number,
)
from counterpoise.domain.tables.forecast import Cell, Forecast
from counterpoise.domain.tables.override import Override
from counterpoise.domain.values.period import Period

D = Decimal
PERIOD = Period.parse("2026-Q4")
OCTOBER, NOVEMBER, DECEMBER = (month.start for month in PERIOD.months)
SPREAD = (D("0.5"), D("0.7"), D("0.9"), D("1.4"), D("1.6"))
SHARES = {
    ("Gulf", "Atlas"): D("0.4"),
    ("Gulf", "Beacon"): D("0.2"),
    ("Levant", "Atlas"): D("0.3"),
    ("Levant", "Beacon"): D("0.1"),
}
DEALS = {OCTOBER: D(10), NOVEMBER: D(20), DECEMBER: D(30)}
PRICE = D(1000)
GULF, LEVANT = (("region", "Gulf"),), (("region", "Levant"),)
ATLAS, BEACON = (("product", "Atlas"),), (("product", "Beacon"),)
NOON = datetime(2026, 9, 30, 12, tzinfo=UTC)


def make_override(amount, by=(), month=OCTOBER, measure="won_revenue", **other):
    """id: also how many minutes after noon it was made, unless the time is said."""
    number = other.pop("id", 1)
    said = {
        "id": number,
        "period": "2026-Q4",
        "measure": measure,
        "month": month,
        "by": by,
        "amount": D(amount),
        "statistical": D(0),
        "reason": "tender",
        "comment": "",
        "author": "Salma",
        "role": "leader",
        "made_at": NOON + timedelta(minutes=number),
    }
    return Override(**(said | other))


def cell(measure, month, by, mean):
    mean = D(mean)
    quantiles = tuple((mean * share).quantize(D("0.01")) for share in SPREAD)
    return Cell(measure, month, by, mean, quantiles, (mean / 2).quantize(D("0.01")))


def build_forecast(leaves):
    """leaves: (revenue, deals) by region, product and month; "" for a grain that is not there."""
    cells = []
    for place, measure in enumerate(("won_revenue", "won_deals")):
        for month in sorted({month for _, _, month in leaves}):
            mine = {key[:2]: D(each[place]) for key, each in leaves.items() if key[2] == month}
            sums = {(): sum(mine.values())}
            for (region, product), mean in mine.items():
                region_by = (("region", region),) if region else ()
                product_by = (("product", product),) if product else ()
                for by in {region_by, product_by, region_by + product_by} - {()}:
                    sums[by] = sums.get(by, D(0)) + mean
            cells += [cell(measure, month, by, mean) for by, mean in sums.items()]
    return Forecast(
        period=PERIOD,
        as_of=date(2026, 9, 30),
        currency="USD",
        cells=tuple(cells),
        backtest=(),
        points=(),
        weights={},
        paths=np.array([[900.0, 2000.0, 3000.0], [1100.0, 2000.0, 3300.0]]),
        stage_weighted=D(0),
        notes=(),
    )


FORECAST = build_forecast(
    {
        (*place, month): (deals * share * PRICE, deals * share)
        for (place, share), (month, deals) in pairs(SHARES.items(), DEALS.items())
    }
)


def means(forecast, measure="won_revenue", month=OCTOBER):
    """By members, such as "Gulf Atlas"; "" is the whole."""
    return {
        " ".join(member for _, member in each.by): each.mean
        for each in forecast.cells
        if (each.measure, each.month) == (measure, month)
    }


def make_deals(rows):
    """rows: closing day or None, amount, region or None, product or None; all but the open won."""
    closed = [STILL_OPEN if row[0] is None else day_number(row[0]) for row in rows]
    many, start = len(rows), day_number(date(2026, 9, 1))
    amounts = ChangeLog(
        np.arange(many, dtype=np.int32),
        np.full(many, start, dtype=np.int32),
        np.array([np.nan if row[1] is None else row[1] for row in rows], dtype=float),
    )
    none = ChangeLog(*(np.array([], dtype=kind) for kind in (np.int32, np.int32, float)))

    def code(labels, place):
        codes = [-1 if row[place] is None else labels.index(row[place]) for row in rows]
        return Dimension(labels, np.array(codes, dtype=np.int32))

    return Deals(
        as_of=date(2026, 12, 15),
        currency="USD",
        ids=np.array([f"d{n}" for n in range(many)], dtype=object),
        created=np.full(many, start, dtype=np.int32),
        closed=np.array(closed, dtype=np.int32),
        won=np.array([row[0] is not None for row in rows]),
        amounts=amounts,
        stages=none,
        stage_labels=(),
        dimensions={"region": code(("Gulf", "Levant"), 2), "product": code(("Atlas",), 3)},
    )
