"""Runs of the cycle and the plans they saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from counterpoise.domain.values.text import text
from counterpoise.store.models import CycleRun, PlanVersion


class UnknownPlan(LookupError):
    """No plan was saved under the name."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run; document is what `cycle --json` printed."""

    id: str
    period: str
    as_of: date
    build: str
    ran_at: datetime
    document: Mapping[str, Any]
    whole: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What lists say of a run: everything but what it found."""

    id: str
    period: str
    as_of: date
    build: str
    ran_at: datetime


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """document holds all that verify needs; content_hash is over its canonical bytes."""

    id: str
    period: str
    scenario: str
    as_of: date
    build: str
    content_hash: str
    document: Mapping[str, Any]


def save_plan(plan: SavedPlan, *, at: datetime) -> None:
    """Keep a plan; one with the same id is the same plan and is kept once."""
    PlanVersion.objects.get_or_create(
        id=plan.id,
        defaults={
            "period": plan.period,
            "scenario": plan.scenario,
            "as_of": plan.as_of,
            "build_id": plan.build,
            "saved_at": at,
            "content_hash": plan.content_hash,
            "document": dict(plan.document),
        },
    )


def get_plan(plan_id: str) -> SavedPlan:
    row = PlanVersion.objects.filter(id=plan_id).first()
    if row is None:
        latest = ", ".join(PlanVersion.objects.values_list("id", flat=True)[:3]) or "none yet"
        raise UnknownPlan(
            text(
                "No plan '{plan_id}' was saved. The latest are: {latest}.",
                plan_id=plan_id,
                latest=latest,
            )
        )
    return SavedPlan(
        row.id, row.period, row.scenario, row.as_of, row.build_id, row.content_hash, row.document
    )


def save_run(run: Run) -> None:
    with transaction.atomic():
        CycleRun.objects.update_or_create(
            id=run.id,
            defaults={
                "period": run.period,
                "as_of": run.as_of,
                "build_id": run.build,
                "ran_at": run.ran_at,
                "document": dict(run.document),
                "whole": None if run.whole is None else dict(run.whole),
            },
        )


def list_headings(period: str = "") -> tuple[Heading, ...]:
    """Newest first, of one period or of all, without the documents."""
    rows = CycleRun.objects.filter(period=period) if period else CycleRun.objects.all()
    return tuple(_read_heading(row) for row in rows.defer("document", "whole"))


def find_heading(run_id: str) -> Heading | None:
    row = CycleRun.objects.filter(id=run_id).defer("document", "whole").first()
    return None if row is None else _read_heading(row)


def find_ran_at(run_id: str) -> datetime | None:
    return CycleRun.objects.filter(id=run_id).values_list("ran_at", flat=True).first()


def load_whole(run_id: str) -> Mapping[str, Any] | None:
    rows = CycleRun.objects.filter(id=run_id).values_list("whole", flat=True)
    whole: Mapping[str, Any] | None = rows.first()
    return whole


def list_runs() -> tuple[Run, ...]:
    """Newest first."""
    return tuple(_read_run(row) for row in CycleRun.objects.all())


def find_run(run_id: str) -> Run | None:
    row = CycleRun.objects.filter(id=run_id).first()
    return None if row is None else _read_run(row)


def find_latest_run(period: str) -> Run | None:
    row = CycleRun.objects.filter(period=period).first()
    return None if row is None else _read_run(row)


def _read_run(row: CycleRun) -> Run:
    return Run(row.id, row.period, row.as_of, row.build_id, row.ran_at, row.document)


def _read_heading(row: CycleRun) -> Heading:
    return Heading(row.id, row.period, row.as_of, row.build_id, row.ran_at)
