"""A period with a plan that can be frozen and signed, small enough for tests of every rule."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256

from counterpoise.domain.reconcile import plan_json
from counterpoise.domain.reconcile.plan_json import canonical_bytes
from counterpoise.domain.rulebook.rulebook import Rule
from counterpoise.domain.values.document import to_document
from overriding import FORECAST
from people import make_person
from reporting_company import build_cycle

PERIOD = "2026-Q4"
AS_OF = date(2026, 9, 30)
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)


def keep_planned(workspace, *, run="2026-Q4-run", build="b1", scenario="base"):
    """A run of the invented company with its plans, from a build that holds nothing."""
    from dataclasses import replace

    from counterpoise.store import runs

    publish_build(workspace, build)
    cycle = replace(build_cycle(), forecast=FORECAST, build=build)
    names = [save_plan(plan, build=build) for plan in cycle.plans]
    runs.save_run(
        runs.Run(
            id=run,
            period=PERIOD,
            as_of=AS_OF,
            build=build,
            ran_at=NOW,
            document={"demand": None, "reconcile": {"plan": names[0]}},
            whole=to_document(cycle),
        )
    )
    return names


def publish_build(workspace, build):
    from counterpoise.store import ledger

    folder = workspace.build_folder(build)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"build": build, "files": {}}))
    batch = ledger.AcceptedBatch(id=f"batch-{build}", source="files", counts={}, files=())
    ledger.accept(batch, build=build, manifest={}, at=NOW)


def save_plan(plan, *, build="b1", period=PERIOD):
    from counterpoise.store import runs

    document = plan_json.to_document(plan)
    content_hash = sha256(canonical_bytes(document)).hexdigest()
    name = f"{period}-{plan.scenario}-{content_hash[:8]}"
    saved = runs.SavedPlan(name, period, plan.scenario, AS_OF, build, content_hash, document)
    runs.save_plan(saved, at=NOW)
    return name


def freeze(workspace, author, *, period=PERIOD, now=NOW):
    """As freezing does once the plan has come out the same a second time."""
    from counterpoise.actions import freezing, signers
    from counterpoise.store import people, versions

    chosen = freezing.choose_plan(period)
    inputs = freezing.gather_inputs(workspace, chosen)
    signing = signers.read_signing(inputs, now)
    with versions.hold_changes():
        person = people.find_person(author.id)
        return freezing.keep_version(chosen, inputs, signing, person, now)


def make_signers():
    """Two executives, and a third who comes in place of one of them."""
    return [
        make_person("executive", username=name, name=said)
        for name, said in (("emad", "Emad Rashid"), ("eman", "Eman Saleh"), ("essam", "Essam Zaki"))
    ]


def change_rule(key, value, *, subject="", on=date(2026, 10, 1), unit=""):
    from counterpoise.store import rules

    rules.append_rules([Rule(key, subject, value, unit, on, "a test")], at=NOW)


def override(author, amount="7000"):
    """As a planner's page does; returns the override."""
    from decimal import Decimal

    from counterpoise.store import overrides
    from kept_forecast import GULF_IN_OCTOBER

    draft = overrides.Draft(
        PERIOD, GULF_IN_OCTOBER, Decimal(amount), Decimal("6000.0"), "large_deal", "The ministry."
    )
    return overrides.make(draft, author_id=author.id, role=author.role, at=NOW)


def promote(author, name="more people", plan=None, changes=()):
    """A scenario that is the one to be frozen; plan: the name of its plan, if it has one."""
    from counterpoise.domain.tables.scenario import NamedScenario
    from counterpoise.store import scenarios
    from counterpoise.store.models import PlanScenario

    kept = scenarios.make(
        PERIOD, NamedScenario(name, "base", tuple(changes)), "", author_id=author.id, at=NOW
    )
    if plan:
        PlanScenario.objects.filter(pk=kept.id).update(plan_id=plan)
    scenarios.promote(kept, edition=kept.edition, at=NOW)
    return scenarios.get_scenario(PERIOD, kept.id)
