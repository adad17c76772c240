"""Ranges of measures carried forward as they were published: appended, never changed.

The same said twice, such as by a run that was run again, is kept once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json import dumps

from django.db import transaction

from counterpoise.domain.tables.published import Publication
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.store import audit
from counterpoise.store.models import RangePublication


@dataclass(frozen=True, slots=True)
class KeptPublication:
    """run: the one that it was published with, '' where a person did it. author: '' for a run and
    for the command line."""

    publication: Publication
    run: str
    author: str
    made_at: datetime


def list_all() -> tuple[KeptPublication, ...]:
    """In the order in which they were published."""
    return tuple(_read(row) for row in RangePublication.objects.select_related("author"))


def find_newest() -> int:
    """The number of the newest one; 0 where there is none. With it, nothing before it changes."""
    return RangePublication.objects.order_by("-id").values_list("id", flat=True).first() or 0


def keep_of_run(said: Iterable[Publication], run: str, *, at: datetime) -> None:
    """Of a run, whose own entry of the audit trail stands for them."""
    for each in said:
        _keep(each, at=at, run=run)


def keep(said: Publication, *, author_id: int | None, at: datetime) -> bool:
    """Whether it is new: what was published before is not published again."""
    with transaction.atomic():
        is_new = _keep(said, at=at, author_id=author_id)
        if is_new:
            audit.record(
                "ranges.published",
                f"series:{said.measure}",
                before=None,
                after={
                    "measure": said.measure,
                    "by": list(said.by),
                    "every": said.every,
                    "as_of": said.as_of.isoformat(),
                    "ranges": len(said.ranges),
                },
                at=at,
            )
    return is_new


def _keep(said: Publication, *, at: datetime, run: str = "", author_id: int | None = None) -> bool:
    document = to_document(said)
    digest = sha256(dumps(document, sort_keys=True).encode()).hexdigest()
    _row, is_new = RangePublication.objects.get_or_create(
        digest=digest,
        defaults={
            "measure": said.measure,
            "as_of": said.as_of,
            "run": run,
            "author_id": author_id,
            "made_at": at,
            "document": document,
        },
    )
    return is_new


def _read(row: RangePublication) -> KeptPublication:
    return KeptPublication(
        publication=from_document(Publication, row.document),
        run=row.run,
        author=row.author.username if row.author else "",
        made_at=row.made_at,
    )
