"""Whatever counts customers counts a company once, however many records it has."""

from datetime import date

import pytest

from counterpoise.actions import customers, examinations, own_measures, recurring
from counterpoise.actions.collect import collect
from counterpoise.actions.customers import WantedMerge
from counterpoise.actions.same_customers import read_same_accounts
from counterpoise.domain.measure.own import OwnMeasure, Part
from counterpoise.store import rules
from matched_company import LATER, write_export
from software_company import rule

DEALS = """Opportunity ID,Name,Account ID,Stage,Amount,Created Date
O1,Jars,A1,Prospecting,10,2026-03-05T08:00:00Z
O2,Lids,A2,Prospecting,20,2026-03-05T08:00:00Z
O3,Pumps,A6,Prospecting,30,2026-03-05T08:00:00Z
"""
TERMS = """Opportunity ID,Name,Account ID,Product,Stage,Status,Amount,Created Date,Closed At
O1,Support,A1,Support,Closed Won,won,100,2025-01-01T08:00:00Z,2025-01-15T08:00:00Z
O2,Support again,A2,Support,Closed Won,won,120,2025-12-01T08:00:00Z,2026-01-10T08:00:00Z
"""
BUYERS = OwnMeasure("Buyers", Part("opportunity", "customers", "", "created_at"))


@pytest.fixture
def sold(matched_workspace, tmp_path):
    """A1 and A2 are one customer, as the matcher found."""
    export = write_export(tmp_path / "sold")
    (export / "opportunities.csv").write_text(DEALS, "utf-8")
    collect(matched_workspace, [export], now=LATER)
    return matched_workspace


def count(workspace):
    return own_measures.try_measure(workspace, BUYERS, today=date(2026, 11, 29)).value


def test_a_company_with_two_records_counts_once(sold):
    assert count(sold) == 2
    build = examinations.get_build(sold)
    asked = (build, BUYERS, "month", date(2026, 11, 29), lambda _label: True)
    (march,) = own_measures.answer_measure(*asked, sees_all=True)
    assert (march.value, march.n) == (2, 3)


def test_a_merge_counts_at_once_and_so_does_its_undo(sold):
    falcon = next(
        name for name in (f"A-{n}" for n in range(1, 8))
        if customers.get_customer(sold, name).records[0].record == "salesforce|A6"
    )  # fmt: skip
    made = customers.merge(sold, WantedMerge("A-1", falcon, "one owner"), author_id=None, now=LATER)
    assert count(sold) == 1
    customers.undo_merge(sold, "account", made.id, author_id=None, now=LATER)
    assert count(sold) == 2


def test_who_buys_under_one_record_renews_under_another(matched_workspace, tmp_path):
    export = write_export(tmp_path / "subscribed")
    (export / "opportunities.csv").write_text(TERMS, "utf-8")
    collect(matched_workspace, [export], now=LATER)
    rules.append_rules([rule("term_months", "12", "Support")], at=LATER, recorded_by="test")
    _, found = recurring.examine_recurring(matched_workspace, today=date(2026, 11, 29))
    (contract,) = found.contracts.contracts
    assert [(str(term.begins_on), term.annual) for term in contract.terms] == [
        ("2025-01-15", 100), ("2026-01-15", 120)
    ]  # fmt: skip


def test_before_the_first_run_every_record_is_alone(workspace, tmp_path):
    collect(workspace, [write_export(tmp_path / "export")], now=LATER)
    assert read_same_accounts(examinations.get_build(workspace)) == ()
