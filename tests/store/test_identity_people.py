"""A person who is a lead here and a contact there is one person, with one lasting id."""

from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from counterpoise.actions import customers, identity
from counterpoise.actions.collect import collect
from counterpoise.actions.customers import InvalidDecision, NeverMatched, WantedMerge
from counterpoise.domain.collect.identity_models import UnknownCustomer
from counterpoise.store import identity as stored
from counterpoise.store.identity import Said
from counterpoise.store.models import IdentityRun
from matched_company import LATER, write_export

C, L = "contact:salesforce|", "lead:salesforce|"


def match(workspace, hours):
    return identity.match(workspace, now=LATER + timedelta(hours=hours))


def people(workspace):
    """Records of each person, by their own names."""
    run = customers.get_run("person")
    rows = pq.read_table(workspace.identity / run.id / "person" / "members.parquet").to_pylist()
    found = {}
    for row in rows:
        found.setdefault(row["entity"], set()).add(row["record"])
    return found


def person_of(workspace, record):
    return next(n for n, records in people(workspace).items() if record in records)


def judge(workspace, one, other, word):
    doubt = customers.get_doubt(workspace, "person", one, other)
    return customers.review(doubt, Said(word, "", 0), author_id=None, now=LATER)


def test_a_contact_and_a_lead_alike_are_one_person(people_workspace):
    assert {f"{C}C3", f"{L}L4"} in people(people_workspace).values()


def test_twice_a_lead_is_one_person_too(people_workspace):
    assert {f"{L}L1", f"{L}L2"} in people(people_workspace).values()


def test_what_a_lead_became_is_known_however_unlike_they_are(people_workspace):
    assert person_of(people_workspace, f"{L}L5") == person_of(people_workspace, f"{C}C4")
    found = customers.get_customer(people_workspace, f"P-{person_of(people_workspace, f'{C}C4')}")
    assert found.known == ((f"{C}C4", f"{L}L5"),)


def test_a_person_keeps_the_id_from_run_to_run(people_workspace):
    assert person_of(people_workspace, f"{L}L1") == 4
    match(people_workspace, 1)
    assert person_of(people_workspace, f"{L}L1") == 4


def test_a_person_shows_the_values_of_both_records_and_what_they_are_called(people_workspace):
    found = customers.get_customer(people_workspace, f"P-{person_of(people_workspace, f'{L}L4')}")
    values = {each.record: each.values for each in found.records}
    assert values[f"{C}C3"]["company_name"] == "Cedar Logistics"
    assert values[f"{C}C3"]["country"] == "Saudi Arabia"
    assert values[f"{L}L4"]["job_title"] == ""
    assert [each[0] for each in found.also] == ["C", "L"]
    assert customers.get_customer(people_workspace, found.also[0]).also == (found.id,)
    assert customers.get_customer(people_workspace, "A-1").also == ()


def test_a_pair_in_doubt_waits_and_its_verdict_binds_the_next_run(people_workspace):
    (pair,) = customers.list_doubts(people_workspace, "person")
    assert (pair.one, pair.other) == (f"{C}C4", f"{L}L6")
    judge(people_workspace, pair.one, pair.other, "same")
    assert customers.list_doubts(people_workspace, "person") == ()
    match(people_workspace, 1)
    assert person_of(people_workspace, f"{L}L6") == person_of(people_workspace, f"{C}C4")


def test_two_of_a_kind_are_judged_among_their_own(people_workspace):
    with pytest.raises(UnknownCustomer, match="no two records"):
        customers.get_doubt(people_workspace, "person", f"{L}L1", f"{L}L2")


def test_what_is_said_of_two_leads_holds_for_the_people(people_workspace):
    doubt = customers.get_doubt(people_workspace, "lead", "salesforce|L1", "salesforce|L2")
    customers.review(doubt, Said("different", "", 0), author_id=None, now=LATER)
    match(people_workspace, 1)
    assert person_of(people_workspace, f"{L}L1") != person_of(people_workspace, f"{L}L2")


def test_a_person_s_word_counts_before_the_source_s(people_workspace):
    became = person_of(people_workspace, f"{C}C1")
    assert person_of(people_workspace, f"{L}L7") == became
    judge(people_workspace, f"{C}C1", f"{L}L7", "different")
    judge(people_workspace, f"{C}C2", f"{L}L7", "different")
    match(people_workspace, 1)
    assert person_of(people_workspace, f"{L}L7") != person_of(people_workspace, f"{C}C1")


def test_merged_contacts_are_one_person_until_it_is_undone(people_workspace):
    first, second = (
        next(
            each
            for each in customers.get_customer(people_workspace, f"P-{number}").also
            if each[0] == "C"
        )
        for number in (person_of(people_workspace, f"{C}C3"), person_of(people_workspace, f"{C}C4"))
    )
    wish = WantedMerge(first, second, "one man")
    made = customers.merge(people_workspace, wish, author_id=None, now=LATER)
    match(people_workspace, 1)
    assert person_of(people_workspace, f"{C}C3") == person_of(people_workspace, f"{C}C4")
    customers.undo_merge(people_workspace, "contact", made.id, author_id=None, now=LATER)
    match(people_workspace, 2)
    assert person_of(people_workspace, f"{C}C3") != person_of(people_workspace, f"{C}C4")


def test_people_are_merged_and_the_merge_is_undone(people_workspace):
    kept, absorbed = (f"P-{person_of(people_workspace, each)}" for each in (f"{C}C3", f"{L}L3"))
    wish = WantedMerge(kept, absorbed, "her second mailbox")
    made = customers.merge(people_workspace, wish, author_id=None, now=LATER)
    records = [each.record for each in customers.get_customer(people_workspace, kept).records]
    assert sorted(records) == [f"{C}C3", f"{L}L3", f"{L}L4"]
    customers.undo_merge(people_workspace, "person", made.id, author_id=None, now=LATER)
    assert customers.get_customer(people_workspace, absorbed).goes_on_in == ""


def test_a_person_and_a_contact_are_two_kinds(people_workspace):
    wish = WantedMerge("P-1", "C-1", "the same")
    with pytest.raises(InvalidDecision, match="of two kinds"):
        customers.merge(people_workspace, wish, author_id=None, now=LATER)


@pytest.mark.parametrize("missing", ["contacts", "leads"])
def test_without_one_side_the_people_are_those_of_the_other(workspace, tmp_path, missing):
    folder = write_export(tmp_path / "export")
    (folder / f"{missing}.csv").unlink()
    collect(workspace, [folder], now=LATER)
    report = identity.match(workspace, now=LATER).report
    there = "lead" if missing == "contacts" else "contact"
    assert report.find("person").customers == report.find(there).customers


def test_a_run_of_an_earlier_version_knows_no_people(matched_workspace):
    row = IdentityRun.objects.get()
    row.report["kinds"] = [each for each in row.report["kinds"] if each["kind"] != "person"]
    row.save()
    with pytest.raises(NeverMatched, match="Start a run"):
        customers.list_doubts(matched_workspace, "person")
    assert customers.get_customer(matched_workspace, "C-1").also == ()
    assert stored.find_newest_run().report.find("person") is None
