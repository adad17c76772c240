"""The sample company: Zaytara sells software, its delivery, and support, in three regions.

Invented throughout. Everything about it is stated here and in sellers.csv and teams.csv.
"""

from datetime import date

import numpy as np

from counterpoise.connectors.sample.company import (
    Amounts,
    Company,
    PriceChange,
    Product,
    Region,
    Seasons,
    Segment,
    Seller,
    Stage,
)
from counterpoise.connectors.sample.words import load_words, read_rows

NAME = "Zaytara"
CURRENCY = "AED"
TIME_ZONE = "Asia/Dubai"
START, AS_OF = date(2023, 10, 1), date(2026, 9, 30)
DEALS = 5_000
SELLERS = 24
BEGINNING = date(2020, 1, 1)

STAGES = (
    Stage("Prospecting", days=12, shape=1.1, loss=0.30),
    Stage("Qualified", days=18, shape=1.3, loss=0.26),
    Stage("Proposal", days=20, shape=1.2, loss=0.24),
    Stage("Negotiation", days=14, shape=1.1, loss=0.18),
)
FRIDAY_SATURDAY, SATURDAY_SUNDAY = (4, 5), (5, 6)
REGIONS = (
    Region("Gulf", 0.44, 0.90, 1.00, ramadan=1.0, weekend=FRIDAY_SATURDAY),
    Region("Levant & Egypt", 0.28, 1.10, 1.15, ramadan=1.0, weekend=FRIDAY_SATURDAY),
    Region("Europe", 0.28, 1.05, 0.90, ramadan=0.0, weekend=SATURDAY_SUNDAY),
)
SEGMENTS = (
    Segment("Small", 0.48, 1.08, 0.85, units=8),
    Segment("Mid-market", 0.36, 1.00, 1.00, units=13),
    Segment("Enterprise", 0.16, 0.92, 1.35, units=22),
)
SEASONS = Seasons(
    months=(0.96, 1.00, 1.08, 1.02, 1.04, 1.02, 0.84, 0.76, 1.04, 1.10, 1.14, 1.00),
    ramadan=0.60,
    eid=0.08,
    quarter_push=2.2,
    growth=0.12,
    shock=0.06,
    memory=0.4,
)
AMOUNTS = Amounts(spread=0.30, revision=0.06, discount=0.10, known="from creation")
AGEING = 0.30
ABANDONED = 0.012


def build_sample_company(scale: float, seed: int) -> Company:
    """`scale` times as many deals, and as many more sellers as the root of it."""
    return Company(
        name=NAME,
        currency=CURRENCY,
        start=START,
        as_of=AS_OF,
        deals=max(1, round(DEALS * scale)),
        stages=STAGES,
        regions=REGIONS,
        products=PRODUCTS,
        segments=SEGMENTS,
        sellers=_build_sellers(scale, seed),
        seasons=SEASONS,
        amounts=AMOUNTS,
        ageing=AGEING,
        abandoned=ABANDONED,
    )


def _product(
    code: str, name: str, family: str, weights: tuple[float, float, float], *prices: PriceChange
) -> Product:
    weight, loss_odds, days = weights
    return Product(code, name, family, weight, loss_odds, days, prices)


PRODUCTS = (
    _product(
        "LEDGER-CORE", "Ledger Core", "Software", (0.24, 0.95, 1.0),
        PriceChange(BEGINNING, 3_600), PriceChange(date(2025, 1, 1), 3_800),
        PriceChange(date(2026, 4, 1), 3_950),
    ),
    _product(
        "HARBOUR-SUITE", "Harbour Suite", "Software", (0.16, 1.05, 1.2),
        PriceChange(BEGINNING, 5_400), PriceChange(date(2025, 7, 1), 5_800),
    ),
    _product(
        "FIELDBOOK", "Fieldbook", "Software", (0.17, 1.00, 0.9),
        PriceChange(BEGINNING, 2_700), PriceChange(date(2024, 10, 1), 2_500),
    ),
    _product(
        "LAUNCH-PACK", "Launch Package", "Delivery", (0.14, 0.90, 0.8),
        PriceChange(BEGINNING, 3_100), PriceChange(date(2026, 1, 1), 3_300),
    ),
    _product(
        "MIGRATION", "Data Migration", "Delivery", (0.09, 1.10, 1.0),
        PriceChange(BEGINNING, 4_200),
    ),
    _product(
        "CARE-BASIC", "Care Basic", "Support", (0.12, 0.85, 0.7),
        PriceChange(BEGINNING, 2_100), PriceChange(date(2025, 4, 1), 2_200),
    ),
    _product(
        "PREMIUM-DESK", "Premium Desk", "Support", (0.08, 1.00, 1.0),
        PriceChange(BEGINNING, 4_800), PriceChange(date(2025, 10, 1), 5_100),
    ),
)  # fmt: skip


def _build_sellers(scale: float, seed: int) -> tuple[Seller, ...]:
    regions = [region.name for region in REGIONS]
    named = [
        Seller(
            id=row["id"],
            name=row["name"],
            region=regions.index(row["region"]),
            team=row["team"],
            skill=float(row["skill"]),
            diligence=float(row["diligence"]),
        )
        for row in read_rows("sellers.csv")
    ]
    wanted = round(SELLERS * max(1.0, scale) ** 0.5)
    return (*named, *_invent_sellers(named, wanted - len(named), seed))


def _invent_sellers(named: list[Seller], count: int, seed: int) -> list[Seller]:
    """Further sellers of the same teams, for companies larger than the sample."""
    rng = np.random.default_rng([seed, 2])
    given, family = load_words("given", "latin").written, load_words("family", "latin").written
    return [
        Seller(
            id=f"R-{1_001 + number}",
            name=f"{given[number % len(given)]} {family[(number * 7 + number // 30) % len(family)]}"
            + (f" {number // 900 + 1}" if number >= 900 else ""),
            region=named[number % len(named)].region,
            team=named[number % len(named)].team,
            skill=float(rng.normal(0, 0.25)),
            diligence=float(rng.uniform(0.45, 1.0)),
        )
        for number in range(count)
    ]
