"""Judging what was counted: severities, reps who stand out, and the score."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.collect.findings import _FIXES, GENERAL_KIND, Problem, grade, write_fix
from counterpoise.domain.collect.health import (
    RepTally,
    SourceTally,
    Tally,
    judge,
    score_parts,
)
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.health import Example, Health, HealthPart

AS_OF = date(2026, 9, 30)
NO_ACCOUNT = Problem("opportunity", "account_id", "completeness", "key")
EXAMPLES = tuple(Example(f"D-{n}", "") for n in range(7))


def judged(*tallies, **rows):
    return judge(tallies, rows, load_defaults(), AS_OF)


def test_nothing_found_is_a_clean_build():
    assert judged(opportunity=10) == Health(score=100, findings=(), rows=10)


def test_a_build_without_rows_has_nothing_that_speaks_for_it():
    assert judged(opportunity=0) == Health(score=0, findings=(), rows=0)


@pytest.mark.parametrize(
    ("rows", "severity"),
    [
        pytest.param(1, "low", id="one in a thousand without an account is low"),
        pytest.param(10, "medium", id="one in a hundred is medium"),
        pytest.param(100, "high", id="one in ten is high"),
    ],
)
def test_severity(rows, severity):
    (finding,) = judged(Tally(NO_ACCOUNT, rows, 1_000, EXAMPLES), opportunity=1_000).findings
    assert (finding.severity, finding.rows, finding.share) == (severity, rows, rows / 1_000)
    assert finding.examples == EXAMPLES[:5]


@pytest.mark.parametrize(
    ("share", "severity"),
    [
        pytest.param("0.1", "high", id="at the border of high"),
        pytest.param("0.0999", "medium", id="just under high"),
        pytest.param("0.01", "medium", id="at the border of medium"),
        pytest.param("0.0099", "low", id="just under medium"),
    ],
)
def test_borders_of_severity(share, severity):
    assert grade(Decimal(share), Decimal("0.1"), Decimal("0.01")) == severity


@pytest.mark.parametrize(
    ("rep", "stands_out"),
    [
        pytest.param(
            RepTally("Lina", 20, 50, ()), True, id="two in five where one in ten is usual"
        ),
        pytest.param(RepTally("Lina", 4, 4, ()), False, id="four rows are no habit"),
        pytest.param(RepTally("Lina", 10, 50, ()), False, id="twice the usual is not more than it"),
        pytest.param(RepTally("Lina", 5, 24, ()), False, id="within what chance brings"),
    ],
)
def test_rep_who_stands_out_gets_a_finding(rep, stands_out):
    health = judged(Tally(NO_ACCOUNT, 100, 1_000, EXAMPLES, (rep,)), opportunity=1_000)
    assert [each.rep for each in health.findings] == ["", "Lina"][: 1 + stands_out]
    assert health.score == judged(Tally(NO_ACCOUNT, 100, 1_000, ()), opportunity=1_000).score


@pytest.mark.parametrize(
    ("rows", "counts", "score"),
    [
        pytest.param(100, {"opportunity": 1_000}, 90, id="high: a tenth of the rows lost"),
        pytest.param(50, {"opportunity": 1_000}, 98, id="medium weighs half, rounded to even"),
        pytest.param(4, {"opportunity": 1_000}, 100, id="low hardly shows"),
        pytest.param(1_000, {"opportunity": 1_000}, 0, id="all rows are wrong"),
        pytest.param(
            1_000, {"opportunity": 1_000, "rep": 5}, 20, id="a sound table beside counts a fifth"
        ),
    ],
)
def test_score(rows, counts, score):
    assert judged(Tally(NO_ACCOUNT, rows, 1_000, ()), **counts).score == score


def test_a_table_of_which_nothing_is_left_weighs_nothing():
    gone = Tally(NO_ACCOUNT, 10, 10, ())
    assert judged(gone, opportunity=0, rep=5).score == 100
    assert judged(gone, opportunity=0).score == 0


def test_gravest_findings_come_first():
    stale = Tally(Problem("opportunity", "updated_at", "stale"), 700, 1_000, EXAMPLES)
    few = Tally(NO_ACCOUNT, 2, 1_000, EXAMPLES)
    health = judged(few, stale, opportunity=1_000)
    assert [each.rule for each in health.findings] == ["stale", "completeness"]


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_more_faults_never_score_higher(some, more):
    def score(rows):
        tallies = (Tally(NO_ACCOUNT, rows, 2_000, ()),) if rows else ()
        return judged(*tallies, opportunity=2_000).score

    assert score(some + more) <= score(some)


@pytest.mark.parametrize(("rule", "kind"), list(_FIXES), ids=" ".join)
def test_every_fix_can_be_read(rule, kind):
    fix = str(write_fix(Problem("opportunity", "amount", rule, kind), 3, "x → y"))
    assert fix.endswith(".")
    assert "{" not in fix


def test_every_rule_has_words_for_rows_of_several_kinds():
    assert all((rule, kind) in _FIXES for rule, kind in GENERAL_KIND.items())
    assert set(GENERAL_KIND) == {rule for rule, _ in _FIXES}


def test_a_part_is_scored_over_its_own_rows():
    tally = Tally(
        NO_ACCOUNT,
        rows=2,
        looked_at=8,
        examples=EXAMPLES,
        reps=(RepTally("Lina", 2, 4, EXAMPLES),),
        sources=(SourceTally("odoo", 2, 2),),
    )
    counted = {
        ("table", "opportunity"): {"opportunity": 8},
        ("table", "lead"): {"lead": 0},
        ("source", "odoo"): {"opportunity": 2},
        ("rep", "Lina"): {"opportunity": 4, "account": 4},
        ("rep", "Omar"): {"opportunity": 4},
    }
    assert score_parts((tally,), counted, load_defaults(), AS_OF) == (
        HealthPart("table", "opportunity", score=75, rows=8, findings=1),
        HealthPart("source", "odoo", score=0, rows=2, findings=1),
        HealthPart("rep", "Lina", score=60, rows=8, findings=1),
        HealthPart("rep", "Omar", score=100, rows=4, findings=0),
    )
