"""What must hold of scores of leads, whatever the leads."""

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.demand.lead_record import find_auc
from counterpoise.domain.demand.lead_scores import score_leads
from scored_company import AS_OF, RULES, list_rows, make_records

ROWS = list_rows()
chances = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), max_size=30)
later = st.lists(
    st.tuples(st.integers(0, len(ROWS) - 1), st.integers(1, 60), st.booleans()), max_size=20
)


@given(chances)
def test_auc_is_the_share_of_pairs_in_order(rows):
    happened = [said for said, came in rows if came]
    others = [said for said, came in rows if not came]
    pairs = [(one > other) + (one == other) / 2 for one in happened for other in others]
    said, came = np.array([each[0] for each in rows]), np.array([each[1] for each in rows], bool)
    found = find_auc(said, came)
    assert found is None if not pairs else abs(found - sum(pairs) / len(pairs)) < 1e-9


@settings(max_examples=10)
@given(later)
def test_nothing_after_the_day_tells_anything(changes):
    """Leads that end or are called later are as open as they were."""
    rows = [dict(row) for row in ROWS]
    for place, days, won in changes:
        if rows[place]["ended"] is None:
            rows[place] |= {"ended": AS_OF + timedelta(days=days), "won": won}
    looked_at = make_records(rows, AS_OF + timedelta(days=90)).history.known_on(AS_OF)
    plain = make_records()
    again = score_leads(type(plain)(looked_at, plain.cards, 0), RULES)
    assert again == score_leads(plain, RULES)
