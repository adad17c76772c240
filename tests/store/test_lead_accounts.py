"""Leads find their accounts in collected data; where they cannot, people say, and it holds."""

from datetime import timedelta

import pytest

from counterpoise.actions import customers, identity, lead_accounts
from counterpoise.actions.collect import collect
from counterpoise.actions.customers import InvalidDecision, NeverMatched, WantedMerge
from counterpoise.domain.collect.identity_models import UnknownCustomer
from counterpoise.store.identity import Said, VerdictChanged
from counterpoise.warehouse.queries.lead_accounts import find_lead_accounts
from matched_company import LATER, write_export


def get(workspace, lead):
    return lead_accounts.get_placed(workspace, f"salesforce|{lead}")


def judge(workspace, lead, account, word, edition=0):
    return lead_accounts.judge(
        workspace, f"salesforce|{lead}", f"salesforce|{account}", Said(word, " asked ", edition),
        author_id=None, now=LATER,
    )  # fmt: skip


def listed(workspace, standing):
    return [each.lead.record[-2:] for each in lead_accounts.list_placed(workspace, standing)]


@pytest.mark.parametrize(
    ("lead", "standing", "ground", "account"),
    [
        pytest.param("L1", "placed", "converted", "A-2", id="its source says the account"),
        pytest.param("L2", "placed", "converted", "A-5", id="the deal that it became has one"),
        pytest.param("L3", "placed", "domain", "A-5", id="the web domain of its mailbox"),
        pytest.param("L4", "placed", "name", "A-6", id="name and country, with free mail"),
        pytest.param("L5", "doubtful", None, None, id="two accounts of one web domain"),
        pytest.param("L6", "unknown", None, None, id="free mail says nothing of an account"),
    ],
)
def test_a_lead_finds_its_account(placed_workspace, lead, standing, ground, account):
    found = get(placed_workspace, lead)
    placement = found.placement
    assert (placement.standing, placement.ground) == (standing, ground)
    assert (found.name_account(placement.chosen) if placement.chosen else None) == account


def test_only_open_leads_are_listed_and_counted(placed_workspace):
    assert listed(placed_workspace, "placed") == ["L3", "L4"]
    assert listed(placed_workspace, "doubtful") == ["L5"]
    assert listed(placed_workspace, "unknown") == ["L6"]
    counts = lead_accounts.count_placed(placed_workspace)
    assert counts == {"placed": 2, "doubtful": 1, "unknown": 1}


def test_the_options_of_a_doubtful_lead_are_all_shown(placed_workspace):
    options = get(placed_workspace, "L5").placement.options
    assert sorted(each.accounts for each in options) == [("salesforce|A8",), ("salesforce|A9",)]
    assert all(each.grounds[0] == "domain" for each in options)


def test_what_a_person_says_holds_at_once_and_in_the_next_run(placed_workspace):
    judge(placed_workspace, "L5", "A9", "same")
    assert listed(placed_workspace, "doubtful") == []
    assert listed(placed_workspace, "placed") == ["L3", "L4", "L5"]
    assert get(placed_workspace, "L5").verdicts["salesforce|A9"].reason == "asked"
    run = identity.match(placed_workspace, now=LATER + timedelta(hours=1))
    found = find_lead_accounts(placed_workspace.identity / run.id / "lead", ["salesforce|L5"])
    assert found["salesforce|L5"].ground == "verified"


def test_what_is_put_away_leaves_the_other_and_can_be_taken_back(placed_workspace):
    judge(placed_workspace, "L5", "A8", "different")
    assert get(placed_workspace, "L5").placement.chosen.accounts == ("salesforce|A9",)
    judge(placed_workspace, "L5", "A8", "later", edition=1)
    assert get(placed_workspace, "L5").placement.standing == "doubtful"


def test_two_accounts_that_a_person_merged_are_one_option(placed_workspace):
    names = [
        get(placed_workspace, "L5").name_account(each)
        for each in get(placed_workspace, "L5").placement.options
    ]
    wish = WantedMerge(*names, "one bank")
    customers.merge(placed_workspace, wish, author_id=None, now=LATER)
    assert get(placed_workspace, "L5").placement.standing == "placed"


def test_every_later_step_can_ask_for_the_accounts_of_leads(placed_workspace):
    folder = placed_workspace.identity / customers.get_run().id / "lead"
    found = find_lead_accounts(folder)
    assert {lead[-2:]: each.customer for lead, each in found.items()} == {
        "L1": "A-2", "L2": "A-5", "L3": "A-5", "L4": "A-6",
    }  # fmt: skip
    assert find_lead_accounts(folder, ["salesforce|L6", "salesforce|L4"]).keys() == {
        "salesforce|L4"
    }


def test_customers_name_their_leads_and_leads_their_account(placed_workspace):
    def ask(name):
        customer = customers.get_customer(placed_workspace, name)
        found = lead_accounts.list_for_customer(placed_workspace, customer)
        return [each.lead.record[-2:] for each in found]

    assert ask("A-5") == ["L2", "L3"]
    assert ask(get(placed_workspace, "L5").customer) == ["L5"]
    lead = customers.get_customer(placed_workspace, get(placed_workspace, "L4").customer)
    assert ask(lead.also[0]) == ["L4"]
    assert ask("C-1") == []


def test_what_nobody_knows_is_refused(placed_workspace):
    with pytest.raises(UnknownCustomer, match="There is no lead"):
        get(placed_workspace, "L99")
    with pytest.raises(InvalidDecision, match="Nothing speaks for"):
        judge(placed_workspace, "L5", "A1", "same")
    judge(placed_workspace, "L5", "A8", "same")
    with pytest.raises(VerdictChanged):
        judge(placed_workspace, "L5", "A8", "different")


def test_a_run_of_an_earlier_version_is_to_be_made_again(placed_workspace):
    folder = placed_workspace.identity / customers.get_run().id / "lead"
    customer = customers.get_customer(placed_workspace, "A-5")
    (folder / "lead_clues.parquet").unlink()
    with pytest.raises(NeverMatched, match="Match them again"):
        get(placed_workspace, "L1")
    assert lead_accounts.list_for_customer(placed_workspace, customer) == ()


def test_without_leads_there_is_nothing_to_place(workspace, tmp_path):
    folder = write_export(tmp_path / "export")
    (folder / "leads.csv").unlink()
    collect(workspace, [folder], now=LATER)
    identity.match(workspace, now=LATER)
    assert lead_accounts.count_placed(workspace) == {}
