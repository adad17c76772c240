"""What must hold of volumes whatever the leads: nothing from later, nothing lost between parts."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterpoise.domain.demand import conversion
from counterpoise.domain.demand.conversion import Cohort
from counterpoise.domain.demand.counts import LEVELS, read_quantiles, thin
from counterpoise.domain.tables.deals import STILL_OPEN, day_number
from volume_company import make_leads

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""However busy the machine is."""
START = date(2026, 1, 1)
offsets = st.integers(0, 60)
leads = st.lists(
    st.tuples(offsets, st.sampled_from("AB"), st.none() | offsets, st.none() | offsets),
    min_size=1,
    max_size=25,
)


def build(rows, as_of=date(2026, 12, 31)):
    def day(offset):
        return None if offset is None else START + timedelta(days=offset)

    return make_leads(
        [
            (
                day(came),
                source,
                None,
                None if after is None else day(came + after),
                None,
                None if gone is None else day(came + 1 + gone),
            )
            for came, source, after, gone in rows
        ],
        as_of,
    )


def learn(known, prior=5.0, limit=30):
    cohort = Cohort(known.created, known.converted, known.source.codes, len(known.source.labels))
    return conversion.learn(cohort, today=day_number(known.as_of), limit=limit, prior=prior)


@calmly
@given(leads, st.integers(0, 130))
def test_the_share_that_got_further_only_grows_with_age_and_is_a_share(rows, day):
    known = build(rows).known_on(START + timedelta(days=day))
    if len(known):
        reached = learn(known).reached
        assert (np.diff(reached, axis=1) >= -1e-12).all()
        assert ((reached >= 0) & (reached <= 1)).all()


@calmly
@given(leads, leads, st.integers(0, 60))
def test_whatever_happens_after_the_day_changes_nothing(rows, others, day):
    """Leads that come in later, and what becomes of the others later, are not known."""
    evening = START + timedelta(days=day)
    later = [(came + day + 1, *rest) for came, *rest in others]
    changed = [
        (came, source, None if after is None or came + after > day else after,
         None if gone is None or came + 1 + gone > day else gone)
        for came, source, after, gone in rows
    ]  # fmt: skip
    one, two = build(rows).known_on(evening), build([*changed, *later]).known_on(evening)
    for name in ("created", "qualified", "converted", "won", "removed"):
        assert getattr(one, name).tolist() == getattr(two, name).tolist()
    assert one.known_on(evening).created.tolist() == one.created.tolist()


@calmly
@given(leads)
def test_borrowing_nothing_a_source_alone_is_its_share(rows):
    """All were watched to the end: then the share is a mere share."""
    known = build([(came, "A", after, None) for came, _, after, _ in rows])
    found = learn(known, prior=0.0, limit=100)
    came = (known.converted != STILL_OPEN).sum()
    assert abs(found.reached[0, -1] - came / len(known)) < 1e-9


@calmly
@given(st.integers(0, 500), st.lists(st.floats(0, 1), min_size=1, max_size=5), st.integers(0, 99))
def test_no_lead_falls_into_two_windows(count, shares, seed):
    total = sum(shares) or 1.0
    chances = np.tile(np.array(shares) / max(total, 1.0), (20, 1))
    fallen = thin(np.full(20, float(count)), chances, np.random.default_rng(seed))
    assert (fallen.sum(axis=1) <= count).all()
    assert (fallen >= 0).all()


@calmly
@given(
    st.lists(st.decimals(0, 1000, places=2), min_size=5, max_size=5),
    st.decimals(0, 1000, places=2),
)
def test_what_is_drawn_of_quantiles_is_never_below_nothing_and_has_the_mean(levels, mean):
    quantiles = np.array(sorted(map(float, levels)))[:, None]
    place = ((np.arange(200) + 0.5) / 200)[:, None]
    drawn = read_quantiles(np.array([float(mean)]), quantiles, place)
    assert len(LEVELS) == 5
    assert (drawn >= 0).all()
    if quantiles.max() > 0:
        assert abs(drawn.mean() - float(mean)) <= 1e-6 * max(1.0, float(Decimal(mean)))
