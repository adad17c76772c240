"""Sign-off: who signs a frozen version, in which order, and what voids it.

The rulebook names the roles in the order they sign (`signing.roles`); the same role twice needs two
different people. A signature counts for exactly the hash that was shown to the signer, once for a
person, and only in its turn. A newer version, or a change of what the plan rests on, voids it all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.tables.signoff import Signature, Version
from counterpoise.domain.values.rights import RIGHTS_OF, ROLES, Role
from counterpoise.domain.values.text import Text, text

ROLES_KEY = "signing.roles"
OWN_PLAN_KEY = "signing.own_plan"

State = Literal["frozen", "part signed", "signed", "void"]


class CannotSign(ValueError):
    """A signature that would not count. `why` says so and what to do, for any language."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


class NotTheNewest(CannotSign):
    """A later version of the period's plan exists."""


class ChangedSince(CannotSign):
    """The page showed something else, or what the plan rests on has changed."""


class OwnPlan(CannotSign):
    """Who froze the plan may not sign it."""


class SignedAlready(CannotSign):
    """This person has signed this version."""


class NotYourTurn(CannotSign):
    """Another role signs next."""


class NothingLeft(CannotSign):
    """Everyone who has to sign has signed."""


@dataclass(frozen=True, slots=True)
class SigningRules:
    """roles: in the order they sign, at least one. may_sign_own: who froze a plan may sign it."""

    roles: tuple[Role, ...]
    may_sign_own: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a version stands now.

    newest: the highest version number of its period. signatures: all there are, whatever their
    hash. changes: what differs between its inputs and those of today, as compare_inputs tells it.
    """

    version: Version
    newest: int
    signatures: tuple[Signature, ...] = ()
    changes: tuple[Text, ...] = ()


def read_signing_rules(rulebook: Rulebook, on: date) -> SigningRules:
    """Raises InvalidRule for a role that nobody has or that may not sign: no plan could pass."""
    signers = tuple(role for role in ROLES if "sign_plan" in RIGHTS_OF[role])
    asked = rulebook.get(ROLES_KEY, on)
    roles = tuple(_pick_role(each, signers) for each in asked.value.split())
    if None in roles or not roles:
        raise InvalidRule(
            text(
                "{roles_key} is '{value}' (source: {source}). Write one or more roles that"
                " may sign, in order, with spaces: {listed}.",
                roles_key=ROLES_KEY,
                value=asked.value,
                source=asked.source,
                listed=" ".join(signers),
            )
        )
    own = rulebook.get(OWN_PLAN_KEY, on)
    if own.value not in ("yes", "no"):
        raise InvalidRule(
            text(
                "{own_plan_key} is '{value}' (source: {source}). Write yes or no.",
                own_plan_key=OWN_PLAN_KEY,
                value=own.value,
                source=own.source,
            )
        )
    return SigningRules(tuple(role for role in roles if role), own.value == "yes")


def name_state(rules: SigningRules, standing: Standing) -> State:
    if standing.version.number < standing.newest or standing.changes:
        return "void"
    if find_next_role(rules, standing) is None:
        return "signed"
    return "part signed" if list_counted(rules, standing) else "frozen"


def is_signed(rules: SigningRules, standing: Standing) -> bool:
    """Whether the plan may be carried out: everyone signed, and nothing has voided it since."""
    return name_state(rules, standing) == "signed"


def find_next_role(rules: SigningRules, standing: Standing) -> Role | None:
    """Whose turn it is; None when nobody is left. Says nothing of whether the version is void."""
    done = len(list_counted(rules, standing))
    return rules.roles[done] if done < len(rules.roles) else None


def list_counted(rules: SigningRules, standing: Standing) -> tuple[Signature, ...]:
    """The signatures that count, in the order they were given."""
    return tuple(_count(rules, standing))


def check_can_sign(rules: SigningRules, standing: Standing, wanted: Signature) -> None:
    """Raises CannotSign, by its reason, where `wanted` would not be the next that counts."""
    version = standing.version
    if version.number < standing.newest:
        raise NotTheNewest(
            text(
                "Version {number} has been replaced by version {newest}. Open version {newest} and"
                " sign that one.",
                number=version.number,
                newest=standing.newest,
            )
        )
    _check_unchanged(standing, wanted)
    mine = (each.signer for each in standing.signatures if _is_on(version, each))
    if wanted.signer in mine:
        raise SignedAlready(
            text(
                "You have signed version {number} already, and a person signs once. There is"
                " nothing more to do.",
                number=version.number,
            )
        )
    turn = find_next_role(rules, standing)
    if turn is None:
        raise NothingLeft(
            text(
                "Version {number} has every signature that it needs. There is nothing to sign.",
                number=version.number,
            )
        )
    if wanted.signer == version.frozen_by and not rules.may_sign_own:
        raise OwnPlan(
            text(
                "You froze version {number}, and who froze a plan may not sign it. Ask another"
                " {turn} to sign.",
                number=version.number,
                turn=turn,
            )
        )
    if wanted.role != turn:
        raise NotYourTurn(
            text(
                "Version {number} waits for the signature of role {turn}, and you have role {role}."
                " Ask someone with role {turn} to sign.",
                number=version.number,
                turn=turn,
                role=wanted.role,
            )
        )


def _check_unchanged(standing: Standing, wanted: Signature) -> None:
    version = standing.version
    if not _is_on(version, wanted):
        raise ChangedSince(
            text(
                "What you were shown is not version {number}: its hash was {shown}, and the"
                " version's is {hash}. Open the version again and sign what it shows.",
                number=version.number,
                shown=wanted.version_hash,
                hash=version.version_hash,
            )
        )
    if standing.changes:
        raise ChangedSince(
            text(
                "What version {number} rests on has changed since it was frozen (changes: {count})."
                " Read what changed, freeze a new version and sign that one.",
                number=version.number,
                count=len(standing.changes),
            )
        )


def _count(rules: SigningRules, standing: Standing) -> Iterator[Signature]:
    """Out of turn, a second one of a person, on other content, on one's own plan: none counts,
    however it came to be recorded."""
    signers = set() if rules.may_sign_own else {standing.version.frozen_by}
    waiting = list(rules.roles)
    for each in sorted(standing.signatures, key=lambda each: each.signed_at):
        if not waiting:
            return
        fits = _is_on(standing.version, each) and each.role == waiting[0]
        if fits and each.signer not in signers:
            signers.add(each.signer)
            waiting.pop(0)
            yield each


def _is_on(version: Version, signature: Signature) -> bool:
    return signature.version_hash == version.version_hash


def _pick_role(written: str, among: tuple[Role, ...]) -> Role | None:
    return next((role for role in among if role == written), None)
