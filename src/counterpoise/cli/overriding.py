"""Overrides and locks of a forecast on the command line: make, withdraw and list them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from cyclopts import Parameter

from counterpoise.actions import answers, locks, workspaces
from counterpoise.actions import overrides as overriding
from counterpoise.actions.locks import LockWish
from counterpoise.actions.override_wishes import Wish
from counterpoise.actions.overrides import Preview
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common, read_members
from counterpoise.cli.output import print_json, print_table, say
from counterpoise.cli.persons import Missing, check_right, find_visitor
from counterpoise.domain.demand.override_notes import list_members, name_span
from counterpoise.domain.tables.forecast import Measure
from counterpoise.domain.tables.override import FigureKey, Override, OverrideKind
from counterpoise.domain.values.period import Period, UnknownPeriod
from counterpoise.store import overrides as stored
from counterpoise.store import runs


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Figure:
    """Which figure of the forecast, and in whose name."""

    person: str = ""
    """Who does it: the user name of an account."""

    measure: Measure = "won_revenue"
    """won_revenue or won_deals."""

    month: str = ""
    """A month of the period, such as 2026-10; without it the whole period."""

    by: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())] = ()
    """Its level: region=Gulf, product=Alpha or both; without it the whole company."""

    comment: str = ""
    """What you know that the data does not."""

    until: date | None = None
    """The last day that it holds; without one, what the rulebook says."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Change:
    """What is put in the figure's place: one of amount, add and percent."""

    amount: Decimal | None = None
    """The new amount."""

    add: Decimal | None = None
    """What is added to the statistics, or with a minus taken away."""

    percent: Decimal | None = None
    """So many percent up, or with a minus down."""

    reason: str = ""
    """A code of the rulebook (override.reasons)."""

    replaces: int | None = None
    """The number of the override that stands there now."""

    replace_others: Annotated[bool, Parameter(negative=())] = False
    """Withdraw the overrides that it cannot hold beside."""


class Changed(ValueError):
    """An override of a figure that has another one than the command says."""


NO_FIGURE = Figure()
NO_CHANGE = Change()


def override(
    what: Literal["make", "preview", "withdraw"],
    period: str,
    number: int = 0,
    /,
    *,
    figure: Figure = NO_FIGURE,
    change: Change = NO_CHANGE,
    common: Common = DEFAULTS,
) -> None:
    """Put an amount in the place of a forecast figure.

    Parameters
    ----------
    what
        make an override, preview what one would do without keeping it, or withdraw one.
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017) that was forecast.
    number
        Of the override that is withdrawn, as `counterpoise overrides` lists it.
    """
    workspaces.open_workspace(common.workspace)
    wanted = str(Period.parse(period))
    visitor = find_visitor(figure.person, "Who overrides? Add --person LOGIN.")
    check_right(visitor, "override")
    if what == "withdraw":
        found = overriding.withdraw_override(wanted, _need(number), visitor, now=now())
        _answer(found, f"Override {found.id} is withdrawn.", common)
        return
    wish = _read_wish(wanted, figure, change)
    if what == "preview":
        outlook = overriding.get_outlook(wanted)
        _show(overriding.preview(outlook, wish, visitor, now=now()), wanted, common)
        return
    try:
        made = overriding.make_override(wish, visitor, now=now())
    except stored.CellChanged as error:
        raise Changed(_explain(error)) from None
    _answer(made, f"Override {made.id} holds: {_describe(made)}.", common)


def lock(
    what: Literal["make", "withdraw"],
    period: str,
    number: int = 0,
    /,
    *,
    figure: Figure = NO_FIGURE,
    common: Common = DEFAULTS,
) -> None:
    """Keep a figure as it stands, whatever is overridden around it.

    Parameters
    ----------
    what
        make a lock, or withdraw one, so that the figure is free again.
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017) that was forecast.
    number
        Of the lock that is withdrawn, as `counterpoise overrides` lists it.
    """
    workspaces.open_workspace(common.workspace)
    wanted = str(Period.parse(period))
    visitor = find_visitor(figure.person, "Who locks? Add --person LOGIN.")
    check_right(visitor, "lock_forecast")
    if what == "withdraw":
        found = locks.unlock_figure(wanted, _need(number), visitor, now=now())
        _answer(found, f"Lock {found.id} is withdrawn.", common)
        return
    wish = LockWish(wanted, _read_figure(figure), figure.comment, figure.until)
    made = locks.lock_figure(wish, visitor, now=now())
    _answer(made, f"Lock {made.id} holds: {_describe(made)}.", common)


def overrides(period: str, /, *, history: bool = False, common: Common = DEFAULTS) -> None:
    """List overrides and locks.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017).
    history
        Those too that were replaced or withdrawn.
    """
    workspaces.open_workspace(common.workspace)
    wanted = str(Period.parse(period))
    made = [each for each in stored.list_history(wanted) if history or each.is_current]
    if common.json:
        listed = [
            {**answers.answer_override(each.override), "is_current": each.is_current}
            for each in made
        ]
        print_json({"period": wanted, "overrides": listed})
        return
    run = next(iter(runs.list_headings(wanted)), None)
    rows = [
        (
            each.override.id,
            each.override.measure,
            name_span(each.override),
            list_members(each.override) or "everything",
            write_change(each.override),
            each.override.statistical,
            each.override.amount,
            each.override.author,
            _name_state(each, is_expired=run is not None and each.override.is_expired(run.as_of)),
        )
        for each in made
    ]
    columns = ("id", "measure", "of", "in", "said", "statistics", "came to", "by", "state")
    print_table(f"Overrides of {wanted}", columns, rows)
    if not made:
        say("Nobody has overridden or locked anything.")


def _read_wish(period: str, figure: Figure, change: Change) -> Wish:
    said: list[tuple[OverrideKind, Decimal]] = []
    if change.amount is not None:
        said.append(("absolute", change.amount))
    if change.add is not None:
        said.append(("difference", change.add))
    if change.percent is not None:
        said.append(("factor", change.percent))
    if len(said) != 1:
        raise Missing("What to? Add one of --amount 120000, --add -5000 and --percent 5.")
    ((kind, amount),) = said
    return Wish(
        period=period,
        cell=_read_figure(figure),
        amount=amount,
        reason=change.reason,
        comment=figure.comment,
        replaces=change.replaces,
        kind=kind,
        expires_on=figure.until,
        replaces_others=change.replace_others,
    )


def _read_figure(figure: Figure) -> FigureKey:
    return figure.measure, _read_month(figure.month), tuple(sorted(read_members(figure.by)))


def _read_month(written: str) -> date | None:
    if not written:
        return None
    try:
        found = Period.parse(written)
    except UnknownPeriod:
        found = None
    if found is None or len(found.months) != 1:
        raise Missing(f"--month is '{written}'. Write a month such as 2026-10, or leave it out.")
    return found.start


def _need(number: int) -> int:
    if not number:
        raise Missing("Which one? Write its number, as counterpoise overrides PERIOD lists it.")
    return number


def _explain(error: stored.CellChanged) -> str:
    if error.current is None:
        return str(error)
    return f"{error} To take its place, add --replaces {error.current.id}."


def _answer(found: Override, sentence: str, common: Common) -> None:
    if common.json:
        print_json(answers.answer_override(found))
        return
    say(f"{sentence} Run counterpoise cycle {found.period} for supply and plan to follow.")


def _describe(found: Override) -> str:
    of = list_members(found) or "everything"
    return f"{found.measure} of {of} in {name_span(found)}, {write_change(found)}"


def _show(shown: Preview, period: str, common: Common) -> None:
    if common.json:
        print_json(answers.answer_preview(shown))
        return
    rows = [
        (
            each.measure,
            f"{each.month:%Y-%m}" if each.month else period,
            " × ".join(member for _, member in each.by) or "everything",
            each.before,
            each.after,
            each.after - each.before,
        )
        for each in shown.effects
    ]
    columns = ("measure", "in", "of", "before", "after", "change")
    print_table("What it would do; nothing is kept", columns, rows)
    if shown.contradiction is not None:
        say(str(shown.contradiction))
    for note in shown.notes:
        say(f"- {note}")


def write_change(override: Override) -> str:
    """= 120000, +10000, -5 %, locked."""
    if override.kind == "lock":
        return "locked"
    if override.kind == "absolute":
        return f"= {override.amount}"
    return f"{override.change:+}{' %' if override.kind == 'factor' else ''}"


def _name_state(kept: stored.KeptOverride, *, is_expired: bool) -> str:
    if kept.is_current:
        return f"expired {kept.override.expires_on}" if is_expired else "holds"
    return "withdrawn" if kept.withdrawn_at else "replaced"
