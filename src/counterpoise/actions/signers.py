"""Who signs a frozen version, and telling whose turn it is."""

from datetime import UTC, datetime

from counterpoise.domain.reconcile.signing import SigningRules, read_signing_rules
from counterpoise.domain.reconcile.version import Inputs
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.text import text
from counterpoise.store import inbox, people
from counterpoise.store.versions import FrozenVersion


def read_signing(inputs: Inputs, frozen_at: datetime) -> SigningRules:
    """As the rules say that were frozen, on the day of freezing. Raises InvalidRule."""
    return read_signing_rules(Rulebook(inputs.rules), frozen_at.astimezone(UTC).date())


def tell_signers(frozen: FrozenVersion, signing: SigningRules, *, at: datetime) -> None:
    """Put the version into the inbox of whoever may sign it next, or of who froze it at the end."""
    subject, link = f"version:{frozen.id}", link_to(frozen)
    number, period = frozen.version.number, frozen.version.period
    done = len(frozen.signed)
    if done == len(signing.roles):
        said = text(
            "Version {number} of the plan for {period} is signed by everyone.",
            number=number,
            period=period,
        )
        inbox.tell(frozen.author_id, "signed", subject, link, said, at)
        return
    said = text(
        "Version {number} of the plan for {period} waits for your signature.",
        number=number,
        period=period,
    )
    out = {each.signer for each in frozen.signatures}
    out |= set() if signing.may_sign_own else {frozen.version.frozen_by}
    for person in people.list_people():
        if person.is_active and person.role == signing.roles[done] and person.username not in out:
            inbox.tell(person.id, "sign", subject, link, said, at)


def link_to(frozen: FrozenVersion) -> str:
    """The path of the version's page."""
    return f"/reconcile/{frozen.version.period}/versions/{frozen.version.number}/"
