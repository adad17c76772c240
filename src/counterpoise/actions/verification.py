"""Verifies a saved plan without the solver, and a frozen version by computing it again as well."""

import re
from dataclasses import dataclass
from hashlib import sha256

from counterpoise import __version__
from counterpoise.actions import freezing, planning
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.cycle import SEED
from counterpoise.domain.reconcile import plan_json
from counterpoise.domain.reconcile.plan_json import canonical_bytes
from counterpoise.domain.reconcile.version import Inputs
from counterpoise.domain.tables.plan import Verdict
from counterpoise.domain.values.text import Text, text
from counterpoise.store import runs, versions
from counterpoise.store.versions import FrozenVersion

_VERSION = re.compile(r"(?P<period>.+)-v(?P<number>[1-9][0-9]{0,8})")


class UnknownVersion(LookupError):
    """A name like that of a version, of which there is none."""


class Unreproduced(RuntimeError):
    """A version that comes to something else when it is computed again."""


@dataclass(frozen=True, slots=True)
class Verified:
    """version: the name of the version, None for a plan that nobody froze.

    is_recomputed: whether computing it again came to the same bytes; None for a mere plan.
    difference: the first place where it did not, and why that may be.
    """

    plan: str
    verdict: Verdict
    version: str | None = None
    is_recomputed: bool | None = None
    difference: Text | None = None


def verify(workspace: Workspace, name: str) -> Verified:
    """name: of a saved plan, or of a version such as 2026-Q4-v1.

    Raises UnknownPlan, UnknownVersion, and BrokenPlan, ChangedVersion, ChangedBuild or BrokenBuild
    for what is not what was kept.
    """
    found = _VERSION.fullmatch(name)
    if found is None:
        return Verified(name, planning.verify_plan(name))
    frozen = versions.find_version(found["period"], int(found["number"]))
    if frozen is None:
        known = ", ".join(each.name for each in versions.list_versions(found["period"]))
        raise UnknownVersion(
            text(
                "There is no version '{name}'. Of {period} there are: {known}.",
                name=name,
                period=found["period"],
                known=known or "none yet",
            )
        )
    return verify_version(workspace, frozen)


def verify_version(workspace: Workspace, frozen: FrozenVersion) -> Verified:
    """Hashes first, then the check without the solver, then the whole plan once more."""
    inputs = freezing.load_inputs(frozen)
    freezing.check_hashes(frozen, inputs)
    verdict = planning.verify_plan(frozen.plan)
    difference = _recompute(workspace, frozen, inputs)
    return Verified(frozen.plan, verdict, frozen.name, difference is None, difference)


def check(verified: Verified) -> None:
    """Raises BrokenPlan or Unreproduced for what was verified in vain."""
    if not verified.verdict.feasible:
        found = verified.verdict.violations[:5]
        broken = "; ".join(f"{each.rule} at {each.where} by {each.amount}" for each in found)
        raise planning.BrokenPlan(
            text(
                "{plan} breaks its own constraints: {broken}.",
                plan=verified.plan,
                broken=broken,
            )
        )
    if verified.difference is not None:
        raise Unreproduced(
            text(
                "{version} is not reproduced. {difference}",
                version=str(verified.version),
                difference=verified.difference,
            )
        )


def _recompute(workspace: Workspace, frozen: FrozenVersion, inputs: Inputs) -> Text | None:
    if inputs.seed != SEED:
        return text(
            "It was frozen with the random seed {then}, and this Counterpoise has {now}. Verify it"
            " with Counterpoise {version}, which froze it.",
            then=inputs.seed,
            now=SEED,
            version=inputs.code_version,
        )
    document = plan_json.to_document(freezing.recompute(workspace, inputs))
    if sha256(canonical_bytes(document)).hexdigest() == frozen.version.content_hash:
        return None
    saved = runs.get_plan(frozen.plan)
    difference = freezing.find_difference(dict(saved.document), document)
    assert difference is not None, "other hashes are of other documents"
    if inputs.code_version != __version__:
        return text(
            "Computed again, {difference}. It was frozen by Counterpoise {then}, and this is {now}:"
            " verify it with the version that froze it.",
            difference=difference,
            then=inputs.code_version,
            now=__version__,
        )
    return text(
        "Computed again by the same Counterpoise {version}, {difference}. Another machine may round"
        " otherwise; verify it where it was frozen.",
        difference=difference,
        version=__version__,
    )
