"""Launches and phase-outs that people decided: every one that ever was, and which hold now.

A product has one launch and one phase-out at a time. Whoever wants another withdraws what holds.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.db.models import Max

from counterpoise.domain.tables.launch import Launch, PhaseOut, Portfolio
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import text
from counterpoise.store import audit
from counterpoise.store.models import ProductDecision

Kind = Literal["launch", "phase_out"]
KINDS: dict[str, type[Launch] | type[PhaseOut]] = {"launch": Launch, "phase_out": PhaseOut}


class UnknownDecision(LookupError):
    """No launch or phase-out has the number."""


class DecidedAlready(ValueError):
    """A product that has a launch, or a phase-out, which holds."""


class DecisionWithdrawn(ValueError):
    """A decision that does not hold any more."""


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A launch or phase-out and what became of it."""

    decided: Launch | PhaseOut
    withdrawn_at: datetime | None
    withdrawn_by: str

    @property
    def kind(self) -> Kind:
        return "launch" if isinstance(self.decided, Launch) else "phase_out"

    @property
    def is_current(self) -> bool:
        return self.withdrawn_at is None


def list_current(*, before: date | None = None) -> Portfolio:
    """What holds now; before: only what changes a month before that day."""
    rows = ProductDecision.objects.filter(withdrawn_at__isnull=True)
    if before is not None:
        rows = rows.filter(begins__lt=before)
    found = [_read(row).decided for row in rows]
    return Portfolio(
        tuple(each for each in found if isinstance(each, Launch)),
        tuple(each for each in found if isinstance(each, PhaseOut)),
    )


def list_history() -> tuple[KeptDecision, ...]:
    """All that were ever made, the newest first."""
    return tuple(_read(row) for row in ProductDecision.objects.order_by("-id"))


def get_decision(kind: Kind, decision_id: int) -> KeptDecision:
    """Raises UnknownDecision."""
    row = ProductDecision.objects.filter(kind=kind, pk=decision_id).first()
    if row is None:
        raise _say_unknown(decision_id)
    return _read(row)


def find_last_change(*, before: date) -> datetime | None:
    """When a decision that changes a month before that day was last made or withdrawn."""
    rows = ProductDecision.objects.filter(begins__lt=before)
    times = rows.aggregate(made=Max("made_at"), withdrawn=Max("withdrawn_at")).values()
    return max((each for each in times if each is not None), default=None)


def add(decided: Launch | PhaseOut) -> KeptDecision:
    """Keep it under a number of its own. Raises DecidedAlready, with nothing kept."""
    kind = "launch" if isinstance(decided, Launch) else "phase_out"
    try:
        with transaction.atomic():
            row = ProductDecision.objects.create(
                kind=kind,
                product=decided.product,
                begins=decided.begins,
                decided=to_document(decided),
                author=decided.author,
                role=decided.role,
                made_at=decided.made_at,
            )
            audit.record(
                f"{kind}.made", _name(row), before=None, after=row.decided, at=decided.made_at
            )
    except IntegrityError:
        raise _say_decided(kind, decided.product) from None
    return _read(row)


def withdraw(kind: Kind, decision_id: int, *, by: str, at: datetime) -> KeptDecision:
    """Raises UnknownDecision or DecisionWithdrawn, with nothing written."""
    with transaction.atomic():
        row = ProductDecision.objects.select_for_update().filter(kind=kind, pk=decision_id).first()
        if row is None:
            raise _say_unknown(decision_id)
        if row.withdrawn_at is not None:
            raise DecisionWithdrawn(
                text(
                    "What was decided of {product} was withdrawn already. It stays in the record.",
                    product=row.product,
                )
            )
        row.withdrawn_at, row.withdrawn_by = at, by
        row.save()
        audit.record(f"{kind}.withdrawn", _name(row), before=row.decided, after=None, at=at)
    return _read(row)


def _say_unknown(decision_id: int) -> UnknownDecision:
    return UnknownDecision(
        text(
            "There is no such decision {id}. Look at the list of launches and phase-outs.",
            id=str(decision_id),
        )
    )


def _say_decided(kind: str, product: str) -> DecidedAlready:
    if kind == "launch":
        return DecidedAlready(
            text("{product} has a launch already. Withdraw that one first.", product=product)
        )
    return DecidedAlready(
        text("{product} has a phase-out already. Withdraw that one first.", product=product)
    )


def _name(row: ProductDecision) -> str:
    return f"product:{row.product}"


def _read(row: ProductDecision) -> KeptDecision:
    document: dict[str, Any] = {**row.decided, "id": row.pk}
    decided: Launch | PhaseOut = from_document(KINDS[row.kind], document)
    return KeptDecision(decided, row.withdrawn_at, row.withdrawn_by)
