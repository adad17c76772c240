"""What pages show, computed once and kept: an examination for every build, a whole for every run.

Both belong to something that never changes, so a process that has read one keeps it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import chain

from counterpoise.actions import examinations, rules
from counterpoise.actions.data_cost import reckon_cost
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.measure.definition import COHORTS
from counterpoise.domain.measure.question import Question
from counterpoise.domain.tables.deal_errors import DataCost
from counterpoise.domain.tables.health import Health, HealthPart
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import text
from counterpoise.store import ledger, runs
from counterpoise.warehouse.queries.health import examine_parts

DIMENSIONS = (
    *("rep", "team", "region", "product", "segment", "source", "stage", "month"),
    *COHORTS,
)


@dataclass(frozen=True, slots=True)
class Examined:
    """A build as judged on a day: measures of the whole, then by each dimension."""

    as_of: date
    health: Health
    measures: tuple[Measured, ...]
    parts: tuple[HealthPart, ...] = ()
    cost: DataCost | None = None

    def measures_by(self, dimension: str) -> tuple[Measured, ...]:
        """`""` gives the measures of the whole."""
        wanted = (dimension,) if dimension else ()
        return tuple(each for each in self.measures if tuple(name for name, _ in each.by) == wanted)


def examine_build(workspace: Workspace, *, now: datetime) -> Examined:
    """Judge and measure the current build, unless it was, and keep what came out."""
    build = examinations.get_build(workspace)
    if (known := find_examined(build.id)) is not None:
        return known
    rulebook = rules.load_rulebook()
    as_of = examinations.find_horizon(build, now.date())
    answers = [
        examinations.answer(build, Question(by=by, as_of=as_of), rulebook)
        for by in ((), *((dimension,) for dimension in DIMENSIONS))
    ]
    health, parts = examine_parts(build.folder, rulebook, as_of)
    cost = reckon_cost(build.folder, health, rulebook, as_of)
    examined = Examined(as_of, health, tuple(chain.from_iterable(answers)), parts, cost)
    ledger.keep_examination(build.id, as_of, to_document(examined), at=now)
    return examined


def examine_cost(workspace: Workspace, *, now: datetime) -> Examined:
    """The same with its cost. Raises NoBuild for a build judged before costs were reckoned."""
    examined = examine_build(workspace, now=now)
    if examined.cost is None:
        raise ledger.NoBuild(
            text(
                "This build was judged by an earlier version, which did not reckon what bad data"
                " costs. Load data again, then ask again."
            )
        )
    return examined


def find_examined(build: str) -> Examined | None:
    """What was kept of a build; None where nobody has examined it yet."""
    at = ledger.find_examined_at(build)
    return None if at is None else _load_examined(build, at)


def find_cycle(run_id: str) -> Cycle | None:
    """A run with its sentences still translatable; None for one kept before runs were whole."""
    ran_at = runs.find_ran_at(run_id)
    return None if ran_at is None else _load_cycle(run_id, ran_at)


@lru_cache(maxsize=8)
def _load_examined(build: str, at: datetime) -> Examined:
    return from_document(Examined, ledger.load_examination(build))


@lru_cache(maxsize=16)
def _load_cycle(run_id: str, ran_at: datetime) -> Cycle | None:
    document = runs.load_whole(run_id)
    return None if document is None else from_document(Cycle, document)
