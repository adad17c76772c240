"""The pipeline waterfall of a build: what moved between two evenings, whole or by its parts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from counterpoise.actions import rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.domain.measure.waterfall import Kind, Waterfalls, Window
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import text
from counterpoise.warehouse.measures import moves
from counterpoise.warehouse.measures.moves import Moves
from counterpoise.warehouse.measures.waterfall import compute_waterfall


class NothingYet(ValueError):
    """A window that begins after today."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A window of a build as it can be answered: cut off after today."""

    build: CurrentBuild
    window: Window
    rulebook: Rulebook


def ask(build: CurrentBuild, window: Window, *, today: date) -> Asked:
    """Raises NothingYet."""
    if window.start > today:
        raise NothingYet(
            text(
                "The window begins on {start}, and today is {today}, so nothing can have moved yet."
                " Choose an earlier one.",
                start=window.start,
                today=today,
            )
        )
    end = min(window.end, today + timedelta(days=1))
    return Asked(build, replace(window, end=end), rules.load_rulebook())


def measure_waterfall(asked: Asked) -> Waterfalls:
    """Computed once in a process: neither the build nor the rules that it is asked with change."""
    return _compute(asked.build.folder, asked.window, asked.rulebook)


@lru_cache(maxsize=32)
def _compute(folder: Path, window: Window, rulebook: Rulebook) -> Waterfalls:
    return compute_waterfall(folder, window, rulebook=rulebook)


def list_moves(asked: Asked, kind: Kind, label: str, visitor: Visitor) -> Moves:
    """The movements of a kind of a part, as far as the visitor's reach goes."""
    return _list(asked.build.folder, asked.window, (kind, label), visitor, asked.rulebook)


@lru_cache(maxsize=32)
def _list(
    folder: Path, window: Window, line: tuple[Kind, str], visitor: Visitor, rulebook: Rulebook
) -> Moves:
    return moves.list_moves(folder, window, line, visitor, rulebook=rulebook)
