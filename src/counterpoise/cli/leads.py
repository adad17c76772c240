"""Open leads by score on the command line."""

from datetime import date

from counterpoise.actions import lead_scores, workspaces
from counterpoise.actions.lead_score_answers import answer_lead, answer_scores
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.demand.lead_scores import TRAITS
from counterpoise.domain.tables.lead_score import Chances, LeadScore, LeadScores


def leads(
    *,
    as_of: date | None = None,
    owner: str = "",
    source: str = "",
    lead: str = "",
    most: int = 20,
    common: Common = DEFAULTS,
) -> None:
    """List open leads by their chance to become an opportunity, and say how such chances held.

    Parameters
    ----------
    as_of
        The day whose knowledge counts; else the last day of data.
    owner
        Only the leads of a rep.
    source
        Only those that came from a source.
    lead
        One lead by its id, with what its chance comes from.
    most
        How many leads are printed; JSON has them all.
    """
    workspace = workspaces.open_workspace(common.workspace)
    asked = lead_scores.ask(workspace, as_of=as_of, today=now().date())
    with working("Scoring open leads"):
        found = lead_scores.score(asked)
    if lead:
        _show_lead(lead_scores.get_lead(found, lead, None), common)
        return
    chosen = lead_scores.select(found.leads, owner, source)
    if common.json:
        answer = answer_scores(asked.build.id, found, chosen)
        print_json({**answer, "leads": [answer_lead(each) for each in chosen]})
        return
    _print_leads(found, chosen, most)
    _print_tests(found)
    for note in found.notes:
        say(f"- {note}")


def _print_leads(found: LeadScores, chosen: list[LeadScore], most: int) -> None:
    rows = [
        (
            each.id,
            each.card.name or each.card.company,
            each.card.owner,
            each.source,
            each.age_days,
            *_write(each.chances),
            str(each.why or ""),
        )
        for each in chosen[: max(most, 0)]
    ]
    columns = ("lead", "name", "owner", "source", "days", "in 30", "in 60", "in 90 days", "why")
    print_table(f"Open leads by score, as of {found.as_of}", columns, rows)
    expected = " / ".join(f"{each:.1f}" for each in lead_scores.sum_chances(chosen))
    say(f"Of {len(chosen)} open leads {expected} become opportunities within 30 / 60 / 90 days.")


def _print_tests(found: LeadScores) -> None:
    tests = [
        (
            each.days,
            each.origins,
            each.n,
            each.came,
            f"{each.brier:.5f}",
            f"{each.plain_brier:.5f}",
            None if each.auc is None else f"{each.auc:.3f}",
            None if each.plain_auc is None else f"{each.plain_auc:.3f}",
        )
        for each in found.tests
    ]
    columns = ("days", "tried", "leads", "came", "Brier", "plain rate", "AUC", "plain rate")
    print_table("Scores on earlier days", columns, tests)
    tenths = [
        (each.days, f"{each.tenth * 10} %", each.n, f"{each.said:.1%}", f"{each.came:.1%}")
        for each in found.tenths
    ]
    print_table("Said and came", ("days", "said up to", "leads", "said", "came"), tenths)


def _show_lead(lead: LeadScore, common: Common) -> None:
    if common.json:
        print_json(answer_lead(lead))
        return
    rows = [
        (
            str(TRAITS[each.of]),
            str(each.value),
            None if each.times is None else f"{each.times:.2f}",
            *_write(each.chances),
        )
        for each in lead.factors
    ]
    columns = ("of", "it is", "times", "in 30", "in 60", "in 90 days")
    print_table(f"{lead.id}, {lead.card.name}, of {lead.card.owner}", columns, rows)
    chances, plain = (", ".join(_write(each)) for each in (lead.chances, lead.plain))
    say(f"Chance within 30, 60, 90 days: {chances}; the plain rate of its source: {plain}.")


def _write(chances: Chances) -> tuple[str, ...]:
    return tuple(f"{each:.1%}" for each in chances)
