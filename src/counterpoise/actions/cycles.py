"""Runs the whole cycle for a period, keeps it and writes its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from counterpoise.actions import planning, published_ranges, reports
from counterpoise.actions.answers import answer_cycle
from counterpoise.actions.reports import LANGUAGES, Report
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.tables.override import Override
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.document import to_document
from counterpoise.store import audit, publications, runs
from counterpoise.store.runs import Run


@dataclass(frozen=True, slots=True)
class FinishedCycle:
    """plans: the names they were saved under, base first. answer: the documented JSON form."""

    run: str
    cycle: Cycle
    plans: tuple[str, ...]
    answer: dict[str, Any]
    report: Report


def run_cycle(
    workspace: Workspace,
    period: str,
    *,
    as_of: date | None,
    now: datetime,
    overrides: Sequence[Override] | None = None,
) -> FinishedCycle:
    """Collected facts to plan, actions and report. A step that refuses is said, not hidden.

    With it the measures that the rulebook lists are carried forward, and their ranges published.
    """
    today = now.date()
    desk = planning.open_desk(workspace, period, as_of=as_of, today=today, overrides=overrides)
    cycle = desk.run_cycle()
    said = published_ranges.carry_for_run(desk.current, desk.as_of)
    names = tuple(desk.save_plan(plan, at=now).name for plan in cycle.plans)
    answer = answer_cycle(cycle, names)
    identity = f"{period} {desk.as_of} {desk.build} {names}"
    if desk.overrides:
        identity += f" {[each.id for each in desk.overrides]}"
    if not desk.portfolio.is_empty:
        identity += f" {sorted(desk.portfolio.ids)}"
    run = f"{desk.period}-{sha256(identity.encode()).hexdigest()[:8]}"
    report = reports.write_report(workspace, run, cycle)
    kept = Run(
        run,
        str(desk.period),
        desk.as_of,
        desk.build,
        ran_at=now,
        document=answer,
        whole=to_document(cycle),
    )
    with transaction.atomic():
        runs.save_run(kept)
        publications.keep_of_run(said, run, at=now)
        audit.record("cycle.run", f"period:{period}", after={"run": run, "plans": names}, at=now)
    return FinishedCycle(run, cycle, names, answer, report)


def find_report(workspace: Workspace, period: str) -> Report | None:
    """The documents of the latest run for a period, if all of them are there."""
    run = runs.find_latest_run(period)
    if run is None:
        return None
    html = {each: reports.find_report(workspace, run, each, "html") for each in LANGUAGES}
    xlsx = {each: reports.find_report(workspace, run, each, "xlsx") for each in LANGUAGES}
    if None in html.values() or None in xlsx.values():
        return None
    return Report(
        html={name: path for name, path in html.items() if path},
        xlsx={name: path for name, path in xlsx.items() if path},
    )
