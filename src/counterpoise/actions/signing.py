"""Signs a frozen version: whose turn it is, what voids it, and the signature itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from counterpoise.actions import freezing, signers
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.reconcile.signing import (
    CannotSign,
    ChangedSince,
    SigningRules,
    Standing,
    State,
    check_can_sign,
    is_signed,
    list_counted,
    name_state,
)
from counterpoise.domain.reconcile.version import Inputs
from counterpoise.domain.tables.signoff import Signature
from counterpoise.domain.values.rights import Role, Visitor
from counterpoise.domain.values.text import Text, text
from counterpoise.store import versions
from counterpoise.store.versions import FrozenVersion

LONGEST_COMMENT = 2000


class UnknownVersion(LookupError):
    """A period has no version of this number."""


class LongComment(ValueError):
    """A comment on a signature that does not fit."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A version as it stands now. others: what is newer and voids nothing."""

    frozen: FrozenVersion
    inputs: Inputs
    rules: SigningRules
    standing: Standing
    others: tuple[Text, ...]

    @property
    def state(self) -> State:
        return name_state(self.rules, self.standing)

    @property
    def still_to_sign(self) -> tuple[Role, ...]:
        return self.rules.roles[len(list_counted(self.rules, self.standing)) :]


def look_at(workspace: Workspace, period: str, number: int) -> Seen:
    """Raises UnknownVersion."""
    frozen = versions.find_version(period, number)
    newest = versions.find_newest_number(period)
    if frozen is None or newest is None:
        raise UnknownVersion(
            text(
                "{period} has no version {number}. Look at its list of versions.",
                period=period,
                number=number,
            )
        )
    inputs = freezing.load_inputs(frozen)
    changes = freezing.compare_with_now(workspace, inputs)
    standing = Standing(frozen.version, newest, frozen.signatures, changes=changes.voiding)
    rules = signers.read_signing(inputs, frozen.version.frozen_at)
    return Seen(frozen, inputs, rules, standing, changes.others)


def name_states(workspace: Workspace, period: str) -> tuple[tuple[FrozenVersion, State], ...]:
    """All versions, the newest first; only of the newest it matters what it rests on."""
    listed: Sequence[FrozenVersion] = versions.list_versions(period)
    if not listed:
        return ()
    newest = look_at(workspace, period, listed[0].version.number)
    older: State = "void"
    return ((newest.frozen, newest.state), *((each, older) for each in listed[1:]))


def is_plan_signed(workspace: Workspace, period: str) -> bool:
    """Whether the newest version of a period may be carried out now."""
    newest = versions.find_newest_number(period)
    if newest is None:
        return False
    seen = look_at(workspace, period, newest)
    return is_signed(seen.rules, seen.standing)


def find_refusal(seen: Seen, visitor: Visitor, *, now: datetime) -> CannotSign | None:
    """Why this visitor could not sign the version that they see; None where they could."""
    wanted = Signature(seen.frozen.version.version_hash, visitor.name, visitor.role, now)
    try:
        check_can_sign(seen.rules, seen.standing, wanted)
    except CannotSign as refusal:
        return refusal
    return None


def sign_plan(
    workspace: Workspace, seen: Seen, shown: str, comment: str, visitor: Visitor, *, now: datetime
) -> Seen:
    """Sign what was shown: the hash that the page had. Returns the version as it stands then.

    Raises CannotSign by its reason, SignedMeanwhile, ChangedVersion and LongComment; then nothing
    is kept.
    """
    if len(comment) > LONGEST_COMMENT:
        raise LongComment(
            text(
                "The comment has {count} letters. Write {longest_comment} at most.",
                count=len(comment),
                longest_comment=LONGEST_COMMENT,
            )
        )
    period, number = seen.frozen.version.period, seen.frozen.version.number
    wanted = Signature(shown, visitor.name, visitor.role, now)
    with versions.hold_changes():
        current = look_at(workspace, period, number)
        check_can_sign(current.rules, current.standing, wanted)
        freezing.check_hashes(current.frozen, current.inputs)
        _check_all_count(current)
        versions.sign(current.frozen, wanted, person_id=visitor.id, comment=comment)
        signed = look_at(workspace, period, number)
        signers.tell_signers(signed.frozen, signed.rules, at=now)
    return signed


def _check_all_count(seen: Seen) -> None:
    """A signature that does not count holds a place for good, so a later one would not either."""
    if len(list_counted(seen.rules, seen.standing)) != len(seen.frozen.signed):
        raise ChangedSince(
            text(
                "Version {number} holds a signature that does not count. Freeze a new version and"
                " sign that one.",
                number=seen.frozen.version.number,
            )
        )
