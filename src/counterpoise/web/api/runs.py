"""The newest run of a period, and the part of it that a step's operations answer."""

from collections.abc import Mapping
from typing import Any

from counterpoise.domain.values.period import Period
from counterpoise.store import runs
from counterpoise.store.runs import Run
from counterpoise.web.api.problems import Problem

Part = dict[str, Any]


def get_newest(period: str) -> Run:
    """Raises UnknownPeriod, and a 404 problem where the cycle was never run for the period."""
    wanted = read_period(period)
    if (run := runs.find_latest_run(wanted)) is None:
        raise _say_never_run(wanted)
    return run


def read_period(written: str) -> str:
    """A period of an address as the store writes it. Raises UnknownPeriod."""
    return str(Period.parse(written))


def check_run(written: str) -> str:
    """A period that was run. Raises UnknownPeriod, and a 404 problem where it never was."""
    wanted = read_period(written)
    if not runs.list_headings(wanted):
        raise _say_never_run(wanted)
    return wanted


def mark(run: Run) -> Part:
    return {
        "run": run.id, "period": run.period, "as_of": run.as_of, "build": run.build
    }  # fmt: skip


def take_step(run: Run, step: str) -> tuple[Mapping[str, Any] | None, str | None]:
    """What the step found, and why it found nothing where it refused."""
    found = run.document[step]
    refusals = [each["why"] for each in run.document["refusals"] if each["step"] == step]
    return found, " ".join(refusals) or None


def _say_never_run(period: str) -> Problem:
    return Problem(404, f"The cycle was never run for {period}. Run it: POST /api/v1/cycles.")
