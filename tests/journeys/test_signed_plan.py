"""A plan is frozen, and years later it is computed again to the byte, or what changed is said."""

import json
import random
import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from counterpoise import __version__
from counterpoise.actions import cycles, freezing, publishing, verification, work
from counterpoise.actions.collect import collect
from counterpoise.actions.freezing import ChangedBuild, ChangedVersion, StalePlan
from counterpoise.actions.planning import BrokenPlan
from counterpoise.actions.verification import Unreproduced, UnknownVersion
from counterpoise.domain.reconcile.version import hash_inputs, hash_version, inputs_to_document
from counterpoise.store import jobs, ledger, people, runs, versions
from counterpoise.store.versions import NewVersion
from counterpoise.warehouse.marts.publication import BrokenBuild
from frozen_plans import change_rule, override, promote
from journeys.command import ask, run
from people import make_person

from .conftest import AS_OF, NOW, PERIOD

LATER = NOW + timedelta(days=1)
VERSION = "2026-Q4-v1"


@pytest.fixture
def omar(planned):
    return make_person("operations")


@pytest.fixture
def frozen(planned, omar):
    return freezing.freeze_plan(planned, PERIOD, omar.id, now=NOW)


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


def test_a_frozen_plan_is_the_run_s_and_comes_out_the_same_again(planned, frozen):
    run_plan = runs.find_latest_run(PERIOD).document["reconcile"]["plan"]
    assert (frozen.name, frozen.plan) == (VERSION, run_plan)
    found = verification.verify(planned, VERSION)
    assert (found.plan, found.version, found.is_recomputed) == (run_plan, VERSION, True)
    assert found.verdict.feasible
    verification.check(found)


def test_it_does_so_after_newer_data_rules_overrides_and_scenarios(planned, omar, frozen, tmp_path):
    newer = load_more(planned, tmp_path / "more")
    change_rule("plan.late_cost", "0.2", on=date(2026, 1, 1))
    override(omar)
    promote(omar)
    assert ledger.find_current_build().id == newer != freezing.load_inputs(frozen).build
    assert verification.verify(planned, VERSION).is_recomputed


def test_the_command_says_so_in_words_and_as_json(planned, frozen):
    connection.close()
    said = run("verify", VERSION, workspace=planned.root)
    assert "the same to the byte" in said.stderr
    answer = ask("verify", VERSION, workspace=planned.root)
    assert (answer["version"], answer["recomputed"], answer["difference"]) == (VERSION, True, None)
    plain = ask("verify", frozen.plan, workspace=planned.root)
    assert (plain["version"], plain["recomputed"], plain["feasible"]) == (None, None, True)


def test_a_version_that_there_is_not_is_refused_with_those_there_are(planned, frozen):
    with pytest.raises(UnknownVersion, match=r"there are: 2026-Q4-v1\."):
        verification.verify(planned, "2026-Q4-v2")
    with pytest.raises(UnknownVersion, match="none yet"):
        verification.verify(planned, "2027-Q1-v1")


class TestFreezingAgain:
    def test_without_a_change_it_is_the_same_version(self, planned, omar, frozen):
        again = freezing.freeze_plan(planned, PERIOD, omar.id, now=LATER)
        assert again == frozen

    def test_after_a_rule_that_moves_the_plan_the_cycle_comes_first(self, planned, omar, frozen):
        change_rule("plan.late_cost", "0.2", on=date(2026, 1, 1))
        with pytest.raises(StalePlan, match="comes to something else: .* Run the cycle again"):
            freezing.freeze_plan(planned, PERIOD, omar.id, now=LATER)
        replan(planned)
        second = freezing.freeze_plan(planned, PERIOD, omar.id, now=LATER)
        assert second.name == "2026-Q4-v2"
        assert verification.verify(planned, VERSION).is_recomputed
        assert verification.verify(planned, second.name).is_recomputed

    def test_with_an_override_the_version_is_of_the_overridden_plan(self, planned, omar):
        from counterpoise.actions import planning
        from counterpoise.domain.demand.overrides import CellKey  # noqa: F401

        desk = planning.open_desk(planned, PERIOD, as_of=AS_OF, today=NOW.date())
        cell = next(each for each in desk.forecast().cells if not each.by)
        keep_override(omar, cell)
        replan(planned)
        frozen = freezing.freeze_plan(planned, PERIOD, omar.id, now=LATER)
        assert len(freezing.load_inputs(frozen).overrides) == 1
        assert verification.verify(planned, VERSION).is_recomputed

    def test_what_changes_meanwhile_is_noticed_and_nothing_is_kept(self, planned, omar):
        def interfere():
            change_rule("health.stale_days", "9")

        with pytest.raises(StalePlan, match="while it was computed again"):
            freezing.freeze_plan(planned, PERIOD, omar.id, say=interfere, now=NOW)
        assert versions.list_versions(PERIOD) == ()


class TestWhatIsNotReproduced:
    def test_other_random_numbers_name_the_version_that_has_them(self, planned, omar, frozen):
        other = keep_other(frozen, omar, seed=7, code_version="0.0.1")
        found = verification.verify(planned, other.name)
        assert found.is_recomputed is False
        with pytest.raises(Unreproduced, match=r"seed 7, .* Counterpoise 0\.0\.1"):
            verification.check(found)

    @pytest.mark.parametrize(("code", "why"), [
        pytest.param("0.0.1", r"frozen by Counterpoise 0\.0\.1, and this is", id="an older one"),
        pytest.param(__version__, "Another machine may round", id="the same one"),
    ])  # fmt: skip
    def test_another_result_names_the_place_and_the_code(self, planned, omar, frozen, code, why):
        high = runs.get_plan(
            runs.find_latest_run(PERIOD).document["reconcile"]["scenarios"][1]["plan"]
        )
        other = keep_other(
            frozen, omar, plan=high.id, content_hash=high.content_hash, code_version=code
        )
        with pytest.raises(Unreproduced, match=rf"is not reproduced\. .* was .* and is .*{why}"):
            verification.check(verification.verify(planned, other.name))
        connection.close()
        said = run("verify", other.name, workspace=planned.root, expect=1)
        assert f"{other.name} is not reproduced." in said.stderr

    def test_a_plan_that_breaks_its_own_rules_is_named(self, planned, frozen):
        found = verification.verify(planned, frozen.plan)
        broken = replace(found, verdict=replace(found.verdict, feasible=False))
        with pytest.raises(BrokenPlan, match="breaks its own constraints"):
            verification.check(broken)


@pytest.mark.case("FLT-07")
class TestFlippedBits:
    """Each flip is of one bit, in a place chosen by a fixed seed."""

    def test_of_the_build(self, planned, frozen, tmp_path):
        folder = planned.build_folder(freezing.load_inputs(frozen).build)
        files = sorted(each for each in folder.rglob("*") if each.is_file())
        draw = random.Random(7)
        for _ in range(60):
            file = draw.choice(files)
            whole = file.read_bytes()
            file.write_bytes(flip(whole, draw))
            with pytest.raises((BrokenBuild, ChangedBuild)):
                freezing.recompute(planned, freezing.load_inputs(frozen))
            file.write_bytes(whole)
        shutil.rmtree(folder)
        with pytest.raises(ChangedBuild, match="Restore the build from a backup"):
            verification.verify(planned, VERSION)

    def test_of_the_saved_plan_and_of_the_inputs(self, planned, frozen):
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
                with pytest.raises((ChangedVersion, freezing.UnreadableInputs)):
                    freezing.check_hashes(frozen, freezing.load_inputs(frozen))
                tried += 1
            cursor.execute(f"update {place}", [whole, name])
        assert verification.verify(planned, VERSION).is_recomputed


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


def test_a_build_of_a_frozen_plan_is_never_swept(planned, frozen, tmp_path):
    """Loads sweep what crashes left behind, and nothing that was published."""
    load_more(planned, tmp_path / "more")
    publishing.sweep_leftovers(planned)
    assert verification.verify(planned, VERSION).is_recomputed


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


def test_who_froze_it_is_in_the_trail(planned, omar, frozen):
    assert people.find_person(frozen.author_id).username == "omar"
