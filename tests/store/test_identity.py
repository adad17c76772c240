"""What people decide about who is who: kept, binding, undone, and refused with reasons."""

from dataclasses import replace
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from counterpoise.actions import customers, identity, work
from counterpoise.actions.collect import collect
from counterpoise.actions.customers import InvalidDecision, NeverMatched, WantedMerge
from counterpoise.actions.identity import MatcherBusy
from counterpoise.domain.collect.identity_merges import Merge, RefusedMerge, RefusedUndo
from counterpoise.domain.collect.identity_models import (
    UnknownCustomer,
    name_customer,
    read_customer,
)
from counterpoise.store import audit, identity_merges
from counterpoise.store import identity as stored
from counterpoise.store.identity import Said, VerdictChanged
from matched_company import ACCOUNTS, LATER, NOW, write_export
from people import make_person

A3, A4 = "salesforce|A3", "salesforce|A4"


def verbs():
    return [each.verb for each in audit.list_entries()][::-1]


def load(workspace, tmp_path, **tables):
    collect(workspace, [write_export(tmp_path / "again", **tables)], now=LATER)


def rematch(workspace, **wanted):
    return identity.match(workspace, now=LATER, **wanted)


def say(workspace, word, *, one=A3, other=A4, edition=0, reason=""):
    doubt = customers.get_doubt(workspace, "account", one, other)
    return customers.review(doubt, Said(word, reason, edition), author_id=None, now=LATER)


def join(workspace, kept="A-1", absorbed="A-2", **other):
    wish = WantedMerge(kept, absorbed, "one tax number", **other)
    return customers.merge(workspace, wish, author_id=None, now=LATER)


def records(workspace, name):
    return [each.record for each in customers.get_customer(workspace, name).records]


class TestKept:
    """As the store keeps them, on every database."""

    @pytest.fixture
    def omar(self, workspace_on_each_store):
        return make_person("operations").pk

    def test_a_verdict_is_given_on_what_was_seen(self, omar):
        pair = ("b", "a")
        first = stored.give_verdict("lead", pair, Said("later", "", 0), author_id=omar, at=NOW)
        assert (first.one, first.other, first.edition) == ("a", "b", 1)
        again = stored.give_verdict("lead", pair, Said("same", "x", 1), author_id=omar, at=LATER)
        assert stored.find_verdict("lead", "a", "b") == again
        for edition in (0, 1):
            said = Said("different", "", edition)
            with pytest.raises(VerdictChanged, match="Someone else said something"):
                stored.give_verdict("lead", pair, said, author_id=omar, at=LATER)
        assert stored.list_verdicts("lead") == (again,)
        assert verbs() == ["identity.later", "identity.same"]

    def test_merges_are_counted_by_kind_and_undone_once(self, omar):
        for kind in ("account", "contact"):
            identity_merges.keep_merge(
                kind, lambda merges: Merge(len(merges) + 1, "A-1", "A-2", ("a",), ("b",)), "why",
                author_id=omar, at=NOW,
            )  # fmt: skip
        identity_merges.undo_merge("account", 1, lambda merges: None, author_id=omar, at=LATER)
        (ours,), (theirs,) = map(identity_merges.list_merges, ("account", "contact"))
        assert (ours.merge.is_undone, theirs.merge.is_undone) == (True, False)
        assert (ours.undone_by, ours.undone_at) == (ours.author, LATER)
        assert verbs() == ["identity.merged", "identity.merged", "identity.undone"]

    def test_what_refuses_leaves_nothing(self, omar):
        def refuse(merges):
            raise RefusedMerge("no")

        with pytest.raises(RefusedMerge):
            identity_merges.keep_merge("lead", refuse, "why", author_id=omar, at=NOW)
        assert (identity_merges.list_merges("lead"), verbs()) == ((), [])

    def test_the_newest_verified_value_holds(self, omar):
        for customer, value in (("A-1", "a"), ("A-2", "b"), ("A-1", "c")):
            identity_merges.verify_value(customer, "name", value, author_id=omar, at=NOW)
        assert identity_merges.list_values(("A-1",)) == {"name": "c"}
        assert identity_merges.list_values(("A-2", "A-3")) == {"name": "b"}


def test_before_the_first_run_there_are_no_customers(workspace):
    for ask in (
        lambda: customers.get_customer(workspace, "A-1"),
        lambda: customers.list_doubts(workspace, "lead"),
        lambda: join(workspace),
    ):
        with pytest.raises(NeverMatched, match="Nobody has matched"):
            ask()


@pytest.mark.parametrize("name", ["", "A", "X-1", "A-", "A-1a", "A-٣", "A-" + "9" * 20])
def test_a_word_that_is_no_id(name):
    with pytest.raises(UnknownCustomer, match="There is no customer"):
        read_customer(name)


def test_an_id_is_read_as_it_is_written():
    assert read_customer(name_customer("contact", 12)) == ("contact", 12)


def test_a_run_says_how_many_customers_there_are(matched_workspace):
    report = customers.get_run().report
    counts = [(e.kind, e.records, e.customers, e.to_review, e.is_full) for e in report.kinds]
    assert counts == [
        ("account", 8, 7, 1, True),
        ("contact", 4, 3, 0, True),
        ("lead", 3, 2, 0, True),
        ("person", 7, 5, 0, True),
    ]
    assert report.find("account").blocks[0].block == "domain"


def test_leads_are_given_their_account(matched_workspace):
    run = customers.get_run()
    rows = pq.read_table(matched_workspace.identity / run.id / "lead" / "lead_accounts.parquet")
    found = {row["lead"]: row["account"] for row in rows.to_pylist()}
    assert found == {
        "salesforce|L1": "salesforce|A6", "salesforce|L2": "salesforce|A6", "salesforce|L3": None,
    }  # fmt: skip


def test_a_customer_has_its_records_and_one_value_of_each_field(matched_workspace):
    found = customers.get_customer(matched_workspace, "A-1")
    assert [each.record for each in found.records] == ["salesforce|A1", "salesforce|A2"]
    name = next(each for each in found.survivors if each.field == "name")
    assert (name.value, name.record, name.ground) == (
        "Harbourline Foods", "salesforce|A2", "recency",
    )  # fmt: skip
    assert [each.happening for each in found.happened] == ["created"]
    assert found.pairs[0].reasons[0].level == "same"


@pytest.mark.parametrize("name", ["A-999", "L-77"])
def test_a_customer_that_never_was(matched_workspace, name):
    with pytest.raises(UnknownCustomer, match=f"There is no customer {name}"):
        customers.get_customer(matched_workspace, name)


class TestReview:
    def test_a_pair_waits_until_someone_says_something(self, matched_workspace):
        (waiting,) = customers.list_doubts(matched_workspace, "account")
        assert (waiting.one, waiting.other) == (A3, A4)
        doubt = customers.get_doubt(matched_workspace, "account", A4, A3)
        assert [each.values["name"] for each in doubt.records] == [
            "Cedar Logistics", "Cedar Logistic",
        ]  # fmt: skip
        assert (doubt.verdict, doubt.customers) == (None, ("A-2", "A-3"))
        given = say(matched_workspace, "later")
        assert customers.list_doubts(matched_workspace, "account") == ()
        assert customers.get_doubt(matched_workspace, "account", A3, A4).verdict == given

    def test_same_and_not_the_same_bind_the_next_run(self, matched_workspace):
        say(matched_workspace, "same", reason=" one site ")
        say(matched_workspace, "different", one="salesforce|A1", other="salesforce|A2")
        kept = rematch(matched_workspace).report.find("account")
        assert (kept.customers, kept.to_review, kept.joined, kept.split) == (7, 0, 1, 1)
        assert records(matched_workspace, "A-2") == [A3, A4]
        assert len(records(matched_workspace, "A-1")) == 1
        assert customers.get_customer(matched_workspace, "A-3").records == ()
        assert "identity.same" in verbs()

    def test_two_records_that_are_not_alike_are_no_pair(self, matched_workspace):
        with pytest.raises(UnknownCustomer, match="no two records that the matcher found alike"):
            customers.get_doubt(matched_workspace, "account", A3, "salesforce|A8")

    def test_a_contradiction_is_refused(self, matched_workspace):
        for other, word in (("x", "same"), ("y", "later")):
            said = Said(word, "", 0)
            stored.give_verdict("account", (A3, other), said, author_id=None, at=NOW)
        stored.give_verdict("account", ("x", A4), Said("different", "", 0), author_id=None, at=NOW)
        with pytest.raises(InvalidDecision, match="contradicts what was said before"):
            say(matched_workspace, "same")
        assert say(matched_workspace, "different").word == "different"
        stored.give_verdict("account", ("x", A4), Said("same", "", 1), author_id=None, at=NOW)
        with pytest.raises(InvalidDecision, match="contradicts what was said before"):
            say(matched_workspace, "different", edition=1)

    def test_a_reason_has_an_end(self, matched_workspace):
        with pytest.raises(InvalidDecision, match="This has 501 letters"):
            say(matched_workspace, "same", reason="x" * 501)


class TestMerge:
    def test_a_merge_and_its_undo_give_back_what_was(self, matched_workspace):
        before = [customers.get_customer(matched_workspace, each) for each in ("A-1", "A-2")]
        made = join(matched_workspace, chosen={"city": A3})
        merged = customers.get_customer(matched_workspace, "A-1")
        assert merged.parts == ("A-1", "A-2")
        assert len(merged.records) == 3
        city = next(each for each in merged.survivors if each.field == "city")
        assert (city.value, city.record, city.ground) == ("Riyadh", A3, "chosen")
        assert customers.get_customer(matched_workspace, "A-2").goes_on_in == "A-1"
        customers.undo_merge(matched_workspace, "account", made.id, author_id=None, now=LATER)
        after = [customers.get_customer(matched_workspace, each) for each in ("A-1", "A-2")]
        assert [replace(each, merges=()) for each in after] == before

    def test_an_undo_is_refused_after_a_second_merge_and_twice(self, matched_workspace):
        first, second = join(matched_workspace), join(matched_workspace, absorbed="A-3")
        with pytest.raises(RefusedUndo, match="A-3 was merged into A-1 later"):
            customers.undo_merge(matched_workspace, "account", first.id, author_id=None, now=LATER)
        (reasons,) = [
            why
            for each, why in customers.get_customer(matched_workspace, "A-1").merges
            if each.merge.id == first.id
        ]
        assert len(reasons) == 1
        for each in (second, first):
            customers.undo_merge(matched_workspace, "account", each.id, author_id=None, now=LATER)
        with pytest.raises(RefusedUndo, match="undone before"):
            customers.undo_merge(matched_workspace, "account", first.id, author_id=None, now=LATER)

    def test_an_undo_is_refused_when_a_record_was_removed(self, matched_workspace, tmp_path):
        made = join(matched_workspace, "A-4", "A-5")
        head, *rows = ACCOUNTS.splitlines()
        rows = [f"{row},{'2026-11-01T00:00:00Z' * row.startswith('A6,')}" for row in rows]
        lines = [f"{head},Deleted Date", *rows]
        load(matched_workspace, tmp_path, accounts="\n".join(lines) + "\n")
        rematch(matched_workspace)
        with pytest.raises(RefusedUndo, match=r"Record salesforce\|A6 of A-5 was removed since"):
            customers.undo_merge(matched_workspace, "account", made.id, author_id=None, now=LATER)

    @pytest.mark.parametrize(
        ("wish", "why"),
        [
            (WantedMerge("A-1", "C-1", "why"), "of two kinds"),
            (WantedMerge("A-1", "A-2", "  "), "Say why"),
            (WantedMerge("A-1", "A-2", "why", {"colour": A3}), "no field 'colour'"),
        ],
        ids=["two kinds", "no reason", "no such field"],
    )
    def test_a_merge_that_cannot_be(self, matched_workspace, wish, why):
        with pytest.raises(InvalidDecision, match=why):
            customers.merge(matched_workspace, wish, author_id=None, now=LATER)

    def test_a_merge_that_never_was_cannot_be_undone(self, matched_workspace):
        with pytest.raises(UnknownCustomer, match="There is no merge 9"):
            customers.undo_merge(matched_workspace, "account", 9, author_id=None, now=LATER)


class TestVerified:
    def test_what_a_person_verified_stands(self, matched_workspace):
        customers.verify_value(
            matched_workspace, "A-1", "name", " Harbourline ", author_id=None, now=LATER
        )
        found = customers.get_customer(matched_workspace, "A-1").survivors[0]
        assert (found.value, found.ground) == ("Harbourline", "verified")
        assert verbs()[-1] == "identity.verified"

    @pytest.mark.parametrize(
        ("field", "value", "why"),
        [("colour", "red", "no field 'colour'"), ("name", " ", "nothing cannot be verified")],
        ids=["a field that there is none of", "nothing"],
    )
    def test_what_cannot_be_verified(self, matched_workspace, field, value, why):
        with pytest.raises(InvalidDecision, match=why):
            customers.verify_value(
                matched_workspace, "A-1", field, value, author_id=None, now=LATER
            )


class TestRuns:
    def test_nothing_new_changes_nothing(self, matched_workspace):
        before = customers.get_run().report
        after = rematch(matched_workspace).report
        for ours, theirs in zip(before.kinds, after.kinds, strict=True):
            if theirs.kind != "person":  # contacts beside leads, which are compared whole
                assert (theirs.is_full, theirs.compared) == (False, 0)
            assert (theirs.created, theirs.joined, theirs.split, theirs.retired) == (0, 0, 0, 0)
            assert (theirs.customers, theirs.following) == (ours.customers, ours.following)
            assert theirs.blocks == ours.blocks

    def test_what_arrives_joins_the_customers_that_there_are(self, matched_workspace, tmp_path):
        new = "A9,Nile Textiles Ltd.,http://niletextiles.com,Cairo,Egypt,2026-06-01T08:00:00Z\n"
        load(matched_workspace, tmp_path, accounts=ACCOUNTS + new)
        said = []
        result = work.match_records(
            matched_workspace, {"link": "/x/"}, lambda share, doing: said.append(str(doing)), LATER
        )
        kept = customers.get_run()
        assert result == {"matched": kept.id, "link": "/x/"}
        assert said == [
            f"Matching {each}" for each in ("accounts", "contacts", "leads", "leads with contacts")
        ]
        accounts = kept.report.find("account")
        assert (accounts.is_full, accounts.compared, accounts.customers) == (False, 1, 7)
        assert records(matched_workspace, "A-4") == ["salesforce|A5", "salesforce|A9"]

    def test_a_full_run_compares_everything(self, matched_workspace):
        kept = rematch(matched_workspace, is_full=True).report.find("account")
        assert (kept.is_full, kept.compared, kept.created) == (True, 8, 0)

    def test_only_the_newest_runs_are_kept_whole(self, matched_workspace):
        first = customers.get_run().id
        (matched_workspace.identity / "left-by-a-crash").mkdir()
        for hour in (1, 2):
            identity.match(matched_workspace, now=NOW + timedelta(hours=hour))
        files = {each.name for each in (matched_workspace.identity / first / "account").iterdir()}
        assert files == {"events.parquet"}
        assert not (matched_workspace.identity / "left-by-a-crash").exists()
        happened = customers.get_customer(matched_workspace, "A-1").happened
        assert [(each.run, each.happening) for each in happened] == [(first, "created")]

    def test_one_run_at_a_time(self, matched_workspace, monkeypatch):
        monkeypatch.setattr(identity, "WAIT_SECONDS", 0.01)
        with (
            FileLock(matched_workspace.warehouse / ".matcher.lock"),
            pytest.raises(MatcherBusy, match="Another run is matching"),
        ):
            rematch(matched_workspace)
