"""A company that wins where region and lead source fit each other, which neither tells alone."""

from datetime import date

import numpy as np

from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import (
    ChangeLog,
    Deals,
    Dimension,
    day_number,
)
from counterpoise.domain.values.period import Period

AS_OF = date(2026, 6, 30)
PERIOD = Period.parse("2026-Q3")
LAST = day_number(AS_OF)
CHALLENGED = {"challenger.deals": "yes", "demand.backtest_origins": "4", "demand.paths": "100"}
DIMENSIONS = {"region": ("North", "South"), "source": ("fair", "web"), "product": ("one",)}


def build_deals(*, count=1_500, fit=0.95, as_of=AS_OF, seed=1, later=0):
    """fit: the share won where region and source are of one kind; as many are lost where not.

    Deals that fit and deals that do not close within the same days, and all ask the same. later:
    another number makes all that comes after AS_OF otherwise.
    """
    rng = np.random.default_rng(seed)
    created = np.sort(rng.integers(LAST - 800, LAST, count))
    region, source = rng.integers(0, 2, count), rng.integers(0, 2, count)
    closed = created + rng.integers(10, 90, count)
    won = rng.random(count) < np.where(region == source, fit, 1 - fit)
    if later:
        other = np.random.default_rng(later)
        is_after = closed > LAST
        closed = np.where(is_after, LAST + other.integers(1, 200, count), closed)
        won = np.where(is_after, other.random(count) < 0.5, won)
    codes = {"region": region, "source": source, "product": np.zeros(count)}
    whole = Deals(
        as_of=date(2027, 12, 31),
        currency="EUR",
        ids=np.array([f"D{number:04}" for number in range(count)], dtype=object),
        created=created.astype(np.int32),
        closed=closed.astype(np.int32),
        won=won,
        amounts=_log(created, rng.integers(90, 110, count)),
        stages=_log(created, np.zeros(count)),
        stage_labels=("Open",),
        dimensions={
            name: Dimension(labels, codes[name].astype(np.int32))
            for name, labels in DIMENSIONS.items()
        },
    )
    return whole.known_on(as_of)


def write_rules(**changes):
    """changes: by key, with __ for a point; over those of a challenged company."""
    said = CHALLENGED | {key.replace("__", "."): value for key, value in changes.items()}
    own = tuple(Rule(key, "", value, "", date(1970, 1, 2), "test") for key, value in said.items())
    return Rulebook((*load_defaults().rules, *own))


def _log(day, value):
    return ChangeLog(
        np.arange(len(day), dtype=np.int32), day.astype(np.int32), value.astype(np.float64)
    )
