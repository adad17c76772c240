"""The pages on who is who: what they show, what a person decides on them, and who may."""

import pytest

from counterpoise.actions import customers
from counterpoise.store import identity as stored
from counterpoise.store import identity_merges, jobs
from people import PEOPLE, make_person, sign_in
from shown_pages import rows_of, text_of

PAIR = "/collect/identity/account/pair/?one=salesforce|A3&other=salesforce|A4"


@pytest.fixture
def omar(matched_workspace):
    return sign_in(make_person("operations"))


def test_before_anything_was_matched_the_page_says_so(workspace):
    page = sign_in(make_person("operations")).get("/collect/identity/")
    assert page.status_code == 200
    assert "Nothing was collected yet" in text_of(page)


@pytest.mark.parametrize(
    "address",
    ["/collect/identity/customers/A-1/", PAIR, "/collect/identity/account/pair/"],
)
def test_before_anything_was_matched_there_is_nothing_behind_it(workspace, address):
    assert sign_in(make_person("operations")).get(address).status_code == 404


def test_before_anything_was_matched_the_list_leads_to_the_overview(workspace):
    answer = sign_in(make_person("operations")).get("/collect/identity/account/review/")
    assert (answer.status_code, answer.url) == (302, "/collect/identity/")


@pytest.mark.case("WEB-01")
@pytest.mark.parametrize(
    "address",
    [
        "/collect/identity/",
        "/collect/identity/account/review/",
        PAIR,
        "/collect/identity/customers/A-1/",
    ],
    ids=["the overview", "the list", "a pair", "a customer"],
)
def test_only_who_sees_everyone_may_open(matched_workspace, address):
    opened = {role for role in PEOPLE if sign_in(make_person(role)).get(address).status_code == 200}
    assert opened == {"administrator", "operations", "finance", "executive"}


def test_the_overview_says_how_many_records_are_how_many_customers(omar):
    page = omar.get("/collect/identity/")
    kinds = {row[0]: row[1:4] for row in rows_of(page, "kinds")}
    assert kinds == {
        "Accounts": ["8", "7", "1"], "Contacts": ["4", "3", "0"], "Leads": ["3", "2", "0"],
        "Leads and contacts together": ["7", "5", "0"],
    }  # fmt: skip
    assert ["A-1", "Accounts", "2"] in rows_of(page, "customers")
    assert "95%" in text_of(page)
    blocks = {row[0] for row in rows_of(page, "blocks-account")}
    assert {"Web domain", "Name (5) + Country"} <= blocks
    assert "<svg" in page.content.decode()


def test_a_pair_is_shown_with_reasons_and_judged_once(omar):
    listed = omar.get("/collect/identity/account/review/")
    ((one, other, likelihood, reasons),) = rows_of(listed, "doubts")
    assert (one, other) == ("Cedar Logistics · cedar-logistics.com", "Cedar Logistic")
    assert reasons.startswith("Name: nearly the same")
    assert likelihood.endswith("%")
    shown = text_of(omar.get(PAIR))
    assert "Cedar Logistics" in shown
    assert "Riyadh" in shown
    said = {"verdict": "different", "reason": "two cities", "edition": "0"}
    kept = omar.post(PAIR, said)
    assert (kept.status_code, kept.url) == (302, "/collect/identity/account/review/")
    assert stored.list_verdicts("account")[0].reason == "two cities"
    assert "No pair is in doubt" in text_of(omar.get("/collect/identity/account/review/"))
    late = omar.post(PAIR, said)
    assert late.status_code == 422
    assert "Someone else said something" in text_of(late)
    assert "not the same" in text_of(late)


def test_a_verdict_that_is_none_is_refused(omar):
    assert omar.post(PAIR, {"verdict": "perhaps", "edition": "0"}).status_code == 422
    assert stored.list_verdicts("account") == ()


@pytest.mark.parametrize(
    "address",
    [
        "/collect/identity/robot/review/",
        "/collect/identity/account/pair/?one=salesforce|A3&other=salesforce|A8",
        "/collect/identity/customers/A-99/",
        "/collect/identity/customers/none/",
    ],
)
def test_what_there_is_none_of_is_hidden(omar, address):
    assert omar.get(address).status_code == 404


def test_a_customer_shows_where_each_value_came_from(omar):
    page = omar.get("/collect/identity/customers/A-1/")
    values = {row[0]: row[1:] for row in rows_of(page, "values")}
    assert values["Name"] == [
        "Harbourline Foods", "changed last", "salesforce|A2", "Harbourline Foods LLC",
    ]  # fmt: skip
    assert len(rows_of(page, "records")) == 2
    assert rows_of(page, "history")[0][:2] == ["A-1", "made of new records"]


def test_two_customers_are_merged_and_unmerged(omar):
    beside = omar.get("/collect/identity/customers/A-1/?with=A-2").content.decode()
    assert 'name="pick.city" value="salesforce|A3"' in beside
    wish = {"other": "A-2", "reason": "one tax number", "pick.city": "salesforce|A3"}
    assert omar.post("/collect/identity/customers/A-1/merge/", wish).status_code == 302
    page = omar.get("/collect/identity/customers/A-1/")
    values = {row[0]: row[1:3] for row in rows_of(page, "values")}
    assert values["City"] == ["Riyadh", "picked in a merge"]
    assert "goes on in" in text_of(omar.get("/collect/identity/customers/A-2/"))
    undone = omar.post("/collect/identity/account/merges/1/undo/", {"customer": "A-1"})
    assert undone.status_code == 302
    assert identity_merges.list_merges("account")[0].merge.is_undone
    again = omar.post("/collect/identity/account/merges/1/undo/", {"customer": "A-1"})
    assert again.status_code == 422
    assert "undone before" in text_of(again)


def test_an_undo_that_cannot_be_says_why_on_the_page(omar):
    for other in ("A-2", "A-3"):
        wish = {"other": other, "reason": "one tax number"}
        omar.post("/collect/identity/customers/A-1/merge/", wish)
    page = text_of(omar.get("/collect/identity/customers/A-1/"))
    assert "It cannot be undone now" in page
    assert "A-3 was merged into A-1 later" in page


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"other": "", "reason": "x"}, "Say with whom"),
        ({"other": "A-2", "reason": ""}, "Say with whom"),
        ({"other": "A-1", "reason": "x"}, "cannot be merged with itself"),
        ({"other": "C-1", "reason": "x"}, "of two kinds"),
        ({"other": "nobody", "reason": "x"}, "There is no customer"),
        ({"other": "A-77", "reason": "x"}, "has no records"),
    ],
    ids=["nobody", "no reason", "itself", "another kind", "no id", "one that never was"],
)
def test_a_merge_that_cannot_be_is_refused(omar, sent, why):
    page = omar.post("/collect/identity/customers/A-1/merge/", sent)
    assert page.status_code == 422
    assert why in text_of(page)
    assert identity_merges.list_merges("account") == ()


def test_a_verified_value_stands(omar):
    sent = {"field": "name", "value": "Harbourline Group"}
    assert omar.post("/collect/identity/customers/A-1/verify/", sent).status_code == 302
    values = rows_of(omar.get("/collect/identity/customers/A-1/"), "values")
    assert values[0][1:3] == ["Harbourline Group", "verified by a person"]
    for wrong in ({"field": "name", "value": " "}, {"field": "colour", "value": "red"}):
        assert omar.post("/collect/identity/customers/A-1/verify/", wrong).status_code == 422


def test_who_may_look_may_not_decide(matched_workspace):
    finance = sign_in(make_person("finance"))
    assert "What are they?" not in text_of(finance.get(PAIR))
    assert finance.post(PAIR, {"verdict": "same", "edition": "0"}).status_code == 404
    sent = {"other": "A-2", "reason": "x"}
    assert finance.post("/collect/identity/customers/A-1/merge/", sent).status_code == 404
    assert "Merge with another" not in text_of(finance.get("/collect/identity/customers/A-1/"))


def test_matching_is_asked_for_once_a_click(omar):
    first, second = (omar.post("/collect/identity/match/", {"key": "k"}) for _ in range(2))
    assert first.url == second.url
    job = jobs.get_job(first.url.strip("/").split("/")[-1])
    assert (job.kind, job.arguments["is_full"]) == ("match", False)


def test_before_the_first_load_there_is_nothing_to_match(workspace):
    omar = sign_in(make_person("operations"))
    assert omar.post("/collect/identity/match/", {}).status_code == 404


def test_the_pages_are_arabic_for_who_reads_arabic(matched_workspace):
    reader = sign_in(make_person("operations", language="ar"))
    for address in ("/collect/identity/", PAIR, "/collect/identity/customers/A-1/"):
        page = reader.get(address)
        assert 'dir="rtl"' in page.content.decode()
        assert "The two records" not in text_of(page)
    assert customers.get_run().report.find("account").customers == 7


def test_a_contact_and_a_lead_are_judged_as_one_person(people_workspace):
    omar = sign_in(make_person("operations"))
    ((one, other, _likelihood, _reasons),) = rows_of(
        omar.get("/collect/identity/person/review/"), "doubts"
    )
    assert (one, other) == ("Dina Masri · dina@niletextiles.com", "Dina Masry")
    address = "/collect/identity/person/pair/?one=contact:salesforce|C4&other=lead:salesforce|L6"
    shown = text_of(omar.get(address))
    assert "Contact: salesforce|C4" in shown
    assert "Lead: salesforce|L6" in shown
    omar.post(address, {"verdict": "same", "reason": "asked her", "edition": "0"})
    assert stored.list_verdicts("person")[0].word == "same"


def test_a_person_says_what_holds_the_records_together(people_workspace):
    omar = sign_in(make_person("operations"))
    page = omar.get("/collect/identity/customers/P-1/")
    held = rows_of(page, "held")
    assert held[0] == [
        "Contact: salesforce|C1", "Lead: salesforce|L7", "–",
        "its source says that the lead became this contact",
    ]  # fmt: skip
    assert "This person's records are also kept as: C-1" in text_of(page)
    assert "with leads and contacts together: P-1" in text_of(
        omar.get("/collect/identity/customers/C-1/")
    )


def test_what_was_put_off_has_a_list_and_is_taken_up_again(omar):
    omar.post(PAIR, {"verdict": "later", "reason": "", "edition": "0"})
    assert rows_of(omar.get("/collect/identity/account/review/"), "doubts") == []
    put_off = omar.get("/collect/identity/account/review/?waiting=later")
    assert len(rows_of(put_off, "doubts")) == 1
    assert "Said before: to be said later" in text_of(omar.get(PAIR))
    omar.post(PAIR, {"verdict": "same", "reason": "", "edition": "1"})
    assert "No pair was put off" in text_of(
        omar.get("/collect/identity/account/review/?waiting=later")
    )
    assert omar.get("/collect/identity/account/review/?waiting=x").status_code == 404
