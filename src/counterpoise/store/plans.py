"""Saved plans as pages read them: by name, and those that a run made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from counterpoise.store.models import CycleRun, PlanVersion

BUILT_IN = 3
"""A run plans for the expected, the high and the low demand, in this order."""


@dataclass(frozen=True, slots=True)
class PlanHeading:
    """What is known of a saved plan without reading it. saved_at: first; one plan is kept once."""

    id: str
    period: str
    scenario: str
    as_of: date
    build: str
    saved_at: datetime


def find_heading(plan_id: str) -> PlanHeading | None:
    row = PlanVersion.objects.filter(id=plan_id).defer("document").first()
    if row is None:
        return None
    return PlanHeading(row.id, row.period, row.scenario, row.as_of, row.build_id, row.saved_at)


def load_document(plan_id: str) -> Mapping[str, Any] | None:
    rows = PlanVersion.objects.filter(id=plan_id).values_list("document", flat=True)
    document: Mapping[str, Any] | None = rows.first()
    return document


def list_names(run_id: str) -> tuple[str, ...]:
    """Under which names a run saved its plans; empty where it made none."""
    paths = [f"document__reconcile__scenarios__{place}__plan" for place in range(BUILT_IN)]
    row = CycleRun.objects.filter(id=run_id).values_list(*paths).first()
    return tuple(name for name in row or () if name)
