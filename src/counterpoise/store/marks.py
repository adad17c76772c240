"""Times that people marked as not to be learned from: every mark that was ever made.

One mark holds for a part and a time. Whoever thinks otherwise withdraws it and makes another, so
each stays with the name and the comment of who made it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from counterpoise.domain.tables.mark import MarkKind, SeriesMark
from counterpoise.domain.values.text import text
from counterpoise.store import audit
from counterpoise.store.models import PeriodMark
from counterpoise.store.overrides import read_members, write_members


class UnknownMark(LookupError):
    """No mark has the number."""


class MarkChanged(ValueError):
    """A mark that is there already, or that does not hold any more."""


@dataclass(frozen=True, slots=True)
class KeptMark:
    """A mark and what became of it. Names are '' where the command line did it."""

    mark: SeriesMark
    author_name: str
    withdrawn_at: datetime | None
    withdrawn_by: str

    @classmethod
    def of(cls, mark: SeriesMark) -> "KeptMark":
        """One that was made just now."""
        return cls(mark, mark.author, None, "")

    @property
    def is_current(self) -> bool:
        return self.withdrawn_at is None


def list_current(measure: str) -> tuple[SeriesMark, ...]:
    """Those that hold, in the order in which they were made."""
    return tuple(_read(row) for row in _rows().filter(measure=measure, is_current=True))


def list_history(measure: str = "") -> tuple[KeptMark, ...]:
    """All that were ever made, of a measure or of any, the newest first."""
    rows = _rows().filter(measure=measure) if measure else _rows()
    return tuple(_read_kept(row) for row in reversed(rows))


def get_mark(mark_id: int) -> KeptMark:
    row = _rows().filter(pk=mark_id).first()
    if row is None:
        raise UnknownMark(
            text("There is no mark {number}. Choose one of the list of marks.", number=mark_id)
        )
    return _read_kept(row)


def make(mark: SeriesMark, *, author_id: int | None) -> SeriesMark:
    """Raises MarkChanged where the same time of the same part is marked already."""
    try:
        with transaction.atomic():
            row = PeriodMark.objects.create(
                measure=mark.measure,
                start=mark.start,
                end=mark.end,
                cell=write_members(mark.by),
                kind=mark.kind,
                comment=mark.comment.strip(),
                author_id=author_id,
                made_at=mark.made_at,
            )
            made = _read(_rows().get(pk=row.pk))
            audit.record(
                "mark.made", f"series:{made.measure}", before=None, after=_describe(made),
                at=mark.made_at,
            )  # fmt: skip
    except IntegrityError:
        raise MarkChanged(
            text(
                "{start} to {end} is marked already. Withdraw that mark first, then make another.",
                start=mark.start,
                end=mark.end,
            )
        ) from None
    return made


def withdraw(mark: SeriesMark, *, person_id: int | None, at: datetime) -> None:
    """Raises MarkChanged where it does not hold any more."""
    with transaction.atomic():
        rows = PeriodMark.objects.filter(pk=mark.id, is_current=True)
        if not rows.update(is_current=False, withdrawn_at=at, withdrawn_by_id=person_id):
            raise MarkChanged(
                text("Mark {number} was withdrawn before. Nothing was changed.", number=mark.id)
            )
        audit.record(
            "mark.withdrawn", f"series:{mark.measure}", before=_describe(mark), after=None, at=at
        )


def _rows() -> QuerySet[PeriodMark]:
    return PeriodMark.objects.select_related("author", "withdrawn_by")


def _read(row: PeriodMark) -> SeriesMark:
    return SeriesMark(
        id=row.pk,
        measure=row.measure,
        start=row.start,
        end=row.end,
        by=read_members(row.cell),
        kind=cast("MarkKind", row.kind),
        comment=row.comment,
        author=row.author.username if row.author else "",
        made_at=row.made_at,
    )


def _read_kept(row: PeriodMark) -> KeptMark:
    return KeptMark(
        mark=_read(row),
        author_name=row.author.shown_name if row.author else "",
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by.username if row.withdrawn_by else "",
    )


def _describe(mark: SeriesMark) -> dict[str, str | int]:
    return {
        "mark": mark.id,
        "measure": mark.measure,
        "start": mark.start.isoformat(),
        "end": mark.end.isoformat(),
        "cell": write_members(mark.by),
        "kind": mark.kind,
        "comment": mark.comment,
    }
