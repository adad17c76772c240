"""Merges of customers that people made and undid, and the values of fields that they verified."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from counterpoise.domain.collect.identity_merges import Merge
from counterpoise.store import audit
from counterpoise.store.models import AuditHead, IdentityMerge, IdentityValue


@dataclass(frozen=True, slots=True)
class KeptMerge:
    """undone_by, undone_at: empty where it holds."""

    merge: Merge
    reason: str
    author: str
    made_at: datetime
    undone_by: str
    undone_at: datetime | None


def list_merges(kind: str) -> tuple[KeptMerge, ...]:
    """Every merge of a kind in the order they were made, undone ones too."""
    rows = IdentityMerge.objects.filter(kind=kind).select_related("author", "undone_by")
    return tuple(map(_read, rows))


def keep_merge(
    kind: str,
    decide: Callable[[tuple[Merge, ...]], Merge],
    reason: str,
    *,
    author_id: int | None,
    at: datetime,
) -> Merge:
    """decide: makes the merge over those that there are, or refuses; no other comes between."""
    with transaction.atomic():
        made = decide(_lock_merges(kind))
        IdentityMerge.objects.create(
            kind=kind,
            number=made.id,
            kept=made.kept,
            absorbed=made.absorbed,
            kept_members=list(made.kept_members),
            absorbed_members=list(made.absorbed_members),
            chosen=dict(made.chosen),
            reason=reason,
            author_id=author_id,
            made_at=at,
        )
        after = {
            "merge": made.id, "absorbed": made.absorbed, "chosen": dict(made.chosen),
            "reason": reason,
        }  # fmt: skip
        audit.record("identity.merged", f"customer:{made.kept}", after=after, at=at)
    return made


def undo_merge(
    kind: str,
    merge_id: int,
    decide: Callable[[tuple[Merge, ...]], object],
    *,
    author_id: int | None,
    at: datetime,
) -> None:
    """decide: refuses what cannot be undone, over the merges that there are."""
    with transaction.atomic():
        merges = _lock_merges(kind)
        decide(merges)
        undone = next(each for each in merges if each.id == merge_id)
        IdentityMerge.objects.filter(kind=kind, number=merge_id).update(
            undone_by_id=author_id, undone_at=at
        )
        before = {"merge": undone.id, "absorbed": undone.absorbed}
        audit.record("identity.undone", f"customer:{undone.kept}", before=before, at=at)


def verify_value(
    customer: str, field: str, value: str, *, author_id: int | None, at: datetime
) -> None:
    with transaction.atomic():
        before = list_values((customer,)).get(field)
        IdentityValue.objects.create(
            customer=customer, field=field, value=value, author_id=author_id, made_at=at
        )
        was = None if before is None else {field: before}
        audit.record(
            "identity.verified", f"customer:{customer}", before=was, after={field: value}, at=at
        )


def list_values(customers: tuple[str, ...]) -> dict[str, str]:
    """What was verified last of each field, of customers that are one."""
    rows = IdentityValue.objects.filter(customer__in=customers)
    return dict(rows.values_list("field", "value"))


def _lock_merges(kind: str) -> tuple[Merge, ...]:
    # One after the other, as the entries of the trail: two at once could merge past each other.
    AuditHead.objects.select_for_update().get(pk=1)
    return tuple(each.merge for each in list_merges(kind))


def _read(row: IdentityMerge) -> KeptMerge:
    merge = Merge(
        id=row.number,
        kept=row.kept,
        absorbed=row.absorbed,
        kept_members=tuple(row.kept_members),
        absorbed_members=tuple(row.absorbed_members),
        chosen=tuple(sorted(row.chosen.items())),
        is_undone=row.undone_at is not None,
    )
    return KeptMerge(
        merge,
        row.reason,
        row.author.shown_name if row.author else "",
        row.made_at,
        row.undone_by.shown_name if row.undone_by else "",
        row.undone_at,
    )
