"""What a write was answered, so that a program that asks again with its key does nothing twice.

The answer is kept in the transaction of the write itself: after a crash there are both or neither.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from counterpoise.store.models import KeptAnswer as KeptAnswerRow

KEPT_FOR = timedelta(hours=24)


class KeyUsedOtherwise(ValueError):
    """A key that came before with another request."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    status: int
    body: str


def take_key(owner: str, key: str, request_hash: str, at: datetime) -> KeptAnswer | None:
    """The answer that was given to this key; None where this request is its first.

    Call it inside the transaction of the write: whoever comes with the same key at the same time
    waits for that transaction, then gets its answer. Raises KeyUsedOtherwise.
    """
    KeptAnswerRow.objects.filter(owner=owner, key=key, made_at__lte=at - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            KeptAnswerRow.objects.create(
                owner=owner, key=key, request_hash=request_hash, status=None, made_at=at
            )
    except IntegrityError:
        row = KeptAnswerRow.objects.get(owner=owner, key=key)
    else:
        return None
    if row.request_hash != request_hash:
        raise KeyUsedOtherwise(
            f"The Idempotency-Key {key!r} came before with another request. Nothing was changed."
            " Send every new request with a new key, and an old one unchanged."
        )
    assert row.status is not None, "a key is committed with its answer"
    return KeptAnswer(row.status, row.body)


def keep_answer(owner: str, key: str, answer: KeptAnswer) -> None:
    KeptAnswerRow.objects.filter(owner=owner, key=key).update(
        status=answer.status, body=answer.body
    )


def forget_old_answers(at: datetime) -> int:
    """Delete what no longer has to be kept, and say how many there were."""
    return KeptAnswerRow.objects.filter(made_at__lte=at - KEPT_FOR).delete()[0]
