"""Frozen versions, signatures and notes as the store keeps them, on each kind of store."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from counterpoise.actions import signing
from counterpoise.domain.reconcile.signing import CannotSign
from counterpoise.domain.tables.signoff import Signature
from counterpoise.store import audit, notes, people, versions
from counterpoise.store.notes import NewNote, UnknownNote, WithdrawnAlready
from counterpoise.store.versions import SignedMeanwhile
from frozen_plans import NOW, PERIOD, change_rule, freeze, keep_planned, make_signers
from people import make_person

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def frozen(workspace_on_each_store):
    keep_planned(workspace_on_each_store)
    return freeze(workspace_on_each_store, make_person("operations"))


def sign(frozen, person, role="executive"):
    wanted = Signature(frozen.version.version_hash, person.username, role, LATER)
    with versions.hold_changes():
        versions.sign(frozen, wanted, person_id=person.id, comment="Agreed.")


def test_a_version_is_kept_with_all_that_it_rests_on(frozen):
    assert frozen.name == "2026-Q4-v1"
    assert versions.find_version(PERIOD, 1) == frozen == versions.find_newest(PERIOD)
    assert versions.find_name(frozen.id) == (PERIOD, 1)
    assert (frozen.author_name, frozen.required_roles) == ("Omar Nasser", ("executive",) * 2)
    assert versions.load_inputs(frozen.id)["build"] == "b1"
    (entry,) = [each for each in audit.list_entries() if each.verb == "version.frozen"]
    assert (entry.subject, entry.after["version"]) == (
        "version:2026-Q4-v1",
        frozen.version.version_hash,
    )


def test_versions_are_numbered_within_their_period(frozen, workspace_on_each_store):
    change_rule("plan.late_cost", "0.03")
    second = freeze(workspace_on_each_store, people.list_people()[0])
    assert second.name == "2026-Q4-v2"
    assert [each.version.number for each in versions.list_versions(PERIOD)] == [2, 1]
    assert versions.find_newest_number(PERIOD) == 2
    assert versions.find_newest_number("2027-Q1") is None
    assert versions.find_newest("2027-Q1") is versions.find_name(99) is None


@pytest.mark.case("WEB-14")
@pytest.mark.parametrize("statement", [
    pytest.param("update store_frozenplan set version_hash = 'x'", id="another hash"),
    pytest.param("update store_frozenplan set frozen_by_id = 1", id="another author"),
    pytest.param("delete from store_frozenplan", id="a version taken away"),
    pytest.param("update store_signature set role = 'finance'", id="another role"),
    pytest.param("delete from store_signature", id="a signature taken away"),
])  # fmt: skip
def test_the_database_refuses_to_change_what_was_signed(frozen, statement):
    sign(frozen, make_person("executive"))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert len(versions.find_version(PERIOD, 1).signed) == 1


@pytest.mark.case("WEB-14")
def test_a_person_and_a_place_sign_once_whatever_a_page_believed(frozen):
    emad, eman, _ = make_signers()
    sign(frozen, emad)
    written = audit.list_entries()
    with pytest.raises(SignedMeanwhile, match="Open it again"):
        sign(frozen, eman)  # which holds the place that emad has taken
    with pytest.raises(SignedMeanwhile):
        sign(versions.find_version(PERIOD, 1), emad)
    assert audit.list_entries() == written
    (signed,) = versions.find_version(PERIOD, 1).signed
    assert (signed.name, signed.place, signed.comment) == ("Emad Rashid", 0, "Agreed.")


@pytest.mark.case("CON-02", "WEB-14")
def test_of_many_who_sign_at_once_each_place_has_one(frozen, workspace_on_each_store):
    signers = [make_person("executive", username=f"signer{n}") for n in range(6)]
    seen = signing.look_at(workspace_on_each_store, PERIOD, 1)
    start, outcomes = threading.Barrier(len(signers)), []

    def act(person):
        visitor = people.get_visitor(person)
        start.wait()
        try:
            signing.sign_plan(
                workspace_on_each_store, seen, seen.frozen.version.version_hash, "", visitor,
                now=LATER,
            )  # fmt: skip
            outcomes.append("signed")
        except (CannotSign, SignedMeanwhile) as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[each]) for each in signers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["NothingLeft"] * 4 + ["signed"] * 2
    signed = versions.find_version(PERIOD, 1).signed
    assert [each.place for each in signed] == [0, 1]
    assert len({each.signature.signer for each in signed}) == 2
    assert audit.check_chain().broken_at is None


class TestNotes:
    def test_a_note_is_kept_and_marked_when_it_is_withdrawn(self, workspace_on_each_store):
        author = make_person("finance")
        new = NewNote("assumption", "Prices stay.", "Sara", date(2026, 12, 31))
        kept = notes.add(PERIOD, new, author_id=author.id, at=NOW)
        assert (kept.author, kept.owner) == ("Farid Aziz", "Sara")
        assert not kept.is_expired(date(2026, 12, 31))
        assert kept.is_expired(date(2027, 1, 1))
        notes.withdraw(PERIOD, kept.id, at=LATER)
        assert notes.list_notes(PERIOD) == (replace(kept, withdrawn_at=LATER),)
        assert [each.verb for each in audit.list_entries()] == ["note.withdrawn", "note.added"]

    def test_what_is_not_there_or_gone_is_not_withdrawn(self, workspace_on_each_store):
        author = make_person("finance")
        kept = notes.add(PERIOD, NewNote("minute", "Met."), author_id=author.id, at=NOW)
        with pytest.raises(UnknownNote, match="Look at its list"):
            notes.withdraw("2027-Q1", kept.id, at=LATER)
        notes.withdraw(PERIOD, kept.id, at=LATER)
        with pytest.raises(WithdrawnAlready):
            notes.withdraw(PERIOD, kept.id, at=LATER)
        assert not kept.is_expired(date(2030, 1, 1))
        assert len(audit.list_entries()) == 2
