"""Calls on the command line: roll them up, submit one, load old ones, judge callers, agree."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from cyclopts import Parameter

from counterpoise.actions import call_answers, call_loads, call_record, workspaces
from counterpoise.actions import calls as called
from counterpoise.actions.calls import Wish
from counterpoise.actions.workspaces import Workspace
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.cli.persons import Missing, find_visitor, need
from counterpoise.domain.demand.calls import RollUp, SellerLine, TeamLine, note_foreign
from counterpoise.domain.measure.submitter_bias import describe_bias
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.rights import admit

EVERYONE = admit(0, "command line", "operations")
"""Whoever runs commands holds the machine, and sees what operations see."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Said:
    """What is submitted, and in whose name."""

    person: str = ""
    """Who calls: the user name of an account. show is then as they see it."""

    rep: str = ""
    """The rep who is called for; else say team."""

    team: str = ""
    """The team that is called for."""

    commit: str = ""
    """What the caller stands for, what is won included."""

    best_case: str = ""
    """What may come, commit included."""

    pipeline: str = ""
    """What all that is open could bring."""

    comment: str = ""
    """Why."""


NOTHING_SAID = Said()


def calls(
    what: Literal["show", "submit", "load", "bias", "consensus"] = "show",
    subject: str = "",
    /,
    *,
    said: Said = NOTHING_SAID,
    common: Common = DEFAULTS,
) -> None:
    """Say what a period will bring, and see what became of such calls before.

    Parameters
    ----------
    what
        show the calls of a period rolled up, submit one in somebody's name, load a CSV file of
        calls made elsewhere, show the bias of everybody's calls, or the consensus of a period.
    subject
        A month (2026-11) or a quarter (2026-Q4); for load a file; for bias nothing.
    """
    workspace = workspaces.open_workspace(common.workspace)
    match what:
        case "show":
            _show(workspace, _read_period(subject), said, common)
        case "submit":
            _submit(workspace, _read_period(subject), said, common)
        case "load":
            path = Path(need(subject, "Which file? Write: counterpoise calls load FILE."))
            _load(workspace, path, common)
        case "bias":
            _show_bias(workspace, said, common)
        case "consensus":
            _show_consensus(workspace, _read_period(subject), common)


def _show(workspace: Workspace, period: Period, said: Said, common: Common) -> None:
    visitor = find_visitor(said.person) if said.person else EVERYONE
    with working("Rolling up"):
        shown = called.find_called(workspace, period, visitor, today=now().date())
    if common.json:
        print_json(call_answers.answer_called(shown))
        return
    found = shown.rolled
    title = f"Calls of {period}, as of {found.as_of}, {found.currency}".rstrip(", ")
    _print_teams(title, found)
    _print_sellers(found)
    _print_expected(found, shown.expected_on)
    if (foreign := note_foreign(found)) is not None:
        say(str(foreign))
    if found.missing:
        say(f"No call yet: {', '.join(found.missing)}.")
    if found.left_out:
        say(f"{found.left_out} people also sell in teams that are not seen, and are left out.")


def _print_teams(title: str, found: RollUp) -> None:
    rows = [
        (
            name,
            f"{line.callers} of {line.sellers}",
            line.won,
            line.open["commit"],
            line.open["best_case"],
            line.commit,
            line.beneath,
            line.manager and line.manager.commit,
            f"{len(line.missing)} missing" if line.manager and line.missing else line.judgement,
            line.target,
            line.gap,
        )
        for name, line in _list_teams(found)
    ]
    columns = (
        *("team", "called", "won", "CRM commit", "CRM best case"),
        *("calls", "beneath", "manager", "adds", "target", "gap"),
    )
    print_table(title, columns, rows)


def _list_teams(found: RollUp) -> list[tuple[str, TeamLine]]:
    """As far to the right as teams stand above."""
    named = [("  " * each.level + (each.team or "no team"), each) for each in found.teams]
    return [*named, ("total", found.total)]


def _print_expected(found: RollUp, expected_on: date | None) -> None:
    """Only where a run of the period expects something of people."""
    if expected_on is None:
        return
    lines: list[tuple[str, str, TeamLine | SellerLine]] = [
        *((name, "", line) for name, line in _list_teams(found)),
        *((each.team or "no team", each.rep or "nobody", each) for each in found.sellers),
    ]
    rows = [
        (
            name,
            rep,
            line.called,
            line.expected.mean,
            line.expected.low,
            line.expected.high,
            line.expected.closed,
            line.place or "",
        )
        for name, rep, line in lines
        if line.expected is not None
    ]
    columns = ("team", "rep", "called", "expected", "80 % from", "to", "closed deals", "call is")
    print_table(f"Expected by the forecast as of {expected_on}", columns, rows)


def _print_sellers(found: RollUp) -> None:
    rows = [
        (
            line.team or "no team",
            line.rep or "nobody",
            line.won,
            line.open["commit"],
            line.own.commit if line.own else "no call yet" if line.is_missing else None,
            line.own and line.own.best_case,
            line.manager and line.manager.commit,
            line.target,
            line.gap,
        )
        for line in found.sellers
    ]
    columns = (
        *("team", "rep", "won", "CRM commit", "own call", "best case"),
        *("manager", "target", "gap"),
    )
    print_table("By person", columns, rows)


def _submit(workspace: Workspace, period: Period, said: Said, common: Common) -> None:
    visitor = find_visitor(said.person, "Who calls? Add --person LOGIN.")
    if bool(said.rep) == bool(said.team):
        raise Missing("For whom? Add either --rep NAME or --team NAME.")
    wish = Wish(
        period=period,
        scope="rep" if said.rep else "team",
        name=said.rep or said.team,
        commit=_read_amount("--commit", said.commit),
        best_case=_read_amount("--best-case", said.best_case),
        pipeline=_read_amount("--pipeline", said.pipeline) if said.pipeline else None,
        comment=said.comment,
    )
    made = called.submit_call(workspace, wish, visitor, now=now())
    if common.json:
        print_json(call_answers.answer_call(made))
        return
    say(f"{made.author} calls {made.commit:,.2f} for {made.name} in {made.period}.")


def _load(workspace: Workspace, path: Path, common: Common) -> None:
    with working("Checking every call"):
        count = call_loads.load_calls(workspace, path.read_bytes(), path.name, now=now())
    if common.json:
        print_json({"loaded": count})
        return
    say(f"{count} calls were loaded; what was there already was left as it is.")


def _show_bias(workspace: Workspace, said: Said, common: Common) -> None:
    visitor = find_visitor(said.person) if said.person else EVERYONE
    with working("Holding calls against what came"):
        found = call_record.judge_callers(workspace, visitor, today=now().date())
        managers = call_record.judge_managers(workspace, visitor, today=now().date())
    if common.json:
        print_json(call_answers.answer_biases(found, managers))
        return
    rows = [
        (each.submitter, each.voice, each.every, each.n, str(describe_bias(each))) for each in found
    ]
    columns = ("who", "as", "calls of a", "finished", "finding")
    print_table("How far calls are off; above 0 they promise too much", columns, rows)
    told = [
        (
            each.name or "all managers",
            every,
            each.n,
            each.statistical_error,
            each.override_error,
            each.added,
            each.low,
            each.high,
            each.verdict or str(each.refusal),
        )
        for every, each in managers
    ]
    titles = ("who", "calls of a", "n", "beneath", "manager", "added", "from", "to", "finding")
    print_table("How far what is called beneath is off, and how far the manager is", titles, told)


def _show_consensus(workspace: Workspace, period: Period, common: Common) -> None:
    with working("Weighing sources"):
        agreed = call_record.find_consensus(workspace, period, today=now().date())
    if common.json:
        print_json(call_answers.answer_consensus(agreed))
        return
    found = agreed.consensus
    rows: list[tuple[object, ...]] = [
        (each.source, each.said, each.value, each.error, f"{each.weight:.1%}", each.contribution)
        for each in found.sources
    ]
    if found.amount is not None:
        rows.append(("consensus", None, None, None, None, found.amount))
    title = f"Consensus of {period}, as of {agreed.as_of}, {found.currency}".rstrip(", ")
    columns = ("source", "said", "without bias", "missed by", "weight", "contribution")
    print_table(title, columns, rows)
    if agreed.came is not None:
        say(f"The period is over: {agreed.came:,.2f} came.")
    for note in found.notes:
        say(f"- {note}")


def _read_period(written: str) -> Period:
    return Period.parse(need(written, "Which period? Write a month (2026-11) or a quarter."))


def _read_amount(option: str, written: str) -> Decimal:
    try:
        return Decimal(need(written, f"How much? Add {option} AMOUNT."))
    except InvalidOperation:
        raise Missing(f"{option} is '{written}'. Write an amount such as 125000.50.") from None
