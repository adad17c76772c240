"""What volumes learn from, as a build holds it: leads, customers, tickets, lines and stock."""

from datetime import date

import numpy as np
import pytest

from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import STILL_OPEN, day_number
from counterpoise.domain.tables.service import StockedAt
from counterpoise.warehouse.queries.funnel import load_leads
from counterpoise.warehouse.queries.service import list_stock, load_lines, load_service
from written_builds import at, write_build

AS_OF = date(2026, 9, 30)
RULEBOOK = load_defaults()


def days(*written):
    return [day_number(date.fromisoformat(each)) if each else STILL_OPEN for each in written]


def read_leads(folder, *leads, as_of=AS_OF, deals=()):
    rows = [{"source_id": f"L{n}", "created_at": at("2026-01-05"), **each}
            for n, each in enumerate(leads)]  # fmt: skip
    build = write_build(folder / "b", lead=rows, opportunity=list(deals))
    return load_leads(build, as_of, rulebook=RULEBOOK)


def deal(name, **facts):
    return {"source_id": name, "stage": "Won", "status": "won", "created_at": at("2026-01-06"),
            "closed_at": at("2026-03-01"), **facts}  # fmt: skip


def test_a_lead_gets_further_on_its_days(tmp_path):
    found = read_leads(
        tmp_path,
        {"lead_source": "Event", "converted_at": at("2026-01-09"), "opportunity_id": "o1"},
        deals=[deal("o1")],
    )
    assert found.created.tolist() == days("2026-01-05")
    assert found.converted.tolist() == days("2026-01-09")
    assert found.qualified.tolist() == days("2026-01-09"), "who is an opportunity was qualified"
    assert found.won.tolist() == days("2026-03-01")
    assert found.source.labels == ("Event",)
    assert found.undated == 0


@pytest.mark.parametrize(
    ("lead", "converted", "qualified", "undated"),
    [
        pytest.param({"is_converted": True, "updated_at": at("2026-02-02")}, "2026-02-02",
                     "2026-02-02", 0, id="converted counts from its last change on"),
        pytest.param({"opportunity_id": "gone"}, "2026-01-05", "2026-01-05", 0,
                     id="and without one from its first day"),
        pytest.param({"status": " Sales Qualified ", "updated_at": at("2026-02-03")}, "",
                     "2026-02-03", 0, id="qualified by its status"),
        pytest.param({"status": "مؤهل", "updated_at": at("2026-02-03"),
                      "converted_at": at("2026-02-01")}, "2026-02-01", "2026-02-01", 0,
                     id="qualified no later than converted"),
        pytest.param({"status": "SQL"}, "", "", 1, id="qualified and nobody knows when"),
        pytest.param({"status": "New", "updated_at": at("2026-02-03")}, "", "", 0, id="new"),
        pytest.param({"opportunity_id": "o2", "converted_at": at("2026-01-07")}, "2026-01-07",
                     "2026-01-07", 1, id="won and nobody knows when"),
    ],
)  # fmt: skip
def test_when_a_lead_got_further(tmp_path, lead, converted, qualified, undated):
    found = read_leads(tmp_path, lead, deals=[deal("o2", closed_at=None)])
    assert (found.converted.tolist(), found.qualified.tolist()) == (
        days(converted),
        days(qualified),
    )
    assert found.undated == undated
    assert found.won.tolist() == [STILL_OPEN]


def test_what_came_later_is_not_known(tmp_path):
    found = read_leads(
        tmp_path,
        {"converted_at": at("2026-02-09"), "opportunity_id": "o1"},
        {"created_at": at("2026-02-11")},
        {"deleted_at": at("2026-02-20")},
        as_of=date(2026, 2, 10),
        deals=[deal("o1")],
    )
    assert found.converted.tolist() == [*days("2026-02-09"), STILL_OPEN]
    assert found.won.tolist() == [STILL_OPEN] * 2
    assert found.removed.tolist() == [STILL_OPEN, *days("2026-02-20")]
    assert len(found.known_on(date(2026, 2, 8))) == 2


def test_days_are_those_of_the_company(tmp_path):
    from counterpoise.domain.rulebook.rulebook import Rule, Rulebook

    zone = Rule("company.time_zone", "", "Asia/Dubai", "IANA", date(2020, 1, 1), "test")
    build = write_build(
        tmp_path / "b", lead=[{"source_id": "L1", "created_at": at("2026-01-05 21:00")}]
    )
    found = load_leads(build, AS_OF, rulebook=Rulebook((zone, *RULEBOOK.rules)))
    assert found.created.tolist() == days("2026-01-06")


def test_without_leads_there_is_nothing_to_learn_from(tmp_path):
    assert load_leads(write_build(tmp_path / "b"), AS_OF, rulebook=RULEBOOK) is None


# Customers and tickets


def account(name, segment=""):
    return {"source_id": name, "name": name, "segment": segment}


def ticket(name, account, day, **facts):
    return {"source_id": name, "account_id": account, "created_at": at(day), **facts}


def test_customers_are_accounts_with_won_deals(tmp_path):
    build = write_build(
        tmp_path / "b",
        account=[account("A", "Small"), account("B", "Enterprise"), account("C")],
        opportunity=[
            deal("o1", account_id="A", closed_at=at("2026-03-05")),
            deal("o2", account_id="A", closed_at=at("2026-02-01")),
            deal("o3", account_id="B", closed_at=at("2026-10-01")),
            deal("o4", account_id="C", status="lost", stage="Lost"),
            deal("o5", account_id="Z", closed_at=at("2026-04-01")),
            deal("o6", account_id=""),
            deal("o7", account_id="B", deleted_at=at("2026-05-01")),
            deal("o8", account_id="C", closed_at=None),
        ],
        ticket=[
            ticket("t1", "A", "2026-03-01"),
            ticket("t2", "A", "2026-01-01"),
            ticket("t3", "B", "2026-03-01"),
            ticket("t4", None, "2026-03-01"),
            ticket("t5", "A", "2026-11-01"),
            ticket("t6", "A", "2026-03-01", deleted_at=at("2026-03-02")),
        ],
    )
    found = load_service(build, AS_OF, rulebook=RULEBOOK)
    assert found.first_won.tolist() == days("2026-02-01", "2026-04-01")
    assert found.segment.labels == ("Small",)
    assert found.segment.codes.tolist() == [0, -1], "Z is an account that no table describes"
    assert found.tickets.tolist() == days("2026-01-01", *["2026-03-01"] * 3)
    assert found.asker.tolist() == [-1, 0, -1, -1], "before its first deal A was no customer"
    before = load_service(build, date(2026, 4, 30), rulebook=RULEBOOK)
    assert len(before.first_won) == 3, "what was removed in May is there in April"
    assert load_service(build, date(2025, 1, 1), rulebook=RULEBOOK) is None
    assert load_service(write_build(tmp_path / "e"), AS_OF, rulebook=RULEBOOK) is None


def test_an_account_is_found_in_another_source(tmp_path):
    build = write_build(
        tmp_path / "b",
        account=[account("A", "Small") | {"source": "crm"},
                 account("A", "Big") | {"source": "erp"}],
        opportunity=[deal("o1", account_id="A") | {"source": "crm"}],
        ticket=[ticket("t1", "A", "2026-03-04") | {"source": "desk"},
                ticket("t2", "A", "2026-03-04") | {"source": "erp"}],
    )  # fmt: skip
    found = load_service(build, AS_OF, rulebook=RULEBOOK)
    assert found.segment.labels == ("Small",)
    assert sorted(found.asker.tolist()) == [-1, 0], "the desk means the CRM's, the ERP its own"


# Lines and stock


def test_lines_of_won_deals_with_the_names_of_products(tmp_path):
    lines = [
        {"source_id": "1", "opportunity_id": "o1", "product_id": "P1", "quantity": 3.0},
        {"source_id": "2", "opportunity_id": "o1", "product_id": "P9", "quantity": 1.0},
        {"source_id": "3", "opportunity_id": "o2", "product_id": "P1", "quantity": 7.0},
        {"source_id": "4", "opportunity_id": "o1", "product_id": None, "quantity": None},
    ]
    build = write_build(
        tmp_path / "b",
        product=[{"source_id": "P1", "name": "Atlas"}],
        opportunity=[deal("o1"), deal("o2", status="lost", stage="Lost")],
        opportunity_line=lines,
    )
    found = load_lines(build)
    assert found.deal.tolist() == ["o1"] * 3
    assert found.product.labels == ("Atlas", "P9")
    assert sorted(found.product.codes.tolist()) == [-1, 0, 1]
    assert np.nansum(found.units) == 4
    assert load_lines(write_build(tmp_path / "e")) is None


def test_deals_of_several_sources_are_named_with_theirs(tmp_path):
    line = {"source_id": "1", "opportunity_id": "o1", "product_id": "P1", "quantity": 3.0}
    build = write_build(
        tmp_path / "b",
        opportunity=[deal("o1") | {"source": "crm"}, deal("o1") | {"source": "old"}],
        opportunity_line=[line | {"source": "old"}],
    )
    assert load_lines(build).deal.tolist() == ["old:o1"]


def test_where_products_lie(tmp_path):
    build = write_build(
        tmp_path / "b",
        product=[{"source_id": "P1", "name": "Atlas"}],
        inventory_item=[
            {"source_id": "1", "product_id": "P1", "site": "Dubai", "on_hand": 1.0},
            {"source_id": "2", "product_id": "P1", "site": "Dubai", "on_hand": 2.0},
            {"source_id": "3", "product_id": "P2", "site": "Cairo", "on_hand": 2.0},
            {"source_id": "4", "product_id": "P2", "site": "", "on_hand": 2.0},
            {"source_id": "5", "product_id": None, "site": "Cairo", "on_hand": 2.0},
        ],
    )
    assert list_stock(build) == (StockedAt("Atlas", "Dubai"), StockedAt("P2", "Cairo"))
