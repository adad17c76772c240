"""Whatever counts customers counts a company once, however many records it has."""

from datetime import date

import pytest

from counterpoise.actions import customers, examinations, own_measures
from counterpoise.actions.collect import collect
from counterpoise.actions.customers import WantedMerge
from counterpoise.actions.same_customers import read_same_accounts
from counterpoise.domain.measure.own import OwnMeasure, Part
from matched_company import LATER, write_export

DEALS = """Opportunity ID,Name,Account ID,Stage,Amount,Created Date
O1,Jars,A1,Prospecting,10,2026-03-05T08:00:00Z
O2,Lids,A2,Prospecting,20,2026-03-05T08:00:00Z
O3,Pumps,A6,Prospecting,30,2026-03-05T08:00:00Z
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


def test_before_the_first_run_every_record_is_alone(workspace, tmp_path):
    collect(workspace, [write_export(tmp_path / "export")], now=LATER)
    assert read_same_accounts(examinations.get_build(workspace)) == ()
