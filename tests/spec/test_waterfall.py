"""The pipeline waterfall, told of deals that can be followed by hand."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.plain_waterfall import measure_waterfall
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.measure.waterfall import (
    InvalidWindow,
    Step,
    UnknownSplit,
    Window,
    add_up,
)
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.values.period import Period
from written_builds import at

D = Decimal
MARCH = Window(date(2026, 3, 1), date(2026, 4, 1))
CREATED = at("2026-02-10")
LAST = at("2026-06-01")  # something later, so that the log speaks for all of March


def deal(**said):
    return {
        "source": "crm",
        "source_id": "D1",
        "owner_id": "R1",
        "stage": "Proposal",
        "status": "open",
        "amount": D(100),
        "currency": "USD",
        "expected_close_on": date(2026, 3, 20),
        "created_at": CREATED,
        "updated_at": LAST,
        **said,
    }


def change(attribute, when, before, after, origin="history", key=""):
    return {
        "source": "crm",
        "source_id": f"{when}{attribute}{key}",
        "opportunity_id": "D1",
        "changed_at": at(when),
        "attribute": attribute,
        "value_before": before,
        "value_after": after,
        "origin": origin,
    }


def tell(record, *changes, window=MARCH, **tables):
    found = build_settings(load_defaults(), date(2026, 3, 31), currencies={"USD"}, fold=fold)
    rows = {"opportunity": [record], "opportunity_change": list(changes), **tables}
    return add_up(window, measure_waterfall(rows, window, found), "USD")


def say(record, *changes, window=MARCH, label="", **tables):
    """start, movements as `kind amount`, end."""
    part = tell(record, *changes, window=window, **tables).find_part(label)
    moved = [f"{line.kind} {line.money}" for line in part.lines if line.n]
    return part.start, moved, part.end


PRICED = change("amount", "2026-02-10", None, "100")
DUE = change("expected_close_on", "2026-02-10", None, "2026-03-20")


@pytest.mark.parametrize(
    ("record", "changes", "told"),
    [
        pytest.param(
            deal(), [PRICED], (D(100), [], D(100)), id="a deal that nothing happens to is open"
        ),
        pytest.param(
            deal(created_at=at("2026-03-05")),
            [change("amount", "2026-03-05", None, "100")],
            (D(0), ["created 100.00"], D(100)),
            id="a deal created with its amount comes in whole",
        ),
        pytest.param(
            deal(created_at=at("2026-03-05")),
            [change("amount", "2026-03-07", None, "100")],
            (D(0), ["created 0.00", "priced 100.00"], D(100)),
            id="a first amount is no rise",
        ),
        pytest.param(
            deal(amount=D(130)),
            [
                PRICED,
                change("amount", "2026-03-03", "100", "250"),
                change("amount", "2026-03-04", "250", "130"),
            ],
            (D(100), ["up 150.00", "down -120.00"], D(130)),
            id="up and down again are two movements, not one of the difference",
        ),
        pytest.param(
            deal(amount=None),
            [PRICED, change("amount", "2026-03-03", "100", "")],
            (D(100), ["down -100.00"], D(0)),
            id="an amount that is cleared goes down",
        ),
        pytest.param(
            deal(status="won", stage="Closed Won", closed_at=at("2026-03-09")),
            [PRICED, change("amount", "2026-03-09", "100", "90")],
            (D(100), ["down -10.00", "won -90.00"], D(0)),
            id="a discount at the closing is seen before the win",
        ),
        pytest.param(
            deal(status="lost", stage="Closed Lost", closed_at=at("2026-03-20")),
            [
                PRICED,
                change("status", "2026-03-02", "open", "lost"),
                change("status", "2026-03-10", "lost", "open"),
                change("status", "2026-03-19", "open", "lost"),
            ],
            (D(100), ["reopened 100.00", "lost -200.00"], D(0)),
            id="lost, taken up again and lost counts every time; the last by its record",
        ),
        pytest.param(
            deal(),
            [
                PRICED,
                change("stage", "2026-03-02", "Proposal", "Closed Lost"),
                change("stage", "2026-03-10", "Closed Lost", "Fourth talk"),
            ],
            (D(100), ["reopened 100.00", "lost -100.00"], D(100)),
            id="a history of stages tells of a closing as well",
        ),
        pytest.param(
            deal(status="won", stage="Fertig", closed_at=at("2026-03-20")),
            [
                PRICED,
                change("stage", "2026-03-02", "Proposal", "Fertig"),
                change("stage", "2026-03-10", "Fertig", "Proposal"),
            ],
            (D(100), ["reopened 100.00", "won -200.00"], D(0)),
            id="a stage that no rule names is what the record is while it stands in it",
        ),
        pytest.param(
            deal(),
            [PRICED, change("status", "2026-03-02", "open", "lost")],
            (D(100), [], D(100)),
            id="a closing that the record knows nothing of does not count",
        ),
        pytest.param(
            deal(status="won", stage="Closed Won", closed_at=at("2026-03-20")),
            [
                PRICED,
                change("status", "2026-03-02", "open", "lost"),
                change("status", "2026-03-20", "lost", "won"),
            ],
            (D(100), ["reopened 100.00", "won -100.00", "lost -100.00"], D(0)),
            id="a lost deal that is won comes back first",
        ),
        pytest.param(
            deal(deleted_at=at("2026-03-12")),
            [PRICED],
            (D(100), ["deleted -100.00"], D(0)),
            id="a deleted deal leaves",
        ),
        pytest.param(
            deal(status="won", stage="Closed Won", closed_at=None),
            [],
            (D(0), [], D(0)),
            id="a closing that nobody dated is not told",
        ),
        pytest.param(
            deal(created_at=at("2026-04-02")),
            [],
            (D(0), [], D(0)),
            id="a deal of April is not there in March",
        ),
    ],
)
def test_a_deal_is_told(record, changes, told):
    assert say(record, *changes) == told


DUE_IN_MARCH = Window(MARCH.start, MARCH.end, due=Period.parse("2026-03"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param([DUE], (D(100), [], D(100)), id="due in March and nothing moved"),
        pytest.param(
            [DUE, change("expected_close_on", "2026-03-11", "2026-03-20", "2026-05-02")],
            (D(100), ["pushed_out -100.00"], D(0)),
            id="put off until May: pushed out",
        ),
        pytest.param(
            [
                change("expected_close_on", "2026-02-10", None, "2026-05-02"),
                change("expected_close_on", "2026-03-11", "2026-05-02", "2026-03-31"),
                change("expected_close_on", "2026-03-12", "2026-03-31", "soon"),
                change("expected_close_on", "2026-03-13", "soon", "2026-03-01"),
            ],
            (D(0), ["pulled_in 200.00", "pushed_out -100.00"], D(100)),
            id="pulled in, out again without a day, and in again",
        ),
    ],
)
def test_a_closing_day_that_moves_brings_a_deal_in_or_out(changes, told):
    assert say(deal(), PRICED, *changes, window=DUE_IN_MARCH) == told


def test_a_deal_that_was_due_elsewhere_is_closed_without_a_movement():
    elsewhere = change("expected_close_on", "2026-02-10", None, "2026-05-02")
    won = deal(status="won", stage="Won", closed_at=at("2026-03-05"))
    assert say(won, PRICED, elsewhere, window=DUE_IN_MARCH) == (D(0), [], D(0))


REPS = [
    {"source": "crm", "source_id": "R1", "name": "Amal"},
    {"source": "crm", "source_id": "R2", "name": "Basil"},
]
HANDED = [
    change("owner_id", "2026-03-05", "R2", "R1"),
    change("owner_id", "2026-03-06", "", "R1"),  # nobody knows who had it: no movement
]


def test_a_deal_that_is_handed_on_leaves_one_and_comes_to_the_other():
    by_rep = Window(MARCH.start, MARCH.end, by="rep")
    told = {"window": by_rep, "rep": REPS}
    basil = say(deal(), PRICED, *HANDED, label="Basil", **told)
    amal = say(deal(), PRICED, *HANDED, label="Amal", **told)
    assert basil == (D(100), ["reassigned_out -100.00"], D(0))
    assert amal == (D(0), ["reassigned_in 100.00"], D(100))
    assert say(deal(), PRICED, *HANDED, rep=REPS) == (D(100), [], D(100))


def test_a_deal_that_moves_to_another_product_is_told_by_product():
    moved = change("product_id", "2026-03-05", "P1", "P2")
    by_product = Window(MARCH.start, MARCH.end, by="product")
    told = say(deal(product_id="P2"), PRICED, moved, window=by_product, label="P1")
    assert told == (D(100), ["reassigned_out -100.00"], D(0))


def test_an_amount_of_which_no_history_is_kept_counts_from_when_it_was_known():
    loaded = change("amount", "2026-03-15", None, "100", origin="dates")
    assert say(deal(updated_at=CREATED), loaded) == (D(100), [], D(100))
    assert say(deal(), loaded) == (D(0), ["priced 100.00"], D(100))


def test_rounding_leaves_no_cent_over():
    third = D("0.335")
    steps = [Step("", at_, "EUR", third, D("0.1"), 1, 1) for at_ in ("start", "created", "up")]
    steps.append(Step("", "end", "EUR", third, D("0.3"), 3, 3))
    found = add_up(MARCH, steps, "USD")
    (whole,), (euro,) = found.parts, found.currencies
    assert (whole.start, [line.money for line in whole.lines if line.n], whole.end) == (
        D("0.03"), [D("0.04"), D("0.03")], D("0.10"),
    )  # fmt: skip
    assert (euro.currency, euro.start, euro.end, euro.end_deals) == ("EUR", D("0.10"), D("0.30"), 3)


def test_what_is_not_split_has_a_waterfall_even_where_nothing_ever_happened():
    found = add_up(MARCH, [], "USD")
    assert [(each.label, each.start, each.end) for each in found.parts] == [("", D(0), D(0))]
    assert found.find_part("Gulf") is None
    assert add_up(Window(MARCH.start, MARCH.end, by="rep"), [], "USD").parts == ()


def test_a_window_without_a_day_is_refused():
    with pytest.raises(InvalidWindow, match="2026-03-01"):
        Window(date(2026, 3, 1), date(2026, 3, 1))


def test_a_split_that_there_is_none_of_is_refused():
    with pytest.raises(UnknownSplit, match="rep, team"):
        Window(MARCH.start, MARCH.end, by="mood")
