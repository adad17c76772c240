"""Marks on the command line: times that series are not to be learned from."""

from collections.abc import Sequence
from typing import Annotated, Literal

from cyclopts import Parameter

from counterpoise.actions import series_marks, workspaces
from counterpoise.actions.series_answers import answer_mark
from counterpoise.actions.series_marks import Draft
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common, read_members
from counterpoise.cli.output import print_json, print_table
from counterpoise.domain.tables.mark import MARK_KINDS
from counterpoise.store.marks import KeptMark

What = Literal["list", "one_off", "lost_sales", "withdraw"]


class UnclearMark(ValueError):
    """A command of `marks` that does not say what of."""


def marks(
    what: What = "list",
    measure: str = "",
    period: str = "",
    /,
    *,
    by: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())] = (),
    comment: str = "",
    common: Common = DEFAULTS,
) -> None:
    """Mark times that series are not to be learned from; list or withdraw marks.

    Parameters
    ----------
    what
        list the marks; mark what came once and does not come again (one_off), or sales that could
        not be served (lost_sales); or withdraw a mark.
    measure
        The measure, as `counterpoise series` takes it; of withdraw the number of the mark.
    period
        A day (2026-03-05), a week (2026-W10), a month (2026-03) or a quarter (2026-Q1).
    by
        The part that it holds for, such as region=Gulf; without it the whole and every part.
    comment
        What happened.
    """
    workspaces.open_workspace(common.workspace)
    if what in MARK_KINDS:
        if not measure or not period:
            raise UnclearMark(
                f"Which measure, and when? Write: counterpoise marks {what} MEASURE PERIOD."
            )
        draft = Draft(measure, period, read_members(by), what, comment)
        series_marks.make_mark(draft, None, now=now())
    elif what == "withdraw":
        if not measure.isascii() or not measure.isdecimal():
            raise UnclearMark("Which mark? Write its number: counterpoise marks withdraw NUMBER.")
        series_marks.withdraw_mark(int(measure), None, now=now())
    held = series_marks.list_marks()
    if common.json:
        print_json({"marks": [answer_mark(each) for each in held]})
        return
    _print(held)


def _print(held: Sequence[KeptMark]) -> None:
    rows = [
        (
            each.mark.id,
            each.mark.measure,
            each.mark.start,
            each.mark.end,
            " × ".join(member for _name, member in each.mark.by) or "whole and every part",
            each.mark.kind,
            each.mark.comment,
            each.mark.author or "command line",
            "yes" if each.is_current else "withdrawn",
        )
        for each in held
    ]
    columns = ("number", "measure", "from", "until", "of", "kind", "comment", "by", "holds")
    print_table("Times not to be learned from", columns, rows)
