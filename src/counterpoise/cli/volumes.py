"""Demand in units other than money on the command line."""

from counterpoise.actions import answers, workspaces
from counterpoise.actions import volumes as kept
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say
from counterpoise.domain.tables.volume import Volumes
from counterpoise.domain.values.period import Period


def volumes(period: str, /, *, common: Common = DEFAULTS) -> None:
    """Show what is expected in units other than money.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017) that a cycle was run for.
    """
    workspaces.open_workspace(common.workspace)
    wanted = str(Period.parse(period))
    kept_volumes = kept.find_volumes(wanted)
    found = kept_volumes.volumes if kept_volumes else None
    if common.json:
        print_json({"period": wanted, **answers.answer_volumes(found or Volumes())})
        return
    if found is None:
        say("Nothing is kept of the period yet. Run the cycle for it.")
        return
    _print(wanted, found)


def _print(period: str, found: Volumes) -> None:
    rows = [
        (
            each.kind,
            " · ".join(member for _, member in each.by) or "everything",
            each.month.strftime("%Y-%m"),
            round(each.mean, 1),
            round(each.quantile("0.1"), 1),
            round(each.quantile("0.9"), 1),
            round(each.standing, 1),
        )
        for each in found.volumes
    ]
    columns = ("of", "member", "month", "mean", "10 %", "90 %", "there already")
    print_table(f"Volumes {period}", columns, rows)
    tests = [
        (each.kind, each.months, each.origins, each.wmape, each.repeat_wmape, each.coverage_80)
        for each in found.tests
    ]
    columns_of_tests = ("of", "months", "tried", "WMAPE", "repeating", "coverage of 80 %")
    print_table("How such figures did before", columns_of_tests, tests)
    _print_plan(found)
    for refusal in found.refusals:
        say(f"- {refusal.kind}: {refusal.why}")
    for note in found.notes:
        say(f"- {note}")


def _print_plan(found: Volumes) -> None:
    if found.plan:
        rows = [
            (each.source, each.month.strftime("%Y-%m"), each.planned, round(each.series, 1))
            for each in found.plan
        ]
        print_table("Leads planned by marketing", ("source", "month", "planned", "series"), rows)
    if found.plan_record:
        record = [
            (each.source, each.months, round(each.planned), each.came, each.missed)
            for each in found.plan_record
        ]
        columns = ("source", "months", "planned", "came", "months missed")
        print_table("Plans of months that are over", columns, record)
