"""Files that people sent, until they are collected or thrown away; who sent how much is kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.db import transaction

from counterpoise.domain.values.text import text
from counterpoise.store import audit
from counterpoise.store.models import Upload as UploadRow
from counterpoise.store.models import User

State = Literal["waiting", "proposed", "confirmed", "collected", "refused", "discarded"]
OPEN: tuple[State, ...] = ("waiting", "proposed", "confirmed")


class UnknownUpload(LookupError):
    """Nothing was sent under this id."""


class QuotaReached(ValueError):
    """Someone has sent as much as one person may."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """name: as its owner calls it. path: its name on our disk, which says nothing of it."""

    name: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """proposal: what its columns are taken for, then as confirmed. outcome: what collecting it came
    to. state: waiting to be read, proposed, confirmed, collected, refused or discarded."""

    id: str
    sender: int
    sender_name: str
    sent_at: datetime
    files: tuple[KeptFile, ...]
    state: State
    proposal: Mapping[str, Any] | None
    outcome: Mapping[str, Any] | None

    @property
    def size(self) -> int:
        return sum(each.size for each in self.files)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a person has sent lately: how often, and how many bytes."""

    uploads: int
    size: int


def keep_upload(
    upload_id: str,
    sender: int,
    files: Sequence[KeptFile],
    *,
    most: Sent,
    since: datetime,
    at: datetime,
) -> None:
    """Keep an upload. Raises QuotaReached where its sender has then sent more than `most` since.

    The sender's row is held, so two uploads at once are counted one after the other.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=sender)
        sent = count_sent(sender, since=since)
        refuse_beyond(most, Sent(sent.uploads + 1, sent.size + sum(each.size for each in files)))
        UploadRow.objects.create(
            id=upload_id,
            sender_id=sender,
            sent_at=at,
            files=[asdict(each) for each in files],
        )
        sizes = {each.name: each.size for each in files}
        audit.record("upload.received", f"upload:{upload_id}", after={"files": sizes}, at=at)


def refuse_beyond(most: Sent, sent: Sent) -> None:
    """Raises QuotaReached."""
    if sent.uploads > most.uploads:
        raise QuotaReached(
            text(
                "{uploads} uploads within 24 hours are the most for one person. Wait, or"
                " send the files together as one upload.",
                uploads=most.uploads,
            )
        )
    if sent.size > most.size:
        raise QuotaReached(
            text(
                "{size} MB within 24 hours are the most for one person. Wait, send less, or"
                " pack the files as zip.",
                size=most.size >> 20,
            )
        )


def count_sent(sender: int, *, since: datetime) -> Sent:
    """What was thrown away counts too: it was sent all the same."""
    rows = UploadRow.objects.filter(sender_id=sender, sent_at__gt=since).values_list(
        "files", flat=True
    )
    sizes = [sum(each["size"] for each in files) for files in rows]
    return Sent(len(sizes), sum(sizes))


def find_upload(upload_id: str) -> Upload | None:
    row = UploadRow.objects.select_related("sender").filter(id=upload_id).first()
    return None if row is None else _read(row)


def get_upload(upload_id: str) -> Upload:
    if (found := find_upload(upload_id)) is None:
        raise UnknownUpload(
            text(
                "No upload '{upload_id}' is known. Send the files again.",
                upload_id=upload_id,
            )
        )
    return found


def hold_upload(upload_id: str) -> Upload:
    """The upload, which nobody else can change until the caller's transaction ends."""
    row = UploadRow.objects.select_for_update().filter(id=upload_id).first()
    if row is None:
        raise UnknownUpload(
            text(
                "No upload '{upload_id}' is known. Send the files again.",
                upload_id=upload_id,
            )
        )
    return _read(row)


def list_open() -> tuple[Upload, ...]:
    """What waits for a person or for a worker, newest first."""
    rows = UploadRow.objects.select_related("sender").filter(state__in=OPEN)
    return tuple(_read(row) for row in rows)


def find_by_batch(batch: str) -> Upload | None:
    """The upload that a load came from; None for one that was collected at the command line."""
    rows = UploadRow.objects.select_related("sender").filter(proposal__outcome__batch=batch)
    row = rows.first()
    return None if row is None else _read(row)


def move_on(
    upload_id: str,
    state: State,
    *,
    after: Collection[State],
    proposal: Mapping[str, Any] | None = None,
    said: Mapping[str, Any] | None = None,
    at: datetime,
) -> bool:
    """From one of the states `after` to the next; False where someone else was first.

    proposal: replaces what was kept. said: what the audit trail tells of it.
    """
    with transaction.atomic():
        row = UploadRow.objects.select_for_update().filter(id=upload_id, state__in=after).first()
        if row is None:
            return False
        before, row.state = row.state, state
        if proposal is not None:
            row.proposal = dict(proposal)
        row.save()
        audit.record(
            f"upload.{state}",
            f"upload:{upload_id}",
            before={"state": before},
            after={"state": state, **(said or {})},
            at=at,
        )
    return True


def list_known() -> frozenset[str]:
    """Ids of the uploads whose files may still be needed."""
    return frozenset(UploadRow.objects.filter(state__in=OPEN).values_list("id", flat=True))


def _read(row: UploadRow) -> Upload:
    kept = row.proposal or {}
    return Upload(
        id=row.id,
        sender=row.sender_id,
        sender_name=row.sender.shown_name,
        sent_at=row.sent_at,
        files=tuple(KeptFile(**each) for each in row.files),
        state=cast("State", row.state),
        proposal=kept.get("proposed"),
        outcome=kept.get("outcome"),
    )
