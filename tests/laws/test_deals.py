"""What was known on a day never depends on what happened later."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.tables.deals import (
    STILL_OPEN,
    ChangeLog,
    Deals,
    Dimension,
    day_number,
    day_of,
)

START = date(2026, 1, 1)
DAYS = 120


@st.composite
def companies(draw):
    """A few deals with closings and amount changes on any day, some after the last day."""
    count = draw(st.integers(1, 12))
    day = st.integers(0, DAYS)
    created = np.array([draw(day) for _ in range(count)], dtype=np.int32)
    lasted = [draw(st.one_of(st.none(), st.integers(0, DAYS))) for _ in range(count)]
    closed = [STILL_OPEN if n is None else int(c) + n for c, n in zip(created, lasted, strict=True)]
    changes = sorted(
        (int(created[deal]) + draw(day), deal, draw(st.floats(1, 9)))
        for deal in (draw(st.integers(0, count - 1)) for _ in range(draw(st.integers(0, 20))))
    )
    base = day_number(START)
    log = ChangeLog(
        np.array([deal for _, deal, _ in changes], dtype=np.int32),
        np.array([when + base for when, _, _ in changes], dtype=np.int32),
        np.array([value for _, _, value in changes]),
    )
    return Deals(
        as_of=START + timedelta(days=3 * DAYS),
        currency="USD",
        ids=np.array([f"deal {n}" for n in range(count)], dtype=object),
        created=created + base,
        closed=np.array([c if c == STILL_OPEN else c + base for c in closed], dtype=np.int32),
        won=np.array([c != STILL_OPEN and draw(st.booleans()) for c in closed]),
        amounts=log,
        stages=log,
        dues=log,
        touches=log,
        stage_labels=tuple("0123456789"),
        dimensions={"region": Dimension(("North",), np.zeros(count, dtype=np.int32))},
        removed=draw(removals(created + base)),
    )


@st.composite
def removals(draw, created):
    """None where nobody removed anything, as in most companies."""
    lasted = [draw(st.one_of(st.none(), st.integers(0, DAYS))) for _ in created]
    if not draw(st.booleans()):
        return None
    days = [STILL_OPEN if n is None else c + n for c, n in zip(created, lasted, strict=True)]
    return np.array(days, dtype=np.int32)


def describe(deals):
    """All that a forecast could see, as plain values."""
    logs = [
        (log.deal.tolist(), log.day.tolist(), log.value.tolist())
        for log in (deals.amounts, deals.stages, deals.dues, deals.touches)
    ]
    columns = [column.tolist() for column in (deals.ids, deals.created, deals.closed, deals.won)]
    shown = (
        np.nan_to_num(deals.amount, nan=-1).tolist(),
        np.nan_to_num(deals.stage, nan=-1).tolist(),
    )
    return columns, logs, shown, deals.dimensions["region"].codes.tolist()


@given(companies(), st.integers(0, DAYS), st.integers(0, DAYS))
def test_looking_back_twice_is_looking_back_once(deals, first, second):
    early, late = sorted((START + timedelta(days=first), START + timedelta(days=second)))
    assert describe(deals.known_on(late).known_on(early)) == describe(deals.known_on(early))


@given(companies(), st.integers(0, DAYS))
def test_nothing_known_lies_after_the_day(deals, offset):
    day = START + timedelta(days=offset)
    known = deals.known_on(day)
    number = day_number(day)
    assert known.as_of == day
    assert (known.created <= number).all()
    assert ((known.closed <= number) | known.is_open).all()
    assert (known.amounts.day <= number).all()
    assert not (known.won & known.is_open).any()


@given(companies(), st.integers(0, DAYS))
def test_what_happens_later_changes_nothing(deals, offset):
    day = START + timedelta(days=offset)
    number = day_number(day)
    later = deals.closed > number
    other = Deals(
        as_of=deals.as_of,
        currency=deals.currency,
        ids=deals.ids,
        created=deals.created,
        closed=np.where(later & (deals.created <= number), number + 7, deals.closed),
        won=np.where(later, ~deals.won, deals.won),
        amounts=deals.amounts,
        stages=deals.stages,
        dues=deals.dues,
        touches=deals.touches,
        stage_labels=deals.stage_labels,
        dimensions=deals.dimensions,
        removed=_remove_later(deals.removed, number),
    )
    assert describe(other.known_on(day)) == describe(deals.known_on(day))


def _remove_later(removed, number):
    return None if removed is None else np.where(removed > number, number + 3, removed)


@given(companies(), st.integers(0, DAYS))
def test_a_removed_deal_is_seen_until_the_day_before(deals, offset):
    day = START + timedelta(days=offset)
    number = day_number(day)
    there = deals.created <= number
    if deals.removed is not None:
        there &= deals.removed > number
    assert deals.known_on(day).ids.tolist() == deals.ids[there].tolist()


@given(st.integers(-40_000, 80_000))
def test_day_numbers_round_trip(number):
    assert day_number(day_of(number)) == number


def test_as_many_deals_as_ids():
    log = ChangeLog(*(np.array([], dtype=np.int32),) * 2, np.array([]))
    none = np.array([], dtype=np.int32)
    deals = Deals(START, "", np.array([], dtype=object), none, none, none, log, log, (), {})
    assert len(deals) == 0
