"""What people marked in a series: periods that are not to be learned from."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from counterpoise.domain.values.text import text

MarkKind = Literal["one_off", "lost_sales"]
MARK_KINDS: tuple[MarkKind, ...] = get_args(MarkKind)
LONGEST_COMMENT = 1000


class InvalidMark(ValueError):
    """A mark that says nothing that could be held."""


@dataclass(frozen=True, slots=True)
class SeriesMark:
    """kind: one_off came once and does not come again; lost_sales could not be served. start, end:
    from, and up to but without. by: the part it holds for, none for the whole and every part."""

    id: int
    measure: str
    start: date
    end: date
    by: tuple[tuple[str, str], ...]
    kind: MarkKind
    comment: str
    author: str
    made_at: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InvalidMark(
                text(
                    "{start} to {end} is no time. Mark a day, a week, a month or a quarter.",
                    start=self.start,
                    end=self.end,
                )
            )
        if self.kind not in MARK_KINDS:
            raise InvalidMark(
                text(
                    "'{kind}' is no kind of mark. There are: {listed}.",
                    kind=self.kind,
                    listed=", ".join(MARK_KINDS),
                )
            )
        if not 0 < len(self.comment.strip()) <= LONGEST_COMMENT:
            raise InvalidMark(
                text(
                    "The comment has {count} letters. Write what happened, in 1 to {most}.",
                    count=len(self.comment.strip()),
                    most=LONGEST_COMMENT,
                )
            )

    def holds_for(self, by: tuple[tuple[str, str], ...]) -> bool:
        """Whether a part lies wholly in what is marked."""
        return set(self.by) <= set(by)

    def overlaps(self, by: tuple[tuple[str, str], ...]) -> bool:
        """Whether a part has anything of what is marked in it."""
        marked = dict(self.by)
        return all(marked.get(name, member) == member for name, member in by)

    def touches(self, start: date, end: date) -> bool:
        return self.start < end and start < self.end
