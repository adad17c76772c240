"""What stands behind a figure of a build: the rows of a measure, and the rows of a finding."""

from functools import lru_cache
from pathlib import Path

from counterpoise.actions import rules
from counterpoise.actions.kept import Examined
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.selling import find_longest
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.tables.health import Finding
from counterpoise.warehouse.queries import health, records
from counterpoise.warehouse.queries.kinds import KIND_OF, KINDS
from counterpoise.warehouse.queries.records import Known, Wanted


def stand_on(workspace: Workspace, build: str, examined: Examined) -> Known:
    """The build on the day it was judged on, by the rules of that day."""
    settings = build_settings(rules.load_rulebook(), examined.as_of, currencies=None, fold=fold)
    folder = workspace.build_folder(build)
    return Known(
        folder,
        examined.as_of,
        settings.zone,
        settings.selling_types,
        settings.not_held,
        find_longest(settings),
    )


def want_measured(measure: str, part: tuple[str, str] | None) -> Wanted | None:
    """The rows that a measure, or a part of it, rests on; None where it rests on none."""
    kind = KIND_OF.get(measure)
    return None if kind is None else Wanted(KINDS[kind][0], kind, part)


def want_found(known: Known, finding: Finding) -> Wanted:
    """The rows that a finding concerns."""
    return Wanted(finding.table, ids=_find_ids(known, finding), also=finding.attribute)


def count_fixes(known: Known) -> dict[tuple[str, str, str], dict[str, int]]:
    """Of each finding, by table, attribute and rule: how many rows each rep could mend."""
    return _load_fixes(known)


def list_teams(workspace: Workspace, build: str) -> dict[str, frozenset[str]]:
    """The teams of everyone whom the build names, by name."""
    return _load_teams(workspace.build_folder(build))


@lru_cache(maxsize=32)
def _find_ids(known: Known, finding: Finding) -> tuple[str, ...]:
    """A build never changes, so neither do the rows of what was found in it."""
    return health.list_rows(known.folder, finding, rules.load_rulebook(), known.as_of)


@lru_cache(maxsize=4)
def _load_fixes(known: Known) -> dict[tuple[str, str, str], dict[str, int]]:
    return health.count_by_rep(known.folder, rules.load_rulebook(), known.as_of)


@lru_cache(maxsize=8)
def _load_teams(folder: Path) -> dict[str, frozenset[str]]:
    return records.list_teams(folder)
