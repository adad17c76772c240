"""Recurring revenue on the command line."""

from datetime import date
from typing import Literal

from counterpoise.actions import answers, workspaces
from counterpoise.actions import recurring as contracts
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.demand.roll_forward import Every, roll_forward
from counterpoise.domain.tables.recurring import RecurringAhead, RolledPart

MOST_DUE = 20


def recurring(
    *,
    by: Literal["", "segment", "product", "region"] = "",
    every: Every = "month",
    as_of: date | None = None,
    common: Common = DEFAULTS,
) -> None:
    """Roll recurring revenue forward.

    Parameters
    ----------
    by
        A roll-forward for each: segment, product, region.
    every
        month or quarter.
    as_of
        The last day that counts; the last day of the data where it is not said.
    """
    workspace = workspaces.open_workspace(common.workspace)
    with working("Following contracts"):
        build, found = contracts.examine_recurring(workspace, today=now().date(), as_of=as_of)
        parts = roll_forward(found.contracts, every, by)
    if common.json:
        print_json(answers.answer_recurring(build, found, parts))
        return
    for part in parts:
        _print_part(part, found.contracts.currency)
    if not parts:
        say("No won deal of a recurring product makes a contract yet.")
    rows = [
        (each.ends_on, each.account_name, each.product, each.annual, each.chance, each.at_stake)
        for each in found.due[:MOST_DUE]
    ]
    columns = ("ends on", "account", "product", "annual value", "chance", "at stake")
    print_table(f"What renews next, {len(rows)} of {len(found.due)}", columns, rows)
    if found.ahead is not None:
        _print_ahead(found.ahead)
    else:
        say(f"- {found.refusal}")


def _print_part(part: RolledPart, currency: str) -> None:
    rows = [
        (
            each.start,
            each.opening,
            each.new,
            each.expansion,
            each.contraction,
            each.churn,
            each.closing,
            each.gross_retention,
            each.net_retention,
        )
        for each in part.periods
    ]
    columns = ("from", "opening", "new", "expansion", "contraction", "churn", "closing")
    name = part.label or "(none)" if part.by else "Recurring revenue"
    print_table(f"{name}, {currency} a year", (*columns, "gross", "net"), rows)


def _print_ahead(ahead: RecurringAhead) -> None:
    rows = [
        (
            each.start,
            each.new,
            each.expansion,
            each.contraction,
            each.churn,
            each.closing,
            each.quantiles[0],
            each.quantiles[-1],
        )
        for each in ahead.months
    ]
    columns = ("from", "new", "expansion", "contraction", "churn", "closing", "10 %", "90 %")
    print_table("The months ahead", columns, rows)
    tests = [
        (each.months_ahead, each.n, each.wmape, each.bias, each.coverage_80, each.unchanged_wmape)
        for each in ahead.tests
    ]
    titles = ("months ahead", "past days", "missed by", "bias", "80 % held", "staying missed by")
    print_table("How such forecasts did before", titles, tests)
