"""A run of the invented company with its plans saved, and scenarios as somebody would make them."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from counterpoise.domain.reconcile.headline import sum_up
from counterpoise.domain.reconcile.plan_json import canonical_bytes
from counterpoise.domain.reconcile.plan_json import to_document as plan_document
from counterpoise.domain.tables.plan import DemandGap
from counterpoise.domain.tables.scenario import Change, NamedScenario
from kept_forecast import NOW, PERIOD, RAN_AT, keep_build, keep_run
from reporting_company import build_cycle

RUN = "2026-Q4-whole"
FEWER_LEAVE = NamedScenario(
    "Fewer leave", "base", (Change("pool.attrition_rate", "Delivery", "0"),)
)


def keep_plan(plan, *, as_of=None, build="b1"):
    """Save a plan under the name that its content has."""
    from counterpoise.store import runs

    document = plan_document(plan)
    content_hash = sha256(canonical_bytes(document)).hexdigest()
    name = f"{PERIOD}-{plan.scenario.replace(' ', '-')}-{content_hash[:8]}"
    day = as_of or build_cycle().as_of
    saved = runs.SavedPlan(name, PERIOD, plan.scenario, day, build, content_hash, document)
    runs.save_plan(saved, at=RAN_AT)
    return name


def keep_planned_run(cycle=None, *, run=RUN, build="b1", is_new_build=True):
    """A run whose plans are saved; the names of the plans, base first."""
    if is_new_build:
        keep_build(build)
    cycle = cycle or build_cycle()
    names = [keep_plan(plan, build=build) for plan in cycle.plans]
    scenarios = [{"plan": name} for name in names]
    keep_run(cycle, run=run, build=build, plans={"scenarios": scenarios})
    return names


def make_scenario(author, scenario=FEWER_LEAVE, *, note="", at=NOW):
    from counterpoise.store import scenarios

    return scenarios.make(PERIOD, scenario, note, author_id=author.pk, at=at)


def build_plan(scenario=FEWER_LEAVE, gap="4.2"):
    """A plan for the scenario that leaves less of the demand than the base one."""
    base = build_cycle().plans[0]
    return replace(
        base,
        scenario=scenario.name,
        demand_gap=DemandGap(units=Decimal(gap), money=Decimal(gap) * 38_000),
    )


def solve(kept, plan=None, *, build="b1", as_of=None, at=NOW):
    """Keep a plan with a scenario as a solved one has it, and read the scenario again."""
    from counterpoise.store import scenarios

    plan = plan or build_plan(kept.scenario)
    name = keep_plan(plan, build=build, as_of=as_of)
    assert scenarios.keep_plan(kept, name, sum_up(plan), edition=kept.edition, at=at)
    return scenarios.get_scenario(PERIOD, kept.id)
