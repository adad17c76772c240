"""What people put in place of forecast figures: all that was ever made, and which hold now.

A figure has one current override, and beside it one lock. Whoever changes it says which one they
replace; when that is no longer the current one, nothing is written and they get to see what is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from counterpoise.domain.tables.forecast import Measure
from counterpoise.domain.tables.override import FigureKey, Override, OverrideKind
from counterpoise.domain.values.period import Period
from counterpoise.store import audit
from counterpoise.store.models import ForecastOverride


class CellChanged(ValueError):
    """Someone else changed the cell meanwhile; `current` is what holds now, or None."""

    def __init__(self, message: str, current: Override | None) -> None:
        super().__init__(message)
        self.current = current


class UnknownOverride(LookupError):
    """A period has no override with the number."""


@dataclass(frozen=True, slots=True)
class KeptOverride:
    """An override and what became of it.

    previous: the amount that stood in its place until then, which is another override's where
    there was one. replaced_by: a later override's id, or None.
    """

    override: Override
    author_name: str
    previous: Decimal
    is_current: bool
    replaced_by: int | None
    withdrawn_at: datetime | None
    withdrawn_by: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An override that is to be kept. replaces: the id of the one it takes the place of.

    statistical: what the forecast says of the figure without overrides. amount: what it means now.
    """

    period: str
    cell: FigureKey
    amount: Decimal
    statistical: Decimal
    reason: str
    comment: str
    replaces: int | None = None
    kind: OverrideKind = "absolute"
    change: Decimal = Decimal(0)
    expires_on: date | None = None
    currency: str = ""

    def as_override(self, author: str, role: str, at: datetime, number: int = 0) -> Override:
        """Raises InvalidOverride for what no forecast could have in its place."""
        measure, month, by = self.cell
        return Override(
            id=number,
            period=self.period,
            measure=cast("Measure", measure),
            month=month,
            by=by,
            amount=self.amount,
            statistical=self.statistical,
            reason=self.reason,
            comment=self.comment,
            author=author,
            role=role,
            made_at=at,
            kind=self.kind,
            change=self.change,
            expires_on=self.expires_on,
            is_firm=True,
            currency=self.currency,
        )


def list_current(period: str) -> tuple[Override, ...]:
    """Those that hold, locks among them, in the order in which they were made."""
    return tuple(_read(row) for row in _rows().filter(period=period, is_current=True))


def list_history(period: str, cell: FigureKey | None = None) -> tuple[KeptOverride, ...]:
    """All that were ever made in a period, or of one figure of it, the newest first."""
    found = _rows().filter(period=period)
    rows = list(found if cell is None else found.filter(**_find_by(period, cell)))
    successors = {row.replaces_id: row.pk for row in rows}
    return tuple(_read_kept(row, successors.get(row.pk)) for row in reversed(rows))


def list_judged() -> tuple[Override, ...]:
    """Those of all periods that were never withdrawn: what their authors stood by to the end.

    A lock says nothing of what will come.
    """
    return tuple(_read(row) for row in _rows().filter(withdrawn_at=None).exclude(kind="lock"))


def get_override(period: str, override_id: int, *, is_lock: bool | None = None) -> KeptOverride:
    """is_lock: None takes either. Raises UnknownOverride."""
    row = _rows().filter(period=period, pk=override_id).first()
    if row is None or (is_lock is not None and (row.kind == "lock") != is_lock):
        raise UnknownOverride(
            f"{period} has no {'lock' if is_lock else 'override'} {override_id}. Choose one of its"
            " list of overrides."
        )
    later = ForecastOverride.objects.filter(replaces=row).values_list("pk", flat=True).first()
    return _read_kept(row, later)


def find_override(override_id: int) -> Override | None:
    """Of any period."""
    row = _rows().filter(pk=override_id).first()
    return None if row is None else _read(row)


def find_current(period: str, cell: FigureKey, *, is_lock: bool = False) -> Override | None:
    row = _find_held(period, cell, is_lock=is_lock).first()
    return None if row is None else _read(row)


def find_last_change(period: str) -> datetime | None:
    """When an override of the period was last made or withdrawn; None where none ever was."""
    rows = ForecastOverride.objects.filter(period=period)
    times = rows.aggregate(made=Max("made_at"), withdrawn=Max("withdrawn_at")).values()
    return max((each for each in times if each is not None), default=None)


def make(
    draft: Draft, *, author_id: int, role: str, at: datetime, instead_of: Sequence[Override] = ()
) -> Override:
    """Keep an override in place of the current one, if that is the one that the draft replaces.

    instead_of: those of other figures that are withdrawn with it. Raises CellChanged, with nothing
    written, where one is not current any more. Of two at the same time the database lets one
    through.
    """
    is_lock = draft.kind == "lock"
    before = find_current(draft.period, draft.cell, is_lock=is_lock)
    if (before.id if before else None) != draft.replaces:
        raise _say_changed(draft.period, draft.cell, is_lock=is_lock)
    try:
        with transaction.atomic():
            for each in instead_of:
                withdraw(each, person_id=author_id, at=at)
            if before is not None:
                _end(before, is_current=False)
            made = _read(_rows().get(pk=_create(draft, author_id, role, at).pk))
            audit.record(
                "figure.locked" if is_lock else "override.made",
                f"period:{draft.period}",
                before=None if before is None else _describe(before),
                after=_describe(made),
                at=at,
            )
    except IntegrityError:
        raise _say_changed(draft.period, draft.cell, is_lock=is_lock) from None
    return made


def withdraw(override: Override, *, person_id: int, at: datetime) -> None:
    """Raises CellChanged where it does not hold any more."""
    with transaction.atomic():
        _end(override, is_current=False, withdrawn_at=at, withdrawn_by_id=person_id)
        audit.record(
            "figure.unlocked" if override.kind == "lock" else "override.withdrawn",
            f"period:{override.period}",
            before=_describe(override),
            after=None,
            at=at,
        )


def _create(draft: Draft, author_id: int, role: str, at: datetime) -> ForecastOverride:
    return ForecastOverride.objects.create(
        period=draft.period,
        **_find_by(draft.period, draft.cell),
        amount=str(draft.amount),
        statistical=str(draft.statistical),
        reason=draft.reason,
        comment=draft.comment,
        author_id=author_id,
        role=role,
        made_at=at,
        replaces_id=draft.replaces,
        kind=draft.kind,
        change=str(draft.change),
        expires_on=draft.expires_on,
        is_firm=True,
        currency=draft.currency,
    )


def _end(override: Override, **changes: Any) -> None:
    if not ForecastOverride.objects.filter(pk=override.id, is_current=True).update(**changes):
        raise _say_changed(override.period, override.cell, is_lock=override.kind == "lock")


def _say_changed(period: str, cell: FigureKey, *, is_lock: bool) -> CellChanged:
    current = find_current(period, cell, is_lock=is_lock)
    if is_lock:
        stands = f"{current.author} locked it" if current else "it is not locked now"
    else:
        stands = f"{current.author} set it to {current.amount}" if current else ""
    return CellChanged(
        f"Someone changed this figure meanwhile: {stands or 'it has no override now'}. Nothing was"
        " saved. Look at it, then save again.",
        current,
    )


def _find_held(period: str, cell: FigureKey, *, is_lock: bool) -> QuerySet[ForecastOverride]:
    rows = _rows().filter(period=period, is_current=True, **_find_by(period, cell))
    return rows.filter(kind="lock") if is_lock else rows.exclude(kind="lock")


def _rows() -> QuerySet[ForecastOverride]:
    return ForecastOverride.objects.select_related("author", "withdrawn_by", "replaces")


def _find_by(period: str, cell: FigureKey) -> dict[str, Any]:
    measure, month, by = cell
    return {
        "measure": measure,
        "span": "period" if month is None else "month",
        "month": month or Period.parse(period).start,
        "cell": write_members(by),
    }


def write_members(by: Iterable[tuple[str, str]]) -> str:
    """The level of a cell as text; a | or \\ in a name is escaped, so no two levels are alike."""
    return "|".join(
        f"{name}={member}".replace("\\", "\\\\").replace("|", "\\|") for name, member in sorted(by)
    )


def read_members(written: str) -> tuple[tuple[str, str], ...]:
    parts, part, escaped = [], "", False
    for letter in written:
        if letter == "|" and not escaped:
            parts.append(part)
            part = ""
        elif letter == "\\" and not escaped:
            escaped = True
            continue
        else:
            part += letter
        escaped = False
    pairs = (each.partition("=") for each in [*parts, part] if each)
    return tuple((name, member) for name, _, member in pairs)


def _read(row: ForecastOverride) -> Override:
    return Override(
        id=row.pk,
        period=row.period,
        measure=cast("Measure", row.measure),
        month=None if row.span == "period" else row.month,
        by=read_members(row.cell),
        amount=Decimal(row.amount),
        statistical=Decimal(row.statistical),
        reason=row.reason,
        comment=row.comment,
        author=row.author.username,
        role=row.role,
        made_at=row.made_at,
        kind=cast("OverrideKind", row.kind),
        change=Decimal(row.change),
        expires_on=row.expires_on,
        is_firm=row.is_firm,
        currency=row.currency,
    )


def _read_kept(row: ForecastOverride, replaced_by: int | None) -> KeptOverride:
    return KeptOverride(
        override=_read(row),
        author_name=row.author.shown_name,
        previous=Decimal(row.replaces.amount if row.replaces else row.statistical),
        is_current=row.is_current,
        replaced_by=replaced_by,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by.username if row.withdrawn_by else "",
    )


def _describe(override: Override) -> dict[str, str | int]:
    span = override.period if override.month is None else override.month.isoformat()
    said: dict[str, str | int] = {
        "override": override.id,
        "measure": override.measure,
        "month": span,
        "cell": write_members(override.by),
        "amount": str(override.amount),
        "statistical": str(override.statistical),
        "reason": override.reason,
        "comment": override.comment,
    }
    if override.kind != "absolute":
        said |= {"kind": override.kind, "change": str(override.change)}
    if override.expires_on is not None:
        said["expires_on"] = override.expires_on.isoformat()
    return said
