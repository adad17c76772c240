"""Judges what was counted in a build: which findings there are, whose they are, and one score.

The warehouse counts, for each problem, the rows that have it among the rows looked at. Here each
count becomes a finding with a severity (rulebook health.severity: the shares from which it is high
and medium), at most five examples, and the fix.

A rep gets a finding of their own where their share of a problem is far above everybody's: at least
health.rep_rows rows, twice the share of all, and more than three standard errors above it. Of each
problem the health.reps_named reps with the most rows beyond the usual share are named.

A part, such as a source or a rep, is scored in the same way over its own rows.

Score: of each table that has rows, the soundness is the product over its findings of
1 - weight x share, where health.weight says how much a high, medium or low finding weighs. The
score is the mean of the tables' soundness, weighted by health.table_weight, times 100, rounded half
to even. A build without rows has a score of 0: nothing speaks for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from counterpoise.domain.collect.findings import Problem, grade, write_fix
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.health import (
    Example,
    Finding,
    Health,
    HealthPart,
    PartKind,
    Severity,
)

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
class SourceTally:
    """One source's part, counted in the same way."""

    source: str
    rows: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class Tally:
    """looked_at: rows of the table in which the problem was looked for."""

    problem: Problem
    rows: int
    looked_at: int
    examples: tuple[Example, ...]
    reps: tuple[RepTally, ...] = ()
    sources: tuple[SourceTally, ...] = ()

    def __post_init__(self) -> None:
        assert 0 < self.rows <= self.looked_at, f"{self.rows} of {self.looked_at} rows"


def judge(
    tallies: tuple[Tally, ...], rows: Mapping[str, int], rulebook: Rulebook, as_of: date
) -> Health:
    """rows: of each table. Findings come gravest first, then by number of rows."""
    findings = tuple(_judge_all(tally, rulebook, as_of) for tally in tallies)
    weighed = [(each.table, each.severity, Decimal(str(each.share))) for each in findings]
    theirs = [each for tally in tallies for each in _judge_reps(tally, rulebook, as_of)]
    return Health(
        score=_score(weighed, rows, rulebook, as_of),
        findings=tuple(sorted((*findings, *theirs), key=_place)),
        rows=sum(rows.values()),
    )


def score_parts(
    tallies: tuple[Tally, ...],
    counted: Mapping[tuple[PartKind, str], Mapping[str, int]],
    rulebook: Rulebook,
    as_of: date,
) -> tuple[HealthPart, ...]:
    """counted: of each part its rows by table. In the order of counted; parts without rows are left
    out."""
    parts = []
    for (kind, name), rows in counted.items():
        weighed = [
            (tally.problem.table, _grade(tally.problem, share, rulebook, as_of), share)
            for tally in tallies
            if (share := _find_share(tally, kind, name))
        ]
        if total := sum(rows.values()):
            score = _score(weighed, rows, rulebook, as_of)
            parts.append(HealthPart(kind, name, score, total, len(weighed)))
    return tuple(parts)


def _find_share(tally: Tally, kind: PartKind, name: str) -> Decimal:
    """Of the part's rows that were looked at, how many have the problem; 0 where none has."""
    counts = {("table", tally.problem.table): (tally.rows, tally.looked_at)}
    counts |= {("rep", each.rep): (each.rows, each.looked_at) for each in tally.reps}
    counts |= {("source", each.source): (each.rows, each.looked_at) for each in tally.sources}
    rows, looked_at = counts.get((kind, name), (0, 1))
    return Decimal(rows) / looked_at


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
    return Finding(
        table=problem.table,
        attribute=problem.attribute,
        rule=problem.rule,
        rows=rows,
        share=float(share),
        severity=_grade(problem, share, rulebook, as_of),
        examples=examples[:MAX_EXAMPLES],
        fix=write_fix(problem, rows, examples[0].value if examples else ""),
        rep=rep,
    )


def _grade(problem: Problem, share: Decimal, rulebook: Rulebook, as_of: date) -> Severity:
    high, medium = rulebook.get_numbers("health.severity", as_of, problem.rule)
    return grade(share, high, medium)


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
    weighed: Iterable[tuple[str, Severity, Decimal]],
    rows: Mapping[str, int],
    rulebook: Rulebook,
    as_of: date,
) -> int:
    """weighed: of each problem its table, its severity, and the share of rows that have it.

    A table without rows weighs nothing, though something can be wrong with it: that none came.
    """
    soundness = {table: Decimal(1) for table, count in rows.items() if count}
    if not soundness:
        return 0
    for table, severity, share in weighed:
        if table in soundness:
            weight = rulebook.get_number("health.weight", as_of, severity)
            soundness[table] *= 1 - weight * share
    weights = {
        table: rulebook.get_number("health.table_weight", as_of, table) for table in soundness
    }
    sound = sum((weights[table] * soundness[table] for table in soundness), Decimal(0))
    mean = sound / sum(weights.values())
    return int((100 * max(mean, Decimal(0))).quantize(Decimal(1), ROUND_HALF_EVEN))
