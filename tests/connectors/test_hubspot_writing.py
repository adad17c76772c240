"""HubSpot is written to without harm: nothing twice, nothing over what a person changed."""

import pytest

from connectors.hubspot import Company
from counterpoise.connectors.sources.port import Write
from hubspot_server import HubSpotServer


@pytest.fixture
def company():
    with HubSpotServer() as server:
        yield Company(server)


def change(company, key="k1", deal=None, expected=None, **fields):
    return Write(key, "deals", company.deal if deal is None else deal, fields, expected or {})


def write(company, *writes, id_property=""):
    answers = company.write(id_property).write(writes)
    assert [each.key for each in answers] == [each.key for each in writes]
    return [each.outcome for each in answers]


def find(company, name, deal=None):
    return company.server.records["deals"][deal or company.deal]["properties"][name]


def test_a_score_is_written_once(company):
    once = change(company, expected={"score": None}, score="0.82")
    assert [write(company, once) for _ in range(2)] == [["done"], ["known"]]
    assert find(company, "score") == "0.82"
    assert sum("batch/update" in each for each in company.server.asked) == 1


def test_what_a_person_changed_since_is_left_alone_and_shown(company):
    company.server.change("deals", company.deal, hubspot_owner_id=company.layla)
    wanted = change(company, hubspot_owner_id="1", expected={"hubspot_owner_id": company.omar})
    (answer,) = company.write().write([wanted])
    assert (answer.outcome, answer.found) == ("conflict", {"hubspot_owner_id": company.layla})
    assert find(company, "hubspot_owner_id") == company.layla


def test_one_that_hubspot_cannot_take_keeps_no_other_from_being_written(company):
    other = company.open_deal("other", "1")
    gone = company.open_deal("gone", "1")
    company.server.archive("deals", gone)
    answers = company.write().write(
        [
            change(company, "bad", dealstage="no such stage"),
            change(company, "closed", hs_projected_amount="1"),
            change(company, "unknown", no_such_property="1"),
            change(company, "gone", deal=gone, score="1"),
            change(company, "good", deal=other, score="1"),
        ]
    )
    assert [(each.outcome, each.reason) for each in answers] == [
        ("refused", "dealstage is no option"),
        ("refused", "the connected user may not write hs_projected_amount of deals"),
        ("refused", "the connected user may not write no_such_property of deals"),
        ("refused", f"deals {gone} is not there any more"),
        ("done", ""),
    ]
    assert find(company, "score", other) == "1"


def test_one_that_is_gone_between_the_look_and_the_writing_is_told(company):
    company.server.vanishing.add(company.deal)
    other = company.open_deal("other", "1")
    writes = [change(company, "gone", score="1"), change(company, "good", deal=other, score="1")]
    assert write(company, *writes) == ["refused", "done"]


def test_no_answer_means_again_and_is_known_when_it_had_arrived(company):
    company.server.break_next("batch/update", 502, times=6)
    assert write(company, change(company, score="1")) == ["again"]
    company.server.change("deals", company.deal, score="1")
    assert write(company, change(company, score="1")) == ["known"]


def test_a_new_record_is_made_once_for_its_key(company):
    new = change(company, "w-7", "", dealname="تجديد", dealstage="1734055")
    assert write(company, new) == ["refused"]
    outcomes = [write(company, new, id_property="counterpoise_key") for _ in range(2)]
    assert outcomes == [["done"], ["known"]]
    records = [each["properties"] for each in company.server.records["deals"].values()]
    made = [each["dealname"] for each in records if each["counterpoise_key"] == "w-7"]
    assert made == ["تجديد"]
    (told,) = company.write("counterpoise_key").write([new])
    assert company.server.records["deals"][told.source_id]["properties"]["dealname"] == "تجديد"
    assert [company.write(each).knows_keys for each in ("", "counterpoise_key")] == [False, True]


def test_many_are_written_100_at_a_time(company):
    deals = [company.open_deal(f"deal {number}", "1") for number in range(250)]
    writes = [change(company, each, deal=each, score="0.5") for each in deals]
    assert set(write(company, *writes)) == {"done"}
    assert sum("batch/update" in each for each in company.server.asked) == 3
