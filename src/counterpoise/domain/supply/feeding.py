"""Pools whose work demand hands over as a volume of hours: which, and what they must do."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.rulebook.templates import read_templates
from counterpoise.domain.tables.capacity import Committed, Kind, Pool, Work
from counterpoise.domain.tables.volume import Volume, VolumeKind
from counterpoise.domain.values.text import text

FEEDS: Mapping[VolumeKind, tuple[str, Kind]] = {
    "delivery_hours": ("role", "delivery"),
    "support_hours": ("pool", "support"),
}
"""Which member of a volume names the pool, and the kind that the pool must be of."""
Fed = Mapping[str, Mapping[date, Volume]]


def find_fed(pools: Sequence[Pool], volumes: Sequence[Volume]) -> Fed:
    """The volumes of each pool that is fed, by pool and month; a role without a pool feeds none.

    Raises InvalidRule for a pool that counts in deals: hours cannot be compared with them.
    """
    by_name = {pool.name: pool for pool in pools}
    fed: dict[str, dict[date, Volume]] = {}
    for each in volumes:
        member, kind = FEEDS.get(each.kind, ("", ""))
        pool = by_name.get(dict(each.by).get(member, ""))
        if pool is None or pool.kind != kind:
            continue
        if pool.unit != "hours":
            raise InvalidRule(
                text(
                    "The work of {pool} is known in hours, and the pool counts in {unit}. Write"
                    " hours into pool.unit, or into the table resource_pool.",
                    pool=pool.name,
                    unit=pool.unit,
                )
            )
        fed.setdefault(pool.name, {})[each.month] = each
    return fed


def commit(pools: Sequence[Pool], fed: Fed) -> Iterator[Committed]:
    """Hours that no deal of the period asks for: of deals won before it, and of tickets."""
    kinds = {pool.name: pool.kind for pool in pools}
    for pool, months in fed.items():
        for month, volume in months.items():
            units = volume.standing if kinds[pool] == "delivery" else volume.mean
            if units:
                yield Committed(pool, month, units)


def list_work(
    products: Sequence[str], pools: Sequence[Pool], fed: Fed, rulebook: Rulebook, on: date
) -> Iterator[Work]:
    """What a won deal asks of the pools of delivery that are fed, a row for each month it is spread
    over."""
    delivering = {pool.name for pool in pools if pool.kind == "delivery"} & set(fed)
    for template in read_templates(products, rulebook, on) if delivering else ():
        if template.role in delivering:
            for lag, share in enumerate(template.spread):
                yield Work(template.product, template.role, template.hours * share, lag)
