"""The newest run of a period, which the pages of the steps show."""

from dataclasses import dataclass

from django.http import Http404

from counterpoise.actions import kept
from counterpoise.domain.tables.report import Cycle, Refusal
from counterpoise.store import runs
from counterpoise.store.runs import Heading


@dataclass(frozen=True, slots=True, eq=False)
class Newest:
    """cycle is None for a run that was kept before pages could read it."""

    run: Heading
    cycle: Cycle | None

    def list_refusals(self, *steps: str) -> tuple[Refusal, ...]:
        """Why these steps gave no answer."""
        found = self.cycle.refusals if self.cycle else ()
        return tuple(each for each in found if each.step in steps)


def find_newest_period() -> str:
    """The period that was run last; empty before the first run."""
    return next((run.period for run in runs.list_headings()), "")


def get_newest(period: str) -> Newest:
    """Raises Http404 for a period that was never run."""
    run = next(iter(runs.list_headings(period)), None)
    if run is None:
        raise Http404
    return Newest(run, kept.find_cycle(run.id))
