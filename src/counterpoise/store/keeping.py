"""Keeps what is delivered to hooks before it is answered, and counts it against the hook's limit.

Deliveries that wait at once in one process are kept in one transaction: whoever's turn it is takes
along all that wait. So the more come, the less each costs; and on SQLite, where writers look again
and again whether they may, one thread of a process does the looking.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from django.db import IntegrityError, transaction

from counterpoise.store import limits
from counterpoise.store.limits import Allowance
from counterpoise.store.models import Delivery as DeliveryRow

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """A delivery that is to be kept. limit: how many a minute the hook takes."""

    hook: int
    known_as: str
    body: bytes
    sent_at: datetime | None
    limit: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """is_new: False for a delivery that was accepted before. allowance: how the hook's limit
    stands; where it is not kept, neither is the delivery."""

    is_new: bool
    allowance: Allowance


@dataclass(slots=True, eq=False)
class _Waiting:
    """What becomes of an arrival: a receipt, or what kept the store from giving one."""

    arrival: Arrival
    receipt: Receipt | None = None
    error: Exception | None = None


_line: deque[_Waiting] = deque()
_turn = Lock()
"""Who holds it empties the line. It is held for one transaction, or until the store gives up."""


def keep(arrival: Arrival) -> Receipt:
    """Once it returns, what is answered as accepted is on the disk."""
    mine = _Waiting(arrival)
    _line.append(mine)
    with _turn:
        if mine.receipt is None and mine.error is None:
            _serve([_line.popleft() for _ in range(len(_line))])
    if mine.error is not None:
        raise mine.error
    assert mine.receipt is not None
    return mine.receipt


def keep_together(arrivals: Sequence[Arrival]) -> tuple[Receipt, ...]:
    """In one transaction, in their order: all of them or none."""
    receipts: dict[Arrival, Receipt] = {}
    with transaction.atomic(durable=True):
        for hook, begun in sorted({_find_window(each) for each in arrivals}):
            some = [each for each in arrivals if _find_window(each) == (hook, begun)]
            receipts |= _keep_of_window(hook, some)
    return tuple(receipts[each] for each in arrivals)


def _serve(waiting: Sequence[_Waiting]) -> None:
    try:
        receipts = keep_together([each.arrival for each in waiting])
    except Exception as error:  # nothing of it was kept: each that waits for it raises it
        for each in waiting:
            each.error = error
    else:
        for each, receipt in zip(waiting, receipts, strict=True):
            each.receipt = receipt


def _find_window(arrival: Arrival) -> tuple[int, datetime]:
    return arrival.hook, limits.find_start(arrival.at, MINUTE)


def _keep_of_window(hook: int, arrivals: Sequence[Arrival]) -> dict[Arrival, Receipt]:
    last = limits.count_request(
        f"hook:{hook}",
        arrivals[0].at,
        limit=arrivals[0].limit,
        within=MINUTE,
        times=len(arrivals),
    )
    before = last.used - len(arrivals)
    allowances = {
        each: replace(last, limit=each.limit, used=before + number)
        for number, each in enumerate(arrivals, 1)
    }
    new = _insert(hook, [each for each in arrivals if allowances[each].is_kept])
    return {each: Receipt(each in new, allowances[each]) for each in arrivals}


def _insert(hook: int, arrivals: Sequence[Arrival]) -> set[Arrival]:
    """Those that were not there before, nor earlier among them."""
    names = [each.known_as for each in arrivals]
    rows = DeliveryRow.objects.filter(hook_id=hook, known_as__in=names)
    known = set(rows.values_list("known_as", flat=True))
    fresh: dict[str, Arrival] = {}
    for each in arrivals:
        if each.known_as not in known:
            fresh.setdefault(each.known_as, each)
    try:
        with transaction.atomic():
            DeliveryRow.objects.bulk_create(
                DeliveryRow(hook_id=hook, known_as=name, **_write(each))
                for name, each in fresh.items()
            )
    except IntegrityError:  # another process has just kept one of them
        return {each for each in fresh.values() if _insert_one(hook, each)}
    return set(fresh.values())


def _insert_one(hook: int, arrival: Arrival) -> bool:
    _, is_new = DeliveryRow.objects.get_or_create(
        hook_id=hook, known_as=arrival.known_as, defaults=_write(arrival)
    )
    return is_new


def _write(arrival: Arrival) -> dict[str, bytes | datetime | None]:
    return {"body": arrival.body, "received_at": arrival.at, "sent_at": arrival.sent_at}
