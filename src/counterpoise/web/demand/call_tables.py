"""Tables of calls: rolled up, beside the statistics and the CRM, every call, what is agreed."""

from collections.abc import Container, Iterable, Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.connectors.documents import names
from counterpoise.domain.demand.calls import RollUp, SellerLine, TeamLine
from counterpoise.domain.demand.consensus import Consensus
from counterpoise.domain.measure.submitter_bias import describe_bias
from counterpoise.domain.tables.call import Call, Category, Every, SubmitterBias
from counterpoise.domain.tables.forecast import Expectation
from counterpoise.domain.tables.override import ValueAdded
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text
from counterpoise.store import people
from counterpoise.web.tables import Column, Row, Table, Value

VOICES: dict[str, str | Promise] = {
    "rep": gettext_lazy("for themself"),
    "manager": gettext_lazy("as manager"),
}
LENGTHS: dict[str, str | Promise] = {
    "month": gettext_lazy("months"),
    "quarter": gettext_lazy("quarters"),
}
VERDICTS: dict[str, str | Promise] = {
    "helped": gettext_lazy("helped"),
    "harmed": gettext_lazy("harmed: take what is called beneath"),
    "not told apart": gettext_lazy("not told from chance"),
}
SOURCES: dict[str, str | Promise] = {
    "statistical": gettext_lazy("Statistical forecast"),
    "calls": gettext_lazy("Calls of the sellers"),
    "managers": gettext_lazy("Calls of the managers"),
}
PLACES: dict[str, str | Promise] = {
    "below": gettext_lazy("below the range"),
    "within": gettext_lazy("within the range"),
    "above": gettext_lazy("above the range"),
}
CATEGORIES: dict[Category, str | Promise] = {
    "commit": gettext_lazy("Commit"),
    "best_case": gettext_lazy("Best case"),
    "pipeline": gettext_lazy("Pipeline"),
    "omitted": gettext_lazy("Omitted"),
    "none": gettext_lazy("No category"),
}


def build_roll_up(rolled: RollUp, *, with_teams: bool, least: int) -> list[Table]:
    """Whoever sees only themself sees neither teams nor the word of their manager. least: closed
    deals that a range takes."""
    without = () if with_teams else ("team", "manager")
    found = [_build_sellers(rolled, without), _build_expected(rolled, without, least)]
    return [_build_teams(rolled), *found] if with_teams else found


def build_crm(rolled: RollUp) -> Table:
    return Table(
        name="crm",
        caption=_("Open deals that are due in the period, as the CRM marks them"),
        columns=(
            Column("team", _("Team"), has_choices=True),
            Column("rep", _("Who")),
            *(Column(code, title, "money") for code, title in CATEGORIES.items()),
            Column("all", _("All due"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "team": _name_team(each.team),
                    "rep": _name_rep(each.rep),
                    **{code: each.open[code] for code in CATEGORIES},
                    "all": sum(each.open.values()),
                }
            )
            for each in rolled.sellers
        ),
        empty=_("No deal is due in this period."),
        currency=rolled.currency,
    )


def build_history(history: Sequence[Call], currency: str) -> Table:
    """Amounts are in the currency of the figures, unless a column says in which."""
    called_by = {each.username: each.name for each in people.list_people()}
    is_mixed = any(not each.speaks(currency) for each in history)
    return Table(
        name="history",
        caption=_("Every call of this period, the newest first"),
        columns=(
            *((Column("currency", _("Currency"), has_choices=True),) if is_mixed else ()),
            Column("at", _("When"), "text"),
            Column("who", _("Who called")),
            Column("whom", _("For"), has_choices=True),
            Column("voice", _("Word"), has_choices=True),
            Column("commit", _("Commit"), "money"),
            Column("best_case", _("Best case"), "money"),
            Column("pipeline", _("Pipeline"), "money"),
            Column("won", _("Won by then"), "money"),
            Column("comment", _("Why")),
        ),
        rows=tuple(
            Row(
                {
                    "currency": each.currency,
                    "at": each.made_at,
                    "who": called_by.get(each.author, each.author),
                    "whom": names.name_part(each.name),
                    "voice": str(VOICES[each.voice]),
                    "commit": each.commit,
                    "best_case": each.best_case,
                    "pipeline": each.pipeline,
                    "won": each.won,
                    "comment": each.comment,
                }
            )
            for each in history
        ),
        empty=_("Nobody called this period yet."),
        currency="" if is_mixed else currency,
    )


def build_biases(judged: Iterable[SubmitterBias]) -> Table:
    called_by = {each.username: each.name for each in people.list_people()}
    return Table(
        name="biases",
        caption=_("How far calls are off, in finished periods"),
        columns=(
            Column("who", _("Who called")),
            Column("voice", _("Word"), has_choices=True),
            Column("every", _("Calls for"), has_choices=True),
            Column("n", _("Finished periods"), "number"),
            Column("high", _("Too high by"), "share"),
            Column("finding", _("Finding")),
        ),
        rows=tuple(
            Row(
                {
                    "who": called_by.get(each.submitter, each.submitter),
                    "voice": str(VOICES[each.voice]),
                    "every": str(LENGTHS[each.every]),
                    "n": each.n,
                    "high": each.high,
                    "finding": describe_bias(each),
                }
            )
            for each in judged
        ),
        empty=_("Nobody called a period yet that is over."),
    )


def build_managers(judged: Iterable[tuple[Every, ValueAdded]]) -> Table:
    called_by = {each.username: each.name for each in people.list_people()}
    return Table(
        name="managers",
        caption=_(
            "What is called beneath a manager, and the manager's own call, in finished periods"
        ),
        columns=(
            Column("who", _("Who called")),
            Column("every", _("Calls for"), has_choices=True),
            Column("n", _("Finished calls"), "number"),
            Column("beneath", _("Beneath missed by"), "share"),
            Column("manager", _("The manager missed by"), "share"),
            Column("added", _("Value added"), "share"),
            Column("low", _("Could be from"), "share"),
            Column("high", _("Could be to"), "share"),
            Column("finding", _("Finding")),
        ),
        rows=tuple(
            Row(
                {
                    "who": called_by.get(each.name, each.name) or _("all managers"),
                    "every": str(LENGTHS[every]),
                    "n": each.n,
                    "beneath": each.statistical_error,
                    "manager": each.override_error,
                    "added": each.added,
                    "low": each.low,
                    "high": each.high,
                    "finding": str(VERDICTS[each.verdict]) if each.verdict else each.refusal,
                }
            )
            for every, each in judged
        ),
        empty=_("No manager called a team yet of a period that is over."),
    )


def build_consensus(consensus: Consensus) -> Table:
    return Table(
        name="consensus",
        caption=_("What each source says, and what it counts for"),
        columns=(
            Column("source", _("Source")),
            Column("said", _("As said"), "money"),
            Column("value", _("Without bias"), "money"),
            Column("error", _("Missed by"), "share"),
            Column("weight", _("Weight"), "share"),
            Column("contribution", _("Adds"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "source": str(SOURCES[each.source]),
                    "said": each.said,
                    "value": each.value,
                    "error": each.error,
                    "weight": each.weight,
                    "contribution": each.contribution,
                }
            )
            for each in consensus.sources
        ),
        empty=_("No source speaks of this period yet."),
        currency=consensus.currency,
    )


def _build_teams(rolled: RollUp) -> Table:
    """Where teams stand above teams it says above which, and what is called right beneath."""
    has_levels = any(each.above for each in rolled.teams)
    above = (Column("above", _("Part of"), has_choices=True),) if has_levels else ()
    beneath = (Column("beneath", _("Called right beneath"), "money"),) if has_levels else ()
    return Table(
        name="teams",
        caption=_("By team"),
        columns=(
            Column("team", _("Team")),
            *above,
            Column("called", _("Called")),
            Column("won", _("Won so far"), "money"),
            Column("commit", _("Their calls"), "money"),
            *beneath,
            Column("manager", _("Manager's call"), "money"),
            Column("judgement", _("Manager adds"), "money"),
            Column("target", _("Target"), "money"),
            Column("gap", _("Call less target"), "money"),
            Column("crm_commit", _("CRM: commit"), "money", is_for_files=True),
            Column("crm_best_case", _("CRM: best case"), "money", is_for_files=True),
        ),
        rows=tuple(
            Row(_write_team(each), {"team": link_team(rolled.period, each.team)})
            for each in rolled.teams
        ),
        empty=_("There is no team that you see in this period."),
        currency=rolled.currency,
    )


def _build_expected(rolled: RollUp, without: Container[str], least: int) -> Table:
    """Each team before its people; those of whom nothing is expected are left out."""
    lines: list[tuple[str, str, TeamLine | SellerLine]] = []
    for team in rolled.teams:
        lines.append((_name_team(team.team), _("the team"), team))
        lines += [
            (_name_team(team.team), _name_rep(each.rep), each)
            for each in rolled.sellers
            if each.team == team.team
        ]
    if not rolled.teams:
        lines = [("", _name_rep(each.rep), each) for each in rolled.sellers]
    columns = (
        Column("team", _("Team"), has_choices=True),
        Column("who", _("Who")),
        Column("called", _("Called"), "money"),
        Column("finding", _("The call is"), has_choices=True),
        Column("mean", _("Expected"), "money"),
        Column("low", _("80% from"), "money"),
        Column("high", _("80% to"), "money"),
        Column("closed", _("Deals closed so far"), "number"),
    )
    return Table(
        name="expected",
        caption=_("Calls beside what the forecast expects of the same deals"),
        columns=tuple(each for each in columns if each.key not in without),
        rows=tuple(
            Row(
                {
                    "team": team,
                    "who": who,
                    "called": line.called,
                    "finding": _place(line, line.expected, least),
                    "mean": line.expected.mean,
                    "low": line.expected.low,
                    "high": line.expected.high,
                    "closed": line.expected.closed,
                }
            )
            for team, who, line in lines
            if line.expected is not None
        ),
        empty=_("Nothing is expected of anybody here yet: run the cycle for this period."),
        currency=rolled.currency,
    )


def _place(line: TeamLine | SellerLine, expected: Expectation, least: int) -> Value:
    if expected.low is None:
        if expected.closed < least:
            return text("too few closed deals for a range: {least} are needed", least=least)
        return _("no range: others were in the team when the forecast was made")
    if line.place is None:
        if isinstance(line, TeamLine) and line.missing:
            return text("{n} have not called", n=len(line.missing))
        return _("no call yet")
    return str(PLACES[line.place])


def link_team(period: Period, team: str) -> str:
    """Where a team stands with all that is beneath it."""
    return f"{reverse('demand:calls', args=[str(period)])}?{urlencode({'team': team})}#calls"


def _build_sellers(rolled: RollUp, without: Container[str]) -> Table:
    columns = (
        Column("team", _("Team"), has_choices=True),
        Column("rep", _("Who")),
        Column("won", _("Won so far"), "money"),
        Column("commit", _("Own call"), "money"),
        Column("best_case", _("Own best case"), "money"),
        Column("at", _("Called on"), "day"),
        Column("manager", _("Manager's call"), "money"),
        Column("target", _("Target"), "money"),
        Column("gap", _("Call less target"), "money"),
    )
    return Table(
        name="sellers",
        caption=_("By person"),
        columns=tuple(each for each in columns if each.key not in without),
        rows=tuple(Row(_write_seller(each)) for each in rolled.sellers),
        empty=_("Nobody whom you see sold, called, or has a deal due in this period."),
        currency=rolled.currency,
    )


def _write_team(line: TeamLine) -> dict[str, Value]:
    return {
        "team": _name_team(line.team),
        "above": names.name_part(line.above) if line.above else None,
        "called": text("{callers} of {sellers}", callers=line.callers, sellers=line.sellers),
        "won": line.won,
        "crm_commit": line.open["commit"],
        "crm_best_case": line.open["best_case"],
        "commit": line.commit,
        "beneath": line.beneath,
        "manager": line.manager.commit if line.manager else _("no call yet"),
        "judgement": _judge(line),
        "target": line.target,
        "gap": line.gap,
    }


def _judge(line: TeamLine) -> Value:
    if line.manager is not None and line.missing:
        return text("{n} have not called", n=len(line.missing))
    return line.judgement


def _write_seller(line: SellerLine) -> dict[str, Value]:
    missing = _("no call yet") if line.is_missing else None
    return {
        "team": _name_team(line.team),
        "rep": _name_rep(line.rep),
        "won": line.won,
        "commit": line.own.commit if line.own else missing,
        "best_case": line.own.best_case if line.own else None,
        "at": line.own.made_at.date() if line.own else None,
        "manager": line.manager.commit if line.manager else None,
        "target": line.target,
        "gap": line.gap,
    }


def _name_team(team: str) -> str:
    return names.name_part(team) if team else _("no team")


def _name_rep(rep: str) -> str:
    return names.name_part(rep) if rep else _("nobody")
