"""Volumes that runs published, held against what came once their month is over."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from counterpoise.actions import examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.domain.demand.funnel import FUNNEL
from counterpoise.domain.demand.volume_truth import (
    Record,
    VolumeKey,
    count_came,
    why_untold,
)
from counterpoise.domain.tables.published import PublishedRange
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.tables.volume import Volume
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import Text
from counterpoise.warehouse.queries.deals import load_deals
from counterpoise.warehouse.queries.funnel import load_leads
from counterpoise.warehouse.queries.service import load_lines, load_service

Shares = Mapping[Decimal, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SaidVolume:
    """why: no truth ever arrives for it; None where it does."""

    made_on: date
    volume: Volume
    why: Text | None

    @property
    def key(self) -> VolumeKey:
        return self.volume.kind, self.volume.month, tuple(sorted(self.volume.by))

    @property
    def level(self) -> tuple[str, ...]:
        return tuple(sorted(name for name, _ in self.volume.by))


def list_volumes(cycle: Cycle) -> Iterator[SaidVolume]:
    """A month that was over on the run's evening was known, and its range proves nothing."""
    tomorrow = cycle.as_of + timedelta(days=1)
    for each in cycle.volumes.volumes if cycle.volumes else ():
        if add_months(each.month, 1) > tomorrow:
            level = tuple(sorted(name for name, _ in each.by))
            yield SaidVolume(cycle.as_of, each, why_untold(each.kind, level))


def judge_volumes(
    build: CurrentBuild, said: Collection[SaidVolume], shares: Shares, today: date
) -> tuple[tuple[PublishedRange, ...], Counter[tuple[str, ...]]]:
    """Those that can be judged, and how many wait, by their dimensions."""
    told = [each for each in said if each.why is None]
    came = _find_came(build, {each.key for each in told}, today)
    judged = tuple(
        PublishedRange(
            made_on=each.made_on,
            measure=each.volume.kind,
            start=each.volume.month,
            by=each.volume.by,
            share=share,
            low=each.volume.quantile(low),
            high=each.volume.quantile(high),
            actual=came[each.key],
            kind="volume",
        )
        for each in told
        if each.key in came
        for share, (low, high) in shares.items()
    )
    waiting = Counter(each.level for each in told for _ in shares)
    return judged, waiting - Counter(each.level for each in judged)


def _find_came(
    build: CurrentBuild, keys: Collection[VolumeKey], today: date
) -> Mapping[VolumeKey, Decimal]:
    """Only what is asked for is read."""
    over = [key for key in keys if add_months(key[1], 1) <= today]
    if not over:
        return {}
    on = examinations.find_horizon(build, today)
    over = [key for key in over if add_months(key[1], 1) <= on + timedelta(days=1)]
    kinds = {kind for kind, _month, _by in over}
    rulebook, folder = rules.load_rulebook(), build.folder
    has_units = "units" in kinds
    return count_came(
        Record(
            leads=load_leads(folder, on, rulebook=rulebook) if kinds & set(FUNNEL) else None,
            deals=load_deals(folder, on, rulebook=rulebook).deals if has_units else None,
            lines=load_lines(folder) if has_units else None,
            service=load_service(folder, on, rulebook=rulebook) if "tickets" in kinds else None,
        ),
        over,
    )
