"""Leads as histories, as a build holds them; nothing of a later day is in them."""

from datetime import date

import numpy as np
import pytest

from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import STILL_OPEN, day_number
from counterpoise.domain.tables.lead_score import LeadCard
from counterpoise.warehouse.queries.lead_records import load_lead_records
from written_builds import at, write_build

AS_OF = date(2026, 9, 30)
RULEBOOK = load_defaults()


def day(written):
    return day_number(date.fromisoformat(written)) if written else STILL_OPEN


def read(folder, *leads, as_of=AS_OF, **tables):
    rows = [{"source_id": f"L{n}", "created_at": at("2026-01-05"), **each}
            for n, each in enumerate(leads)]  # fmt: skip
    build = write_build(folder / "b", lead=rows, **tables)
    return load_lead_records(build, as_of, rulebook=RULEBOOK)


def label(found, trait, lead=0):
    dimension = found.history.dimensions[trait]
    code = dimension.codes[lead]
    return dimension.labels[code] if code >= 0 else None


def test_no_lead_by_the_day_is_none(tmp_path):
    assert read(tmp_path / "one") is None
    assert read(tmp_path / "two", {"created_at": at("2026-10-05")}) is None


@pytest.mark.parametrize(
    ("lead", "closed", "won"),
    [
        pytest.param({"converted_at": at("2026-02-02")}, "2026-02-02", True, id="converted"),
        pytest.param({"is_converted": True, "updated_at": at("2026-02-03")}, "2026-02-03", True,
                     id="converted, from its last change on"),
        pytest.param({"lost_reason": "No budget", "updated_at": at("2026-02-04")}, "2026-02-04",
                     False, id="given up for a reason"),
        pytest.param({"status": " Unqualified ", "updated_at": at("2026-02-05")}, "2026-02-05",
                     False, id="given up by its status"),
        pytest.param({"status": "مرفوض", "updated_at": at("2026-02-05")}, "2026-02-05", False,
                     id="in Arabic"),
        pytest.param({"lost_reason": "No budget", "updated_at": at("2025-12-01")}, "2026-01-05",
                     False, id="never before it came in"),
        pytest.param({"lost_reason": "Late", "converted_at": at("2026-02-06")}, "2026-02-06", True,
                     id="one that was converted was not given up"),
        pytest.param({"opportunity_id": "o1", "converted_at": at("2026-08-01")}, "2026-03-01", True,
                     id="converted no later than its deal was won"),
        pytest.param({"status": "Working", "updated_at": at("2026-02-05")}, "", False, id="open"),
        pytest.param({"converted_at": at("2026-10-02")}, "", False, id="converted later"),
        pytest.param({"lost_reason": "Late", "updated_at": at("2026-10-02")}, "", False,
                     id="given up later"),
    ],
)  # fmt: skip
def test_how_a_lead_ended_by_the_day(tmp_path, lead, closed, won):
    deal = {"source_id": "o1", "stage": "Won", "status": "won", "created_at": at("2026-01-06"),
            "closed_at": at("2026-03-01")}  # fmt: skip
    found = read(tmp_path, lead, opportunity=[deal])
    assert (found.history.closed[0], found.history.won[0]) == (day(closed), won)
    assert found.undated == 0
    assert set(found.cards) == (set() if closed else {"L0"})


def test_one_that_was_given_up_nobody_knows_when_is_left_out(tmp_path):
    found = read(tmp_path, {"lost_reason": "No budget"}, {})
    assert (list(found.history.ids), found.undated) == (["L1"], 1)


def test_one_that_was_removed_is_there_on_an_earlier_day_only(tmp_path):
    found = read(tmp_path, {"deleted_at": at("2026-05-01")}, {})
    assert (list(found.history.ids), set(found.cards)) == (["L1"], {"L1"})
    assert len(found.history.known_on(date(2026, 4, 1))) == 2


def test_whose_lead_it_is_and_where_it_stands(tmp_path):
    found = read(
        tmp_path,
        {"first_name": "Huda", "last_name": "Salem", "company_name": "Acme", "owner_id": "R1",
         "status": "New"},
        {"owner_id": "R2"},
        {},
        rep=[{"source_id": "R1", "name": "Omar", "team_id": "T1"},
             {"source_id": "R2", "name": "Lina", "manager": "Zaid"}],
        team=[{"source_id": "T1", "name": "East"}],
    )  # fmt: skip
    assert found.cards == {
        "L0": LeadCard("Huda Salem", "Acme", "Omar", "East", "New"),
        "L1": LeadCard("", "", "Lina", "Zaid", ""),
        "L2": LeadCard("", "", "", "", ""),
    }


def test_ids_carry_their_source_where_there_are_several(tmp_path):
    found = read(tmp_path, {"source": "crm"}, {"source": "web"})
    assert list(found.history.ids) == ["crm:L0", "web:L1"]


def test_traits_are_what_the_record_says(tmp_path):
    found = read(
        tmp_path,
        {"lead_source": "Event", "country": "Jordan", "region": "Levant", "industry": "Retail"},
        {"lead_source": "", "country": ""},
    )
    said = [[label(found, trait, lead) for trait in ("source", "country", "region", "industry")]
            for lead in (0, 1)]  # fmt: skip
    assert said == [["Event", "Jordan", "Levant", "Retail"], [None] * 4]


@pytest.mark.parametrize(
    ("lead", "account", "said"),
    [
        pytest.param({"company_name": " acme "}, {"name": "Acme"}, "known before", id="by name"),
        pytest.param({"email": "a@Acme.example"}, {"name": "X", "domain": "acme.example"},
                     "known before", id="by the domain of the mail"),
        pytest.param({"email": "a@gmail.com"}, {"name": "X", "domain": "gmail.com"}, None,
                     id="a mailbox that anybody may have tells nothing"),
        pytest.param({"company_name": "Acme"}, {"name": "Other"}, "new", id="nobody knew it"),
        pytest.param({"company_name": "Acme"}, {"name": "Acme", "created_at": at("2026-01-06")},
                     "new", id="entered after the lead came"),
        pytest.param({"company_name": "Acme"}, {"name": "Acme", "created_at": None}, "new",
                     id="entered nobody knows when"),
        pytest.param({"account_id": "A1"}, {"name": "Acme"}, None,
                     id="the account it became later on is not asked"),
    ],
)  # fmt: skip
def test_whether_its_account_was_known_before(tmp_path, lead, account, said):
    row = {"source_id": "A1", "created_at": at("2025-01-01"), **account}
    assert label(read(tmp_path, lead, account=[row]), "account") == said


def test_touches_are_of_people_and_of_the_days_up_to_the_day(tmp_path):
    def done(number, when, **other):
        return {"source_id": f"A{number}", "type": "call", "lead_id": "L0",
                "occurred_at": at(when), **other}  # fmt: skip

    found = read(
        tmp_path,
        {"first_touch_at": at("2026-01-07")},
        {"first_touch_at": at("2026-10-07")},
        activity=[
            done(1, "2026-01-09"),
            done(2, "2026-01-10", is_automated=True),
            done(3, "2026-10-10"),
            done(4, "2026-01-01"),
            done(5, "2026-01-12", lead_id="L9"),
        ],
    )
    touches = found.history.touches
    assert touches.day.tolist() == [
        day(each) for each in ("2026-01-05", "2026-01-07", "2026-01-09")
    ]
    assert touches.deal.tolist() == [0, 0, 0]
    assert np.array_equal(touches.value, touches.day)


def test_an_activity_is_of_a_lead_of_its_own_source_first(tmp_path):
    call = {"source_id": "A1", "source": "web", "type": "call", "lead_id": "L0",
            "occurred_at": at("2026-01-09")}  # fmt: skip
    two = [{"source_id": "L0", "source": "crm"}, {"source_id": "L0", "source": "web"}]
    found = read(tmp_path / "two", *two, activity=[call])
    assert list(found.history.ids[found.history.touches.deal]) == ["web:L0"]
    found = read(tmp_path / "one", two[0], activity=[call])
    assert found.history.touches.deal.tolist() == [0]
