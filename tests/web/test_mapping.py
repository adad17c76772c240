"""A person says what the columns of their files mean; what they say is what is loaded."""

import pytest
from django.test import override_settings

from counterpoise.actions.collect import list_quarantine
from people import make_person, sign_in
from web.uploading import (
    ROOMY,
    file_of,
    find_only_upload,
    list_choices,
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


def test_what_waits_can_be_thrown_away(workspace, browser):
    upload, _page = propose(browser, workspace)
    assert browser.post(f"/collect/uploads/{upload.id}/discard/").url == "/collect/"
    assert (find_only_upload().state, list_on_disk(workspace)) == ("discarded", [])
    assert browser.post(f"/collect/uploads/{upload.id}/discard/").status_code == 409
    assert "thrown away" in browser.get(f"/collect/uploads/{upload.id}/").content.decode()
    assert not (workspace.root / "mapping.toml").exists()


def test_a_form_that_cannot_be_followed_is_shown_again(workspace, browser):
    upload, page = propose(browser, workspace)
    answers = {**read_answers(page), "to-0-1": "source_id"}
    refused = browser.post(f"/collect/uploads/{upload.id}/confirm/", answers)
    assert refused.status_code == 422
    assert "Two columns go to" in refused.content.decode()
    nothing = {key: "" if key.startswith("to-") else value for key, value in answers.items()}
    refused = browser.post(f"/collect/uploads/{upload.id}/confirm/", nothing)
    assert refused.status_code == 422
    assert "No column is chosen" in refused.content.decode()
    left_out = dict.fromkeys(answers, "")
    refused = browser.post(f"/collect/uploads/{upload.id}/confirm/", left_out)
    assert refused.status_code == 422
    assert "nothing can be taken" in refused.content.decode()
    forged = browser.post(
        f"/collect/uploads/{upload.id}/confirm/", {**answers, "to-0-1": "password"}
    )
    assert forged.status_code == 422
    assert find_only_upload().state == "proposed"


def test_another_table_shows_its_own_attributes_before_anything_is_loaded(workspace, browser):
    upload, page = propose(browser, workspace)
    answers = {**read_answers(page), "table-0": "activity"}
    shown = browser.post(f"/collect/uploads/{upload.id}/confirm/", answers)
    assert shown.status_code == 200
    offered = list_choices(shown, "to-0-0")
    assert "occurred_at" in offered
    assert "amount" not in offered
    assert find_only_upload().state == "proposed"
    asked = browser.post(
        f"/collect/uploads/{upload.id}/confirm/", {**read_answers(page), "again": "yes"}
    )
    assert (asked.status_code, find_only_upload().state) == (200, "proposed")


def test_what_a_person_states_is_what_is_loaded(workspace, browser):
    from counterpoise.store import ledger

    content = "Nr;Phase;Wert;Anlage\nA;Won;1.500,50;03.02.2026\nB;Won;2.000,25;04.03.2026\n"
    upload, _page = propose(browser, workspace, file_of(content))
    stated = {"table-0": "opportunity", "shown-0": "opportunity"}
    wanted = (("source_id", ""), ("stage", ""), ("amount", ","), ("created_at", "dmy"))
    for n, (attribute, way) in enumerate(wanted):
        stated |= {f"to-0-{n}": attribute, f"way-0-{n}": way}
    browser.post(f"/collect/uploads/{upload.id}/confirm/", stated)
    (job,) = work_off(workspace)
    assert (job.state, job.failure) == ("done", "")
    sums = ledger.get_current_build().manifest["sums"]["opportunity"]["amount"]
    assert set(sums.values()) == {"3500.7500"}
    assert list_quarantine(workspace) == ()


def test_a_load_that_fails_can_be_mended_and_confirmed_again(workspace, browser):
    from counterpoise.store import ledger

    content = "id,Stage,Create Date\nA,Won,01/02/2026\nB,Won,03/04/2026\n"
    upload, page = propose(browser, workspace, file_of(content))
    answers = {**read_answers(page), "table-0": "opportunity", "shown-0": "opportunity"}
    answers |= {"to-0-0": "source_id", "to-0-1": "stage", "to-0-2": "created_at", "way-0-2": ""}
    link = browser.post(f"/collect/uploads/{upload.id}/confirm/", answers).url
    (job,) = work_off(workspace)
    assert job.state == "failed"
    assert "Look at the columns again" in browser.get(link).content.decode()
    assert find_only_upload().state == "confirmed"
    assert len(list_on_disk(workspace)) == 1
    page = browser.get(f"/collect/uploads/{upload.id}/")
    assert read_answers(page) == answers
    browser.post(f"/collect/uploads/{upload.id}/confirm/", {**answers, "way-0-2": "dmy"})
    (job,) = work_off(workspace)
    assert (job.state, job.failure) == ("done", "")
    assert ledger.get_current_build().manifest["rows"]["opportunity"] == 2


@pytest.mark.case("WEB-15")
def test_of_two_people_who_decide_the_second_is_told(workspace, browsers):
    upload, page = propose(browsers["operations"], workspace)
    answers = read_answers(page)
    first = browsers["operations"].post(f"/collect/uploads/{upload.id}/confirm/", answers)
    assert first.status_code == 302
    for act in ("confirm", "discard"):
        second = browsers["administrator"].post(f"/collect/uploads/{upload.id}/{act}/", answers)
        assert second.status_code == 409
        assert "someone was faster" in second.content.decode()
    assert find_only_upload().state == "confirmed"
    page = browsers["administrator"].get(f"/collect/uploads/{upload.id}/")
    assert "are being loaded" in page.content.decode()


def test_an_upload_that_is_not_read_yet_has_nothing_to_confirm(workspace, browser):
    send(browser)
    upload = find_only_upload()
    assert "are being read" in browser.get(f"/collect/uploads/{upload.id}/").content.decode()
    assert browser.post(f"/collect/uploads/{upload.id}/confirm/").status_code == 404
    assert browser.get("/collect/uploads/no-such-upload/").status_code == 404


def test_a_job_that_is_not_for_this_state_says_so(workspace, browser):
    from counterpoise.actions import uploads as uploading
    from counterpoise.store.uploads import UnknownUpload, hold_upload
    from counterpoise.web.workplace import now

    upload, _page = propose(browser, workspace)
    with pytest.raises(uploading.UploadDecided, match="proposed"):
        uploading.collect_upload(workspace, upload.id, person=None, tell=print, now=now())
    with pytest.raises(UnknownUpload):
        uploading.propose_upload(workspace, "no-such-upload", now=now())
    with pytest.raises(UnknownUpload):
        hold_upload("no-such-upload")


def test_a_load_that_no_person_asked_for_tells_nobody(workspace, browser):
    from counterpoise.actions import uploads as uploading
    from counterpoise.store.models import InboxItem
    from counterpoise.web.workplace import now

    upload, page = propose(browser, workspace)
    uploading.confirm(upload.id, uploading.get_proposed(upload).mapping, now=now())
    done = uploading.collect_upload(
        workspace, upload.id, person=None, tell=lambda share, doing: None, now=now()
    )
    assert (done["upload"], InboxItem.objects.count()) == (upload.id, 0)
    assert page.status_code == 200
