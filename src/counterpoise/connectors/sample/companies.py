"""Draws plausible companies: small and large, quick and slow, growing and shrinking, seasonal or
not, with and without Ramadan, quarter-end pushes, amounts that are known early or only when won.
"""

from datetime import date, timedelta

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
from counterpoise.domain.values.period import add_months, first_of_month

STAGE_NAMES = ("Prospecting", "Qualified", "Proposal", "Negotiation")
REGION_NAMES = ("Gulf", "Levant & Egypt", "Europe", "North Africa")
SEGMENTS = (("Small", 0.5, 1.1, 0.8, 4.0), ("Mid-market", 0.35, 1.0, 1.0, 12.0))
ENTERPRISE = ("Enterprise", 0.15, 0.9, 1.4, 36.0)
WEEKEND = (5, 6)
FIRST_DAY = date(1990, 1, 1)


def draw_company(seed: int, *, size: int | None, months: int | None, as_of: date) -> Company:
    """The company of a seed. What is given is not drawn, and changes nothing of the rest."""
    rng = np.random.default_rng([seed, 0])
    deals = round(float(np.exp(rng.uniform(np.log(700), np.log(6_000)))))
    history = int(rng.integers(18, 49))
    start = add_months(first_of_month(as_of + timedelta(days=1)), -(months or history))
    regions = _draw_regions(rng)
    return Company(
        name=f"Company {seed}",
        currency="USD",
        start=start,
        as_of=as_of,
        deals=size or deals,
        stages=_draw_stages(rng),
        regions=regions,
        products=_draw_products(rng, start, as_of),
        segments=tuple(Segment(*each) for each in (*SEGMENTS, ENTERPRISE)),
        sellers=_draw_sellers(rng, len(regions)),
        seasons=_draw_seasons(rng),
        amounts=_draw_amounts(rng),
        ageing=float(rng.uniform(-0.2, 0.6)),
        abandoned=float(rng.uniform(0.0, 0.015)),
    )


def _draw_stages(rng: np.random.Generator) -> tuple[Stage, ...]:
    """30 to 160 working days from creation to winning; a quarter to two thirds are won."""
    whole = float(np.exp(rng.uniform(np.log(30), np.log(160))))
    shares = rng.dirichlet((3.0, 4.0, 4.0, 3.0))
    win_rate = float(rng.uniform(0.25, 0.65))
    losses = 1 - win_rate ** rng.dirichlet((4.0, 4.0, 4.0, 4.0))
    shapes = rng.uniform(0.8, 1.6, len(STAGE_NAMES))
    return tuple(
        Stage(name, whole * float(share), float(shape), float(loss))
        for name, share, shape, loss in zip(STAGE_NAMES, shares, shapes, losses, strict=True)
    )


def _draw_regions(rng: np.random.Generator) -> tuple[Region, ...]:
    count = int(rng.integers(1, len(REGION_NAMES) + 1))
    weights = rng.dirichlet(np.full(count, 4.0))
    observes = bool(rng.random() < 0.5)
    return tuple(
        Region(
            name=REGION_NAMES[number],
            weight=float(weights[number]),
            loss_odds=float(np.exp(rng.normal(0, 0.2))),
            days=float(np.exp(rng.normal(0, 0.15))),
            ramadan=1.0 if observes and REGION_NAMES[number] != "Europe" else 0.0,
            weekend=WEEKEND,
        )
        for number in range(count)
    )


def _draw_products(rng: np.random.Generator, start: date, as_of: date) -> tuple[Product, ...]:
    count = int(rng.integers(2, 9))
    weights = rng.dirichlet(np.full(count, 2.0))
    changed = start + (as_of - start) * float(rng.uniform(0.2, 0.8))
    return tuple(
        _draw_product(rng, number, float(weight), changed) for number, weight in enumerate(weights)
    )


def _draw_product(rng: np.random.Generator, number: int, weight: float, changed: date) -> Product:
    price = round(float(np.exp(rng.normal(np.log(900), 0.8))), 2)
    later = round(price * float(rng.uniform(0.95, 1.12)), 2)
    return Product(
        code=f"P-{number + 1:02d}",
        name=f"Product {number + 1}",
        family=f"Family {number % 3 + 1}",
        weight=weight,
        loss_odds=float(np.exp(rng.normal(0, 0.25))),
        days=float(np.exp(rng.normal(0, 0.2))),
        prices=(PriceChange(FIRST_DAY, price), PriceChange(changed, later)),
    )


def _draw_sellers(rng: np.random.Generator, regions: int) -> tuple[Seller, ...]:
    count = int(rng.integers(2 * regions, 12 * regions + 1))
    return tuple(
        Seller(
            id=f"R-{number + 1:02d}",
            name=f"Seller {number + 1}",
            region=number % regions,
            team=f"Team {number % regions + 1}",
            skill=float(rng.normal(0, 0.3)),
            diligence=float(rng.uniform(0.4, 1.0)),
        )
        for number in range(count)
    )


def _draw_seasons(rng: np.random.Generator) -> Seasons:
    """Half of the companies know no season to speak of, a third no push at quarter ends."""
    strength = float(rng.choice((0.03, rng.uniform(0.1, 0.35))))
    wave = np.sin(2 * np.pi * (np.arange(12) / 12 + rng.random()))
    months = np.exp(strength * wave + rng.normal(0, strength / 4, 12))
    pushes = rng.random() < 2 / 3
    return Seasons(
        months=tuple(float(each) for each in months / months.mean()),
        ramadan=float(rng.uniform(0.5, 0.9)),
        eid=float(rng.uniform(0.05, 0.3)),
        quarter_push=float(rng.uniform(1.3, 2.8)) if pushes else 1.0,
        growth=float(rng.uniform(-0.15, 0.35)),
        shock=float(rng.uniform(0.0, 0.15)),
        memory=float(rng.uniform(0.0, 0.7)),
    )


def _draw_amounts(rng: np.random.Generator) -> Amounts:
    return Amounts(
        spread=float(rng.uniform(0.3, 0.9)),
        revision=float(rng.uniform(0.02, 0.2)),
        discount=float(rng.uniform(0.04, 0.2)),
        known="when won" if rng.random() < 0.2 else "from creation",
    )
