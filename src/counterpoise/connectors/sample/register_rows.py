"""Rows of the small files: people, teams, products, prices, targets, calendar, pools and stock."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.exports import Columns
from counterpoise.connectors.sample.pace import list_feasts
from counterpoise.connectors.sample.sample_company import TIME_ZONE
from counterpoise.connectors.sample.words import read_rows
from counterpoise.domain.values.period import Period, add_months, first_of_month

Row = tuple[str, ...]

DOMAIN = "zaytara.example"
NATIONAL_DAYS = (
    ("AE", "UAE National Day", 12, 2), ("SA", "Saudi National Day", 9, 23),
    ("EG", "Revolution Day", 7, 23), ("JO", "Independence Day", 5, 25),
    ("NL", "King's Day", 4, 27), ("IT", "Republic Day", 6, 2),
)  # fmt: skip
OBSERVING = ("AE", "SA", "EG", "JO")
TARGET_GROWTH = 1.12
TARGET_STEP = 1_000
"""Targets are whole thousands, a year ahead of what was won, and a little more."""
POOLS = (
    ("Delivery", "delivery", 15.0, 120.0),
    ("Support desk", "support", 7.0, 120.0),
)
"""Name, kind, people at scale 1, and hours that one gives in a month."""


def write_users(company: Company) -> Columns:
    teams = {row["name"]: row for row in read_rows("teams.csv")}
    mailboxes = {row["id"]: row["mailbox"] for row in read_rows("sellers.csv")}
    hired = {row["id"]: row["hired_on"] for row in read_rows("sellers.csv")}
    rows: list[Row] = [
        (
            seller.id,
            seller.name,
            f"{mailboxes.get(seller.id, seller.id.lower())}@{DOMAIN}",
            teams[seller.team]["manager"],
            teams[seller.team]["id"],
            "Account executive",
            company.regions[seller.region].name,
            hired.get(seller.id, "2022-01-03"),
            "true",
            TIME_ZONE,
        )
        for seller in company.sellers
    ]
    names = (
        "User - ID", "User - Name", "User - Email", "Sales manager", "User - Team", "User - Role",
        "Sales region", "Hire date", "User - Active", "Time zone",
    )  # fmt: skip
    return _table(names, rows)


def write_teams() -> Columns:
    rows = [
        (row["id"], row["name"], row["manager"], row["region"]) for row in read_rows("teams.csv")
    ]
    return _table(("Team - ID", "Team - Name", "Team - Manager", "Sales region"), rows)


def write_products(company: Company) -> Columns:
    """The products with the prices of the export day."""
    names = ("Product - ID", "Product - Name", "Product - Product code", "Product - Category",
             "Product - Unit price", "Product - Currency", "Product - Active")  # fmt: skip
    rows: list[Row] = []
    for product in company.products:
        now = [change.price for change in product.prices if change.on <= company.as_of][-1]
        price = f"{now:.2f}"
        code = product.code
        rows.append((code, product.name, code, product.family, price, company.currency, "true"))
    return _table(names, rows)


def write_prices(company: Company) -> Columns:
    """Every list price with the day from which it holds."""
    rows = [
        (product.code, str(change.on), f"{change.price:.2f}", company.currency)
        for product in company.products
        for change in product.prices
    ]
    return _table(("product_id", "valid_from", "list_price", "currency"), rows)


def list_quarters(company: Company) -> tuple[Period, ...]:
    """From the first of the history up to the one after the export day."""
    last = Period.of_months(first_of_month(company.as_of + timedelta(days=1)), 3)
    count = (last.start.year - company.start.year) * 4 + (
        last.start.month - company.start.month
    ) // 3
    return tuple(Period.of_months(add_months(company.start, 3 * n), 3) for n in range(count + 1))


def write_targets(company: Company, won: NDArray[np.int64]) -> Columns:
    """Quarterly targets of sellers, regions and the company. won: cents by seller and quarter.

    A seller's target is the region's, in equal parts. A region's is what it won in the quarter a
    year before, and TARGET_GROWTH; in the first year, the mean quarter of that year as it came.
    """
    quarters = list_quarters(company)
    region_of = np.array([seller.region for seller in company.sellers])
    rows: list[Row] = []
    for number, quarter in enumerate(quarters):
        whole = 0
        for region, each in enumerate(company.regions):
            mine = won[region_of == region].sum(axis=0)
            past = mine[number - 4] * TARGET_GROWTH if number >= 4 else mine[:4].mean()
            sellers = [s for s in company.sellers if s.region == region]
            share = max(1, round(past / 100 / len(sellers) / TARGET_STEP)) * TARGET_STEP
            rows += [_target(quarter, share, company, rep=s.id) for s in sellers]
            rows.append(_target(quarter, share * len(sellers), company, region=each.name))
            whole += share * len(sellers)
        rows.append(_target(quarter, whole, company))
    names = ("target_id", "measure", "rep_id", "region", "period_start", "period_end", "amount",
             "currency")  # fmt: skip
    return _table(names, rows)


def write_calendar(company: Company) -> Columns:
    """Ramadan, Eid and national days up to the end of what is simulated."""
    rows: list[Row] = []
    for feast in list_feasts(company.start, company.end):
        for number in range((feast.end - feast.start).days):
            day = feast.start + timedelta(days=number)
            rows += [_day(day, country, feast.name, feast.kind) for country in OBSERVING]
    for country, name, month, of_month in NATIONAL_DAYS:
        for year in range(company.start.year, company.end.year + 1):
            rows.append(_day(date(year, month, of_month), country, name, "holiday"))
    within = [row for row in rows if str(company.start) <= row[1] < str(company.end)]
    names = ("calendar_id", "date", "country", "name", "kind")
    return _table(names, sorted(within, key=lambda row: (row[1], row[0])))


def write_pools(company: Company, scale: float) -> Columns:
    rows = [
        (f"P-{number}", name, kind, "", "hours", f"{max(1, round(people * scale))}", f"{hours:.0f}",
         str(company.start))
        for number, (name, kind, people, hours) in enumerate(POOLS, 1)
    ]  # fmt: skip
    names = ("pool_id", "name", "kind", "team", "unit", "headcount", "per_person", "valid_from")
    return _table(names, rows)


def write_inventory(company: Company) -> Columns:
    """Handheld devices that go with Fieldbook, and starter kits of the launch package."""
    rows = [
        ("S-1", "FIELDBOOK", "Dubai", "140", "60", "310.00"),
        ("S-2", "FIELDBOOK", "Cairo", "35", "0", "310.00"),
        ("S-3", "FIELDBOOK", "Rotterdam", "80", "40", "325.50"),
        ("S-4", "LAUNCH-PACK", "Dubai", "22", "0", "95.00"),
        ("S-5", "LAUNCH-PACK", "Rotterdam", "9", "15", "97.25"),
    ]
    tail = (company.currency, "28", str(company.as_of))
    names = ("stock_id", "product_id", "site", "on_hand", "on_order", "unit_cost", "currency",
             "lead_time_days", "counted_on")  # fmt: skip
    return _table(names, [(*row, *tail) for row in rows])


def _target(
    quarter: Period, amount: int, company: Company, rep: str = "", region: str = ""
) -> tuple[str, ...]:
    whose = rep or region or "company"
    return (
        f"{quarter}/{whose}", "won_revenue", rep, region, str(quarter.start), str(quarter.end),
        f"{amount}.00", company.currency,
    )  # fmt: skip


def _day(day: date, country: str, name: str, kind: str) -> tuple[str, ...]:
    return f"{day}/{country}/{kind}", str(day), country, name, kind


def _table(names: tuple[str, ...], rows: Sequence[Row]) -> Columns:
    """Texts by column; an empty text is an empty cell."""
    columns = zip(*rows, strict=True)
    return {
        name: pa.array([each or None for each in column], pa.string())
        for name, column in zip(names, columns, strict=True)
    }
