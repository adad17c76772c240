"""Pipeline inspection on the command line: what stands out about open deals."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from cyclopts import Parameter

from counterpoise.actions import inspections, workspaces
from counterpoise.actions.inspection_answers import answer_deal, answer_events, answer_overview
from counterpoise.actions.inspections import AskedInspection
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.demand.pipeline_totals import select, sum_up
from counterpoise.domain.tables.inspection import InspectedDeal, Inspection, PipelineTotals

Flag = Literal["", "any", "slipped", "stalled", "quiet", "hygiene", "amount"]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Only:
    """Which deals are meant."""

    flag: Flag = ""
    """Only deals with it; any is whichever."""

    rep: str = ""
    """Only the deals of a rep."""

    team: str = ""
    """Only those of a team."""

    region: str = ""
    """Only those of a region."""

    stage: str = ""
    """Only those in a stage."""


EVERY = Only()


def inspect(
    period: str,
    /,
    *,
    as_of: date | None = None,
    only: Only = EVERY,
    deal: str = "",
    most: int = 20,
    common: Common = DEFAULTS,
) -> None:
    """Inspect every open deal: what stands out, why, what to do, and what is at stake.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017) to be won in.
    as_of
        The day whose knowledge counts; else the day before the period, or the last day of data.
    deal
        One deal by its id, with its time line.
    most
        How many deals are printed; JSON has them all.
    """
    workspace = workspaces.open_workspace(common.workspace)
    asked = inspections.ask(workspace, period, as_of=as_of, today=now().date())
    with working("Inspecting every open deal"):
        found = inspections.inspect(asked)
    if deal:
        _show_deal(asked, inspections.get_deal(found, deal, None), common)
        return
    places = {name: getattr(only, name) for name in ("rep", "team", "region", "stage")}
    chosen = select(found.deals, only.flag, places)
    if common.json:
        print_json(
            {
                **answer_overview(
                    asked.build.id,
                    found,
                    sum_up(chosen),
                    inspections.list_coverage(asked, None),
                    inspections.list_slips(asked, None),
                ),
                "deals": [answer_deal(each) for each in chosen],
            }
        )
        return
    _print_totals(found, sum_up(chosen))
    _print_deals(found, chosen[: max(most, 0)])
    _print_coverage(asked, found)
    _print_slips(asked)
    for note in found.notes:
        say(f"- {note}")


def _print_totals(found: Inspection, totals: PipelineTotals) -> None:
    rows: list[tuple[str, int, Decimal | None, Decimal | None]] = [
        ("all", totals.n, totals.open_value, totals.expected),
        ("any flag", totals.flagged, None, totals.at_risk),
        *((each.flag, each.n, each.open_value, each.at_risk) for each in totals.flags),
    ]
    title = f"Open pipeline for {found.period}, as of {found.as_of}, {found.currency}"
    print_table(title, ("deals", "n", "amounts", "value × chance"), rows)


def _print_deals(found: Inspection, deals: tuple[InspectedDeal, ...]) -> None:
    rows = [
        (
            each.id,
            each.rep,
            each.stage,
            each.stage_days,
            each.amount,
            each.expected_close_on,
            each.pushes,
            f"{each.chance.whole:.0%}" if each.chance else None,
            each.at_stake,
            ", ".join(each.flags),
        )
        for each in deals
    ]
    columns = (
        *("deal", "rep", "stage", "days", "amount", "close date", "put off", "chance"),
        *("at stake", "flags"),
    )
    print_table(f"Deals, the most at stake first, {found.currency}", columns, rows)


def _print_coverage(asked: AskedInspection, found: Inspection) -> None:
    covered = inspections.list_coverage(asked, None)
    rows = [
        (
            each.of or each.who,
            each.target,
            each.won,
            each.due,
            each.coverage,
            each.weighted,
            each.weighted_coverage,
        )
        for each in covered
    ]
    columns = ("of", "target", "won", "due", "times missing", "value × chance", "times missing")
    print_table(f"Pipeline for what is missing, {found.currency}", columns, rows)
    for why in dict.fromkeys(str(each.refusal) for each in covered if each.refusal):
        say(f"- {why}")


def _print_slips(asked: AskedInspection) -> None:
    rows = [
        (
            str(each.quarter),
            each.of or each.who,
            None if each.share is None else f"{each.share:.1%}",
            each.n,
        )
        for each in inspections.list_slips(asked, None)
    ]
    print_table("Slipped out of finished quarters", ("quarter", "of", "slip rate", "due"), rows)


def _show_deal(asked: AskedInspection, deal: InspectedDeal, common: Common) -> None:
    events = inspections.list_events(asked, deal.id)
    if common.json:
        print_json({"deal": answer_deal(deal), "events": answer_events(events)})
        return
    print_table(
        f"{deal.id}, {deal.name}",
        ("flag", "why", "what to do"),
        [(each.flag, str(each.why), str(each.advice)) for each in deal.reasons],
    )
    if deal.chance:
        say(
            f"Chance {deal.chance.whole:.1%}: {deal.chance.by_age:.1%} by its age alone,"
            f" {deal.chance.in_stage:.1%} in its stage, {deal.chance.as_kept:.1%} as it is kept."
            f" At stake: {deal.at_stake}."
        )
    rows = [
        (each.at.strftime("%Y-%m-%d %H:%M"), each.kind, each.before, each.after, each.by)
        for each in events
    ]
    print_table(
        "Its time line, newest first", ("when (UTC)", "what", "before", "after", "by"), rows
    )
