"""Demand in units other than money, as the newest run of a period kept it."""

from dataclasses import dataclass

from counterpoise.actions import kept
from counterpoise.domain.tables.volume import Volumes
from counterpoise.store import runs
from counterpoise.store.runs import Heading


@dataclass(frozen=True, slots=True)
class KeptVolumes:
    """volumes: None for a run from before there were any, or kept so that it cannot be read."""

    run: Heading
    volumes: Volumes | None


def find_volumes(period: str) -> KeptVolumes | None:
    """None where the cycle was never run for the period."""
    run = next(iter(runs.list_headings(period)), None)
    if run is None:
        return None
    cycle = kept.find_cycle(run.id)
    return KeptVolumes(run, cycle.volumes if cycle else None)
