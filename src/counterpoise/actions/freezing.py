"""Freezes a period's plan into a version, and computes a version again from what it rests on.

A version is frozen only where computing it again, from the inputs that hold now, comes to the very
plan that is frozen: what people sign has been made twice.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from counterpoise import __version__
from counterpoise.actions import kept, rules, signers
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.planning import Desk
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.cycle import SEED
from counterpoise.domain.reconcile import plan_json
from counterpoise.domain.reconcile.plan_json import canonical_bytes
from counterpoise.domain.reconcile.signing import SigningRules
from counterpoise.domain.reconcile.version import (
    Inputs,
    compare_inputs,
    hash_inputs,
    hash_version,
    inputs_from_document,
    inputs_to_document,
)
from counterpoise.domain.rulebook.watched import WatchedRulebook
from counterpoise.domain.tables.launch import Launch, PhaseOut, Portfolio
from counterpoise.domain.tables.override import Override, write_override
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.tables.scenario import BUILT_IN, NamedScenario
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text
from counterpoise.store import launches, ledger, overrides, people, runs, scenarios, versions
from counterpoise.store.people import Person
from counterpoise.store.runs import Run, SavedPlan
from counterpoise.store.versions import FrozenVersion, NewVersion
from counterpoise.warehouse.marts.publication import find_manifest_hash, verify_build

BASE = BUILT_IN[0]


class NothingToFreeze(LookupError):
    """A period without a plan that a version could be made of."""


class StalePlan(ValueError):
    """A plan that the inputs of now do not come to. `why` says so, for any language."""

    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


class ChangedBuild(RuntimeError):
    """A build that is not the one that the version was computed from."""


class ChangedVersion(RuntimeError):
    """A frozen version that is not what was frozen: its hashes no longer fit."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The plan that freezing takes: the promoted scenario's, else that of the expected demand.

    run: the period's newest, whose day and data the plan must come from.
    """

    run: Run
    plan: SavedPlan
    scenario: NamedScenario


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs now from what a version rests on. voiding: takes its signatures away."""

    voiding: tuple[Text, ...]
    others: tuple[Text, ...]


def freeze_plan(
    workspace: Workspace,
    period: str,
    person_id: int,
    *,
    say: Callable[[], None] = lambda: None,
    now: datetime,
) -> FrozenVersion:
    """Make the next version, or find that the newest is already this plan.

    say: called once the plan has come out the same; what changes after that is still noticed.
    Raises NothingToFreeze, StalePlan, ChangedBuild and BrokenBuild.
    """
    author = people.find_person(person_id)
    assert author is not None, "whoever asks has an account, and accounts are never deleted"
    chosen = choose_plan(period)
    _check_run(chosen)
    inputs = gather_inputs(workspace, chosen)
    _check_recomputed(workspace, inputs, chosen.plan)
    signing = signers.read_signing(inputs, now)
    say()
    with versions.hold_changes():
        if gather_inputs(workspace, choose_plan(period)) != inputs:
            raise StalePlan(
                text(
                    "What the plan of {period} rests on was changed while it was computed again."
                    " Look at what changed, then freeze again.",
                    period=period,
                )
            )
        return keep_version(chosen, inputs, signing, author, now)


def keep_version(
    chosen: Chosen, inputs: Inputs, signing: SigningRules, author: Person, now: datetime
) -> FrozenVersion:
    """For whoever has computed the plan again, within `versions.hold_changes`."""
    inputs_hash = hash_inputs(inputs)
    version_hash = hash_version(inputs_hash, chosen.plan.content_hash)
    newest = versions.find_newest(inputs.period)
    if newest is not None and newest.version.version_hash == version_hash:
        return newest
    frozen = versions.freeze(
        NewVersion(
            period=inputs.period,
            plan=chosen.plan.id,
            run=chosen.run.id,
            inputs=inputs_to_document(inputs),
            inputs_hash=inputs_hash,
            content_hash=chosen.plan.content_hash,
            version_hash=version_hash,
            required_roles=signing.roles,
        ),
        person_id=author.id,
        at=now,
    )
    signers.tell_signers(frozen, signing, at=now)
    return frozen


def choose_plan(period: str) -> Chosen:
    """Raises NothingToFreeze."""
    run = runs.find_latest_run(period)
    if run is None:
        raise NothingToFreeze(
            text(
                "The cycle was never run for {period}. Run it, look at its plan, then freeze it.",
                period=period,
            )
        )
    promoted = scenarios.find_promoted(period)
    if promoted is None:
        reconciled = run.document.get("reconcile")
        if not reconciled:
            raise NothingToFreeze(
                text(
                    "The newest run of {period} made no plan; its page says why. Run the cycle"
                    " again once that is mended.",
                    period=period,
                )
            )
        return Chosen(run, runs.get_plan(reconciled["plan"]), BASE)
    if promoted.plan is None:
        raise NothingToFreeze(
            text(
                "Scenario '{name}' is the one to be frozen and has no plan since it was"
                " changed. Solve it, then freeze.",
                name=promoted.name,
            )
        )
    return Chosen(run, runs.get_plan(promoted.plan), promoted.scenario)


def gather_inputs(workspace: Workspace, chosen: Chosen) -> Inputs:
    """What the plan would be computed from now, on the run's data as of the run's day."""
    run = chosen.run
    return Inputs(
        period=run.period,
        as_of=run.as_of,
        build=run.build,
        manifest_hash=find_manifest_hash(workspace.build_folder(run.build)),
        rules=rules.load_rulebook().rules,
        overrides=tuple(write_override(each) for each in overrides.list_current(run.period)),
        scenario=to_document(chosen.scenario),
        code_version=__version__,
        seed=SEED,
        **_write_portfolio(run.period),
    )


def load_inputs(frozen: FrozenVersion) -> Inputs:
    """Raises UnreadableInputs and ChangedVersion."""
    return inputs_from_document(_check_document(frozen, versions.load_inputs(frozen.id)))


def check_hashes(frozen: FrozenVersion, inputs: Inputs) -> None:
    """Raises ChangedVersion where what is kept no longer has the hash that was frozen."""
    held = frozen.version
    saved = runs.get_plan(frozen.plan)
    fits = {
        "inputs": hash_inputs(inputs) == held.inputs_hash,
        "plan": _hash_plan(_check_document(frozen, saved.document)) == held.content_hash,
        "version": hash_version(held.inputs_hash, held.content_hash) == held.version_hash,
    }
    if wrong := [name for name, is_same in fits.items() if not is_same]:
        raise ChangedVersion(
            text(
                "{name} is not what was frozen: the hash of its {listed} no longer fits."
                " Restore the store from a backup.",
                name=frozen.name,
                listed=" and ".join(wrong),
            )
        )


def compare_with_now(workspace: Workspace, then: Inputs) -> Changes:
    """Newer data and a newer Counterpoise are said and void nothing: the plan is of its day.

    Rules that hold only after the period are no part of it.
    """
    promoted = scenarios.find_promoted(then.period)
    now = replace(
        then,
        manifest_hash=find_manifest_hash(workspace.build_folder(then.build)),
        rules=rules.load_rulebook().rules,
        overrides=tuple(write_override(each) for each in overrides.list_current(then.period)),
        scenario=to_document(promoted.scenario if promoted else BASE),
        **_write_portfolio(then.period),
    )
    end = Period.parse(then.period).end
    voiding = compare_inputs(_until(then, end), _until(now, end))
    newest = ledger.find_current_build()
    build = newest.id if newest else then.build
    others = compare_inputs(then, replace(then, build=build, code_version=__version__))
    return Changes(voiding, others)


def recompute(workspace: Workspace, inputs: Inputs) -> Plan:
    """The plan once more, with the solver, from the frozen inputs alone.

    Raises ChangedBuild and BrokenBuild where the data is not what it was.
    """
    folder = workspace.build_folder(inputs.build)
    if find_manifest_hash(folder) != inputs.manifest_hash:
        raise ChangedBuild(
            text(
                "Build {build} is not what it was: its manifest is missing or has another"
                " hash. Restore the build from a backup.",
                build=inputs.build,
            )
        )
    verify_build(folder)
    desk = Desk(
        workspace,
        CurrentBuild(inputs.build, folder),
        Period.parse(inputs.period),
        inputs.as_of,
        WatchedRulebook(inputs.rules),
        tuple(from_document(Override, each) for each in inputs.overrides),
        Portfolio(
            tuple(from_document(Launch, each) for each in inputs.launches),
            tuple(from_document(PhaseOut, each) for each in inputs.phase_outs),
        ),
    )
    return desk.solve(from_document(NamedScenario, inputs.scenario))


def find_difference(then: Any, now: Any, where: str = "") -> Text | None:
    """The first place where two documents are not the same; None where there is none."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        keys = sorted(then.keys() | now.keys())
        return _find_first((then.get(key), now.get(key), _join(where, key)) for key in keys)
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        pairs = enumerate(zip(then, now, strict=True))
        return _find_first((*pair, f"{where}[{place}]") for place, pair in pairs)
    if type(then) is type(now) and then == now:
        return None
    return text("{place} was {then} and is {now}", place=where, then=_show(then), now=_show(now))


def _find_first(pairs: Iterator[tuple[Any, Any, str]]) -> Text | None:
    found = (find_difference(*each) for each in pairs)
    return next((each for each in found if each is not None), None)


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _show(value: Any) -> str:
    """Long parts of a document are told by how much they hold."""
    return f"[{len(value)}]" if isinstance(value, list | Mapping) else str(value)


def _find_portfolio(period: str) -> Portfolio:
    return launches.list_current(before=Period.parse(period).end)


def _write_portfolio(period: str) -> dict[str, Any]:
    """Launches and phase-outs that change the period, as inputs hold them."""
    found = _find_portfolio(period)
    return {
        "launches": tuple(to_document(each) for each in found.launches),
        "phase_outs": tuple(to_document(each) for each in found.phase_outs),
    }


def _until(inputs: Inputs, end: date) -> Inputs:
    return replace(inputs, rules=tuple(each for each in inputs.rules if each.effective_from < end))


def _check_document(frozen: FrozenVersion, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """What cannot be read as JSON comes from the store as the text that it is."""
    if not isinstance(kept, Mapping):
        raise ChangedVersion(
            text(
                "{name} is not what was frozen: what is kept of it is no document any more."
                " Restore the store from a backup.",
                name=frozen.name,
            )
        )
    return kept


def _hash_plan(document: Mapping[str, Any]) -> str:
    return sha256(canonical_bytes(dict(document))).hexdigest()


def _check_run(chosen: Chosen) -> None:
    """The run is what people read beside the plan, so it must know the same overrides."""
    cycle = kept.find_cycle(chosen.run.id)
    if cycle is None:
        raise NothingToFreeze(
            text(
                "Run {id} was kept in a form that pages cannot read. Run the cycle again,"
                " then freeze.",
                id=chosen.run.id,
            )
        )
    held = {each.id for each in overrides.list_current(chosen.plan.period)}
    if held != {each.id for each in cycle.overrides}:
        raise StalePlan(
            text(
                "Overrides of {period} were made or withdrawn since its newest run. Run the cycle"
                " again, look at the new plan, then freeze.",
                period=chosen.plan.period,
            )
        )
    if _find_portfolio(chosen.plan.period).ids != cycle.portfolio.ids:
        raise StalePlan(
            text(
                "Launches or phase-outs that change {period} were decided or withdrawn since its"
                " newest run. Run the cycle again, look at the new plan, then freeze.",
                period=chosen.plan.period,
            )
        )


def _check_recomputed(workspace: Workspace, inputs: Inputs, plan: SavedPlan) -> None:
    document = plan_json.to_document(recompute(workspace, inputs))
    if _hash_plan(document) == plan.content_hash:
        return
    difference = find_difference(dict(plan.document), document)
    assert difference is not None, "other hashes are of other documents"
    raise StalePlan(
        text(
            "Computed again from the newest run's data with today's overrides and rules, the plan"
            " {plan} comes to something else: {difference}. Run the cycle again (for a scenario:"
            " solve it again), look at the new plan, then freeze.",
            plan=plan.id,
            difference=difference,
        )
    )
