"""The sales process of a build: funnels by cohort, days in each stage, and why deals are lost."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from counterpoise.actions import rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.waterfalls import NothingYet
from counterpoise.domain.measure.process import Process, Scope
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.text import text
from counterpoise.warehouse.measures.process import compute_process


@dataclass(frozen=True, slots=True)
class AskedProcess:
    """A scope of a build as it can be answered: cut off after the day whose knowledge counts."""

    build: CurrentBuild
    scope: Scope
    rulebook: Rulebook


def ask(build: CurrentBuild, scope: Scope, *, today: date) -> AskedProcess:
    """Raises NothingYet."""
    as_of = min(scope.as_of, today)
    if scope.start > as_of:
        raise NothingYet(
            text(
                "The window begins on {start}, and what is known up to {as_of} counts, so nothing"
                " can have happened in it. Choose an earlier one.",
                start=scope.start,
                as_of=as_of,
            )
        )
    end = min(scope.end, as_of + timedelta(days=1))
    return AskedProcess(build, replace(scope, end=end, as_of=as_of), rules.load_rulebook())


def measure_process(asked: AskedProcess) -> Process:
    """Computed once in a process: neither the build nor the rules that it is asked with change."""
    return _compute(asked.build.folder, asked.scope, asked.rulebook)


@lru_cache(maxsize=32)
def _compute(folder: Path, scope: Scope, rulebook: Rulebook) -> Process:
    return compute_process(folder, scope, rulebook=rulebook)
