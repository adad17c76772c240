"""Salesforce is written to without harm: nothing twice, nothing over what a person changed."""

import pytest

from connectors.salesforce import Company
from counterpoise.connectors.sources.port import Write
from salesforce_server import SalesforceServer


@pytest.fixture
def company():
    with SalesforceServer() as server:
        yield Company(server)


def change(company, key="k1", deal=None, expected=None, **fields):
    return Write(key, "Opportunity", company.deal if deal is None else deal, fields, expected or {})


def write(company, *writes, external_id=""):
    answers = company.write(external_id).write(writes)
    assert [each.key for each in answers] == [each.key for each in writes]
    return [each.outcome for each in answers]


def find(company, name, deal=None):
    return company.server.rows["Opportunity"][deal or company.deal][name]


def test_a_score_is_written(company):
    assert write(company, change(company, expected={"Score__c": None}, Score__c="0.82")) == ["done"]
    assert find(company, "Score__c") == 0.82


def test_the_same_write_twice_is_done_once(company):
    once = change(company, NextStep="اتصال", expected={"NextStep": None})
    stamps = []
    outcomes = []
    for _ in range(2):
        outcomes += write(company, once)
        stamps.append(find(company, "SystemModstamp"))
        company.server.wait(hours=1)
    assert outcomes == ["done", "known"]
    assert stamps[0] == stamps[1]


def test_what_a_person_changed_since_is_left_alone_and_shown(company):
    company.server.change("Opportunity", company.deal, OwnerId=company.layla)
    wanted = change(company, OwnerId="005000000000009AAA", expected={"OwnerId": company.omar})
    (answer,) = company.write().write([wanted])
    assert (answer.outcome, answer.found) == ("conflict", {"OwnerId": company.layla})
    assert find(company, "OwnerId") == company.layla


@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        pytest.param({"Amount": "250000"}, "done", id="as Salesforce writes it"),
        pytest.param({"Amount": "250000.0000"}, "done", id="with more decimals"),
        pytest.param({"Probability": "10%"}, "done", id="with a percent sign"),
        pytest.param({"IsWon": "False"}, "done", id="a flag in another case"),
        pytest.param({"CreatedDate": "2026-01-05T11:00:00+03:00"}, "done", id="another zone"),
        pytest.param({"NextStep": ""}, "done", id="nothing as an empty text"),
        pytest.param({"CloseDate": "2026-04-01"}, "conflict", id="another day"),
        pytest.param({"Amount": None}, "conflict", id="nothing where there is an amount"),
        pytest.param({"Name": "Pumps"}, "conflict", id="another name"),
        pytest.param({"CurrencyIsoCode": "sar"}, "conflict", id="a text in another case"),
    ],
)
def test_a_value_is_the_same_however_it_is_written(company, expected, outcome):
    assert write(company, change(company, expected=expected, Score__c="1")) == [outcome]


def test_one_that_fails_keeps_no_other_from_being_written(company):
    other = company.open_deal("other", 1)
    writes = [
        change(company, "bad", StageName="No such stage"),
        change(company, "closed", Weighted__c="1"),
        change(company, "gone", deal="006000000000999AAA", NextStep="call"),
        change(company, "good", deal=other, NextStep="call"),
    ]
    answers = company.write().write(writes)
    assert [each.outcome for each in answers] == ["refused", "refused", "refused", "done"]
    assert [each.reason for each in answers] == [
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: bad value",
        "the connected user may not write Weighted__c of Opportunity",
        "Opportunity 006000000000999AAA is not there any more",
        "",
    ]
    assert find(company, "NextStep", other) == "call"


def test_a_record_that_somebody_locks_is_tried_later(company):
    company.server.faults.append(["lock", 0, {}])
    (answer,) = company.write().write([change(company, NextStep="call")])
    assert (answer.outcome, answer.wait_seconds) == ("again", 60)
    assert write(company, change(company, NextStep="call")) == ["done"]


def test_no_answer_means_again_and_is_known_when_it_had_arrived(company):
    company.server.break_next("PATCH", 500, times=6)
    (answer,) = company.write().write([change(company, NextStep="call")])
    assert (answer.outcome, answer.wait_seconds) == ("again", None)
    company.server.change("Opportunity", company.deal, NextStep="call")
    assert write(company, change(company, NextStep="call")) == ["known"]


def test_a_new_record_is_made_once_for_its_key(company):
    new = change(company, "w-7", "", Name="تجديد", StageName="Prospecting")
    assert write(company, new) == ["refused"]
    key = "Counterpoise_Key__c"
    assert [write(company, new, external_id=key) for _ in range(2)] == [["done"], ["known"]]
    made = [row for row in company.server.rows["Opportunity"].values() if row[key] == "w-7"]
    assert [each["Name"] for each in made] == ["تجديد"]
    (told,) = company.write(key).write([new])
    assert told.source_id == made[0]["Id"]
    assert [company.write(each).knows_keys for each in ("", key)] == [False, True]


def test_what_an_earlier_try_wrote_in_part_is_completed(company):
    company.server.change("Opportunity", company.deal, NextStep="call")
    expected = {"NextStep": None, "Score__c": None}
    wanted = change(company, expected=expected, NextStep="call", Score__c="0.5")
    assert write(company, wanted) == ["done"]


def test_many_are_written_200_at_a_time(company):
    deals = [company.open_deal(f"deal {number}", number) for number in range(450)]
    writes = [change(company, each, deal=each, Score__c="0.5") for each in deals]
    assert set(write(company, *writes)) == {"done"}
    sent = [each for each in company.server.asked if each.startswith("PATCH")]
    assert len(sent) == 3
