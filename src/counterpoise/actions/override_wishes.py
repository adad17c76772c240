"""What someone wants in the place of a figure, made ready to be kept or refused in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from counterpoise.actions import rules
from counterpoise.domain.demand.override_notes import list_members, name_span
from counterpoise.domain.tables.figure import Figure, find_figure
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.override import (
    FigureKey,
    InvalidOverride,
    Override,
    OverrideKind,
    check_change,
    resolve_change,
)
from counterpoise.domain.values.text import text
from counterpoise.store.overrides import Draft

LONGEST_COMMENT = 5000
EXPIRES_AFTER = "override.expires_after_days"


class UnknownCell(LookupError):
    """The newest forecast of a period has no such figure."""


class UnexplainedOverride(ValueError):
    """An override without a reason that the rulebook knows, or without a comment."""


class LockedFigure(ValueError):
    """A figure that nobody overrides while it is locked; `lock` is what keeps it."""

    def __init__(self, lock: Override) -> None:
        super().__init__(
            text(
                "{author} locked this figure at {amount}: {comment}. Have it unlocked first.",
                author=lock.author,
                amount=lock.amount,
                comment=lock.comment.rstrip("."),
            )
        )
        self.lock = lock


class Contradiction(ValueError):
    """An override that cannot hold beside others that do; `opponents` are those."""

    def __init__(self, wanted: Override, opponents: Sequence[Override]) -> None:
        listed = "; ".join(map(_tell, opponents))
        if any(each.kind == "lock" for each in opponents):
            said = text(
                "It cannot come to {amount} beside what is locked: {listed}. Have the figures"
                " unlocked that stand in its way, or give another amount.",
                amount=wanted.amount,
                listed=listed,
            )
        else:
            said = text(
                "It cannot come to {amount} beside what holds already: {listed}. Withdraw or change"
                " one of them, give another amount, or confirm that yours takes their place.",
                amount=wanted.amount,
                listed=listed,
            )
        super().__init__(said)
        self.opponents = tuple(opponents)

    @property
    def can_replace(self) -> bool:
        """A lock is never withdrawn in passing."""
        return all(each.kind != "lock" for each in self.opponents)


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone wants in the place of a figure. replaces: the override that they saw there.

    amount: as `kind` takes it: the new amount, what is added or taken away, or so many percent.
    expires_on: the last day that it holds; else what the rulebook says, which may be never.
    replaces_others: those that it cannot hold beside are withdrawn with it.
    """

    period: str
    cell: FigureKey
    amount: Decimal
    reason: str
    comment: str
    replaces: int | None = None
    kind: OverrideKind = "absolute"
    expires_on: date | None = None
    replaces_others: bool = False


def draft(statistical: Forecast, wish: Wish, on: date) -> Draft:
    """The wish against the statistics of now. Raises UnknownCell and InvalidOverride."""
    figure = get_figure(statistical, wish.cell)
    is_relative = wish.kind in ("difference", "factor")
    change = wish.amount if is_relative else Decimal(0)
    check_change(wish.kind, change)
    amount = resolve_change(wish.kind, change, figure.mean) if is_relative else wish.amount
    if is_relative and amount < 0:
        raise InvalidOverride(
            text(
                "The statistics expect {statistical}, so this would leave {amount}. Take away"
                " less.",
                statistical=figure.mean,
                amount=amount,
            )
        )
    check_won(figure, amount, statistical.as_of)
    check_expiry(wish.expires_on, statistical.as_of)
    return Draft(
        period=wish.period,
        cell=figure.key,
        amount=amount,
        statistical=figure.mean,
        reason=wish.reason,
        comment=wish.comment.strip(),
        replaces=wish.replaces,
        kind=wish.kind,
        change=change,
        expires_on=wish.expires_on or find_default_expiry(on),
        currency=statistical.currency,
    )


def get_figure(statistical: Forecast, cell: FigureKey) -> Figure:
    """As the statistics have it. Raises UnknownCell."""
    measure, month, by = cell
    figure = find_figure(statistical, cell)
    if figure is None:
        of = " × ".join(member for _, member in by)
        period = str(statistical.period)
        raise UnknownCell(
            text(
                "The forecast of {period} has no {measure} of {of} in {month}. Choose a figure"
                " that it has."
                if of
                else "The forecast of {period} has no {measure} of the whole company in {month}."
                " Choose a figure that it has.",
                period=period,
                measure=measure,
                of=of,
                month=f"{month:%Y-%m}" if month else period,
            )
        )
    return figure


def check_expiry(expires_on: date | None, as_of: date) -> None:
    """Raises InvalidOverride."""
    if expires_on is not None and expires_on < as_of:
        raise InvalidOverride(
            text(
                "It would hold until {day}, and the forecast is as of {as_of}, so it would never"
                " count. Give a later day.",
                day=expires_on,
                as_of=as_of,
            )
        )


def check_comment(comment: str) -> None:
    """Raises UnexplainedOverride."""
    if not 0 < len(comment) <= LONGEST_COMMENT:
        raise UnexplainedOverride(
            text(
                "The comment has {count} letters. Write what you know that the data does"
                " not, in 1 to {longest_comment} letters.",
                count=len(comment),
                longest_comment=LONGEST_COMMENT,
            )
        )


def check_won(figure: Figure, amount: Decimal, as_of: date) -> None:
    """Raises InvalidOverride for less than what was won already."""
    if 0 <= amount < figure.won:
        raise InvalidOverride(
            text(
                "{won} of it is won already, by {day}, so it cannot come to {amount}. Give at least"
                " what is won.",
                won=figure.won,
                day=as_of,
                amount=amount,
            )
        )


def find_default_expiry(on: date) -> date | None:
    """The last day of an override that is made on a day, where the rulebook gives it one."""
    rulebook = rules.load_rulebook()
    if rulebook.find(EXPIRES_AFTER, on) is None:
        return None
    return on + timedelta(days=int(rulebook.get_number(EXPIRES_AFTER, on)))


def list_reasons(on: date) -> tuple[str, ...]:
    """The codes that the rulebook has for why a forecast is overridden."""
    written = rules.load_rulebook().get_text("override.reasons", on)
    return tuple(dict.fromkeys(each.strip() for each in written.split(",") if each.strip()))


def check_explained(draft: Draft, on: date) -> None:
    """Raises UnexplainedOverride."""
    reasons = list_reasons(on)
    if draft.reason not in reasons:
        raise UnexplainedOverride(
            text(
                "The reason is '{reason}'. The rulebook (override.reasons) knows: {listed}.",
                reason=draft.reason,
                listed=", ".join(reasons) or "none yet",
            )
        )
    check_comment(draft.comment)


def _tell(override: Override) -> str:
    of = list_members(override)
    figure = f"{override.measure}{f' of {of}' if of else ''} in {name_span(override)}"
    return f"{override.author}, {figure}: {override.amount}"
