"""Measures of a person's own: checked in both engines on the current build, then kept and used."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from counterpoise.actions import examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.same_customers import Same, read_same_accounts
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.measure.own import FEWEST_ROWS, InvalidMeasure, OwnMeasure, check_measure
from counterpoise.domain.measure.question import Answers, UnknownDimension
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import text
from counterpoise.store import own_measures as stored
from counterpoise.store.own_measures import Checked, KeptMeasure
from counterpoise.warehouse.measures.own import compute_own, compute_plainly


class EnginesDiffer(ValueError):
    """A definition that plain Python and the warehouse understand differently."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A group's value; hidden where it rests on so few rows that it would tell of each of them."""

    label: str
    value: Decimal | None
    n: int
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What both engines say of a definition that could be kept."""

    measure: OwnMeasure
    build: str
    as_of: date
    currency: str
    value: Decimal | None
    n: int


def try_measure(workspace: Workspace, measure: OwnMeasure, *, today: date) -> Tried:
    """Raises InvalidMeasure (also where no row counts), EnginesDiffer and MissingRate."""
    wanted = check_measure(measure)
    build = examinations.get_build(workspace)
    as_of = examinations.find_horizon(build, today)
    rulebook = rules.load_rulebook()
    customers = _read_customers(build, wanted)
    for by in ((), ("month",)):
        answered = [
            compute(build.folder, wanted, by, as_of, rulebook=rulebook, customers=customers)
            for compute in (compute_own, compute_plainly)
        ]
        _compare(wanted, *answered)
        if not by:
            value, n = answered[0][()]
    if not n:
        raise InvalidMeasure(
            text(
                "No row of the current data counts for '{name}', so it would say nothing. Loosen"
                " its conditions or choose another day.",
                name=wanted.name,
            )
        )
    return Tried(wanted, build.id, as_of, _find_currency(rulebook, as_of), value, n)


def define_measure(
    workspace: Workspace, measure: OwnMeasure, visitor: Visitor, *, now: datetime
) -> KeptMeasure:
    """Keep what was tried and agreed on. Raises what try_measure does, and MeasureTaken."""
    tried = try_measure(workspace, measure, today=now.date())
    value = None if tried.value is None else str(tried.value)
    checked = Checked(tried.build, value, tried.n)
    return stored.add(tried.measure, checked, author_id=visitor.id, at=now)


def withdraw_measure(measure_id: int, visitor: Visitor, *, now: datetime) -> KeptMeasure:
    """It stays in the record, marked. Raises UnknownDefinition and MeasureWithdrawn."""
    return stored.withdraw(measure_id, by=visitor.name, at=now)


def answer_measure(
    build: CurrentBuild,
    measure: OwnMeasure,
    by: str,
    as_of: date,
    sees: Callable[[str], bool],
    *,
    sees_all: bool,
) -> tuple[Answer, ...]:
    """by: '' for the whole, month, or what it can be split by. sees: whether a label is in reach.

    Who does not see everyone's rows is not told what few of them say. Raises UnknownDimension.
    """
    if by and by not in (*measure.splits, "month"):
        raise UnknownDimension(
            text(
                "{name} cannot be split by {without}. It can be by: {listed}.",
                name=measure.name,
                without=by,
                listed=", ".join((*measure.splits, "month")),
            )
        )
    wanted = (measure, (by,) if by else ())
    customers = _read_customers(build, measure)
    found = _compute(build.folder, wanted, as_of, rules.load_rulebook(), customers)
    return tuple(
        _show(labels[0] if labels else "", value, n, sees_all=sees_all)
        for labels, (value, n) in sorted(found.items())
        if not labels or sees(labels[0])
    )


@dataclass(frozen=True, slots=True)
class Said:
    measure: OwnMeasure
    values: tuple[Answer, ...]


def answer_all(build: CurrentBuild, by: str, as_of: date) -> tuple[Said, ...]:
    """Every measure in use that can be split so, for whoever sees everyone's rows."""
    return tuple(
        Said(
            kept.measure,
            answer_measure(build, kept.measure, by, as_of, lambda _label: True, sees_all=True),
        )
        for kept in stored.list_measures()
        if not by or by in (*kept.measure.splits, "month")
    )


def _show(label: str, value: Decimal | None, n: int, *, sees_all: bool) -> Answer:
    is_hidden = not sees_all and 0 < n < FEWEST_ROWS
    return Answer(label, None if is_hidden else value, 0 if is_hidden else n, is_hidden)


def _compare(measure: OwnMeasure, engine: Answers, plain: Answers) -> None:
    if engine == plain:
        return
    differing = sorted(key for key in {*engine, *plain} if engine.get(key) != plain.get(key))
    first = differing[0]
    raise EnginesDiffer(
        text(
            "'{name}' was not kept: the warehouse says {one} where plain Python says {other}, so"
            " one of them is wrong. Report this definition to whoever maintains the software.",
            name=measure.name,
            one=str(engine.get(first, (None, 0))[0]),
            other=str(plain.get(first, (None, 0))[0]),
        )
    )


def _find_currency(rulebook: Rulebook, as_of: date) -> str:
    rule = rulebook.find("company.currency", as_of)
    return rule.value if rule else ""


@lru_cache(maxsize=64)
def _compute(
    folder: Path,
    wanted: tuple[OwnMeasure, tuple[str, ...]],
    as_of: date,
    rulebook: Rulebook,
    customers: Same,
) -> Answers:
    measure, by = wanted
    return compute_own(folder, measure, by, as_of, rulebook=rulebook, customers=customers)


def _read_customers(build: CurrentBuild, measure: OwnMeasure) -> Same:
    """Only where customers are counted, so that nothing else depends on the matcher."""
    hows = {each.how for each in (measure.above, measure.below) if each is not None}
    return read_same_accounts(build) if "customers" in hows else ()
