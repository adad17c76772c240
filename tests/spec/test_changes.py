"""History of deals whose source keeps none: from their dates, then from load to load."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from counterpoise.domain.collect.changes import Change, Deal, list_changes, write_key

LOADED = datetime(2026, 6, 1, 9, tzinfo=UTC)
CREATED = datetime(2026, 1, 10, tzinfo=UTC)
ENTERED = datetime(2026, 3, 5, tzinfo=UTC)
CLOSED = datetime(2026, 4, 20, tzinfo=UTC)
OPEN = Deal(
    opportunity_id="O-1",
    stage="Proposal",
    status="open",
    amount=Decimal(5000),
    owner_id="Layla",
    probability=0.4,
    created_at=CREATED,
)
WON = replace(OPEN, stage="Won", status="won", closed_at=CLOSED)


def dated(*rows):
    return tuple(Change("O-1", *row, "dates") for row in rows)


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        pytest.param(
            OPEN,
            dated(
                ("stage", CREATED, None, "created"),
                ("status", CREATED, None, "open"),
                ("stage", LOADED, "created", "Proposal"),
                ("amount", LOADED, None, "5000.0000"),
            ),
            id="an open deal's stage and amount are known from the load on",
        ),
        pytest.param(
            replace(OPEN, stage_entered_at=ENTERED),
            dated(
                ("stage", CREATED, None, "created"),
                ("status", CREATED, None, "open"),
                ("stage", ENTERED, "created", "Proposal"),
                ("amount", LOADED, None, "5000.0000"),
            ),
            id="a stage is known from the day the deal entered it",
        ),
        pytest.param(
            replace(OPEN, stage_entered_at=CREATED, amount=None),
            dated(("status", CREATED, None, "open"), ("stage", CREATED, None, "Proposal")),
            id="a deal that still is where it began has one stage",
        ),
        pytest.param(
            WON,
            dated(
                ("stage", CREATED, None, "created"),
                ("status", CREATED, None, "open"),
                ("stage", CLOSED, "created", "Won"),
                ("status", CLOSED, "open", "won"),
                ("amount", CLOSED, None, "5000.0000"),
            ),
            id="a closed deal got its stage, status and amount on closing",
        ),
        pytest.param(
            replace(WON, created_at=None),
            dated(
                ("stage", CLOSED, None, "Won"),
                ("status", CLOSED, None, "won"),
                ("amount", CLOSED, None, "5000.0000"),
            ),
            id="without a creation day the closing is the first that is known",
        ),
        pytest.param(
            replace(WON, created_at=CLOSED, closed_at=CREATED),
            dated(
                ("stage", CREATED, None, "Won"),
                ("status", CREATED, None, "won"),
                ("amount", CREATED, None, "5000.0000"),
            ),
            id="closed before it was created: the earlier day holds",
        ),
        pytest.param(
            replace(WON, closed_at=None, updated_at=ENTERED, created_at=None, amount=None),
            dated(("stage", ENTERED, None, "Won"), ("status", ENTERED, None, "won")),
            id="closed on a day nobody wrote: the last update tells",
        ),
        pytest.param(
            replace(WON, closed_at=datetime(2027, 1, 1, tzinfo=UTC), created_at=None, amount=None),
            dated(("stage", LOADED, None, "Won"), ("status", LOADED, None, "won")),
            id="nothing is known before it could be",
        ),
        pytest.param(
            replace(OPEN, created_at=None, amount=None),
            dated(("stage", LOADED, None, "Proposal"), ("status", LOADED, None, "open")),
            id="an open deal without any date is known from the load on",
        ),
        pytest.param(
            replace(OPEN, status=None, amount=None),
            dated(
                ("stage", CREATED, None, "created"),
                ("stage", LOADED, "created", "Proposal"),
            ),
            id="a stage of which nobody knows what it means tells no status",
        ),
    ],
)
def test_a_deal_met_for_the_first_time(deal, expected):
    assert list_changes(None, deal, LOADED) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(OPEN, (), id="nothing changed"),
        pytest.param(
            replace(OPEN, amount=Decimal("5000.50"), owner_id=None),
            (("amount", LOADED, "5000.0000", "5000.5000"), ("owner_id", LOADED, "Layla", None)),
            id="a difference is known at the time of the load",
        ),
        pytest.param(
            replace(OPEN, probability=0.6, updated_at=ENTERED),
            (("probability", ENTERED, "0.400000", "0.600000"),),
            id="a difference is known from the update on",
        ),
        pytest.param(
            replace(
                OPEN,
                expected_close_on=date(2026, 9, 1),
                updated_at=datetime(2027, 1, 1, tzinfo=UTC),
            ),
            (("expected_close_on", LOADED, None, "2026-09-01"),),
            id="an update in the future is not believed",
        ),
        pytest.param(
            replace(OPEN, stage="Won", status="won", forecast_category="commit", product_id="P"),
            (
                ("stage", LOADED, "Proposal", "Won"),
                ("status", LOADED, "open", "won"),
                ("forecast_category", LOADED, None, "commit"),
                ("product_id", LOADED, None, "P"),
            ),
            id="a deal is won",
        ),
    ],
)
def test_a_deal_met_again(after, expected):
    found = list_changes(OPEN, after, LOADED)
    assert found == tuple(Change("O-1", *row, "difference") for row in expected)


def test_an_update_that_an_earlier_load_already_had_tells_nothing_of_this_change():
    before = replace(OPEN, updated_at=ENTERED)
    (change,) = list_changes(before, replace(before, stage="Demo"), LOADED)
    assert change.changed_at == LOADED


def test_a_change_is_named_by_deal_attribute_moment_and_place():
    change = Change("O-1", "stage", CREATED, None, "created", "dates")
    assert write_key(change, 2) == "O-1|stage|2026-01-10T00:00:00.000000Z|dates|2"
