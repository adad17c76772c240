"""Scenarios of a period: made, changed one after the other, solved, chosen, put away."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from counterpoise.actions import levers, rules, scenarios
from counterpoise.actions.scenarios import NeverRun, UnknownScenario, UnsolvedScenario, Wish
from counterpoise.domain.reconcile.headline import sum_up
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.scenario import Change, InvalidScenario, NamedScenario
from counterpoise.domain.values.rights import admit
from counterpoise.store import audit, plans
from counterpoise.store import scenarios as stored
from counterpoise.store.scenarios import NameTaken, ScenarioChanged
from kept_forecast import NOW, PERIOD
from kept_plans import (
    FEWER_LEAVE,
    RUN,
    build_plan,
    keep_plan,
    keep_planned_run,
    make_scenario,
    solve,
)
from people import make_person
from reporting_company import build_cycle

D = Decimal
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def omar(workspace):
    return make_person("operations")


@pytest.fixture
def visitor(omar):
    keep_planned_run()
    return admit(omar.pk, omar.username, "operations")


def wish(name="Fewer leave", changes=FEWER_LEAVE.changes, demand="base", note=" Ask people. "):
    return Wish(name, demand, changes, note)


def names():
    return [each.name for each in stored.list_scenarios(PERIOD)]


class TestKept:
    """As the store keeps them, on every database."""

    @pytest.fixture
    def omar(self, workspace_on_each_store):
        return make_person("operations")

    def test_a_scenario_is_kept_as_it_was_made(self, omar):
        made = make_scenario(omar, note="Ask people.")
        assert (made.scenario, made.note, made.author_name) == (
            FEWER_LEAVE, "Ask people.", "Omar Nasser",
        )  # fmt: skip
        assert (made.edition, made.plan, made.is_promoted, made.is_archived) == (
            1, None, False, False,
        )  # fmt: skip
        assert stored.get_scenario(PERIOD, made.id) == made

    def test_a_name_is_given_once_in_a_period(self, omar):
        made = make_scenario(omar)
        with pytest.raises(NameTaken, match="Give this one another name"):
            make_scenario(omar)
        other = make_scenario(omar, NamedScenario("More", "high"))
        with pytest.raises(NameTaken):
            stored.change(other, made.scenario, "", edition=1, at=LATER)
        assert names() == ["Fewer leave", "More"]
        assert stored.get_scenario(PERIOD, other.id) == other

    def test_what_is_not_there_is_said_to_be_not_there(self, omar):
        made = make_scenario(omar)
        for period, number in ((PERIOD, made.id + 1), ("2027-Q1", made.id)):
            with pytest.raises(stored.UnknownScenario, match="Choose one of its list"):
                stored.get_scenario(period, number)

    def test_a_change_is_a_new_edition_without_a_plan(self, omar):
        keep_planned_run()
        solved = solve(make_scenario(omar))
        assert solved.headline == sum_up(build_plan())
        other = NamedScenario("Fewer leave", "high")
        changed = stored.change(solved, other, "Why not", edition=1, at=LATER)
        assert (changed.scenario, changed.note, changed.edition) == (other, "Why not", 2)
        assert (changed.plan, changed.headline, changed.solved_at) == (None, None, None)
        assert changed.changed_at == LATER

    def test_the_second_of_two_changes_is_told_of_the_first(self, omar):
        made = make_scenario(omar)
        stored.change(made, NamedScenario("Mine", "low"), "", edition=1, at=NOW)
        with pytest.raises(ScenarioChanged, match="edition 2 now") as told:
            stored.change(made, NamedScenario("Yours", "high"), "", edition=1, at=LATER)
        assert told.value.current.name == "Mine"
        assert names() == ["Mine"]

    @pytest.mark.case("WEB-15")
    def test_of_many_changes_at_once_one_is_kept(self, omar):
        made, ended, start = make_scenario(omar), [], threading.Barrier(4)

        def change(number):
            from django.db import connection

            try:
                start.wait()
                stored.change(made, NamedScenario(f"n{number}", "low"), "", edition=1, at=NOW)
                ended.append("kept")
            except ScenarioChanged:
                ended.append("told")
            finally:
                connection.close()

        threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(ended) == ["kept", "told", "told", "told"]
        assert stored.get_scenario(PERIOD, made.id).edition == 2

    def test_a_plan_that_was_solved_for_an_older_edition_is_not_kept(self, omar):
        keep_planned_run()
        made = make_scenario(omar)
        stored.change(made, NamedScenario("Other", "low"), "", edition=1, at=NOW)
        name, headline = keep_plan(build_plan()), sum_up(build_plan())
        assert not stored.keep_plan(made, name, headline, edition=1, at=LATER)
        assert stored.get_scenario(PERIOD, made.id).plan is None

    def test_one_plan_is_to_be_frozen_and_it_can_be_taken_back(self, omar):
        keep_planned_run()
        first = solve(make_scenario(omar))
        second = solve(make_scenario(omar, NamedScenario("More", "high")))
        assert stored.find_promoted(PERIOD) is None
        stored.promote(first, edition=1, at=NOW)
        stored.promote(second, edition=1, at=LATER)
        assert stored.find_promoted(PERIOD).name == "More"
        assert stored.step_back(PERIOD, at=LATER).name == "More"
        assert stored.step_back(PERIOD, at=LATER) is None
        assert stored.find_promoted(PERIOD) is None
        told = [
            (entry.verb, entry.before, entry.after)
            for entry in audit.list_entries()
            if "promoted" in entry.verb or "stepped" in entry.verb
        ]
        assert told[::-1] == [
            ("scenario.promoted", None, {"scenario": "Fewer leave", "plan": first.plan}),
            (
                "scenario.promoted",
                {"scenario": "Fewer leave", "plan": first.plan},
                {"scenario": "More", "plan": second.plan},
            ),
            ("scenario.stepped-back", {"scenario": "More", "plan": second.plan}, None),
        ]

    def test_what_was_changed_meanwhile_is_not_chosen_and_the_one_before_stays(self, omar):
        keep_planned_run()
        first = solve(make_scenario(omar))
        second = solve(make_scenario(omar, NamedScenario("More", "high")))
        stored.promote(first, edition=1, at=NOW)
        stored.change(second, NamedScenario("More", "low"), "", edition=1, at=NOW)
        with pytest.raises(ScenarioChanged):
            stored.promote(second, edition=1, at=LATER)
        assert stored.find_promoted(PERIOD).name == "Fewer leave"

    def test_an_archived_scenario_leaves_the_list_and_comes_back(self, omar):
        keep_planned_run()
        made = solve(make_scenario(omar))
        stored.promote(made, edition=1, at=NOW)
        stored.archive(made, edition=1, at=NOW)
        assert (names(), stored.find_promoted(PERIOD)) == ([], None)
        (found,) = stored.list_scenarios(PERIOD, with_archived=True)
        assert (found.is_archived, found.plan) == (True, made.plan)
        with pytest.raises(ScenarioChanged):
            stored.archive(made, edition=1, at=NOW)
        stored.bring_back(found, edition=2, at=NOW)
        assert names() == ["Fewer leave"]

    def test_plans_are_known_by_their_heading_and_the_run_that_made_them(self, omar):
        kept = keep_planned_run()
        assert plans.list_names(RUN) == tuple(kept)
        assert plans.list_names("no run") == ()
        heading = plans.find_heading(kept[0])
        assert (heading.scenario, heading.build) == ("base", "b1")
        assert plans.find_heading("none") is None
        assert plans.load_document("none") is None


def test_every_change_is_in_the_trail_under_the_period(omar):
    keep_planned_run()
    made = solve(make_scenario(omar))
    stored.change(made, NamedScenario("More", "high"), "", edition=1, at=NOW)
    stored.archive(stored.get_scenario(PERIOD, made.id), edition=2, at=NOW)
    entries = [each for each in audit.list_entries() if each.verb.startswith("scenario.")][::-1]
    assert [each.verb for each in entries] == [
        "scenario.made", "scenario.solved", "scenario.changed", "scenario.archived",
    ]  # fmt: skip
    assert {each.subject for each in entries} == {f"period:{PERIOD}"}
    assert (entries[2].before["demand"], entries[2].after["demand"]) == ("base", "high")


class TestFound:
    def test_a_scenario_of_the_period_is_found_by_its_name(self, omar):
        make_scenario(omar)
        assert scenarios.get_scenario("Fewer leave", PERIOD) == FEWER_LEAVE
        assert scenarios.get_scenario("high", PERIOD) == NamedScenario("high", "high")

    def test_others_are_refused_with_those_there_are(self, omar):
        make_scenario(omar)
        with pytest.raises(UnknownScenario, match="one of: base, high, low, Fewer leave"):
            scenarios.get_scenario("best", PERIOD)
        with pytest.raises(UnknownScenario, match="one of: base, high, low.$"):
            scenarios.get_scenario("Fewer leave", "2027-Q1")

    def test_a_saved_plan_is_read_as_it_was(self, omar):
        base, *_others = keep_planned_run()
        plan = scenarios.find_plan(base)
        assert plan == build_cycle().plans[0]
        assert scenarios.find_plan(base) is plan, "a process reads it once"
        assert scenarios.find_plan("none") is None

    def test_a_plan_in_another_form_is_not_read(self, omar):
        from counterpoise.store import runs

        keep_planned_run()
        old = runs.SavedPlan(
            "old", PERIOD, "base", build_cycle().as_of, "b1", "hash", {"format": "before"}
        )
        runs.save_plan(old, at=NOW)
        assert scenarios.find_plan("old") is None


class TestMade:
    def test_what_was_wished_for_is_kept(self, visitor):
        made = scenarios.make_scenario(PERIOD, wish(" Fewer leave "), visitor, now=NOW)
        assert (made.scenario, made.note, made.author) == (FEWER_LEAVE, "Ask people.", "omar")

    def test_a_pool_that_was_learned_is_declared_beside_its_new_people(self, visitor):
        change = Change("pool.headcount", "Gulf sellers", "8")
        made = scenarios.make_scenario(PERIOD, wish(changes=(change,)), visitor, now=NOW)
        assert [(each.key, each.value) for each in made.scenario.changes] == [
            ("pool.headcount", "8"), ("pool.kind", "sellers"), ("pool.unit", "deals"),
            ("pool.per_person", "3.5"),
        ]  # fmt: skip

    def test_a_change_is_made_on_the_edition_that_was_seen(self, visitor):
        made = scenarios.make_scenario(PERIOD, wish(), visitor, now=NOW)
        after = scenarios.change_scenario(made, wish("More", (), "high"), edition=1, now=LATER)
        assert (after.name, after.edition) == ("More", 2)
        with pytest.raises(ScenarioChanged):
            scenarios.change_scenario(made, wish("Mine"), edition=1, now=LATER)

    def test_it_can_be_made_before_the_first_run(self, omar):
        visitor = admit(omar.pk, omar.username, "operations")
        change = Change("plan.late_cost", "", "0.1")
        made = scenarios.make_scenario(PERIOD, wish(changes=(change,)), visitor, now=NOW)
        assert made.scenario.changes == (change,)

    @pytest.mark.parametrize(
        ("wrong", "refusal", "advice"),
        [
            pytest.param(
                wish("base", ()), InvalidScenario, "every plan has", id="one that every plan has"
            ),
            pytest.param(wish("a/b"), InvalidScenario, "letters, digits", id="a name with marks"),
            pytest.param(wish(" "), InvalidScenario, "letters, digits", id="no name"),
            pytest.param(
                wish("high", ()), InvalidScenario, "that every plan has", id="a taken demand case"
            ),
            pytest.param(
                wish(changes=FEWER_LEAVE.changes * 2), InvalidScenario, "twice", id="a rule twice"
            ),
            pytest.param(
                wish(changes=(Change("stage.kind", "Won", "lost"),)),
                InvalidRule,
                "which no plan is made with",
                id="a rule that plans do not hear",
            ),
            pytest.param(
                wish(changes=(Change("pool.magic", "", "1"),)),
                InvalidRule,
                "no such rule",
                id="a rule that there is not",
            ),
            pytest.param(
                wish(changes=(Change("plan.late_cost", "", "much"),)),
                InvalidRule,
                "Write a number",
                id="words for a number",
            ),
            pytest.param(
                wish(changes=(Change("plan.late_cost", "", "1 2"),)),
                InvalidRule,
                "Write one number",
                id="two numbers for one",
            ),
            pytest.param(
                wish(changes=(Change("pool.kind", "Delivery", "magic"),)),
                InvalidRule,
                "one of: sellers",
                id="a word that means nothing",
            ),
            pytest.param(wish(note="x" * 2001), InvalidRule, "2000 at most", id="a long note"),
            pytest.param(
                wish(changes=tuple(Change("pool.wage", str(n), "1") for n in range(41))),
                InvalidRule,
                "40 at most",
                id="too many changes",
            ),
        ],
    )
    def test_what_cannot_be_planned_with_leaves_nothing(self, visitor, wrong, refusal, advice):
        with pytest.raises(refusal, match=advice):
            scenarios.make_scenario(PERIOD, wrong, visitor, now=NOW)
        assert names() == []

    def test_one_without_a_plan_is_not_chosen_to_be_frozen(self, visitor):
        made = scenarios.make_scenario(PERIOD, wish(), visitor, now=NOW)
        with pytest.raises(UnsolvedScenario, match="Solve it"):
            scenarios.promote(made, edition=1, now=NOW)
        solved = solve(made)
        scenarios.promote(solved, edition=1, now=NOW)
        assert stored.find_promoted(PERIOD).id == made.id

    def test_every_lever_can_be_changed_to_what_it_is(self, visitor):
        _run, cycle = scenarios.find_base(PERIOD)
        found = levers.list_levers(cycle.capacity, rules.load_rulebook(), cycle.as_of)
        assert len(found) > 30
        for number, each in enumerate(found):
            change = Change(each.key, each.subject, each.value)
            named = wish(f"n{number}", (change,))
            assert scenarios.make_scenario(PERIOD, named, visitor, now=NOW).scenario.changes


def test_a_scenario_of_a_period_that_was_never_run_is_not_solved(workspace, omar):
    made = make_scenario(omar)
    with pytest.raises(NeverRun, match="Run it, then solve"):
        scenarios.solve_scenario(workspace, PERIOD, made.id, now=NOW)
    assert scenarios.find_base(PERIOD) is None
    with pytest.raises(stored.UnknownScenario):
        scenarios.solve_scenario(workspace, PERIOD, made.id + 1, now=NOW)


def test_headlines_are_read_as_they_were_kept(omar):
    keep_planned_run()
    plan = replace(build_plan(), constraints=())
    assert solve(make_scenario(omar), plan).headline == sum_up(plan)
