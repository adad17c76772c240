"""Versions of a plan: frozen, signed after a fresh sign-in, taken to the meeting, written about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterpoise.domain.values.document import to_document
from counterpoise.domain.values.text import text
from counterpoise.store import audit, inbox, jobs, notes, runs, versions
from counterpoise.web import workplace
from frozen_plans import (
    NOW,
    PERIOD,
    change_rule,
    freeze,
    keep_planned,
    make_signers,
    override,
    publish_build,
)
from people import PASSWORD, make_person, sign_in
from reporting_company import build_refusing_cycle
from shown_pages import field_of, rows_of, text_of

AT = f"/reconcile/{PERIOD}/versions/"
READERS = ("administrator", "operations", "leader", "finance", "marketing", "executive", "viewer")
FREEZERS = ("administrator", "operations")
SIGNERS = ("finance", "executive")
KEEPERS = (*FREEZERS, *SIGNERS)


@pytest.fixture
def omar(workspace):
    keep_planned(workspace)
    return make_person("operations")


@pytest.fixture
def frozen(workspace, omar):
    return freeze(workspace, omar)


@pytest.fixture
def signers(frozen):
    """The browsers of three executives who have just signed in."""
    return [confirm(sign_in(each)) for each in make_signers()]


def confirm(browser, ago=timedelta(seconds=1)):
    """As if this person had given a password so long ago."""
    session = browser.session
    at = (workplace.now() - ago).timestamp()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": at}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = session["_auth_user_id"]
    session.save()
    return browser


def sign(browser, number=1, **other):
    page = browser.get(f"{AT}{number}/")
    said = {"shown": field_of(page, "shown") or "", "comment": ""} | other
    return browser.post(f"{AT}{number}/sign", said)


def signatures(number=1):
    return [each.signature.signer for each in versions.find_version(PERIOD, number).signed]


@pytest.mark.parametrize("path", [
    pytest.param(AT, id="the versions of a period"),
    pytest.param(f"{AT}1/", id="a version"),
    pytest.param(f"{AT}1/pack.en.html", id="its pack"),
])  # fmt: skip
def test_who_reads_plans_reads_versions_and_nobody_else(workspace, browsers, path):
    keep_planned(workspace)
    freeze(workspace, sign_in_as("operations"))
    answers = {role: browser.get(path).status_code for role, browser in browsers.items()}
    assert answers == {role: 200 if role in READERS else 404 for role in browsers}


def sign_in_as(role):
    from counterpoise.store.models import User

    return User.objects.get(role=role)


@pytest.mark.parametrize(("path", "roles"), [
    pytest.param("freeze", FREEZERS, id="freeze"),
    pytest.param("1/sign", SIGNERS, id="sign"),
    pytest.param("1/verify", (*FREEZERS, *SIGNERS), id="verify"),
    pytest.param("notes", KEEPERS, id="write down"),
    pytest.param("notes/1/withdraw", KEEPERS, id="withdraw"),
])  # fmt: skip
def test_changes_are_for_whom_they_are_and_for_others_there_is_nothing(
    workspace, browsers, path, roles
):
    keep_planned(workspace)
    omar = sign_in_as("operations")
    freeze(workspace, omar)
    notes.add(PERIOD, notes.NewNote("minute", "Met."), author_id=omar.id, at=NOW)
    hidden = {r: b.post(AT + path).status_code for r, b in browsers.items() if r not in roles}
    assert set(hidden.values()) == {404}
    assert {b.post(AT + path).status_code for r, b in browsers.items() if r in roles} <= {302, 422}
    forms = browsers["viewer"].get(f"{AT}1/").content.count(b'<form method="post"')
    assert forms == 1, "to sign out"


@pytest.mark.parametrize("path", [
    pytest.param("/reconcile/2027-Q1/versions/", id="a period that was never run"),
    pytest.param("/reconcile/nonsense/versions/", id="no period"),
    pytest.param("/reconcile/2027-Q1/versions/1/", id="a version of it"),
    pytest.param(f"{AT}2/", id="a version that is not there"),
    pytest.param(f"{AT}2/pack.en.html", id="its pack"),
    pytest.param(f"{AT}1/pack.fr.html", id="a language that is not there"),
    pytest.param(f"{AT}1/pack.en.docx", id="a kind of file that is not there"),
])  # fmt: skip
def test_what_is_not_there_has_no_page(signers, path):
    assert signers[0].get(path).status_code == 404


def test_before_anything_is_frozen_the_page_says_what_to_do(omar):
    page = text_of(sign_in(omar).get(AT))
    assert "No plan was frozen for this period yet" in page
    assert "The plan to be frozen is that of the newest run" in page
    assert "Nothing was written down for this period yet." in page


def test_a_version_shows_its_hash_its_figures_and_whose_turn_it_is(signers, frozen):
    page = signers[0].get(f"{AT}1/")
    said = text_of(page)
    for words in (
        frozen.version.version_hash,
        "Version 1, Q4 2026 frozen, not signed yet",
        "Still to sign, in this order: Executive Executive",
        "Nobody has signed yet.",
        "counterpoise verify 2026-Q4-v1",
        "This is the first version for the period.",
        "Demand $4.26M 112 deals",
    ):
        assert words in said, words
    assert [len(rows_of(page, each)) for each in ("months", "products", "scenarios")] == [3, 3, 3]


def test_a_version_whose_run_cannot_be_read_still_shows_what_is_signed(signers, frozen):
    run = replace(runs.find_run("2026-Q4-run"), ran_at=NOW + timedelta(days=1))
    runs.save_run(run)
    page = signers[0].get(f"{AT}1/")
    assert "kept in a form that pages cannot read" in text_of(page)
    assert frozen.version.version_hash in text_of(page)
    assert signers[0].get(f"{AT}1/pack.en.html").status_code == 404


@pytest.mark.case("WEB-14")
class TestSigning:
    def test_two_executives_sign_and_the_plan_is_signed(self, signers, omar):
        answer = sign(signers[0], comment="Agreed.")
        assert (answer.status_code, answer.url) == (302, f"{AT}1/")
        assert "part signed" in text_of(signers[1].get(f"{AT}1/"))
        assert sign(signers[1]).status_code == 302
        page = signers[2].get(f"{AT}1/")
        assert "Everyone who has to sign has signed." in text_of(page)
        assert [row[0] for row in rows_of(page, "signatures")] == ["Emad Rashid", "Eman Saleh"]
        assert "signed" in [each.kind for each in inbox.list_items(omar.id)]
        first = audit.list_entries()[1]
        assert (first.verb, first.actor, first.subject) == (
            "version.signed", "emad", "version:2026-Q4-v1",
        )  # fmt: skip

    def refuse(self, answer, status, words, left=()):
        assert answer.status_code == status
        assert words in text_of(answer)
        assert signatures() == list(left)

    def test_the_form_sent_twice_signs_once(self, signers, frozen):
        shown = frozen.version.version_hash
        assert sign(signers[0], shown=shown).status_code == 302
        again = signers[0].post(f"{AT}1/sign", {"shown": shown})
        self.refuse(again, 409, "You have signed version 1 already", ["emad"])

    def test_a_form_of_another_version_s_page_is_refused(self, signers):
        answer = sign(signers[0], shown="0" * 64)
        self.refuse(answer, 409, "What you were shown is not version 1")

    @pytest.mark.parametrize("shown", ["", "x" * 65], ids=["nothing", "too much"])
    def test_a_form_without_the_hash_is_refused(self, signers, shown):
        answer = signers[0].post(f"{AT}1/sign", {"shown": shown})
        assert (answer.status_code, signatures()) == (422, [])

    def test_a_version_that_was_replaced_is_refused(self, workspace, signers, omar, frozen):
        change_rule("plan.late_cost", "0.03")
        freeze(workspace, omar)
        answer = signers[0].post(f"{AT}1/sign", {"shown": frozen.version.version_hash})
        self.refuse(answer, 409, "Version 1 has been replaced by version 2")
        assert "A newer version has replaced this one" in text_of(signers[0].get(f"{AT}1/"))

    def test_what_changed_meanwhile_is_refused_with_what_it_was(self, signers, omar, frozen):
        signers[0].get(f"{AT}1/")
        override(omar)
        answer = signers[0].post(f"{AT}1/sign", {"shown": frozen.version.version_hash})
        self.refuse(answer, 409, "has changed since it was frozen (changes: 1)")
        assert "Override 1 was added by omar" in text_of(answer)

    def test_a_signature_is_void_once_the_plan_rests_on_something_else(self, signers, omar):
        sign(signers[0])
        change_rule("plan.late_cost", "0.03")
        page = signers[1].get(f"{AT}1/")
        assert "void" in text_of(page)
        said = text_of(page).translate(dict.fromkeys((0x2066, 0x2067, 0x2068, 0x2069)))
        assert "plan.late_cost was 0.02 and is 0.03 from 1 Oct 2026 on." in said

    def test_newer_data_is_said_and_does_no_harm(self, workspace, signers):
        publish_build(workspace, "b2")
        page = text_of(signers[0].get(f"{AT}1/"))
        assert "The data was build b1 and is build b2." in page
        assert sign(signers[0]).status_code == 302

    def test_another_role_is_told_whose_turn_it_is(self, signers, frozen):
        browser = confirm(sign_in(make_person("finance")))
        assert "waits for the signature of role executive" in text_of(browser.get(f"{AT}1/"))
        answer = browser.post(f"{AT}1/sign", {"shown": frozen.version.version_hash})
        self.refuse(answer, 422, "waits for the signature of role executive")

    def test_who_froze_it_does_not_sign_it(self, workspace, signers, frozen):
        change_rule("plan.late_cost", "0.03")
        author = make_person("executive", username="esra", name="Esra Amin")
        second = freeze(workspace, author)
        answer = confirm(sign_in(author)).post(
            f"{AT}2/sign", {"shown": second.version.version_hash}
        )
        assert (answer.status_code, signatures(2)) == (422, [])
        assert "You froze version 2" in text_of(answer)

    def test_a_plan_that_was_changed_in_the_database_is_refused(self, signers, frozen):
        connection.cursor().execute(
            "update store_planversion set document = json_set(document, '$.solution.gap', 0.5)"
        )
        answer = sign(signers[0], shown=frozen.version.version_hash)
        self.refuse(answer, 409, "is not what was frozen")

    def test_a_comment_that_is_too_long_is_refused(self, signers):
        answer = sign(signers[0], comment="x" * 2001)
        assert (answer.status_code, signatures()) == (422, [])


@pytest.mark.case("WEB-13")
class TestWhoSignsHasJustSignedIn:
    def test_after_five_minutes_the_password_is_asked_again(self, signers, frozen):
        late = confirm(signers[0], timedelta(minutes=5, seconds=1))
        page = late.get(f"{AT}1/")
        assert "A signature needs a sign-in of the last five minutes." in text_of(page)
        assert b"Sign this version" not in page.content
        answer = late.post(
            f"{AT}1/sign", {"shown": frozen.version.version_hash},
            headers={"referer": f"http://localhost{AT}1/"},
        )  # fmt: skip
        assert (answer.status_code, signatures()) == (302, [])
        assert "next=" in answer.url

    def test_whoever_gives_it_comes_back_and_signs(self, signers):
        late = confirm(signers[0], timedelta(hours=1))
        asked = late.get(f"{AT}1/sign")
        assert asked.status_code == 302
        answer = late.post(asked.url, {"password": PASSWORD})
        assert (answer.status_code, answer.url) == (302, f"{AT}1/sign")
        assert late.get(answer.url).url == f"{AT}1/#sign"
        assert sign(late).status_code == 302
        assert signatures() == ["emad"]

    def test_a_wrong_password_opens_nothing(self, signers, frozen):
        late = confirm(signers[0], timedelta(hours=1))
        late.post(late.get(f"{AT}1/sign").url, {"password": "wrong"})
        late.post(f"{AT}1/sign", {"shown": frozen.version.version_hash})
        assert signatures() == []


class TestFreezingAndVerifying:
    def test_one_click_is_one_job(self, omar):
        browser = sign_in(omar)
        key = field_of(browser.get(AT), "key")
        first, again = (browser.post(f"{AT}freeze", {"key": key}) for _ in range(2))
        assert first.url == again.url
        (job,) = jobs.list_jobs(kind="freeze")
        assert job.arguments == {"period": PERIOD, "person": omar.id}

    def test_verifying_is_long_work_too(self, frozen, omar):
        browser = sign_in(omar)
        key = field_of(browser.get(f"{AT}1/"), "key")
        answer = browser.post(f"{AT}1/verify", {"key": key})
        (job,) = jobs.list_jobs(kind="verify")
        assert answer.url == f"/work/{job.id}/"
        assert job.arguments["version"] == "2026-Q4-v1"
        attempt = jobs.take_job(job.id, at=NOW)
        jobs.end_job(job.id, attempt, "failed", failure=text("It is not reproduced."), at=NOW)
        page = browser.get(answer.url)
        assert "It is not reproduced." in text_of(page)
        assert f'href="{AT}"'.encode() in page.content

    @pytest.mark.parametrize("path", ["freeze", "1/verify"])
    def test_a_form_without_its_key_does_nothing(self, frozen, omar, path):
        answer = sign_in(omar).post(AT + path)
        assert (answer.url, jobs.list_jobs()) == (AT, ())

    def test_a_period_that_was_never_run_is_not_frozen(self, omar):
        answer = sign_in(omar).post("/reconcile/2027-Q1/versions/freeze", {"key": "k"})
        assert (answer.status_code, jobs.list_jobs()) == (404, ())


class TestNotes:
    @pytest.fixture
    def farid(self, omar):
        return sign_in(make_person("finance"))

    def write(self, browser, **other):
        said = {"kind": "assumption", "text": "Prices stay.", "owner": "Sara", "expires_on": ""}
        return browser.post(f"{AT}notes", said | other)

    def test_an_assumption_has_an_owner_and_is_marked_once_it_expired(self, farid):
        assert self.write(farid, expires_on="2026-09-01").status_code == 302
        self.write(farid, expires_on="2999-12-31")
        said = text_of(farid.get(AT))
        assert "assumption Farid Aziz" in said
        assert "owner: Sara · expired on 1 Sep 2026" in said
        assert "holds until 31 Dec 2999" in said
        assert [each.expires_on.year for each in notes.list_notes(PERIOD)] == [2026, 2999]

    def test_a_note_is_withdrawn_and_stays_in_the_record(self, farid):
        self.write(farid)
        (kept,) = notes.list_notes(PERIOD)
        for _ in range(2):
            assert farid.post(f"{AT}notes/{kept.id}/withdraw").status_code == 302
        assert "withdrawn on" in text_of(farid.get(AT))
        assert [each.verb for each in audit.list_entries()].count("note.withdrawn") == 1
        assert farid.post(f"{AT}notes/99/withdraw").status_code == 404

    @pytest.mark.parametrize(("wrong", "words"), [
        pytest.param({"text": "  "}, "This field is required.", id="no words"),
        pytest.param({"kind": "rumour"}, "Select a valid choice", id="no kind"),
        pytest.param({"expires_on": "soon"}, "Enter a valid date.", id="no day"),
        pytest.param(
            {"kind": "minute", "expires_on": "2026-12-31"}, "Only an assumption expires",
            id="minutes that expire",
        ),
    ])  # fmt: skip
    def test_what_is_refused_keeps_the_text_and_is_not_stored(self, farid, wrong, words):
        answer = self.write(farid, **wrong)
        assert (answer.status_code, notes.list_notes(PERIOD)) == (422, ())
        assert words in text_of(answer)
        assert field_of(answer, "owner") == "Sara"

    def test_markup_in_a_note_is_text(self, farid):
        self.write(farid, text="<script>alert(1)</script>")
        assert b"<script>alert(1)" not in farid.get(AT).content


class TestPack:
    @pytest.mark.parametrize(("language", "words"), [("en", "Not signed yet."), ("ar", "rtl")])
    def test_the_page_opens_in_either_language_under_the_policy_of_reports(
        self, signers, language, words
    ):
        answer = signers[0].get(f"{AT}1/pack.{language}.html")
        content = b"".join(answer.streaming_content).decode()
        assert words in content
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Disposition"].startswith("inline")

    def test_the_print_is_saved_under_the_version_s_name(self, signers):
        answer = signers[0].get(f"{AT}1/pack.ar.pdf")
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        assert answer.headers["Content-Disposition"] == ('attachment; filename="2026-Q4-v1.ar.pdf"')

    def test_it_is_written_once_for_each_state(self, workspace, signers):
        folder = workspace.root / "packs" / "2026-Q4-v1"
        for _ in range(2):
            signers[0].get(f"{AT}1/pack.en.html").close()
        (only,) = folder.iterdir()
        sign(signers[0])
        answer = signers[0].get(f"{AT}1/pack.en.html")
        assert "Emad Rashid" in b"".join(answer.streaming_content).decode()
        assert len(list(folder.iterdir())) == 2
        assert only.exists()

    def test_decisions_assumptions_and_minutes_are_in_it(self, workspace, signers, omar):
        for kind, words in (("decision", "Hire two."), ("assumption", "Prices stay."),
                            ("minute", "Finance agreed.")):  # fmt: skip
            notes.add(PERIOD, notes.NewNote(kind, words), author_id=omar.id, at=NOW)
        gone = notes.add(PERIOD, notes.NewNote("minute", "Gone."), author_id=omar.id, at=NOW)
        notes.withdraw(PERIOD, gone.id, at=NOW)
        content = read_pack(signers[0])
        assert [each in content for each in ("Hire two.", "Prices stay.", "Finance agreed.")] == [
            True
        ] * 3
        assert "Gone." not in content

    def test_it_says_what_changed_since_the_version_before_and_what_is_void(
        self, workspace, signers, omar
    ):
        change_rule("plan.late_cost", "0.03")
        freeze(workspace, omar)
        assert "Do not sign version" in read_pack(signers[0])
        second = read_pack(signers[0], 2)
        assert "What changed since version" in second
        assert "plan.late_cost" in second
        sign(signers[0], 2)
        sign(signers[1], 2)
        assert "Everyone who has to sign has signed." in read_pack(signers[0], 2)


def read_pack(browser, number=1):
    answer = browser.get(f"{AT}{number}/pack.en.html")
    return b"".join(answer.streaming_content).decode()


def test_pages_read_little_and_the_same_of_one_version_and_of_many(workspace, omar, django_counter):
    freeze(workspace, omar)
    browser = sign_in(omar)
    browser.get(AT), browser.get(f"{AT}1/")
    one = django_counter(browser, AT)
    version = django_counter(browser, f"{AT}1/")
    for n in range(3):
        change_rule("plan.late_cost", f"0.0{n + 3}", on=datetime(2026, 9, n + 1, tzinfo=UTC).date())
        freeze(workspace, omar)
    assert django_counter(browser, AT) == one <= 30
    assert version <= 30


@pytest.fixture
def django_counter():
    def count(browser, path):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        return len(queries)

    return count


def test_a_run_that_made_no_plan_has_a_page_without_versions(workspace, omar):
    run = replace(runs.find_run("2026-Q4-run"), document={"demand": None, "reconcile": None})
    runs.save_run(replace(run, whole=to_document(build_refusing_cycle())))
    assert sign_in(omar).get(AT).status_code == 200


def test_comments_on_a_version_lead_back_to_it(frozen):
    from counterpoise.web.inbox.subjects import find_link

    assert find_link(f"version:{frozen.id}") == f"{AT}1/"
    assert find_link("version:99") == find_link("version:x") == "/reconcile/"
