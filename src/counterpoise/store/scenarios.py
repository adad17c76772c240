"""Named scenarios of a period, what was planned for them, and which one is to be frozen.

A scenario has an edition. Whoever changes it says which one they saw; when that is no longer the
current one, nothing is written and they get to see what is.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from counterpoise.domain.reconcile.headline import Headline
from counterpoise.domain.tables.scenario import Change, DemandCase, NamedScenario
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import text
from counterpoise.store import audit
from counterpoise.store.models import AuditHead, PlanScenario


@dataclass(frozen=True, slots=True)
class KeptScenario:
    """plan: the name of the plan last solved for it, until a change; with its day and build.

    headline: that plan's figures. is_promoted: its plan is the one to be frozen.
    """

    id: int
    period: str
    scenario: NamedScenario
    note: str
    author: str
    author_name: str
    made_at: datetime
    changed_at: datetime
    edition: int
    plan: str | None
    plan_as_of: date | None
    plan_build: str | None
    solved_at: datetime | None
    headline: Headline | None
    is_promoted: bool
    is_archived: bool

    @property
    def name(self) -> str:
        return self.scenario.name


class NameTaken(ValueError):
    """Another scenario of the period has the name."""


class ScenarioChanged(RuntimeError):
    """Someone else changed the scenario meanwhile; `current` is what it is now."""

    def __init__(self, current: KeptScenario) -> None:
        super().__init__(
            f"Scenario {current.name!r} was changed meanwhile: it is in edition {current.edition}"
            " now. Nothing was saved. Look at it, then save again."
        )
        self.current = current


class UnknownScenario(LookupError):
    """A period has no such scenario."""


def list_scenarios(period: str, *, with_archived: bool = False) -> tuple[KeptScenario, ...]:
    """In order of name; one query, whatever their number."""
    rows = _rows().filter(period=period)
    return tuple(_read(row) for row in (rows if with_archived else rows.filter(is_archived=False)))


def get_scenario(period: str, scenario_id: int) -> KeptScenario:
    row = _rows().filter(period=period, pk=scenario_id).first()
    if row is None:
        raise UnknownScenario(
            text(
                "{period} has no scenario {scenario_id}. Choose one of its list of scenarios.",
                period=period,
                scenario_id=scenario_id,
            )
        )
    return _read(row)


def find_promoted(period: str) -> KeptScenario | None:
    """The one whose plan is to be frozen; None stands for the plan of the expected demand."""
    row = _rows().filter(period=period, is_promoted=True).first()
    return None if row is None else _read(row)


def make(
    period: str, scenario: NamedScenario, note: str, *, author_id: int, at: datetime
) -> KeptScenario:
    """Raises NameTaken, also for the name of one that was archived."""
    try:
        with transaction.atomic():
            row = PlanScenario.objects.create(
                period=period,
                author_id=author_id,
                made_at=at,
                changed_at=at,
                note=note,
                **_write(scenario),
            )
            made = get_scenario(period, row.pk)
            _record("scenario.made", made, at, after=_describe(made))
    except IntegrityError:
        raise _say_taken(period, scenario.name) from None
    return made


def change(
    before: KeptScenario, scenario: NamedScenario, note: str, *, edition: int, at: datetime
) -> KeptScenario:
    """Its plan no longer holds. Raises ScenarioChanged and NameTaken, with nothing written."""
    changes = {
        **_write(scenario), "note": note, "changed_at": at,
        "plan": None, "solved_at": None, "headline": None,
    }  # fmt: skip
    try:
        with transaction.atomic():
            _update(before, edition, changes)
            after = get_scenario(before.period, before.id)
            _record("scenario.changed", after, at, _describe(before), _describe(after))
    except IntegrityError:
        raise _say_taken(before.period, scenario.name) from None
    return after


def archive(kept: KeptScenario, *, edition: int, at: datetime) -> None:
    """It leaves the lists and is no longer the one to be frozen. Raises ScenarioChanged."""
    with transaction.atomic():
        _update(kept, edition, {"is_archived": True, "is_promoted": False, "changed_at": at})
        _record("scenario.archived", kept, at, before=_describe(kept))


def bring_back(kept: KeptScenario, *, edition: int, at: datetime) -> None:
    """Raises ScenarioChanged."""
    with transaction.atomic():
        _update(kept, edition, {"is_archived": False, "changed_at": at})
        _record("scenario.brought-back", kept, at, after=_describe(kept))


def keep_plan(
    kept: KeptScenario, plan: str, headline: Headline, *, edition: int, at: datetime
) -> bool:
    """False, with nothing written, where the scenario was changed while its plan was solved."""
    with transaction.atomic():
        found = PlanScenario.objects.filter(pk=kept.id, edition=edition).update(
            plan_id=plan, solved_at=at, headline=to_document(headline)
        )
        if found:
            _record("scenario.solved", kept, at, after={"scenario": kept.name, "plan": plan})
    return bool(found)


def promote(kept: KeptScenario, *, edition: int, at: datetime) -> None:
    """Make its plan the one to be frozen, and no other's. Raises ScenarioChanged."""
    with transaction.atomic():
        # One after the other, as the entries of the trail: two at once would break the constraint.
        AuditHead.objects.select_for_update().get(pk=1)
        before = find_promoted(kept.period)
        PlanScenario.objects.filter(period=kept.period).update(is_promoted=False)
        rows = PlanScenario.objects.filter(pk=kept.id, edition=edition, is_archived=False)
        if not rows.update(is_promoted=True):
            raise ScenarioChanged(get_scenario(kept.period, kept.id))
        was = None if before is None else {"scenario": before.name, "plan": before.plan}
        now = {"scenario": kept.name, "plan": kept.plan}
        _record("scenario.promoted", kept, at, was, now)


def step_back(period: str, *, at: datetime) -> KeptScenario | None:
    """The plan of the expected demand is the one to be frozen again; returns what was instead."""
    with transaction.atomic():
        before = find_promoted(period)
        if before is not None:
            PlanScenario.objects.filter(pk=before.id).update(is_promoted=False)
            was = {"scenario": before.name, "plan": before.plan}
            _record("scenario.stepped-back", before, at, before=was)
    return before


def _update(kept: KeptScenario, edition: int, changes: Mapping[str, Any]) -> None:
    rows = PlanScenario.objects.filter(pk=kept.id, edition=edition)
    if not rows.update(edition=edition + 1, **changes):
        raise ScenarioChanged(get_scenario(kept.period, kept.id))


def _record(
    verb: str,
    kept: KeptScenario,
    at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit.record(verb, f"period:{kept.period}", before=before, after=after, at=at)


def _say_taken(period: str, name: str) -> NameTaken:
    return NameTaken(
        text(
            "{period} has a scenario '{name}' already, in use or archived. Give this one another"
            " name.",
            period=period,
            name=name,
        )
    )


def _rows() -> QuerySet[PlanScenario]:
    return PlanScenario.objects.select_related("author", "plan").defer("plan__document")


def _write(scenario: NamedScenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "demand": scenario.demand,
        "changes": [asdict(each) for each in scenario.changes],
    }


def _read(row: PlanScenario) -> KeptScenario:
    changes = tuple(Change(each["key"], each["subject"], each["value"]) for each in row.changes)
    return KeptScenario(
        id=row.pk,
        period=row.period,
        scenario=NamedScenario(row.name, cast("DemandCase", row.demand), changes),
        note=row.note,
        author=row.author.username,
        author_name=row.author.shown_name,
        made_at=row.made_at,
        changed_at=row.changed_at,
        edition=row.edition,
        plan=row.plan_id,
        plan_as_of=row.plan.as_of if row.plan else None,
        plan_build=row.plan.build_id if row.plan else None,
        solved_at=row.solved_at,
        headline=None if row.headline is None else from_document(Headline, row.headline),
        is_promoted=row.is_promoted,
        is_archived=row.is_archived,
    )


def _describe(kept: KeptScenario) -> dict[str, Any]:
    return {"scenario": kept.id, "edition": kept.edition, "note": kept.note} | _write(kept.scenario)
