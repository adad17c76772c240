"""Attainment by every part that a target names, and the refusal where none does."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure import plain
from counterpoise.domain.measure.question import Question
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.measure.targets import NoTarget
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.values.period import Period
from written_builds import at

Q1 = Period.parse("2026-Q1")
AS_OF = date(2026, 3, 31)


def won(number, owner, created, amount, **more):
    return {
        "source_id": number,
        "owner_id": owner,
        "status": "won",
        "stage": "Won",
        "created_at": at(created),
        "closed_at": at("2026-02-10"),
        "amount": Decimal(amount),
        **more,
    }


DEALS = (
    won("A", "R1", "2025-11-03", 600, segment="SMB", lead_source="web"),
    won("B", "R1", "2026-01-20", 200, segment="Enterprise", lead_source="fair"),
    won("C", "R2", "2026-01-25", 200, segment="SMB"),
)
REPS = (
    {"source_id": "R1", "name": "Amal", "team_id": "T1", "hired_on": date(2024, 5, 6)},
    {"source_id": "R2", "name": "Basil", "team_id": "T1", "hired_on": date(2026, 1, 7)},
)


def target(number, amount, **of):
    start = {"period_start": date(2026, 1, 1), "period_end": date(2026, 4, 1)}
    return {"source_id": f"Q{number}", "amount": Decimal(amount), **start, **of}


OF_REPS = (target(1, 1000, rep_id="R1"), target(2, 1000, rep_id="R2"))
OF_SEGMENTS = (target(3, 1600, segment="SMB"), target(4, 400, segment="Enterprise"))
OF_SOURCES = (target(5, 1200, lead_source="web"),)


def answer(name, *by, targets, names=True):
    tables = {
        "rep": REPS,
        "team": ({"source_id": "T1", "name": "North"},),
        "opportunity": DEALS,
        "target": targets,
    }
    rows = {table: [{"source": "crm", **row} for row in held] for table, held in tables.items()}
    settings = build_settings(load_defaults(), AS_OF, currencies={"USD"}, fold=fold)
    question = Question((name,) if names else (), by, Q1, AS_OF)
    found = plain.measure(rows, question, settings)
    return {tuple(label for _, label in each.by): each.value for each in found if each.name == name}


def shares(**written):
    return {(label,): value and Decimal(value) for label, value in written.items()}


@pytest.mark.parametrize(
    ("by", "targets", "expected"),
    [
        pytest.param("rep", OF_REPS, shares(Amal="0.8", Basil="0.2"), id="by rep"),
        pytest.param("team", OF_REPS, shares(North="0.5"), id="reps' targets add up to the team's"),
        pytest.param(
            "month", OF_REPS, {("2026-01",): 0, ("2026-02",): Decimal("1.607143"), ("2026-03",): 0},
            id="by month, the quarter's target by its days",
        ),
        pytest.param("segment", OF_SEGMENTS, shares(SMB="0.5", Enterprise="0.5"), id="by segment"),
        pytest.param("source", OF_SOURCES, {("",): None, ("fair",): None, ("web",): Decimal("0.5")},
                     id="by source of leads; what no target names has no share"),
        pytest.param("hire_quarter", OF_REPS,
                     {("2024-Q2",): Decimal("0.8"), ("2026-Q1",): Decimal("0.2")},
                     id="by the quarter that reps were hired in"),
    ],
)  # fmt: skip
def test_attainment_by_what_targets_name(by, targets, expected):
    assert answer("quota_attainment", by, targets=targets) == expected


@pytest.mark.parametrize(
    ("by", "targets"),
    [
        pytest.param("segment", OF_REPS, id="reps' targets say nothing of segments"),
        pytest.param("source", OF_SEGMENTS, id="nor segments' of sources"),
        pytest.param("rep", OF_SEGMENTS, id="nor segments' of reps"),
        pytest.param("created_quarter", OF_REPS, id="no target is of when deals were created"),
        pytest.param("rep", (), id="there is no target at all"),
    ],
)
def test_attainment_by_what_no_target_names_is_refused_and_nothing_is_spread(by, targets):
    with pytest.raises(NoTarget, match=f"No target is set by {by} .* ask for attainment_contrib"):
        answer("quota_attainment", by, targets=targets)
    assert answer("quota_attainment", by, targets=targets, names=False) == {}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param("created_quarter",
                     {("2025-Q4",): Decimal("0.3"), ("2026-Q1",): Decimal("0.2")},
                     id="what was created in the quarter itself brought two fifths"),
        pytest.param("segment", shares(SMB="0.4", Enterprise="0.1"), id="by segment"),
        pytest.param("rep", shares(Amal="0.4", Basil="0.1"), id="by rep"),
    ],
)  # fmt: skip
def test_parts_add_up_to_the_company_s_attainment(by, expected):
    found = answer("attainment_contribution", by, targets=OF_REPS)
    assert found == expected
    (whole,) = answer("quota_attainment", targets=OF_REPS).values()
    assert sum(found.values()) == whole == Decimal("0.5")


def test_without_a_target_nothing_contributes():
    assert answer("attainment_contribution", targets=()) == {(): None}
