"""Which account each lead belongs to: as a run found it, with what people said since laid over it.

What a person says holds at once, and every later run heeds it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from counterpoise.actions.customers import (
    Customer,
    InvalidDecision,
    NeverMatched,
    get_run,
    trim_reason,
)
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.collect.identity_costs import choose_thresholds
from counterpoise.domain.collect.identity_merges import follow
from counterpoise.domain.collect.identity_models import (
    UnknownCustomer,
    name_customer,
    name_side,
    read_customer,
    read_side,
)
from counterpoise.domain.collect.identity_survivors import Candidate
from counterpoise.domain.collect.lead_accounts import Option, Placement, Standing
from counterpoise.domain.values.text import text
from counterpoise.store import identity as stored
from counterpoise.store import identity_merges as merged
from counterpoise.store.identity import KeptRun, Said, Verdict
from counterpoise.warehouse.identity.across import SaidOfLeads, decide
from counterpoise.warehouse.queries import customers as queries
from counterpoise.warehouse.queries import lead_accounts as leads_of

VERDICTS = "lead_account"
"""The kind under which verdicts on a lead and an account are kept."""


@dataclass(frozen=True, slots=True)
class PlacedLead:
    """customer: the lead's own. verdicts: what people said, by the account's record."""

    lead: Candidate
    customer: str
    placement: Placement
    verdicts: Mapping[str, Verdict]

    def name_account(self, option: Option) -> str:
        return name_customer("account", option.entity)


def read_said_of_leads() -> SaidOfLeads:
    words: dict[str, dict[str, str]] = {}
    for account, lead, verdict in _list_verdicts():
        words.setdefault(lead, {})[account] = verdict.word
    ends = follow(each.merge for each in merged.list_merges("account"))
    numbered = {read_customer(one)[1]: read_customer(end)[1] for one, end in ends.items()}
    return SaidOfLeads(words, numbered)


def list_placed(workspace: Workspace, standing: Standing) -> tuple[PlacedLead, ...]:
    """Open leads that stand so, the first by id. Raises NeverMatched."""
    run = _get_run(workspace)
    folder = workspace.identity / run.id / "lead"
    said = read_said_of_leads()
    asked = {*leads_of.list_open_leads(folder, standing), *said.words}
    placed = _place(workspace, run, asked, said)
    return tuple(each for each in placed if each.placement.standing == standing)


def count_placed(workspace: Workspace) -> Mapping[str, int]:
    """Open leads by how they stood after the run. Raises NeverMatched."""
    return leads_of.count_open_leads(workspace.identity / _get_run(workspace).id / "lead")


def get_placed(workspace: Workspace, lead: str) -> PlacedLead:
    """Raises NeverMatched and UnknownCustomer."""
    found = _place(workspace, _get_run(workspace), [lead], read_said_of_leads())
    if not found:
        raise UnknownCustomer(
            text("There is no lead {lead}. Choose one of the list of leads.", lead=lead)
        )
    return found[0]


def list_for_customer(workspace: Workspace, customer: Customer) -> tuple[PlacedLead, ...]:
    """Of an account the leads that belong to it, of a lead or a person its leads; nothing where the
    run is one of an earlier version."""
    try:
        run = _get_run(workspace)
    except NeverMatched:
        return ()
    said = read_said_of_leads()
    if customer.kind == "account":
        numbers = {read_customer(each)[1] for each in customer.parts}
        asked = leads_of.list_leads_of(workspace.identity / run.id / "lead", numbers)
        found = _place(workspace, run, asked, said)
        return tuple(
            each
            for each in found
            if each.placement.chosen and each.placement.chosen.entity in numbers
        )
    records = [each.record for each in customer.records]
    if customer.kind == "person":
        sides = map(read_side, records)
        records = [own for side, own in sides if side == "lead"]
    return () if customer.kind == "contact" else _place(workspace, run, records, said)


def judge(
    workspace: Workspace,
    lead: str,
    account: str,
    said: Said,
    *,
    author_id: int | None,
    now: datetime,
) -> Verdict:
    """Whether a lead belongs to an account. account: one of its records, out of the lead's options
    or judged before. Raises NeverMatched, UnknownCustomer, InvalidDecision and VerdictChanged."""
    found = get_placed(workspace, lead)
    shown = {each for option in found.placement.options for each in option.accounts}
    if account not in shown | set(found.verdicts):
        raise InvalidDecision(
            text(
                "Nothing speaks for {account} as the account of {lead}. Choose one of its options.",
                account=account,
                lead=lead,
            )
        )
    pair = (name_side("account", account), name_side("lead", lead))
    kept = Said(said.word, trim_reason(said.reason), said.edition)
    return stored.give_verdict(VERDICTS, pair, kept, author_id=author_id, at=now)


def _place(
    workspace: Workspace, run: KeptRun, leads: Iterable[str], said: SaidOfLeads
) -> tuple[PlacedLead, ...]:
    folder, report = workspace.identity / run.id / "lead", run.report.find("lead")
    assert report is not None
    thresholds = choose_thresholds(report.costs)
    clues = leads_of.read_lead_clues(folder, leads)
    values = queries.read_candidates(workspace.build_folder(run.build), "lead", clues)
    numbers = queries.find_entities(folder, clues)
    verdicts: dict[str, dict[str, Verdict]] = {}
    for account, lead, verdict in _list_verdicts():
        verdicts.setdefault(lead, {})[account] = verdict
    return tuple(
        PlacedLead(
            values[lead],
            name_customer("lead", numbers[lead]),
            decide(lead, ours, thresholds, said),
            verdicts.get(lead, {}),
        )
        for lead, ours in clues.items()
    )


def _get_run(workspace: Workspace) -> KeptRun:
    run = get_run("lead")
    if not leads_of.has_lead_accounts(workspace.identity / run.id / "lead"):
        raise NeverMatched(
            text(
                "The records were matched by an earlier version, which looked for no accounts of"
                " leads. Match them again."
            )
        )
    return run


def _list_verdicts() -> list[tuple[str, str, Verdict]]:
    """The account's record, the lead, and the verdict."""
    return [
        (each.one.removeprefix("account:"), each.other.removeprefix("lead:"), each)
        for each in stored.list_verdicts(VERDICTS)
    ]
