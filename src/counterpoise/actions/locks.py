"""Locks: a figure keeps its amount whatever is overridden around it, until it is unlocked."""

from dataclasses import dataclass
from datetime import date, datetime

from counterpoise.actions import override_wishes, overrides
from counterpoise.domain.tables.figure import find_figure
from counterpoise.domain.tables.override import FigureKey, Override
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import overrides as stored
from counterpoise.store import versions
from counterpoise.store.overrides import Draft

REASON = "locked"


@dataclass(frozen=True, slots=True)
class LockWish:
    """expires_on: the last day that it holds; else what the rulebook says, which may be never."""

    period: str
    cell: FigureKey
    comment: str
    expires_on: date | None = None


def lock_figure(wish: LockWish, visitor: Visitor, *, now: datetime) -> Override:
    """Keep the figure at what stands there now, overrides in it.

    Raises UnknownCell, UnexplainedOverride, InvalidOverride and LockedFigure; then nothing is kept.
    """
    with versions.hold_changes():
        outlook = overrides.get_outlook(wish.period)
        said = override_wishes.get_figure(outlook.statistical, wish.cell)
        stands = find_figure(outlook.forecast, said.key)
        assert stands is not None, "overrides take no figure away"
        comment = wish.comment.strip()
        override_wishes.check_comment(comment)
        override_wishes.check_expiry(wish.expires_on, outlook.statistical.as_of)
        overrides.check_unlocked(outlook, said.key)
        expired = stored.find_current(wish.period, said.key, is_lock=True)
        draft = Draft(
            period=wish.period,
            cell=said.key,
            amount=stands.mean,
            statistical=said.mean,
            reason=REASON,
            comment=comment,
            replaces=expired.id if expired else None,
            kind="lock",
            expires_on=wish.expires_on or override_wishes.find_default_expiry(now.date()),
            currency=outlook.statistical.currency,
        )
        return stored.make(draft, author_id=visitor.id, role=visitor.role, at=now)


def unlock_figure(period: str, lock_id: int, visitor: Visitor, *, now: datetime) -> Override:
    """The figure is then again what the statistics and the overrides make of it.

    Raises stored.UnknownOverride, and stored.CellChanged for one that does not hold any more.
    """
    found = stored.get_override(period, lock_id, is_lock=True).override
    stored.withdraw(found, person_id=visitor.id, at=now)
    return found
