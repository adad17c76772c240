"""What may be signed, what voids it, and what is frozen at all."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from counterpoise.actions import freezing, notes, signing
from counterpoise.actions.freezing import ChangedVersion, NothingToFreeze, StalePlan
from counterpoise.actions.notes import InvalidNote
from counterpoise.actions.signing import LongComment, UnknownVersion
from counterpoise.domain.reconcile.signing import (
    ChangedSince,
    NothingLeft,
    NotTheNewest,
    NotYourTurn,
    OwnPlan,
    SignedAlready,
)
from counterpoise.domain.values.document import to_document
from counterpoise.store import audit, inbox, overrides, people, runs, versions
from counterpoise.store import notes as kept_notes
from counterpoise.store.notes import NewNote
from frozen_plans import (
    AS_OF,
    NOW,
    PERIOD,
    change_rule,
    freeze,
    keep_planned,
    make_signers,
    override,
    promote,
    publish_build,
    save_plan,
)
from overriding import FORECAST
from people import make_person
from reporting_company import build_cycle, build_refusing_cycle

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def omar(workspace):
    keep_planned(workspace)
    return make_person("operations")


@pytest.fixture
def executives(omar):
    return [people.get_visitor(each) for each in make_signers()]


def look(workspace, number=1):
    return signing.look_at(workspace, PERIOD, number)


def sign(workspace, visitor, number=1, **other):
    seen = look(workspace, number)
    said = {"shown": seen.frozen.version.version_hash, "comment": ""} | other
    return signing.sign_plan(workspace, seen, said["shown"], said["comment"], visitor, now=LATER)


def told(person_id):
    return [(each.kind, str(each.text), each.link) for each in inbox.list_items(person_id)]


def test_a_plan_is_signed_in_turn_and_everyone_is_told(workspace, omar, executives):
    emad, eman, essam = executives
    freeze(workspace, omar)
    link = "/reconcile/2026-Q4/versions/1/"
    asked = ("sign", "Version 1 of the plan for 2026-Q4 waits for your signature.", link)
    assert [told(each.id) for each in executives] == [[asked]] * 3
    assert (look(workspace).state, look(workspace).still_to_sign[0]) == ("frozen", "executive")
    assert not signing.is_plan_signed(workspace, PERIOD)

    assert sign(workspace, emad).state == "part signed"
    assert [len(told(each.id)) for each in executives] == [1, 2, 2]
    assert look(workspace).still_to_sign == ("executive",)

    signed = sign(workspace, eman, comment="With the hiring as planned.")
    assert (signed.state, signed.still_to_sign) == ("signed", ())
    assert signed.frozen.signed[1].comment == "With the hiring as planned."
    assert signing.is_plan_signed(workspace, PERIOD)
    assert told(omar.id) == [
        ("signed", "Version 1 of the plan for 2026-Q4 is signed by everyone.", link)
    ]
    assert told(essam.id) == [asked, asked], "and no more of it once it is signed"
    verbs = [each.verb for each in audit.list_entries()]
    assert verbs[:3] == ["version.signed", "version.signed", "version.frozen"]


def test_of_a_period_without_versions_nothing_is_signed(workspace, omar):
    assert not signing.is_plan_signed(workspace, PERIOD)
    assert signing.name_states(workspace, PERIOD) == ()
    with pytest.raises(UnknownVersion, match="has no version 1"):
        look(workspace)


def test_only_the_newest_version_stands(workspace, omar, executives):
    freeze(workspace, omar)
    sign(workspace, executives[0])
    change_rule("plan.late_cost", "0.03")
    freeze(workspace, omar)
    states = [
        (each.version.number, state) for each, state in signing.name_states(workspace, PERIOD)
    ]
    assert states == [(2, "frozen"), (1, "void")]


@pytest.mark.case("WEB-14")
class TestRefused:
    @pytest.fixture
    def frozen(self, workspace, omar):
        return freeze(workspace, omar)

    def refuse(self, workspace, visitor, reason, **other):
        before = audit.list_entries()
        with pytest.raises(reason) as refused:
            sign(workspace, visitor, **other)
        assert audit.list_entries() == before
        assert str(refused.value)

    def test_who_froze_it(self, workspace, executives, frozen):
        change_rule("plan.late_cost", "0.03")
        emad = people.find_person(executives[0].id)
        freeze(workspace, emad)
        assert [each[0] for each in told(emad.id)] == ["sign"], "of version 1 alone"
        self.refuse(workspace, executives[0], OwnPlan, number=2)

    def test_who_froze_it_where_the_rules_say_that_they_may(self, workspace, executives, frozen):
        change_rule("signing.own_plan", "yes")
        freeze(workspace, people.find_person(executives[0].id))
        assert sign(workspace, executives[0], number=2).state == "part signed"

    def test_another_role(self, workspace, executives, frozen):
        self.refuse(workspace, people.get_visitor(make_person("finance")), NotYourTurn)

    def test_the_same_person_twice(self, workspace, executives, frozen):
        sign(workspace, executives[0])
        self.refuse(workspace, executives[0], SignedAlready)

    def test_one_more_than_are_needed(self, workspace, executives, frozen):
        sign(workspace, executives[0])
        sign(workspace, executives[1])
        self.refuse(workspace, executives[2], NothingLeft)

    def test_another_content_than_was_shown(self, workspace, executives, frozen):
        self.refuse(workspace, executives[0], ChangedSince, shown="0" * 64)

    def test_an_older_version(self, workspace, omar, executives, frozen):
        change_rule("plan.late_cost", "0.03")
        freeze(workspace, omar)
        self.refuse(workspace, executives[0], NotTheNewest)

    def test_a_comment_that_is_too_long(self, workspace, executives, frozen):
        self.refuse(workspace, executives[0], LongComment, comment="x" * 2001)

    def test_inputs_that_somebody_changed_in_the_database(self, workspace, executives, frozen):
        cursor = connection.cursor()
        cursor.execute("drop trigger store_frozenplan_no_update")
        cursor.execute("update store_frozenplan set inputs = json_set(inputs, '$.seed', 7)")
        self.refuse(workspace, executives[0], ChangedVersion)

    def test_a_plan_that_somebody_changed_in_the_database(self, workspace, executives, frozen):
        connection.cursor().execute(
            "update store_planversion set document = json_set(document, '$.solution.gap', 0.5)"
        )
        self.refuse(workspace, executives[0], ChangedVersion)

    def test_a_version_with_a_signature_that_does_not_count(self, workspace, executives, frozen):
        """Such as one written past the application: it holds a place that nobody can free."""
        connection.cursor().execute(
            "insert into store_signature (version_id, version_hash, signer_id, role, place,"
            " comment, signed_at) values (%s, %s, %s, 'viewer', 0, '', %s)",
            [frozen.id, frozen.version.version_hash, executives[2].id, NOW],
        )
        assert look(workspace).state == "frozen"
        self.refuse(workspace, executives[0], ChangedSince)


def add_override(workspace, omar):
    override(omar)


def withdraw_override(workspace, omar):
    held = overrides.list_current(PERIOD)[0]
    overrides.withdraw(held, person_id=omar.id, at=LATER)


def tamper_with_the_build(workspace, omar):
    (workspace.build_folder("b1") / "manifest.json").write_text("{}")


@pytest.mark.case("WEB-14")
@pytest.mark.parametrize(("change", "said"), [
    pytest.param(add_override, "Override 1 was added by omar", id="an override"),
    pytest.param(
        lambda *_: change_rule("plan.late_cost", "0.03"),
        "plan.late_cost was 0.02 and is 0.03 from 2026-10-01 on.", id="a rule",
    ),
    pytest.param(
        lambda _, omar: promote(omar, plan=save_plan(build_cycle().plans[1])),
        "The scenario was base and is more people.", id="another scenario chosen",
    ),
    pytest.param(tamper_with_the_build, "Build b1 is not what it was", id="the data's manifest"),
])  # fmt: skip
def test_a_change_of_what_the_plan_rests_on_voids_it_in_words(
    workspace, omar, executives, change, said
):
    freeze(workspace, omar)
    sign(workspace, executives[0])
    change(workspace, omar)
    seen = look(workspace)
    assert seen.state == "void"
    assert said in " ".join(map(str, seen.standing.changes))
    with pytest.raises(ChangedSince, match=r"changes: 1"):
        sign(workspace, executives[1])


def test_a_version_whose_override_is_withdrawn_is_void(workspace, omar):
    override(omar)
    held = overrides.list_current(PERIOD)
    cycle = replace(build_cycle(), overrides=held)
    runs.save_run(replace(runs.find_run("2026-Q4-run"), whole=to_document(cycle)))
    freeze(workspace, omar)
    assert look(workspace).state == "frozen"
    withdraw_override(workspace, omar)
    assert "Override 1 was withdrawn" in str(look(workspace).standing.changes[0])


def test_what_was_changed_back_voids_nothing(workspace, omar):
    freeze(workspace, omar)
    override(omar)
    assert look(workspace).state == "void"
    withdraw_override(workspace, omar)
    assert look(workspace).state == "frozen"


def test_newer_data_and_rules_of_later_periods_void_nothing(workspace, omar):
    freeze(workspace, omar)
    publish_build(workspace, "b2")
    change_rule("plan.late_cost", "0.03", on=date(2027, 1, 1))
    seen = look(workspace)
    assert (seen.state, [str(each) for each in seen.others]) == (
        "frozen", ["The data was build b1 and is build b2."],
    )  # fmt: skip


class TestChosenToFreeze:
    def test_the_expected_demand_of_the_newest_run(self, workspace, omar):
        chosen = freezing.choose_plan(PERIOD)
        assert (chosen.run.id, chosen.plan.scenario, chosen.scenario.name) == (
            "2026-Q4-run", "base", "base",
        )  # fmt: skip

    def test_or_the_promoted_scenario(self, workspace, omar):
        name = save_plan(replace(build_cycle().plans[0], scenario="more people"))
        promote(omar, plan=name)
        chosen = freezing.choose_plan(PERIOD)
        assert (chosen.plan.id, chosen.scenario.name) == (name, "more people")
        assert freezing.load_inputs(freeze(workspace, omar)).scenario["name"] == "more people"

    def test_nothing_of_a_period_that_was_never_run(self, workspace, omar):
        with pytest.raises(NothingToFreeze, match="never run for 2027-Q1"):
            freezing.freeze_plan(workspace, "2027-Q1", omar.id, now=NOW)

    def test_nothing_of_a_run_that_refused(self, workspace, omar):
        cycle = build_refusing_cycle()
        run = replace(runs.find_run("2026-Q4-run"), document={"demand": None, "reconcile": None})
        runs.save_run(replace(run, whole=to_document(cycle)))
        with pytest.raises(NothingToFreeze, match="made no plan"):
            freezing.choose_plan(PERIOD)

    def test_nothing_of_a_run_that_pages_cannot_read(self, workspace, omar):
        runs.save_run(replace(runs.find_run("2026-Q4-run"), ran_at=LATER))
        with pytest.raises(NothingToFreeze, match="Run the cycle again"):
            freezing.freeze_plan(workspace, PERIOD, omar.id, now=NOW)

    def test_no_scenario_that_was_not_solved_since_it_was_changed(self, workspace, omar):
        promote(omar, plan=save_plan(build_cycle().plans[1]))
        connection.cursor().execute("update store_planscenario set plan_id = null")
        with pytest.raises(NothingToFreeze, match="Solve it, then freeze"):
            freezing.choose_plan(PERIOD)

    def test_no_plan_of_before_an_override(self, workspace, omar):
        override(omar)
        with pytest.raises(StalePlan, match="made or withdrawn since its newest run"):
            freezing.freeze_plan(workspace, PERIOD, omar.id, now=NOW)
        assert versions.list_versions(PERIOD) == ()

    def test_the_same_plan_again_is_the_same_version(self, workspace, omar, executives):
        first = freeze(workspace, omar)
        sign(workspace, executives[0])
        again = freeze(workspace, omar, now=LATER)
        assert (again.id, len(again.signed)) == (first.id, 1)


@pytest.mark.parametrize(("then", "now", "said"), [
    pytest.param({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, None, id="the same"),
    pytest.param({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b was 1 and is 2", id="another figure"),
    pytest.param({"a": [1, 2]}, {"a": [1, 3]}, "a[1] was 2 and is 3", id="in a list"),
    pytest.param({"a": [1]}, {"a": [1, 2]}, "a was [1] and is [2]", id="a list that is longer"),
    pytest.param({"a": 1}, {"a": 1.0}, "a was 1 and is 1.0", id="another kind of number"),
    pytest.param({}, {"a": {"x": 1}}, "a was None and is [1]", id="a part that is new"),
])  # fmt: skip
def test_the_first_difference_of_two_documents_is_named(then, now, said):
    found = freezing.find_difference(then, now)
    assert (found and str(found)) == said


class TestNotes:
    def test_words_are_kept_without_the_blanks_around_them(self, workspace, omar):
        visitor = people.get_visitor(omar)
        notes.add_note(PERIOD, NewNote("decision", " Hire two. ", " Sara "), visitor, now=NOW)
        (kept,) = kept_notes.list_notes(PERIOD)
        assert (kept.text, kept.owner) == ("Hire two.", "Sara")
        notes.withdraw_note(PERIOD, kept.id, now=LATER)
        assert kept_notes.list_notes(PERIOD)[0].withdrawn_at == LATER

    @pytest.mark.parametrize(("new", "advice"), [
        pytest.param(NewNote("rumour", "x"), "Choose one of", id="no kind of note"),
        pytest.param(NewNote("minute", "  "), "has 0 letters", id="no words"),
        pytest.param(NewNote("minute", "x" * 5001), "Write 1 to 5000", id="too many words"),
        pytest.param(NewNote("minute", "x", "y" * 151), "Write 150 at most", id="a long owner"),
        pytest.param(NewNote("minute", "x", "", AS_OF), "Leave the day empty", id="an end"),
    ])  # fmt: skip
    def test_what_is_refused_is_not_kept(self, workspace, omar, new, advice):
        with pytest.raises(InvalidNote, match=advice):
            notes.add_note(PERIOD, new, people.get_visitor(omar), now=NOW)
        assert kept_notes.list_notes(PERIOD) == ()


def test_a_version_of_before_overrides_were_firm_still_holds(workspace, omar):
    """Its overrides were written without what they did not know; they are the same document now."""
    from counterpoise.store.models import ForecastOverride

    made = override(omar)
    ForecastOverride.objects.update(is_firm=False)
    (older,) = overrides.list_current(PERIOD)
    later = ("kind", "change", "expires_on", "is_firm", "currency")
    as_then = {name: said for name, said in to_document(older).items() if name not in later}
    cycle = replace(build_cycle(), forecast=FORECAST, build="b1", overrides=(older,))
    names = [save_plan(plan) for plan in cycle.plans]
    whole = to_document(cycle)
    whole["overrides"] = [as_then]
    runs.save_run(
        runs.Run("2026-Q4-then", PERIOD, AS_OF, "b1", NOW, {"reconcile": {"plan": names[0]}}, whole)
    )
    frozen = freeze(workspace, omar)
    inputs = freezing.load_inputs(frozen)
    assert inputs.overrides == (as_then,)
    freezing.check_hashes(frozen, inputs)
    assert freezing.compare_with_now(workspace, inputs).voiding == ()
    overrides.withdraw(older, person_id=omar.id, at=NOW)
    override(omar, "7100")
    assert len(freezing.compare_with_now(workspace, inputs).voiding) == 2
    assert made.is_firm
