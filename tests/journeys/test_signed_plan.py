"""A plan is frozen, and years later it is computed again to the byte, or what changed is said."""

import json
import random
import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from counterpoise import __version__
from counterpoise.actions import (
    cycles,
    freezing,
    launches,
    planning,
    publishing,
    verification,
    work,
)
from counterpoise.actions.collect import collect
from counterpoise.actions.freezing import ChangedBuild, ChangedVersion, StalePlan
from counterpoise.actions.planning import BrokenPlan
from counterpoise.actions.verification import UnknownVersion, Unreproduced
from counterpoise.domain.reconcile.version import (
    UnreadableInputs,
    hash_inputs,
    hash_version,
    inputs_to_document,
)
from counterpoise.store import jobs, ledger, runs, versions
from counterpoise.store.versions import NewVersion
from counterpoise.warehouse.marts.publication import BrokenBuild
from frozen_plans import change_rule, override, promote
from journeys.command import ask, run
from launching import make_launch, make_phase_out
from people import make_person

from .conftest import AS_OF, NOW, PERIOD

LATER = NOW + timedelta(days=1)
VERSION = "2026-Q4-v1"


@pytest.fixture
def frozen(signable):
    return versions.find_newest(PERIOD)


@pytest.fixture
def omar():
    from counterpoise.store.models import User

    return User.objects.filter(username="omar").first() or make_person("operations")


def load_more(workspace, folder):
    """One more account, and so a build that is newer than the frozen one."""
    folder.mkdir()
    (folder / "accounts.csv").write_text("Account ID,Account Name\nA-NEW-1,Newcomer LLC\n")
    return collect(workspace, [folder], now=LATER).build


def replan(workspace, now=LATER):
    return cycles.run_cycle(workspace, PERIOD, as_of=AS_OF, now=now)


def keep_other(frozen, omar, *, content_hash="", plan="", **inputs):
    """A version as an older or another Counterpoise would have frozen it."""
    changed = replace(freezing.load_inputs(frozen), **inputs)
    content_hash = content_hash or frozen.version.content_hash
    with versions.hold_changes():
        return versions.freeze(
            NewVersion(
                period=PERIOD,
                plan=plan or frozen.plan,
                run=frozen.run,
                inputs=inputs_to_document(changed),
                inputs_hash=hash_inputs(changed),
                content_hash=content_hash,
                version_hash=hash_version(hash_inputs(changed), content_hash),
                required_roles=frozen.required_roles,
            ),
            person_id=omar.id,
            at=LATER,
        )


def test_a_frozen_plan_is_the_run_s_and_comes_out_the_same_again(signable, frozen):
    run_plan = runs.find_latest_run(PERIOD).document["reconcile"]["plan"]
    assert (frozen.name, frozen.plan) == (VERSION, run_plan)
    found = verification.verify(signable, VERSION)
    assert (found.plan, found.version, found.is_recomputed) == (run_plan, VERSION, True)
    assert found.verdict.feasible
    verification.check(found)


@pytest.mark.parametrize(
    "place", ["store_frozenplan set inputs = substr(inputs, 2)",
              "store_planversion set document = substr(document, 2)"],
    ids=["its inputs", "its plan"],
)  # fmt: skip
def test_a_version_whose_text_is_no_document_any_more_is_refused(signable, frozen, place):
    cursor = connection.cursor()
    cursor.execute("drop trigger store_frozenplan_no_update")
    cursor.execute("pragma ignore_check_constraints = on")
    cursor.execute(f"update {place}")
    with pytest.raises(ChangedVersion, match="no document any more"):
        verification.verify(signable, VERSION)


def test_it_does_so_after_newer_data_rules_overrides_and_scenarios(
    signable, omar, frozen, tmp_path
):
    newer = load_more(signable, tmp_path / "more")
    change_rule("plan.late_cost", "0.2", on=date(2026, 1, 1))
    override(omar)
    promote(omar)
    assert ledger.find_current_build().id == newer != freezing.load_inputs(frozen).build
    assert verification.verify(signable, VERSION).is_recomputed


def test_the_command_says_so_in_words_and_as_json(signable, frozen):
    connection.close()
    said = run("verify", VERSION, workspace=signable.root)
    assert "the same to the byte" in said.stderr
    answer = ask("verify", VERSION, workspace=signable.root)
    assert (answer["version"], answer["recomputed"], answer["difference"]) == (VERSION, True, None)
    plain = ask("verify", frozen.plan, workspace=signable.root)
    assert (plain["version"], plain["recomputed"], plain["feasible"]) == (None, None, True)


def test_a_version_that_there_is_not_is_refused_with_those_there_are(signable, frozen):
    with pytest.raises(UnknownVersion, match=r"there are: 2026-Q4-v1\."):
        verification.verify(signable, "2026-Q4-v2")
    with pytest.raises(UnknownVersion, match="none yet"):
        verification.verify(signable, "2027-Q1-v1")


class TestFreezingAgain:
    def test_without_a_change_it_is_the_same_version(self, signable, omar, frozen):
        again = freezing.freeze_plan(signable, PERIOD, omar.id, now=LATER)
        assert again == frozen

    def test_after_a_rule_that_moves_the_plan_the_cycle_comes_first(self, signable, omar, frozen):
        change_rule("plan.late_cost", "0.2", on=date(2026, 1, 1))
        with pytest.raises(StalePlan, match="comes to something else: .* Run the cycle again"):
            freezing.freeze_plan(signable, PERIOD, omar.id, now=LATER)
        replan(signable)
        second = freezing.freeze_plan(signable, PERIOD, omar.id, now=LATER)
        assert second.name == "2026-Q4-v2"
        assert verification.verify(signable, VERSION).is_recomputed
        assert verification.verify(signable, second.name).is_recomputed

    def test_with_an_override_the_version_is_of_the_overridden_plan(self, planned, omar):
        desk = planning.open_desk(planned, PERIOD, as_of=AS_OF, today=NOW.date())
        cell = next(each for each in desk.forecast().cells if not each.by)
        keep_override(omar, cell)
        replan(planned)
        frozen = freezing.freeze_plan(planned, PERIOD, omar.id, now=LATER)
        assert len(freezing.load_inputs(frozen).overrides) == 1
        assert verification.verify(planned, VERSION).is_recomputed

    def test_with_a_launch_and_a_phase_out_the_version_is_of_the_plan_with_them(
        self, planned, omar
    ):
        before = runs.find_latest_run(PERIOD).document
        own = {
            "analogues": (),
            "curve": (Decimal(400_000),) * 12,
            "deals": Decimal(24),
            "regions": (),
        }
        launch = launches.make_launch(planned, make_launch(**own), today=NOW.date())
        ended = make_phase_out(product="Fieldbook", successor="Fjord", share=Decimal("0.5"))
        launches.make_phase_out(planned, ended, today=NOW.date())
        with pytest.raises(StalePlan, match="Launches or phase-outs that change 2026-Q4"):
            freezing.freeze_plan(planned, PERIOD, omar.id, now=LATER)
        after = replan(planned).answer
        lines = {(each["kind"], each["product"]) for each in after["demand"]["products"]}
        assert lines >= {("launch", "Fjord"), ("phase_out", "Fieldbook"), ("successor", "Fjord")}
        assert "products" not in before["demand"]
        assert any(each["product"] == "Fjord" for each in after["reconcile"]["served"])
        frozen = freezing.freeze_plan(planned, PERIOD, omar.id, now=LATER)
        held = freezing.load_inputs(frozen)
        assert (len(held.launches), len(held.phase_outs)) == (1, 1)
        launches.withdraw("launch", launch.decided.id, "omar", now=LATER)
        assert freezing.compare_with_now(planned, held).voiding
        assert verification.verify(planned, VERSION).is_recomputed

    def test_what_changes_meanwhile_is_noticed_and_nothing_is_kept(self, planned, omar):
        def interfere():
            change_rule("health.stale_days", "9")

        with pytest.raises(StalePlan, match="while it was computed again"):
            freezing.freeze_plan(planned, PERIOD, omar.id, say=interfere, now=NOW)
        assert versions.list_versions(PERIOD) == ()


class TestWhatIsNotReproduced:
    def test_other_random_numbers_name_the_version_that_has_them(self, signable, omar, frozen):
        other = keep_other(frozen, omar, seed=7, code_version="0.0.1")
        found = verification.verify(signable, other.name)
        assert found.is_recomputed is False
        with pytest.raises(Unreproduced, match=r"seed 7, .* Counterpoise 0\.0\.1"):
            verification.check(found)

    @pytest.mark.parametrize(("code", "why"), [
        pytest.param("0.0.1", r"frozen by Counterpoise 0\.0\.1, and this is", id="an older one"),
        pytest.param(__version__, "Another machine may round", id="the same one"),
    ])  # fmt: skip
    def test_another_result_names_the_place_and_the_code(self, signable, omar, frozen, code, why):
        high = runs.get_plan(
            runs.find_latest_run(PERIOD).document["reconcile"]["scenarios"][1]["plan"]
        )
        other = keep_other(
            frozen, omar, plan=high.id, content_hash=high.content_hash, code_version=code
        )
        with pytest.raises(Unreproduced, match=rf"is not reproduced\. .* was .* and is .*{why}"):
            verification.check(verification.verify(signable, other.name))
        connection.close()
        said = run("verify", other.name, workspace=signable.root, expect=1)
        assert f"{other.name} is not reproduced." in said.stderr

    def test_a_plan_that_breaks_its_own_rules_is_named(self, signable, frozen):
        found = verification.verify(signable, frozen.plan)
        broken = replace(found, verdict=replace(found.verdict, feasible=False))
        with pytest.raises(BrokenPlan, match="breaks its own constraints"):
            verification.check(broken)


@pytest.mark.case("FLT-07")
class TestFlippedBits:
    """Each flip is of one bit, in a place chosen by a fixed seed."""

    def test_of_the_build(self, signable, frozen, tmp_path):
        folder = signable.build_folder(freezing.load_inputs(frozen).build)
        files = sorted(each for each in folder.rglob("*") if each.is_file())
        draw = random.Random(7)
        for _ in range(60):
            file = draw.choice(files)
            whole = file.read_bytes()
            file.write_bytes(flip(whole, draw))
            with pytest.raises((BrokenBuild, ChangedBuild)):
                freezing.recompute(signable, freezing.load_inputs(frozen))
            file.write_bytes(whole)
        shutil.rmtree(folder)
        with pytest.raises(ChangedBuild, match="Restore the build from a backup"):
            verification.verify(signable, VERSION)

    def test_of_the_saved_plan_and_of_the_inputs(self, signable, frozen):
        connection.cursor().execute("drop trigger store_frozenplan_no_update")
        draw = random.Random(7)
        for table, column, key, name in [
            ("store_planversion", "document", "id", frozen.plan),
            ("store_frozenplan", "inputs", "id", frozen.id),
        ]:
            place = f"{table} set {column} = %s where {key} = %s"
            cursor = connection.cursor()
            cursor.execute(f"select {column} from {table} where {key} = %s", [name])
            whole = cursor.fetchone()[0]
            tried = 0
            while tried < 20:
                changed = flip(whole.encode(), draw)
                if not is_other_document(changed, whole):
                    continue
                cursor.execute(f"update {place}", [changed.decode(), name])
                with pytest.raises((ChangedVersion, UnreadableInputs)):
                    freezing.check_hashes(frozen, freezing.load_inputs(frozen))
                tried += 1
            cursor.execute(f"update {place}", [whole, name])
        assert verification.verify(signable, VERSION).is_recomputed


def flip(whole, draw):
    place = draw.randrange(len(whole))
    return whole[:place] + bytes([whole[place] ^ 1 << draw.randrange(8)]) + whole[place + 1 :]


def is_other_document(changed, whole):
    """Whether a database would take it as JSON at all, and as another value."""
    try:
        return json.loads(changed) != json.loads(whole)
    except ValueError:
        return False


def keep_override(author, cell):
    from counterpoise.store import overrides

    draft = overrides.Draft(
        PERIOD, (cell.measure, cell.month, ()), cell.mean * 2, cell.mean, "large_deal", "Tender."
    )
    return overrides.make(draft, author_id=author.id, role=author.role, at=NOW)


def test_a_build_of_a_frozen_plan_is_never_swept(signable, frozen, tmp_path):
    """Loads sweep what crashes left behind, and nothing that was published."""
    load_more(signable, tmp_path / "more")
    publishing.sweep_leftovers(signable)
    assert verification.verify(signable, VERSION).is_recomputed


@pytest.mark.parametrize("is_whole", [True, False], ids=["it is reproduced", "it is not"])
def test_freezing_and_verifying_are_long_work(planned, omar, is_whole):
    job = do_work(planned, omar, "freeze", {"period": PERIOD, "person": omar.id})
    link = "/reconcile/2026-Q4/versions/1/"
    assert job.result == {"version": VERSION, "link": link}
    asked = {"version": VERSION, "link": link, "period": PERIOD}
    if is_whole:
        done = do_work(planned, omar, "verify", asked)
        assert done.result == {"version": VERSION, "link": link, "is_verified": True}
        return
    other = keep_other(versions.find_newest(PERIOD), omar, seed=7)
    with pytest.raises(Unreproduced):
        do_work(planned, omar, "verify", asked | {"version": other.name})


def do_work(workspace, person, kind, arguments):
    job, _ = jobs.keep_job(kind, arguments, key=f"{kind}", asked_by=person.id, at=LATER)
    attempt = jobs.take_job(job.id, at=LATER)
    work.do_work(workspace, job.id, attempt, now=LATER)
    return jobs.get_job(job.id)
