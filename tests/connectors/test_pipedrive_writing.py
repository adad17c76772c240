"""Pipedrive is written to without harm: nothing twice, nothing over what a person changed."""

import pytest

from connectors.pipedrive import Company
from counterpoise.connectors.sources.port import Write
from pipedrive_server import OUR_KEY, REGION, SCORE, PipedriveServer


@pytest.fixture
def company():
    with PipedriveServer() as server:
        yield Company(server)


def change(company, key="k1", deal=None, expected=None, **fields):
    return Write(key, "deals", str(company.deal if deal is None else deal), fields, expected or {})


def write(company, *writes, key_field=""):
    return [each.outcome for each in company.write(key_field).write(writes)]


def find(company, name, deal=None):
    return company.server.records["deals"][deal or company.deal][name]


def test_a_score_is_written_once_as_a_number(company):
    once = change(company, expected={"Score": None}, Score="0.82")
    assert [write(company, once) for _ in range(2)] == [["done"], ["known"]]
    assert find(company, "custom_fields") == {SCORE: 0.82}
    assert sum(each.startswith("PATCH") for each in company.server.asked) == 1


def test_an_option_is_written_by_its_label(company):
    once = Write("k", "deals", str(company.deal), {"المنطقة": "جدة"}, {"المنطقة": None})
    assert [write(company, once) for _ in range(2)] == [["done"], ["known"]]
    assert find(company, "custom_fields") == {REGION: 32}


def test_what_a_person_changed_since_is_left_alone_and_shown(company):
    company.server.change("deals", company.deal, owner_id=company.layla)
    wanted = change(company, owner_id="99", expected={"owner_id": str(company.omar)})
    (answer,) = company.write().write([wanted])
    assert (answer.outcome, answer.found) == ("conflict", {"owner_id": str(company.layla)})
    assert find(company, "owner_id") == company.layla


def test_one_that_pipedrive_cannot_take_keeps_no_other_from_being_written(company):
    other = company.open_deal("other", 1)
    gone = company.open_deal("gone", 1)
    company.server.remove("deals", gone)
    answers = company.write().write(
        [
            change(company, "bad", stage_id="99"),
            change(company, "closed", add_time="2026-01-01"),
            change(company, "gone", deal=gone, value="1"),
            change(company, "unknown", deal=999_999, value="1"),
            change(company, "good", deal=other, value="2.50", probability="40%"),
        ]
    )
    assert [(each.key, each.outcome, each.reason) for each in answers] == [
        ("bad", "refused", "stage_id does not exist"),
        ("closed", "refused", "the connected user may not write add_time of deals"),
        ("gone", "refused", f"deals {gone} is not there any more"),
        ("unknown", "refused", "deals 999999 is not there any more"),
        ("good", "done", ""),
    ]
    assert (find(company, "value", other), find(company, "probability", other)) == (2.5, 40)


def test_no_answer_means_again_and_is_known_when_it_had_arrived(company):
    company.server.break_next("PATCH", 500, times=6)
    assert write(company, change(company, value="1")) == ["again"]
    company.server.change("deals", company.deal, value=1)
    assert write(company, change(company, value="1")) == ["known"]


def test_a_new_record_is_made_once_for_its_key(company):
    new = change(company, "w-7", "", title="تجديد", stage_id="2")
    assert write(company, new) == ["refused"]
    outcomes = [write(company, new, key_field="Counterpoise key") for _ in range(2)]
    assert outcomes == [["done"], ["known"]]
    records = company.server.records["deals"].values()
    made = [each["title"] for each in records if each["custom_fields"].get(OUR_KEY) == "w-7"]
    assert made == ["تجديد"]
    (told,) = company.write("Counterpoise key").write([new])
    assert company.server.records["deals"][int(told.source_id)]["title"] == "تجديد"


def test_a_user_without_the_right_to_write_is_told(company):
    company.server.break_next("PATCH", 403)
    assert write(company, change(company, value="1")) == ["refused"]
