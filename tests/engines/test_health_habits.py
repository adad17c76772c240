"""Habits that health finds though no single cell is wrong, and what is no habit."""

from datetime import date

import pytest

from engines.test_health import deal, find, open_deal
from written_builds import at

LEFT = (
    {"source_id": "R1", "name": "Lina"},
    {"source_id": "R2", "name": "Omar", "is_active": False},
)


def move(number, key, day, before="2026-10-01", after="2026-12-01", **other):
    return {
        "source_id": f"M{number:03}", "opportunity_id": key, "changed_at": at(day),
        "attribute": "expected_close_on", "value_before": before, "value_after": after,
        "origin": "history", **other,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reps", "found"),
    [
        pytest.param(LEFT, ("X",), id="no longer active"),
        pytest.param(
            (LEFT[0], {"source_id": "R2", "name": "Omar", "left_on": date(2026, 9, 1)}),
            ("X",),
            id="left",
        ),
        pytest.param(
            (LEFT[0], {"source_id": "R2", "name": "Omar", "left_on": date(2026, 10, 1)}),
            (),
            id="leaves tomorrow",
        ),
        pytest.param(
            (*LEFT, {**LEFT[1], "is_active": True, "source": "odoo"}), (), id="active elsewhere"
        ),
    ],
)  # fmt: skip
def test_open_deals_of_people_who_left_are_found(tmp_path, reps, found):
    deals = [open_deal("D1"), open_deal("X", owner_id="R2"), deal("W", owner_id="R2")]
    expected = {("owner_id", "habit"): found} if found else {}
    assert find(tmp_path, rep=reps, opportunity=deals) == expected


@pytest.mark.parametrize(
    ("at_month_end", "found"),
    [
        pytest.param(6, tuple(f"D{n:02}" for n in range(6)), id="six of thirty"),
        pytest.param(4, (), id="four of thirty"),
    ],
)
def test_closing_days_that_move_when_the_month_ends_are_found(tmp_path, at_month_end, found):
    deals = [open_deal(f"D{n:02}") for n in range(30)]
    changes = [
        move(n, f"D{n:02}", "2026-08-31 10:00" if n < at_month_end else "2026-08-14 10:00")
        for n in range(30)
    ]
    expected = {("expected_close_on", "habit"): found} if found else {}
    assert find(tmp_path, opportunity=deals, opportunity_change=changes) == expected


def test_closing_days_that_are_brought_forward_are_no_habit(tmp_path):
    deals = [open_deal(f"D{n:02}") for n in range(30)]
    changes = [
        move(n, f"D{n:02}", "2026-08-31 10:00", "2026-12-01", "2026-10-01") for n in range(30)
    ]
    assert find(tmp_path, opportunity=deals, opportunity_change=changes) == {}


@pytest.mark.parametrize(
    ("who", "minute", "found"),
    [
        pytest.param("R1", "10:00:%02d", True, id="one person within a minute"),
        pytest.param("", "10:00:%02d", False, id="an import has no person"),
        pytest.param("R1", "10:%02d:00", False, id="within half an hour"),
    ],
)
def test_many_deals_changed_at_once_are_found(tmp_path, who, minute, found):
    deals = [open_deal(f"D{n:02}") for n in range(30)]
    changes = [
        move(n, f"D{n:02}", f"2026-09-14 {minute % n}", changed_by=who or None) for n in range(30)
    ]
    expected = {("updated_at", "habit"): tuple(f"D{n:02}" for n in range(30))} if found else {}
    assert find(tmp_path, opportunity=deals, opportunity_change=changes) == expected


@pytest.mark.parametrize(
    ("others", "found"),
    [
        pytest.param(12_345, ("X",), id="where others are not round"),
        pytest.param(20_000, (), id="where all are"),
    ],
)
def test_amounts_that_are_a_round_guess_are_found(tmp_path, others, found):
    deals = [
        *(open_deal(f"D{n:02}", amount=others + 0) for n in range(60)),
        open_deal("X", amount=30_000),
    ]
    expected = {("amount", "habit"): found} if found else {}
    assert find(tmp_path, opportunity=deals) == expected
