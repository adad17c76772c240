"""The sales process on the command line: funnels by cohort, days in each stage, losses."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from counterpoise.actions import answers, examinations, processes, workspaces
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.measure.process import LostFor, Process, Scope, Size, Stay, describe
from counterpoise.domain.values.period import Period

TOO_FEW = "too few to say"
_MATURITIES = {"mature": "mature", "young": "not yet mature", "unknown": "cannot be judged"}


def process(
    period: str,
    *,
    cohorts: Size = "month",
    by: str = "",
    as_of: date | None = None,
    common: Common = DEFAULTS,
) -> None:
    """Show how far deals and leads come, how long they stay in each stage, and why they are lost.

    Parameters
    ----------
    period
        What was created, entered or lost in a month (2017-11), a quarter (2017-Q4) or a year.
    cohorts
        How long the cohorts are.
    by
        A part for each: rep, team, region, segment, product, source.
    as_of
        The day whose knowledge counts; the last day of the data where it is not said.
    """
    workspace = workspaces.open_workspace(common.workspace)
    whole, today = Period.parse(period), now().date()
    build = examinations.get_build(workspace)
    known = as_of or examinations.find_horizon(build, today)
    with working("Following every deal"):
        scope = Scope(whole.start, whole.end, known, cohorts, by)
        found = processes.measure_process(processes.ask(build, scope, today=today))
    if common.json:
        print_json(answers.answer_process(build.id, found))
        return
    said = describe(found)
    say(str(said["funnel"]))
    say(str(said["maturity"]))
    _print_funnel(found)
    say(str(said["stages"]))
    _print_stays(found)
    say(str(said["losses"]))
    _print_losses("Reasons of losses", found, found.reasons)
    _print_losses("Reasons and stages", found, found.losses)
    say(str(said["silences"]))
    _print_silences(found)


def _print_funnel(found: Process) -> None:
    for each in found.ripeness:
        after = _MATURITIES["unknown"] if each.days is None else f"after {each.days} days"
        say(f"Mature {each.of}s: {after}, by {each.n} of which {each.ended} ended.")
    rows = [
        (
            cohort.of,
            *_place(found, cohort.label),
            str(cohort.period),
            _MATURITIES[cohort.maturity],
            cohort.created,
            step.stage or step.at,
            step.n,
            _share(step.share),
            TOO_FEW if step.days is None else step.days,
        )
        for cohort in found.cohorts
        for step in cohort.steps
    ]
    columns = ("created in", "maturity", "created", "step", "came", "share", "median days")
    print_table("Funnel by cohort", ("of", *_part(found), *columns), rows)


def _print_stays(found: Process) -> None:
    columns = ("stage", "entered", "still there", "median", "75 %")
    rows = [
        (
            *_place(found, each.label),
            each.stage,
            each.n,
            each.censored,
            _days(each, each.median),
            _days(each, each.upper),
        )
        for each in found.stays
    ]
    print_table("Days in each stage", (*_part(found), *columns), rows)


def _print_losses(title: str, found: Process, losses: Sequence[LostFor]) -> None:
    has_stages = any(each.stage is not None for each in losses)
    rows = [
        (
            *_place(found, each.label),
            each.reason or "no reason given",
            *((each.stage or "not known",) if has_stages else ()),
            each.n,
            _share(each.share),
            each.money,
            _share(each.share_of_money),
        )
        for each in losses
    ]
    stage = ("lost from",) if has_stages else ()
    columns = ("reason", *stage, "deals", "share", "amount", "share of amount")
    print_table(f"{title}, {found.currency}".rstrip(", "), (*_part(found), *columns), rows)


def _print_silences(found: Process) -> None:
    rows = [
        (each.who, each.label, each.lost, each.silent, _share(each.share))
        for each in found.silences
    ]
    print_table("Losses without a reason", ("who", "name", "lost", "without", "share"), rows)


def _part(found: Process) -> tuple[str, ...]:
    return (found.scope.by,) if found.scope.by else ()


def _place(found: Process, label: str) -> tuple[str, ...]:
    return (label,) if found.scope.by else ()


def _share(share: Decimal | None) -> str:
    return TOO_FEW if share is None else f"{share:.1%}"


def _days(stay: Stay, days: int | None) -> str | int:
    if not stay.is_told:
        return TOO_FEW
    return "not reached" if days is None else days
