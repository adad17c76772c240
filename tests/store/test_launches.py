"""Launches and phase-outs are kept once a product, checked against the data, in the trail."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from counterpoise.actions import launches, overrides, planning
from counterpoise.actions.freezing import StalePlan
from counterpoise.domain.tables.launch import (
    InvalidLaunch,
    InvalidPhaseOut,
    NoAnalogue,
    Portfolio,
    Product,
)
from counterpoise.domain.values.period import Period
from counterpoise.store import audit
from counterpoise.store import launches as stored
from counterpoise.store.launches import DecidedAlready, DecisionWithdrawn, UnknownDecision
from counterpoise.store.ledger import NoBuild
from kept_forecast import PERIOD, build_small_cycle, keep_build, keep_run
from launched_company import NOW, TODAY, collect_launched
from launching import make_launch, make_phase_out

D = Decimal
LATER = NOW + timedelta(days=1)


@pytest.fixture
def collected(workspace):
    collect_launched(workspace)
    return workspace


def test_a_decision_is_kept_whole_and_withdrawn_once(workspace_on_each_store):
    launch = stored.add(make_launch()).decided
    ended = stored.add(make_phase_out(successor="Fjord", share=D("0.5"))).decided
    assert launch == make_launch(id=launch.id)
    assert ended == make_phase_out(id=ended.id, successor="Fjord", share=D("0.5"))
    assert stored.list_current() == Portfolio((launch,), (ended,))
    assert stored.get_decision("launch", launch.id).kind == "launch"
    with pytest.raises(DecidedAlready, match="Fjord has a launch already"):
        stored.add(make_launch())
    with pytest.raises(DecidedAlready, match="Atlas has a phase-out already"):
        stored.add(make_phase_out())
    gone = stored.withdraw("launch", launch.id, by="omar", at=LATER)
    assert (gone.withdrawn_by, gone.is_current) == ("omar", False)
    assert stored.list_current() == Portfolio((), (ended,))
    with pytest.raises(DecisionWithdrawn, match="Fjord was withdrawn already"):
        stored.withdraw("launch", launch.id, by="omar", at=LATER)
    again = stored.add(make_launch())
    assert [each.decided.id for each in stored.list_history()] == [
        again.decided.id,
        ended.id,
        launch.id,
    ]
    assert [each.verb for each in audit.list_entries()][:4] == [
        "launch.made",
        "launch.withdrawn",
        "phase_out.made",
        "launch.made",
    ]
    assert audit.list_entries()[0].subject == "product:Fjord"


def test_a_decision_that_nobody_made_is_unknown(workspace):
    made = stored.add(make_launch())
    for kind, number in (("launch", made.decided.id + 1), ("phase_out", made.decided.id)):
        with pytest.raises(UnknownDecision, match="no such decision"):
            stored.get_decision(kind, number)
        with pytest.raises(UnknownDecision, match="no such decision"):
            stored.withdraw(kind, number, by="omar", at=LATER)


def test_only_what_changes_a_period_belongs_to_it(workspace):
    stored.add(make_launch(month=date(2027, 1, 1)))
    ended = stored.add(make_phase_out(last_month=date(2027, 1, 1), new_until=date(2027, 1, 1)))
    end = Period.parse(PERIOD).end
    assert stored.list_current(before=end).is_empty
    assert stored.find_last_change(before=end) is None
    assert stored.find_last_change(before=date(2028, 1, 1)) == make_launch().made_at
    stored.withdraw("phase_out", ended.decided.id, by="omar", at=LATER)
    assert stored.find_last_change(before=date(2028, 1, 1)) == LATER


def test_nothing_can_be_learned_before_anything_is_collected(workspace):
    with pytest.raises(NoBuild):
        launches.learn(workspace, today=TODAY)


def test_what_the_data_teaches(collected):
    lessons = launches.learn(collected, today=TODAY)
    assert [each.product for each in lessons.past] == ["Cedar"]
    assert (lessons.regions, lessons.sold) == (("Gulf", "Levant"), ("Atlas", "Cedar"))
    assert lessons.products == (
        Product("Atlas", "Ledgers", D("1000.00")),
        Product("Beacon", "", None),
        Product("Cedar", "Ledgers", D("1200.00")),
        Product("Dinar", "", None),  # its price is in a currency that no rate is known for
        Product("P4", "Tools", None),
    )
    assert "1 past launches" not in str(lessons.cannibalisation.why)
    assert not lessons.cannibalisation.is_applied


def test_proposals_are_of_what_is_said_and_what_the_data_knows(collected):
    wanted = Product("Fjord", "Ledgers", D(1200))
    (found,) = launches.propose(collected, wanted, ("Gulf", "Levant"), today=TODAY)
    assert (found.past.product, found.score) == ("Cedar", D(1))
    (known,) = launches.propose(collected, Product("P4", "", None), (), today=TODAY)
    assert (known.family, known.price) == (0, None)
    with pytest.raises(InvalidLaunch, match="No deal is in Mars"):
        launches.propose(collected, wanted, ("Mars",), today=TODAY)


def test_a_launch_is_outlined_then_kept_with_what_the_data_knows(collected):
    launch = make_launch(product="P4", family="", price=None)
    outline = launches.outline(collected, launch, today=TODAY)
    assert (len(outline.months), outline.judged) == (12, 0)
    assert sum(each.deals for each in outline.months) == pytest.approx(60, abs=D("0.06"))
    assert launches.outline(collected, launch, today=TODAY) == outline
    assert stored.list_history() == ()
    kept = launches.make_launch(collected, launch, today=TODAY).decided
    assert (kept.family, kept.price) == ("Tools", None)
    assert kept == replace(launch, id=kept.id, family="Tools")


@pytest.mark.parametrize(
    ("said", "refusal", "advice"),
    [
        pytest.param(
            {"analogues": ("Atlas",)}, NoAnalogue, "Pick among: Cedar", id="older than the data"
        ),
        pytest.param(
            {"product": "Cedar", "month": date(2026, 11, 1), "analogues": ("Cedar",)},
            InvalidLaunch,
            "first sold in 2025-03, before 2026-11",
            id="sold already",
        ),
        pytest.param(
            {"product": "Cedar", "month": date(2025, 3, 1), "analogues": ("Cedar",)},
            InvalidLaunch,
            "stands on its own sales",
            id="more than a year ago",
        ),
        pytest.param({"regions": ("Mars",)}, InvalidLaunch, "Choose among", id="nowhere"),
    ],
)
def test_a_launch_that_the_data_speaks_against_is_refused(collected, said, refusal, advice):
    with pytest.raises(refusal, match=advice):
        launches.make_launch(collected, make_launch(**said), today=TODAY)
    assert stored.list_history() == ()


def test_without_a_past_launch_only_a_curve_of_ones_own_is_taken(workspace):
    from written_builds import write_build

    keep_build()
    write_build(workspace.build_folder("b1"))
    with pytest.raises(NoAnalogue, match="Pick among: –; or give 12 monthly amounts"):
        launches.make_launch(workspace, make_launch(regions=()), today=TODAY)
    with pytest.raises(InvalidLaunch, match="Choose among the regions: –"):
        launches.make_launch(workspace, make_launch(), today=TODAY)
    own = make_launch(regions=(), analogues=(), curve=tuple(map(D, range(12))), deals=D(12))
    assert launches.make_launch(workspace, own, today=TODAY).decided.curve == own.curve


def test_a_phase_out_is_of_a_product_that_somebody_knows(collected):
    with pytest.raises(InvalidPhaseOut, match="called Granite"):
        launches.make_phase_out(collected, make_phase_out(product="Granite"), today=TODAY)
    with pytest.raises(InvalidPhaseOut, match="called Fjord"):
        launches.make_phase_out(collected, make_phase_out(successor="Fjord"), today=TODAY)
    launches.make_launch(collected, make_launch(), today=TODAY)
    decided = make_phase_out(successor="Fjord", share=D(1))
    kept = launches.make_phase_out(collected, decided, today=TODAY)
    assert launches.withdraw("phase_out", kept.decided.id, "omar", now=LATER).withdrawn_by == "omar"


def test_a_desk_plans_with_the_decisions_of_its_period(collected):
    assert planning.open_desk(collected, PERIOD, as_of=None, today=TODAY).portfolio.is_empty
    kept = launches.make_launch(collected, make_launch(), today=TODAY).decided
    desk = planning.open_desk(collected, PERIOD, as_of=None, today=TODAY)
    assert desk.portfolio.launches == (kept,)
    before = planning.open_desk(collected, "2026-Q3", as_of=None, today=TODAY)
    assert before.portfolio.is_empty
    found = desk.plan_demand()
    assert [(each.kind, each.product) for each in found.forecast.products] == [("launch", "Fjord")]
    assert ("Fjord", date(2026, 11, 1)) in found.forecast.product_cells("won_revenue")
    without = planning.open_desk(
        collected, PERIOD, as_of=None, today=TODAY, portfolio=Portfolio()
    ).plan_demand()
    launches.withdraw("launch", kept.id, "omar", now=LATER)
    again = planning.open_desk(collected, PERIOD, as_of=None, today=TODAY).plan_demand()
    assert again.forecast.cells == without.forecast.cells
    assert again.forecast.paths.tobytes() == without.forecast.paths.tobytes()


def test_a_run_that_was_made_without_them_is_out_of_date(collected):
    from counterpoise.actions import standings

    keep_run()
    assert overrides.find_outlook(PERIOD).has_portfolio
    kept = stored.add(make_launch())
    assert not overrides.find_outlook(PERIOD).has_portfolio
    steps = standings.find_standing(Period.parse(PERIOD)).steps
    said = {each.step: " ".join(map(str, each.why)) for each in steps}
    assert "Launches or phase-outs were decided" in said["demand"]
    assert "Launches or phase-outs were decided" not in said["measure"]
    keep_run(build_small_cycle(portfolio=Portfolio((kept.decided,))), run="2026-Q4-launched")
    assert overrides.find_outlook(PERIOD).has_portfolio
    assert overrides.find_outlook(PERIOD).cycle.portfolio.launches == (kept.decided,)


def test_a_scenario_solved_before_a_decision_is_out_of_date(workspace):
    from counterpoise.actions import standings
    from counterpoise.store import runs, scenarios
    from counterpoise.store.models import PlanScenario
    from frozen_plans import keep_planned, promote
    from people import make_person

    names = keep_planned(workspace)
    kept = promote(make_person("operations"), plan=names[0])
    PlanScenario.objects.filter(pk=kept.id).update(solved_at=make_launch().made_at)
    run = runs.list_headings(PERIOD)[0]
    stored.add(make_launch(made_at=LATER))
    why = standings.explain_outdated(Period.parse(PERIOD), scenarios.list_scenarios(PERIOD), run)
    assert "decided or withdrawn after it was solved" in " ".join(map(str, why[kept.id]))


def test_what_is_frozen_has_the_decisions_in_it(workspace):
    from counterpoise.actions import freezing
    from frozen_plans import freeze, keep_planned
    from people import make_person

    keep_planned(workspace)
    omar = make_person("operations")
    plain = freezing.load_inputs(freeze(workspace, omar))
    assert (plain.launches, plain.phase_outs) == ((), ())
    assert freezing.compare_with_now(workspace, plain).voiding == ()
    launch = stored.add(make_launch())
    ended = stored.add(make_phase_out())
    with pytest.raises(StalePlan, match="Launches or phase-outs that change 2026-Q4"):
        freezing.freeze_plan(workspace, PERIOD, omar.id, now=NOW)
    said = [str(each) for each in freezing.compare_with_now(workspace, plain).voiding]
    assert said == [
        f"A launch of Fjord was decided by layla (decision {launch.decided.id}).",
        f"A phase-out of Atlas was decided by layla (decision {ended.decided.id}).",
    ]
    held = freezing.gather_inputs(workspace, freezing.choose_plan(PERIOD))
    assert [each["product"] for each in (*held.launches, *held.phase_outs)] == ["Fjord", "Atlas"]
    stored.withdraw("launch", launch.decided.id, by="omar", at=LATER)
    said = [str(each) for each in freezing.compare_with_now(workspace, held).voiding]
    assert said == [f"What was decided of Fjord (decision {launch.decided.id}) was withdrawn."]
