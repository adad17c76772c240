"""Frozen versions of plans and the signatures on them. The database refuses to change either.

Whoever freezes or signs reads what it rests on, decides and writes within `hold_changes`: no other
audited change can come between.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from counterpoise.domain.tables.signoff import Signature, Version
from counterpoise.domain.values.rights import Role
from counterpoise.domain.values.text import text
from counterpoise.store import audit
from counterpoise.store.models import AuditHead, FrozenPlan
from counterpoise.store.models import Signature as SignatureRow


class SignedMeanwhile(RuntimeError):
    """The person has signed the version already, or somebody else has taken the turn."""


@dataclass(frozen=True, slots=True)
class KeptSignature:
    """place: which of the required signatures it is, from 0. name: the signer's, for people."""

    signature: Signature
    name: str
    place: int
    comment: str


@dataclass(frozen=True, slots=True)
class FrozenVersion:
    """A version, the plan and the run it was frozen from, and who has signed it.

    author_id, author_name: of who froze it; the version itself has the login.
    """

    id: int
    version: Version
    plan: str
    run: str
    required_roles: tuple[Role, ...]
    author_id: int
    author_name: str
    signed: tuple[KeptSignature, ...]

    @property
    def name(self) -> str:
        """What commands call it."""
        return name_version(self.version.period, self.version.number)

    @property
    def signatures(self) -> tuple[Signature, ...]:
        return tuple(each.signature for each in self.signed)


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What is to be frozen. inputs: the document that the inputs' hash is over."""

    period: str
    plan: str
    run: str
    inputs: Mapping[str, Any]
    inputs_hash: str
    content_hash: str
    version_hash: str
    required_roles: tuple[Role, ...]


def name_version(period: str, number: int) -> str:
    return f"{period}-v{number}"


@contextmanager
def hold_changes() -> Iterator[None]:
    """A transaction in which nobody else changes what the audit trail tells of."""
    with transaction.atomic():
        AuditHead.objects.select_for_update().get(pk=1)
        yield


def freeze(new: NewVersion, *, person_id: int, at: datetime) -> FrozenVersion:
    """Keep it as the period's next version. Call it within `hold_changes`."""
    newest = FrozenPlan.objects.filter(period=new.period).order_by("-number").first()
    row = FrozenPlan.objects.create(
        period=new.period,
        number=newest.number + 1 if newest else 1,
        plan_id=new.plan,
        run_id=new.run,
        inputs=dict(new.inputs),
        inputs_hash=new.inputs_hash,
        content_hash=new.content_hash,
        version_hash=new.version_hash,
        required_roles=list(new.required_roles),
        frozen_by_id=person_id,
        frozen_at=at,
    )
    audit.record(
        "version.frozen",
        f"version:{name_version(row.period, row.number)}",
        after={
            "plan": new.plan,
            "run": new.run,
            "inputs": new.inputs_hash,
            "content": new.content_hash,
            "version": new.version_hash,
            "roles": list(new.required_roles),
        },
        at=at,
    )
    return _read(_rows().get(pk=row.pk))


def sign(frozen: FrozenVersion, signature: Signature, *, person_id: int, comment: str) -> None:
    """Keep a signature in its place. Call it within `hold_changes`.

    Raises SignedMeanwhile, with nothing written, where the database has one of the person or of
    the place already.
    """
    place = len(frozen.signed)
    try:
        with transaction.atomic():
            SignatureRow.objects.create(
                version_id=frozen.id,
                version_hash=signature.version_hash,
                signer_id=person_id,
                role=signature.role,
                place=place,
                comment=comment,
                signed_at=signature.signed_at,
            )
    except IntegrityError:
        raise SignedMeanwhile(
            text(
                "{name} was signed by somebody else just now. Open it again.",
                name=frozen.name,
            )
        ) from None
    audit.record(
        "version.signed",
        f"version:{frozen.name}",
        after={"version": signature.version_hash, "role": signature.role, "place": place},
        at=signature.signed_at,
    )


def list_versions(period: str) -> tuple[FrozenVersion, ...]:
    """Newest first, with their signatures: two queries."""
    return tuple(_read(row) for row in _rows().filter(period=period).order_by("-number"))


def find_version(period: str, number: int) -> FrozenVersion | None:
    row = _rows().filter(period=period, number=number).first()
    return None if row is None else _read(row)


def find_newest(period: str) -> FrozenVersion | None:
    row = _rows().filter(period=period).order_by("-number").first()
    return None if row is None else _read(row)


def find_newest_number(period: str) -> int | None:
    rows = FrozenPlan.objects.filter(period=period).order_by("-number")
    return rows.values_list("number", flat=True).first()


def find_name(version_id: int) -> tuple[str, int] | None:
    """The period and the number of a version."""
    rows = FrozenPlan.objects.filter(pk=version_id).values_list("period", "number")
    return rows.first()


def load_inputs(version_id: int) -> Mapping[str, Any]:
    """The document of what the version was computed from."""
    rows = FrozenPlan.objects.values_list("inputs", flat=True)
    document: Mapping[str, Any] = rows.get(pk=version_id)
    return document


def _rows() -> QuerySet[FrozenPlan]:
    """Without the inputs, which are long and which lists do not show."""
    rows = FrozenPlan.objects.select_related("frozen_by").defer("inputs")
    return rows.prefetch_related("signatures__signer")


def _read(row: FrozenPlan) -> FrozenVersion:
    return FrozenVersion(
        id=row.pk,
        version=Version(
            number=row.number,
            period=row.period,
            inputs_hash=row.inputs_hash,
            content_hash=row.content_hash,
            version_hash=row.version_hash,
            frozen_by=row.frozen_by.username,
            frozen_at=row.frozen_at,
        ),
        plan=row.plan_id,
        run=row.run_id,
        required_roles=cast("tuple[Role, ...]", tuple(row.required_roles)),
        author_id=row.frozen_by_id,
        author_name=row.frozen_by.shown_name,
        signed=tuple(_read_signature(each) for each in row.signatures.all()),
    )


def _read_signature(row: SignatureRow) -> KeptSignature:
    return KeptSignature(
        Signature(row.version_hash, row.signer.username, cast("Role", row.role), row.signed_at),
        row.signer.shown_name,
        row.place,
        row.comment,
    )
