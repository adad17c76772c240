"""Looks at a build: how healthy the data is, and what the published measures say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from counterpoise.actions import rules
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.measure.question import Question
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.health import Health
from counterpoise.domain.tables.measured import Measured, PastForecast
from counterpoise.domain.values.period import Period
from counterpoise.store import ledger, runs
from counterpoise.store.runs import Run
from counterpoise.warehouse.measures.compute import answer_question
from counterpoise.warehouse.queries.health import examine
from counterpoise.warehouse.queries.horizon import find_last_day


@dataclass(frozen=True, slots=True)
class CurrentBuild:
    id: str
    folder: Path


def get_build(workspace: Workspace) -> CurrentBuild:
    """The build that readers see now. Raises NoBuild before the first load."""
    current = ledger.get_current_build()
    return CurrentBuild(current.id, workspace.build_folder(current.id))


def find_horizon(build: CurrentBuild, today: date) -> date:
    """The last day that the data knows of; today where nothing is dated, and never later."""
    zone = rules.load_rulebook().get_text("company.time_zone", today)
    last = find_last_day(build.folder, zone)
    return today if last is None else min(last, today)


def choose_day(period: Period, build: CurrentBuild, *, today: date) -> date:
    """The last day that a period could be planned on: the day before it begins, or today within it,
    and never after the data ends."""
    known_until = find_horizon(build, today)
    if period.contains(today):
        return known_until
    return min(known_until, period.start - timedelta(days=1))


def examine_data(workspace: Workspace, as_of: date | None, *, today: date) -> Health:
    """Judge the current build from a day; from the last day of the data where none is said."""
    build = get_build(workspace)
    return examine(build.folder, rules.load_rulebook(), as_of or find_horizon(build, today))


def measure(
    workspace: Workspace,
    names: Sequence[str],
    *,
    by: Sequence[str] = (),
    period: Period | None = None,
    as_of: date | None = None,
    today: date,
) -> tuple[str, tuple[Measured, ...]]:
    """The build's id, and the measures named, or all, as known on a day."""
    build = get_build(workspace)
    question = Question(tuple(names), tuple(by), period, as_of or find_horizon(build, today))
    return build.id, answer(build, question, rules.load_rulebook())


def answer(build: CurrentBuild, question: Question, rulebook: Rulebook) -> tuple[Measured, ...]:
    """Measures of a build, those of forecasts against every forecast that a cycle has saved."""
    past = [each for run in runs.list_runs() for each in _read_forecasts(run)]
    return answer_question(build.folder, question, rulebook=rulebook, past=past)


def _read_forecasts(run: Run) -> Iterator[PastForecast]:
    """What the run's document says of won revenue; nothing where the step refused."""
    demand = run.document["demand"]
    for cell in demand["forecast"] if demand else ():
        if cell["measure"] == "won_revenue":
            yield PastForecast(
                made_on=run.as_of,
                month=date.fromisoformat(cell["month"]),
                by=tuple(cell["by"].items()),
                value=Decimal(cell["mean"]),
            )
