"""The pages and addresses on which account a lead belongs to."""

import pytest

from counterpoise.actions import lead_accounts
from people import PEOPLE, make_person, sign_in
from programs import make_program
from shown_pages import rows_of, text_of

LIST, LEAD = "/collect/identity/leads/", "/collect/identity/lead/?lead=salesforce|L5"


@pytest.fixture
def omar(placed_workspace):
    return sign_in(make_person("operations"))


@pytest.mark.case("WEB-01")
@pytest.mark.parametrize("address", [LIST, LEAD], ids=["the list", "a lead"])
def test_only_who_sees_everyone_may_open(placed_workspace, address):
    opened = {role for role in PEOPLE if sign_in(make_person(role)).get(address).status_code == 200}
    assert opened == {"administrator", "operations", "finance", "executive"}


def test_before_a_run_there_is_nothing_to_list(workspace):
    visitor = sign_in(make_person("operations"))
    assert visitor.get(LIST).url == "/collect/identity/"
    assert visitor.get(LEAD).status_code == 404


def test_leads_are_listed_by_how_they_stand(omar):
    page = omar.get(LIST)
    ((lead, _company, accounts, ground, _likelihood),) = rows_of(page, "leads")
    assert lead == "Noura Shami · noura@amberbank.com"
    assert len(accounts.split(" · ")) == 2
    assert ground == "a person has to say"
    assert "belongs to an account (2)" in text_of(page)
    placed = rows_of(omar.get(LIST + "?standing=placed"), "leads")
    assert [(row[2], row[3]) for row in placed] == [
        ("A-5", "the web domain of its mailbox"), ("A-6", "the company's name and country"),
    ]  # fmt: skip
    assert len(rows_of(omar.get(LIST + "?standing=unknown"), "leads")) == 1
    assert omar.get(LIST + "?standing=lost").status_code == 404


def test_a_person_says_which_account_it_is(omar, placed_workspace):
    shown = text_of(omar.get(LEAD))
    assert "Amber Bank" in shown
    assert "Palm Leasing" in shown
    said = {"account": "salesforce|A9", "verdict": "different", "reason": "asked", "edition": "0"}
    assert omar.post(LEAD, said).status_code == 302
    after = text_of(omar.get(LEAD))
    assert "chosen" in after
    assert "Accounts that a person put away" in after
    stale = omar.post(LEAD, said)
    assert stale.status_code == 422
    assert "Someone else said something" in text_of(stale)
    back = {"account": "salesforce|A9", "verdict": "later", "edition": "1"}
    omar.post(LEAD, back)
    found = lead_accounts.get_placed(placed_workspace, "salesforce|L5")
    assert found.placement.standing == "doubtful"


def test_who_only_reads_decides_nothing(placed_workspace):
    reader = sign_in(make_person("executive"))
    assert "It belongs here" not in text_of(reader.get(LEAD))
    said = {"account": "salesforce|A9", "verdict": "same", "edition": "0"}
    assert reader.post(LEAD, said).status_code == 404


def test_an_account_shows_its_leads_and_a_lead_its_account(omar):
    leads = rows_of(omar.get("/collect/identity/customers/A-5/"), "leads")
    assert [row[0] for row in leads] == [
        "Rana Nasser · rana@gmail.com", "Salem Awad · salem@falconpumps.com",
    ]  # fmt: skip
    assert leads[0][3:] == ["its source says that it became this", "–"]
    (row,) = rows_of(omar.get("/collect/identity/customers/L-4/"), "leads")
    assert row[2] == "A-6"


def test_programs_ask_and_say(placed_workspace):
    program = make_program(make_person("operations"))
    (lead,) = program.get("/identity/leads").json()["items"]
    assert (lead["lead"], lead["standing"]) == ("salesforce|L5", "doubtful")
    wish = {"lead": "salesforce|L5", "account": "salesforce|A8", "verdict": "same"}
    said = program.post("/identity/lead-verdicts", wish).json()
    assert (said["standing"], said["ground"]) == ("placed", "verified")
    assert program.post("/identity/lead-verdicts", wish).status_code == 412
    again = program.get("/identity/leads/salesforce|L5").json()
    assert again["verdicts"][0]["edition"] == 1
    assert [each["is_chosen"] for each in again["options"]] == [True, False]
    assert program.get("/identity/leads/salesforce|L99").status_code == 404
    placed = program.get("/identity/leads?standing=placed").json()["items"]
    assert [each["lead"][-2:] for each in placed] == ["L3", "L4", "L5"]
