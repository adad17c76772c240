"""Judges what was counted in a build: which findings there are, whose they are, and one score.

The warehouse counts, for each problem, the rows that have it among the rows looked at. Here each
count becomes a finding with a severity (rulebook health.severity: the shares from which it is high
and medium), at most five examples, and the fix.

A rep gets a finding of their own where their share of a problem is far above everybody's: at least
health.rep_rows rows, twice the share of all, and more than three standard errors above it. Of each
problem the health.reps_named reps with the most rows beyond the usual share are named.

Score: of each table that has rows, the soundness is the product over its findings of
1 - weight x share, where health.weight says how much a high, medium or low finding weighs. The
score is the mean of the tables' soundness, weighted by health.table_weight, times 100, rounded half
to even. A build without rows has a score of 0: nothing speaks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from counterpoise.domain.collect.findings import Problem, grade, write_fix
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.health import Example, Finding, Health, Severity

MAX_EXAMPLES = 5
_STANDARD_ERRORS = 3
_MULTIPLE = 2
_ORDER: dict[Severity, int] = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True, slots=True)
class RepTally:
    """One rep's part: `rows` with the problem among their `looked_at`."""

    rep: str
    rows: int
    looked_at: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """looked_at: rows of the table in which the problem was looked for."""

    problem: Problem
    rows: int
    looked_at: int
    examples: tuple[Example, ...]
    reps: tuple[RepTally, ...] = ()

    def __post_init__(self) -> None:
        assert 0 < self.rows <= self.looked_at, f"{self.rows} of {self.looked_at} rows"


def judge(
    tallies: tuple[Tally, ...], rows: Mapping[str, int], rulebook: Rulebook, as_of: date
) -> Health:
    """rows: of each table. Findings come gravest first, then by number of rows."""
    findings = tuple(_judge_all(tally, rulebook, as_of) for tally in tallies)
    theirs = [each for tally in tallies for each in _judge_reps(tally, rulebook, as_of)]
    return Health(
        score=_score(findings, rows, rulebook, as_of),
        findings=tuple(sorted((*findings, *theirs), key=_place)),
        rows=sum(rows.values()),
    )


def _judge_all(tally: Tally, rulebook: Rulebook, as_of: date) -> Finding:
    return _judge(tally.problem, (tally.rows, tally.looked_at), tally.examples, rulebook, as_of)


def _judge_reps(tally: Tally, rulebook: Rulebook, as_of: date) -> list[Finding]:
    least = rulebook.get_number("health.rep_rows", as_of)
    most = int(rulebook.get_number("health.reps_named", as_of))
    usual = Decimal(tally.rows) / tally.looked_at
    outstanding = [each for each in tally.reps if each.rows >= least and _stands_out(each, usual)]
    outstanding.sort(key=lambda each: (usual * each.looked_at - each.rows, each.rep))
    return [
        _judge(tally.problem, (each.rows, each.looked_at), each.examples, rulebook, as_of, each.rep)
        for each in outstanding[:most]
    ]


def _stands_out(mine: RepTally, usual: Decimal) -> bool:
    share = Decimal(mine.rows) / mine.looked_at
    error = (usual * (1 - usual) / mine.looked_at).sqrt()
    return share > _MULTIPLE * usual and share > usual + _STANDARD_ERRORS * error


def _judge(
    problem: Problem,
    counts: tuple[int, int],
    examples: tuple[Example, ...],
    rulebook: Rulebook,
    as_of: date,
    rep: str = "",
) -> Finding:
    rows, looked_at = counts
    share = Decimal(rows) / looked_at
    high, medium = rulebook.get_numbers("health.severity", as_of, problem.rule)
    return Finding(
        table=problem.table,
        attribute=problem.attribute,
        rule=problem.rule,
        rows=rows,
        share=float(share),
        severity=grade(share, high, medium),
        examples=examples[:MAX_EXAMPLES],
        fix=write_fix(problem, rows, examples[0].value if examples else ""),
        rep=rep,
    )


def _place(finding: Finding) -> tuple[int, bool, int, str, str, str, str]:
    return (
        _ORDER[finding.severity],
        bool(finding.rep),
        -finding.rows,
        finding.table,
        finding.attribute,
        finding.rule,
        finding.rep,
    )


def _score(
    findings: tuple[Finding, ...], rows: Mapping[str, int], rulebook: Rulebook, as_of: date
) -> int:
    soundness = {table: Decimal(1) for table, count in rows.items() if count}
    if not soundness:
        return 0
    for each in findings:
        weight = rulebook.get_number("health.weight", as_of, each.severity)
        soundness[each.table] *= 1 - weight * Decimal(str(each.share))
    weights = {
        table: rulebook.get_number("health.table_weight", as_of, table) for table in soundness
    }
    sound = sum((weights[table] * soundness[table] for table in soundness), Decimal(0))
    mean = sound / sum(weights.values())
    return int((100 * max(mean, Decimal(0))).quantize(Decimal(1), ROUND_HALF_EVEN))
