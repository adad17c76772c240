"""Files come in through the browser: within limits, looked at before they count, or thrown away."""

import gzip
import io
import resource
import zipfile
from dataclasses import replace

import pytest
from django.test import Client, override_settings

from counterpoise.actions.uploads import LONGEST_NAME, clean_name
from people import make_person, sign_in
from web.uploading import (
    DEALS,
    MB,
    MIXED,
    ROOMY,
    count_uploads,
    file_of,
    find_only_upload,
    list_on_disk,
    propose,
    read_answers,
    send,
    work_off,
)


@pytest.fixture(autouse=True)
def limits():
    with override_settings(UPLOAD_LIMITS=ROOMY):
        yield


@pytest.fixture
def browser(workspace):
    """Omar of sales operations is signed in."""
    return sign_in(make_person("operations"))


def test_an_export_goes_from_the_browser_into_the_build(workspace, browser):
    from counterpoise.store import audit, ledger, loads
    from counterpoise.store.models import InboxItem

    sent = send(browser)
    assert f'href="{sent.url}"' in browser.get("/collect/").content.decode()
    assert "begins as soon as a worker is free" in browser.get(sent.url).content.decode()
    work_off(workspace)
    upload = find_only_upload()
    assert browser.get(sent.url).url == f"/collect/uploads/{upload.id}/"
    assert not (workspace.root / "mapping.toml").exists()
    assert f"/collect/uploads/{upload.id}/" in browser.get("/collect/").content.decode()

    page = browser.get(f"/collect/uploads/{upload.id}/")
    assert "Closed Won" in page.content.decode()
    answers = read_answers(page)
    assert (answers["table-0"], answers["to-0-0"]) == ("opportunity", "source_id")
    confirmed = browser.post(f"/collect/uploads/{upload.id}/confirm/", {**answers, "key": "one"})
    again = browser.post(f"/collect/uploads/{upload.id}/confirm/", {**answers, "key": "one"})
    assert again.status_code == 409
    (job,) = work_off(workspace)
    assert (job.state, job.failure) == ("done", "")
    assert confirmed.url == f"/work/{job.id}/"
    shown = browser.get(confirmed.url).content.decode()
    assert f"/collect/loads/{job.result['batch']}/" in shown

    assert ledger.get_current_build().manifest["rows"]["opportunity"] == 3
    (load,) = loads.list_loads()
    assert (load.files, load.total("new")) == (("deals.csv",), 3)
    assert list_on_disk(workspace) == []
    assert (workspace.root / "mapping.toml").exists()
    verbs = [each.verb for each in audit.list_entries() if each.verb.startswith("upload.")]
    assert verbs[::-1] == [
        f"upload.{each}" for each in ("received", "proposed", "confirmed", "collected")
    ]
    item = InboxItem.objects.get()
    assert (item.person.username, item.kind, item.link) == (
        "omar", "work", f"/collect/loads/{load.id}/"
    )  # fmt: skip
    assert "Omar Nasser" in browser.get(f"/collect/loads/{load.id}/").content.decode()


def test_what_was_loaded_is_loaded_even_where_it_cannot_be_judged_yet(workspace, browser):
    from counterpoise.store import ledger

    upload, page = propose(browser, workspace, file_of(MIXED))
    link = browser.post(f"/collect/uploads/{upload.id}/confirm/", read_answers(page)).url
    (job,) = work_off(workspace)
    assert (job.state, job.result["score"]) == ("done", None)
    assert "names no company.currency" in browser.get(link).content.decode()
    assert ledger.get_current_build().batch == job.result["batch"]
    assert "was not judged yet" in browser.get("/collect/health/").content.decode()


def test_a_load_that_is_done_twice_comes_to_the_same(workspace, browser):
    from counterpoise.actions import uploads as uploading
    from counterpoise.store import ledger
    from counterpoise.web.workplace import now

    upload, page = propose(browser, workspace)
    browser.post(f"/collect/uploads/{upload.id}/confirm/", read_answers(page))
    (job,) = work_off(workspace)
    again = uploading.collect_upload(
        workspace, upload.id, person=None, tell=lambda share, doing: None, now=now()
    )
    assert again == job.result
    assert uploading.propose_upload(workspace, upload.id, now=now()).state == "collected"
    assert len(ledger.list_batches()) == 1


def test_files_that_were_collected_before_change_nothing(workspace, browser):
    from counterpoise.store import ledger
    from counterpoise.store.models import Upload

    for _time in range(2):
        send(browser)
        work_off(workspace)
        upload = Upload.objects.order_by("-sent_at").first()
        page = browser.get(f"/collect/uploads/{upload.id}/")
        browser.post(f"/collect/uploads/{upload.id}/confirm/", read_answers(page))
        (job,) = work_off(workspace)
    assert (job.state, job.result["batch"]) == ("done", "")
    assert len(ledger.list_batches()) == 1


@pytest.mark.case("WEB-02")
@pytest.mark.parametrize("role", ["leader", "rep", "finance", "marketing", "executive", "viewer"])
def test_who_may_not_load_data_finds_no_way_in(workspace, role):
    assert send(sign_in(make_person(role))).status_code == 404
    assert count_uploads() == 0
    assert not workspace.uploads.exists()


@pytest.mark.case("WEB-02")
@pytest.mark.parametrize(
    ("role", "status"),
    [
        pytest.param("operations", 302, id="who may load data"),
        pytest.param("viewer", 404, id="who may not: nothing reaches the disk"),
    ],
)
def test_files_are_taken_in_before_the_page_is_asked_only_from_who_may(workspace, role, status):
    """A browser's form is read to check its token, long before the view."""
    browser = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    browser.force_login(make_person(role))
    browser.cookies["csrftoken"] = token = "a" * 32
    form = {"csrfmiddlewaretoken": token, "files": file_of()}
    assert browser.post("/collect/upload/", form).status_code == status
    assert len(list_on_disk(workspace)) == (status == 302)
    forged = browser.post("/collect/upload/", {**form, "csrfmiddlewaretoken": "b" * 32})
    assert forged.status_code == 403
    assert len(list_on_disk(workspace)) == (status == 302)


def test_the_quota_is_held_to_once_more_when_the_upload_is_kept(browser, monkeypatch):
    """Two uploads at once: both were within the quota when they began."""
    from counterpoise.web.collect import receiving

    begin = receiving.uploads.open_intake

    def begin_early(workspace, sender, limits, *, now):
        return begin(workspace, sender, replace(limits, uploads_a_day=2), now=now)

    monkeypatch.setattr(receiving.uploads, "open_intake", begin_early)
    with override_settings(UPLOAD_LIMITS={**ROOMY, "uploads_a_day": 1}):
        assert [send(browser).status_code for _time in range(2)] == [302, 429]
    assert count_uploads() == 1


def test_no_file_is_refused(workspace, browser):
    page = browser.post("/collect/upload/", {})
    assert page.status_code == 422
    assert "No file was sent" in page.content.decode()


@pytest.mark.case("IMP-17")
@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(100), "a PNG picture", id="a picture"),
        pytest.param(b"%PDF-1.7\n" + bytes(100), "a PDF document", id="a PDF"),
        pytest.param(b"<!doctype html><html><body>Sign in", "a web page", id="a sign-in page"),
        pytest.param(b'<?xml version="1.0"?><svg onload="alert(1)"/>', "an XML", id="an SVG"),
        pytest.param(b"\x7fELF" + bytes(100), "a program", id="a program"),
        pytest.param(b"", "empty", id="nothing"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(workspace, browser, content, what):
    page = send(browser, file_of(), file_of(content, "deals-2.csv"))
    assert page.status_code == 422
    assert what in page.content.decode()
    assert (count_uploads(), list_on_disk(workspace)) == (0, [])


def test_an_archive_that_would_burst_is_refused_with_its_words(workspace, browser):
    sent = send(browser, file_of(gzip.compress(bytes(100 * MB)), "deals.csv.gz"))
    (job,) = work_off(workspace)
    assert (job.state, "unpacks to more than" in job.failure) == ("failed", True)
    assert "unpacks to more than" in browser.get(sent.url).content.decode()
    upload = find_only_upload()
    assert (upload.state, list_on_disk(workspace)) == ("refused", [])
    assert "could not be read" in browser.get(f"/collect/uploads/{upload.id}/").content.decode()


def test_a_packed_export_is_opened(workspace, browser):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export/deals.csv", DEALS)
    _upload, page = propose(browser, workspace, file_of(packed.getvalue(), "export.zip"))
    assert "<bdi>export.zip/export/deals.csv</bdi>" in page.content.decode()


@pytest.mark.case("IMP-25")
@pytest.mark.parametrize(
    ("limits", "size", "status", "words"),
    [
        pytest.param({"file": MB}, 2 * MB, 413, "larger than 1 MB", id="a file too large"),
        pytest.param({"day": MB}, 2 * MB, 429, "within 24 hours", id="more than a day's share"),
        pytest.param({"uploads_a_day": 0}, 10, 429, "uploads within 24 hours", id="too often"),
        pytest.param({"reserve": 1 << 60}, 10, 507, "must keep", id="a disk below its reserve"),
    ],
)
def test_a_limit_refuses_while_the_file_is_coming_in(
    workspace, browser, limits, size, status, words
):
    with override_settings(UPLOAD_LIMITS={**ROOMY, **limits}):
        page = send(browser, file_of(b"a,b\n" * (size // 4)))
    assert page.status_code == status
    assert words in page.content.decode()
    assert (count_uploads(), list_on_disk(workspace)) == (0, [])


@pytest.mark.case("IMP-25")
def test_what_was_thrown_away_counts_towards_the_day(workspace, browsers):
    browser = browsers["operations"]
    with override_settings(UPLOAD_LIMITS={**ROOMY, "uploads_a_day": 2}):
        for _time in range(2):
            assert send(browser).status_code == 302
        upload = find_first()
        browser.post(f"/collect/uploads/{upload}/discard/")
        assert send(browser).status_code == 429
        assert send(browsers["administrator"]).status_code == 302  # another person's day


def find_first():
    from counterpoise.store.models import Upload

    return Upload.objects.order_by("sent_at").first().id


@pytest.mark.case("IMP-25")
def test_a_person_who_sends_all_day_leaves_the_reserve_alone(workspace, browser):
    with override_settings(UPLOAD_LIMITS={**ROOMY, "uploads_a_day": 5}):
        answers = [send(browser).status_code for _time in range(40)]
    assert answers == [302] * 5 + [429] * 35
    assert len(list_on_disk(workspace)) == 5


@pytest.mark.case("IMP-25")
def test_two_uploads_at_once_are_counted_one_after_the_other(workspace_on_each_store):
    """The share is checked again when the upload is kept, whoever began first."""
    from counterpoise.store import uploads
    from counterpoise.store.uploads import KeptFile, QuotaReached, Sent
    from counterpoise.web.workplace import now

    person, at = make_person("operations"), now()
    since = at.replace(year=at.year - 1)
    file = [KeptFile("a.csv", "x", 6)]
    uploads.keep_upload("one", person.pk, file, most=Sent(9, 10), since=since, at=at)
    with pytest.raises(QuotaReached):
        uploads.keep_upload("two", person.pk, file, most=Sent(9, 10), since=since, at=at)
    assert count_uploads() == 1


@pytest.mark.case("IMP-25")
def test_the_day_is_full_only_when_the_upload_is_kept(workspace, browser, monkeypatch):
    """The upload that was counted too early is refused at the end, and leaves nothing."""
    from counterpoise.actions import uploads as uploading
    from counterpoise.domain.tables.received import SentFile
    from counterpoise.store.uploads import QuotaReached
    from counterpoise.web.workplace import now

    person = make_person("operations", username="second")
    path = uploading.incoming(workspace) / "grown"
    path.write_text(DEALS)
    limits = uploading.Limits(day=10)
    with pytest.raises(QuotaReached):
        uploading.receive(
            workspace, [SentFile("deals.csv", path)], sender=person.pk, limits=limits, now=now()
        )
    assert (count_uploads(), list_on_disk(workspace)) == (0, [])


@pytest.mark.case("FLT-01")
def test_a_disk_that_fills_up_while_a_file_comes_in_refuses_that_file_alone(workspace, browser):
    browser.get("/collect/")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MB, hard))
    try:
        page = send(browser, file_of(b"a,b\n" * MB))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert page.status_code == 507
    assert "The disk is full" in page.content.decode()
    assert (count_uploads(), list_on_disk(workspace)) == (0, [])
    assert send(browser).status_code == 302  # there is room again, and nobody restarted anything


@pytest.mark.case("WEB-24")
@pytest.mark.parametrize(
    ("name", "clean"),
    [
        pytest.param("../../etc/passwd", "passwd", id="up the folders"),
        pytest.param("..\\..\\boot.ini", "boot.ini", id="up the folders of Windows"),
        pytest.param("/etc/cron.d/job.csv", "job.csv", id="an absolute path"),
        pytest.param("C:\\deals.csv", "deals.csv", id="a drive"),
        pytest.param("...csv", "csv", id="only dots"),
        pytest.param("", "file", id="no name"),
        pytest.param("deals\r\nSet-Cookie: a=b.csv", "dealsSet-Cookie: a=b.csv", id="header lines"),
        pytest.param("deals\x00.csv", "deals.csv", id="a NUL"),
        pytest.param("deals\u202egpj.csv", "dealsgpj.csv", id="text that turns around"),
        pytest.param("\x1b[2Jdeals.csv", "[2Jdeals.csv", id="an escape of the terminal"),
        pytest.param("صفقات.csv", "صفقات.csv", id="an Arabic name stays"),
        pytest.param("e\u0301t\u00e9.csv", "été.csv", id="accents are composed"),
    ],
)
def test_a_name_is_a_name_and_nothing_else(name, clean):
    assert clean_name(name) == clean


@pytest.mark.case("WEB-24")
def test_a_name_without_end_is_cut_before_its_suffix():
    assert clean_name("a" * 500 + ".csv") == "a" * (LONGEST_NAME - 4) + ".csv"


@pytest.mark.case("WEB-24")
def test_on_disk_nothing_is_called_as_it_was_sent_and_nothing_is_served(workspace, browser):
    send(browser, file_of(name="../../../deals.csv"), file_of(DEALS + "\n", "deals.csv"))
    upload = find_only_upload()
    assert [each.name for each in upload.files] == ["deals.csv", "deals (2).csv"]
    for file in upload.files:
        assert (workspace.uploads / upload.id / file.path).is_file()
        assert len(file.path) == 32 + len(".csv")
        for link in (f"/uploads/{upload.id}/{file.path}", f"/static/uploads/{file.path}"):
            assert browser.get(link).status_code == 404
    assert oct((workspace.uploads / upload.id).stat().st_mode)[-3:] == "700"


@pytest.mark.case("WEB-09")
@pytest.mark.case("IMP-18")
def test_names_headers_and_cells_are_shown_as_text(workspace, browser):
    evil = "<script>alert(1)</script>"
    content = DEALS.replace("Alpha", f'"{evil}{{{{7*7}}}}"').replace("Deal Name", "<img src=x>")
    _upload, page = propose(browser, workspace, file_of(content, "<svg onload=alert(1)>.csv"))
    written = page.content.decode()
    assert evil not in written
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in written
    assert "<img src=x>" not in written
    assert "&lt;img src=x&gt;" in written
    assert "<svg onload" not in written
    assert "script-src" not in page.headers["Content-Security-Policy"] or (
        "unsafe-inline" not in page.headers["Content-Security-Policy"]
    )


def test_what_nobody_decides_about_is_gone_after_a_week(workspace, browser):
    import os
    from datetime import timedelta

    from counterpoise.actions import uploads as uploading
    from counterpoise.store.models import Upload
    from counterpoise.web.workplace import now

    send(browser)
    Upload.objects.update(sent_at=now() - timedelta(days=8))
    left = uploading.incoming(workspace) / "of-a-crash"
    left.write_text("a,b\n")
    folder = workspace.uploads / "folder-of-a-crash"
    folder.mkdir()
    old = (now() - timedelta(days=8)).timestamp()
    for path in (left, folder, *workspace.uploads.iterdir()):
        os.utime(path, (old, old))
    send(browser, file_of(DEALS, "newer.csv"))
    states = dict(Upload.objects.values_list("state", "files"))
    assert {state: files[0]["name"] for state, files in states.items()} == {
        "discarded": "deals.csv",
        "waiting": "newer.csv",
    }
    assert len(list_on_disk(workspace)) == 1
    assert not folder.exists()
