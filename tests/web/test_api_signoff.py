"""What programs do with versions of a plan and with notes: the same as the pages, but signing."""

from datetime import date

import pytest

from counterpoise.domain.values.rights import RIGHTS_OF, ROLES
from counterpoise.store import audit, jobs, notes, people
from counterpoise.web.workplace import now
from frozen_plans import PERIOD, change_rule, freeze, keep_planned, make_signers
from people import make_everyone, make_person
from programs import make_program

AT = f"/reconcile/{PERIOD}/versions"
NOTES = f"/reconcile/{PERIOD}/notes"


@pytest.fixture
def planned(workspace):
    keep_planned(workspace)
    return workspace


@pytest.fixture
def program(planned):
    return make_program(make_person("operations"))


@pytest.fixture
def frozen(planned, program):
    from counterpoise.store.models import User

    return freeze(planned, User.objects.get(role="operations"))


def note(**other):
    return {"kind": "assumption", "text": "The ministry signs.", "owner": "Layla", **other}


# Versions


@pytest.mark.case("API-02")
def test_who_may_freeze_asks_for_a_job_and_nobody_else(planned):
    team = make_everyone()
    answers = {role: make_program(team[role]).post(AT).status_code for role in ROLES}
    assert answers == {role: 202 if "freeze_plan" in RIGHTS_OF[role] else 404 for role in ROLES}
    asked = jobs.list_jobs(50)
    assert sorted(each.asked_by_login for each in asked) == sorted(
        team[role].username for role in ROLES if answers[role] == 202
    )
    assert {each.kind for each in asked} == {"freeze"}


def test_freezing_is_asked_for_once_with_a_key(program):
    first, again = (program.post(AT, idempotency_key="k1") for _ in range(2))
    assert (first.status_code, first.json()) == (202, again.json())
    (job,) = jobs.list_jobs(50)
    assert (job.arguments["period"], job.state) == (PERIOD, "waiting")
    stopped = program.post(f"/jobs/{job.id}/stop")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")


def test_a_period_that_was_never_run_has_nothing_to_freeze(program):
    answer = program.post("/reconcile/2031-Q1/versions")
    assert (answer.status_code, "never run" in answer.json()["detail"]) == (404, True)
    assert program.post("/reconcile/soon/versions").status_code == 422
    assert jobs.list_jobs(50) == ()


def test_a_version_says_whose_turn_it_is_and_what_voided_it(planned, program, frozen):
    from counterpoise.actions import signing

    fresh = program.get(f"{AT}/1").json()
    assert (fresh["state"], fresh["is_newest"], fresh["next_to_sign"]) == (
        "frozen",
        True,
        "executive",
    )
    assert (fresh["still_to_sign"], fresh["voided_by"]) == (["executive", "executive"], [])
    for signer in map(people.get_visitor, make_signers()[:2]):
        seen = signing.look_at(planned, PERIOD, 1)
        shown = seen.frozen.version.version_hash
        signing.sign_plan(planned, seen, shown, "", signer, now=now())
    signed = program.get(f"{AT}/1").json()
    assert (signed["state"], signed["next_to_sign"], len(signed["signatures"])) == (
        "signed",
        None,
        2,
    )
    assert program.get(f"/standing/{PERIOD}").json()["is_plan_signed"] is True
    change_rule("plan.late_cost", "0.03")
    void = program.get(f"{AT}/1").json()
    assert (void["state"], len(void["voided_by"])) == ("void", 1)
    assert program.get(f"/standing/{PERIOD}").json()["is_plan_signed"] is False


def test_a_version_that_there_is_not(program):
    for path in ("", "/pack"):
        answer = program.get(f"{AT}/1{path}")
        assert (answer.status_code, "no version 1" in answer.json()["detail"]) == (404, True)
    assert program.post(f"{AT}/1/verify").status_code == 404
    assert jobs.list_jobs(50) == ()


@pytest.mark.parametrize(("role", "status"), [("executive", 202), ("leader", 404)])
def test_a_version_is_verified_for_who_reads_the_trail(frozen, role, status):
    assert make_program(make_person(role)).post(f"{AT}/1/verify").status_code == status
    assert [each.kind for each in jobs.list_jobs(50)] == ["verify"] * (status == 202)


@pytest.mark.parametrize(
    ("asked", "kind", "begins"),
    [
        pytest.param("", "application/pdf", b"%PDF-1.7", id="a print"),
        pytest.param("?ending=html&language=ar", "text/html; charset=utf-8", b"<!", id="a page"),
    ],
)
def test_the_pack_of_a_version_is_a_file(program, frozen, asked, kind, begins):
    answer = program.get(f"{AT}/1/pack{asked}")
    written = b"".join(answer.streaming_content)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    assert written.lower().startswith(begins.lower())
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert program.get(f"{AT}/1/pack?ending=exe").status_code == 422
    assert make_program(make_person("rep")).get(f"{AT}/1/pack").status_code == 404


def test_a_pack_of_a_run_that_is_gone_is_refused_in_words(program, frozen):
    from counterpoise.store.models import CycleRun

    CycleRun.objects.update(whole=None, ran_at=now())
    answer = program.get(f"{AT}/1/pack")
    assert (answer.status_code, "no pack" in answer.json()["detail"]) == (404, True)


# Notes


def test_a_note_is_kept_listed_and_withdrawn(program):
    made = program.post(NOTES, note(expires_on="2026-10-31"))
    assert made.status_code == 201, made.content
    (kept,) = notes.list_notes(PERIOD)
    assert (kept.kind, kept.text, kept.owner) == ("assumption", "The ministry signs.", "Layla")
    assert (kept.expires_on, made.json()["id"]) == (date(2026, 10, 31), kept.id)
    second = program.post(NOTES, note(kind="decision", owner="")).json()
    page = program.get(f"{NOTES}?limit=1").json()
    rest = program.get(f"{NOTES}?limit=1&cursor={page['next']}").json()
    assert [page["items"], rest["items"], rest["next"]] == [[made.json()], [second], None]
    gone = program.post(f"{NOTES}/{kept.id}/withdraw")
    again = program.post(f"{NOTES}/{kept.id}/withdraw")
    assert (gone.status_code, again.status_code) == (200, 409)
    assert gone.json()["withdrawn_at"] is not None
    assert [each.withdrawn_at is None for each in notes.list_notes(PERIOD)] == [False, True]
    verbs = [each.verb for each in audit.list_entries() if each.verb.startswith("note.")]
    assert verbs == ["note.withdrawn", "note.added", "note.added"]


def test_an_assumption_that_no_longer_holds_is_marked(program):
    program.post(NOTES, note(expires_on="2020-01-31"))
    program.post(NOTES, note())
    listed = program.get(NOTES).json()["items"]
    assert [each["is_expired"] for each in listed] == [True, False]


def test_a_note_is_kept_once_for_its_key(program):
    first, again = (program.post(NOTES, note(), idempotency_key="k1") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert len(notes.list_notes(PERIOD)) == 1


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        pytest.param(NOTES, note(text=" "), 422, id="no words"),
        pytest.param(NOTES, note(text="x" * 5001), 422, id="too many words"),
        pytest.param(NOTES, note(owner="x" * 151), 422, id="a name too long"),
        pytest.param(NOTES, note(kind="rumour"), 422, id="no such kind"),
        pytest.param(
            NOTES, note(kind="minute", expires_on="2026-10-31"), 422, id="minutes that expire"
        ),
        pytest.param(NOTES, note(expires_on=5), 422, id="a number for a day"),
        pytest.param(NOTES, note(author="omar"), 422, id="an author that is claimed"),
        pytest.param("/reconcile/2031-Q1/notes", note(), 404, id="a period that was never run"),
    ],
)
def test_a_note_that_cannot_be_is_refused_and_leaves_nothing(program, path, sent, status):
    before = len(audit.list_entries())
    assert program.post(path, sent).status_code == status
    assert (notes.list_notes(PERIOD), len(audit.list_entries())) == ((), before)


@pytest.mark.case("API-02")
def test_who_keeps_minutes_keeps_notes_and_who_reads_plans_reads_them(planned):
    programs = {role: make_program(each) for role, each in make_everyone().items()}
    kept = programs["operations"].post(NOTES, note()).json()["id"]
    for role, program in programs.items():
        may_read, may_keep = ("read_plan" in RIGHTS_OF[role], "keep_minutes" in RIGHTS_OF[role])
        assert program.get(NOTES).status_code == (200 if may_read else 404), role
        if not may_keep:
            assert program.post(NOTES, note()).status_code == 404, role
            assert program.post(f"{NOTES}/{kept}/withdraw").status_code == 404, role
    (only,) = notes.list_notes(PERIOD)
    assert (only.id, only.withdrawn_at) == (kept, None)


def test_a_note_of_another_period_is_not_withdrawn(program):
    kept = program.post(NOTES, note()).json()["id"]
    assert program.post(f"/reconcile/2031-Q1/notes/{kept}/withdraw").status_code == 404
    assert program.post(f"{NOTES}/{kept + 1}/withdraw").status_code == 404
    assert notes.list_notes(PERIOD)[0].withdrawn_at is None
