"""What a scenario can change: the rules that a period's plans were made with, as they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.rulebook.entries import Place, find_held, find_unit
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.tables.capacity import Capacity, Pool
from counterpoise.domain.tables.scenario import Change
from counterpoise.domain.values.text import Text

PLANNED = ("plan.", "pool.", "work.", "delivery.hours", "support.ticket_hours")
"""Keys that supply and plans are made with begin so."""
OF_POOL = (
    "pool.headcount",
    "pool.per_person",
    "pool.ramp",
    "pool.attrition_rate",
    "pool.hiring_lead_months",
    "pool.onboarding_rate",
    "pool.wage",
    "pool.hire_cost",
    "pool.overtime_limit",
    "pool.overtime_cost",
    "pool.contractor_limit",
    "pool.contractor_cost",
)
"""Keys that say something of a pool by its name; each is a field of the pool too."""
DECLARING = frozenset({"pool.headcount", "pool.per_person"})
"""Of a pool that was learned from data these are heard only once the pool is declared."""
LEARNED = "{people} people who sell now"
"""How the sentence begins that says where a pool has its figures from, if from data."""
RECKONED_FROM = {
    "pool.wage": "pool.wage_share",
    "pool.hire_cost": "pool.hire_wages",
    "pool.overtime_cost": "pool.overtime_premium",
    "pool.contractor_cost": "pool.contractor_premium",
}
"""What a cost is reckoned from where no rule states it."""

Held = Mapping[Place, Rule]


@dataclass(frozen=True, slots=True)
class Lever:
    """A rule as plans hear it. rule: the entry that says so; None where it is learned from data.

    basis: where a value comes from that no rule states.
    """

    key: str
    subject: str
    value: str
    unit: str
    rule: Rule | None
    basis: Text | None = None


def list_levers(capacity: Capacity | None, rulebook: Rulebook, on: date) -> tuple[Lever, ...]:
    """By pool, then the work of deals, then what holds for all, with the values of the day."""
    held = find_held(rulebook, on)
    found: dict[Place, Lever] = {}
    for lever in _list_of_capacity(capacity, rulebook, held):
        found[lever.key, lever.subject] = lever
    for (key, subject), rule in held.items():
        if key.startswith(PLANNED) and (key, subject) not in found:
            found[key, subject] = Lever(key, subject, rule.value, rule.unit, rule)
    return tuple(found.values())


def complete(
    changes: Sequence[Change], capacity: Capacity | None, rulebook: Rulebook, on: date
) -> tuple[Change, ...]:
    """The changes, and what else must be said so that they are heard.

    Whoever states the people or the pace of a pool that was learned from data declares the pool, so
    its other facts are stated as they were learned.
    """
    known = {pool.name: pool for pool in capacity.pools} if capacity else {}
    held = find_held(rulebook, on)
    whole = {(each.key, each.subject): each for each in changes}
    for change in changes:
        pool = known.get(change.subject)
        if change.key not in DECLARING or pool is None or ("pool.headcount", pool.name) in held:
            continue
        for key, value in _list_facts(pool):
            whole.setdefault((key, pool.name), Change(key, pool.name, value))
    return tuple(whole.values())


def write_number(value: Decimal | int) -> str:
    """In full, without needless zeros."""
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _list_of_capacity(capacity: Capacity | None, rulebook: Rulebook, held: Held) -> Iterator[Lever]:
    if capacity is None:
        return
    for pool in capacity.pools:
        for key in OF_POOL:
            rule = _find_for_pool(key, pool, held)
            unit = _name_unit(key, pool, rule, rulebook)
            basis = pool.basis if rule is None else None
            yield Lever(key, pool.name, _read_field(pool, key), unit, rule, basis)
    kinds = {pool.name: pool.kind for pool in capacity.pools}
    by_template = {each.pool for each in capacity.months if each.required_high is not None}
    for work in (each for each in capacity.work if each.pool not in by_template):
        subject = f"{work.product} / {work.pool}"
        rule = _find_first("work.units", (subject, work.pool), held)
        if rule is not None or kinds[work.pool] != "sellers":  # sellers share what was learned
            unit = rule.unit if rule else ""
            yield Lever("work.units", subject, write_number(work.units), unit, rule)
    for product in sorted({work.product for work in capacity.work}):
        rule = _find_first("plan.contribution_rate", (product, ""), held)
        if rule is not None:
            yield Lever(rule.key, product, rule.value, rule.unit, rule)


def _find_for_pool(key: str, pool: Pool, held: Held) -> Rule | None:
    """By the pool's name, else its kind, else for all; else what the figure is reckoned from."""
    for wanted in (key, RECKONED_FROM.get(key, "")):
        if found := _find_first(wanted, (pool.name, pool.kind, ""), held):
            return found
    return None


def _find_first(key: str, subjects: Sequence[str], held: Held) -> Rule | None:
    """The entry of the first of the subjects that has one of its own."""
    found = (held.get((key, subject)) for subject in subjects)
    return next((rule for rule in found if rule is not None), None)


def _name_unit(key: str, pool: Pool, rule: Rule | None, rulebook: Rulebook) -> str:
    """The unit of a figure that is reckoned from another rule is the key's own."""
    if rule is not None and rule.key == key:
        return rule.unit
    own = find_unit(rulebook.rules, key, pool.name)
    return own or (pool.unit if key == "pool.per_person" else "")


def _read_field(pool: Pool, key: str) -> str:
    value = getattr(pool, key.removeprefix("pool."))
    if isinstance(value, tuple):
        return " ".join(map(write_number, value))
    return write_number(value)


def _list_facts(pool: Pool) -> Iterator[tuple[str, str]]:
    """What declares a pool as it is. The pace that was learned from data stays learned."""
    yield "pool.kind", pool.kind
    yield "pool.unit", pool.unit
    yield "pool.headcount", write_number(pool.headcount)
    if pool.team and pool.team != pool.name:
        yield "pool.team", pool.team
    if not pool.basis.template.startswith(LEARNED):
        yield "pool.per_person", write_number(pool.per_person)
