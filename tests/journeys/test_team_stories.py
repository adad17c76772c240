"""A team's cycle as its people live it: each in a browser of their own, before the real server.

What the pages say at the end is checked in the store too.
"""

import io
import re

import openpyxl
import pytest

from conftest import SHARED_DATA
from counterpoise.actions import freezing, samples
from counterpoise.actions.uploads import get_proposed
from counterpoise.store import (
    action_states,
    audit,
    ledger,
    people,
    runs,
    scenarios,
    uploads,
    versions,
)
from journeys.application import PERIOD, run_command
from journeys.lived_in import get_account
from journeys.stories import (
    CONFLICT,
    GULF,
    HARBOUR,
    NOT_FOUND,
    VERSION,
    freeze,
    read_code,
    read_current,
    run_again,
    sign,
    write_override,
)
from journeys.workers import wait_until
from people import PASSWORD, make_everyone

from .conftest import HUDA, NOW

EACH_LANGUAGE = pytest.mark.parametrize("language", ["en", "ar"], ids=["English", "Arabic"])


def find_files(tmp_path):
    """Maven's export where the shared data is, else files of the sample company; and a column."""
    if SHARED_DATA.is_dir():
        folder = SHARED_DATA / "crm_maven"
        names = ("accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv")
        return [folder / name for name in names], "office_location"
    samples.write_sample(tmp_path / "sample", scale=0.02, seed=7)
    export = tmp_path / "sample" / "export"
    return [export / "opportunities.csv", export / "users.csv"], "User - Hire date"


@EACH_LANGUAGE
@pytest.mark.case("WEB-24")
def test_operations_uploads_the_first_export(open_office, workspace, tmp_path, language):
    make_everyone()
    files, column = find_files(tmp_path)
    omar = open_office(workspace).sign_in("omar", language)
    omar.follow("Collect", within="nav.steps")
    assert omar.sees("Nothing was collected yet.")
    omar.page.locator("[name=files]").set_input_files(files)
    omar.press("Upload")
    omar.page.wait_for_url("**/collect/uploads/**")
    row = omar.page.get_by_role("row").filter(has=omar.page.get_by_text(column, exact=True))
    row.locator("select[name^='to-']").select_option("")
    omar.press("Confirm and load")
    omar.wait_for_work()
    (batch,) = ledger.list_batches()
    upload = uploads.find_by_batch(batch)
    assert upload.state == "collected"
    mapped = get_proposed(upload).mapping.files
    assert column in [each for file in mapped for each in file.unmapped]
    omar.follow("Open the load")
    assert len(omar.list_rows("files")) == len(files)
    omar.follow("Collect", within="nav.steps")
    omar.follow("Findings and fixes")
    assert omar.list_rows("findings")


@pytest.mark.case("WEB-03")
def test_a_rep_mends_their_own_rows_and_finds_nobody_else_s(office):
    huda = office.sign_in("huda")
    huda.follow("Collect", within="nav.steps")
    huda.follow("Open your fix list")
    assert {row[0] for row in huda.list_rows("fixes")} == {HUDA}
    link = huda.page.locator("#fixes tbody a").first
    link.click()
    assert huda.list_rows("records")
    others = find_fix_of_other(office.sign_in("omar"))
    huda.go(others, NOT_FOUND)
    assert huda.sees("There is nothing here")
    huda.go(f"/demand/{PERIOD}/", NOT_FOUND)


def find_fix_of_other(omar):
    omar.go("/collect/health/fix-lists/?fixes.rep=Arjun+Pillai")
    omar.page.locator("#fixes tbody a").first.click()
    assert omar.list_rows("records")
    return omar.page.url.removeprefix(omar.address)


@pytest.mark.case("WEB-15")
def test_leaders_and_marketing_override_and_the_plan_follows(office_on_each_store):
    office = office_on_each_store
    layla, tariq = office.sign_in("layla"), office.sign_in("tariq")
    write_override(tariq, GULF, 90_000, "The port is late.")
    write_override(layla, GULF, 250_000, "The ministry buys.")
    layla.press("Save the override")
    tariq.press("Save the override", CONFLICT)
    conflict = tariq.read("#conflict")
    assert "250,000" in conflict
    assert "The ministry buys." in conflict
    assert "90,000" in conflict
    assert tariq.find_field("comment").input_value() == "The port is late."
    assert read_current() == [("layla", 250_000)]
    tariq.press("Save the override")
    assert read_current() == [("tariq", 90_000)]
    mona = office.sign_in("mona")
    write_override(mona, HARBOUR, 400_000, "The fair in Dubai.")
    mona.press("Save the override")
    mona.go(f"/demand/{PERIOD}/")
    assert mona.page.locator("#changed").is_visible()
    run_again(office)
    mona.go(f"/demand/{PERIOD}/")
    assert mona.page.locator("#changed").count() == 0
    assert read_current() == [("mona", 400_000), ("tariq", 90_000)]
    assert len(runs.list_headings(PERIOD)) == 2
    before, after = (forecast_of(run) for run in reversed(runs.list_runs()[:2]))
    assert before[GULF] != after[GULF] == 90_000
    assert before[HARBOUR] != after[HARBOUR] == 400_000


def forecast_of(run):
    """The two figures that the story is about."""
    cells = {
        (each["measure"], each["month"][:7], *sorted(each["by"].items())): float(each["mean"])
        for each in run.document["demand"]["forecast"]
    }
    return {
        GULF: cells["won_revenue", "2026-11", ("region", "Gulf")],
        HARBOUR: cells["won_revenue", "2026-12", ("product", "Harbour Suite")],
    }


@EACH_LANGUAGE
@pytest.mark.case("WEB-13", "WEB-14")
def test_a_plan_is_chosen_frozen_signed_and_void_again(office_on_each_store, language):
    office = office_on_each_store
    omar = office.sign_in("omar", language)
    omar.go(f"/reconcile/{PERIOD}/scenarios/new")
    omar.write(name="High demand")
    omar.choose(demand="high")
    omar.press("Make the scenario")
    scenario = omar.page.url
    omar.press("Solve it")
    omar.wait_for_work()
    omar.follow("Open the result")
    omar.follow("Compare it with the plan for the expected demand")
    assert len(omar.list_rows("figures")[0]) >= 3
    omar.go(scenario)
    omar.press("Choose its plan to be frozen")
    assert scenarios.find_promoted(PERIOD).name == "High demand"
    freeze(omar)
    for username in ("emad", "eman"):
        sign(office.sign_in(username, language))
    assert [each.signer for each in versions.find_newest(PERIOD).signatures] == ["emad", "eman"]
    layla = office.sign_in("layla", language)
    write_override(layla, GULF, 260_000, "The ministry buys.")
    layla.press("Save the override")
    omar.go(VERSION)
    assert omar.page.locator("h1 .state.bad").is_visible()
    assert omar.page.locator("#changes li").count() == 1
    assert len(omar.list_rows("signatures")) == 2


def test_the_pack_and_tables_are_taken_along(open_office, staffed):
    freezing.freeze_plan(staffed, PERIOD, get_account("omar").id, now=NOW)
    emad = open_office(staffed).sign_in("emad")
    emad.go(VERSION)
    for language in ("en", "ar"):
        link = emad.page.locator(f"a[href$='pack.{language}.pdf']")
        written = emad.download(link)
        assert written.startswith(b"%PDF")
        assert len(written) > 10_000
    emad.go(f"/demand/{PERIOD}/")
    shown = len(emad.list_rows("forecast"))
    csv = emad.download(emad.page.locator("#forecast a[download]", has_text="CSV"))
    assert len(csv.decode("utf-8-sig").splitlines()) > shown > 2
    workbook = emad.download(emad.page.locator("#forecast a[download]", has_text="XLSX"))
    assert openpyxl.load_workbook(io.BytesIO(workbook)).active.max_row > shown


@pytest.mark.case("WEB-16")
def test_an_action_goes_from_a_remark_to_done_and_the_trail_has_it_all(office_on_each_store):
    office = office_on_each_store
    layla = office.sign_in("layla")
    layla.follow("Execute", within="nav.steps")
    layla.page.locator("#actions tbody a").first.click()
    layla.write(text="@omar can you take this one?")
    layla.press("Add the comment")
    omar = office.sign_in("omar")
    omar.page.locator(".account a.state").click()
    omar.press("Show")
    assert omar.sees("@omar can you take this one?")
    omar.write(text="It is done, @layla.")
    omar.press("Add the comment")
    omar.choose(state="done")
    omar.press("Change the state")
    action = re.search(r"/action/([^?#]*)", omar.page.url)[1]
    assert action_states.find_standing(PERIOD, action).state == "done"
    layla.go("/inbox/")
    assert layla.sees("It is done, @layla.")
    farid = office.sign_in("farid")
    farid.go("/audit/")
    shown = [" ".join(row) for row in farid.list_rows("entries")]
    for words in ("comment.added", "action.moved"):
        assert any(words in each and "omar" in each for each in shown), words
    assert any("comment.added" in each and "layla" in each for each in shown)
    assert audit.check_chain().broken_at is None
    run_command(office.workspace.root, "audit")


@pytest.mark.case("WEB-08")
def test_somebody_joins_gets_a_second_step_and_leaves(office):
    amina = office.sign_in("amina")
    amina.go("/people/invite/")
    amina.write(username="adam", name="Adam Noor")
    amina.choose(role="viewer")
    amina.press("Make the link")
    link = amina.page.locator("main code").first.inner_text()
    adam = office.seat()
    adam.go(link.replace(office.application.address, ""))
    adam.write(name="Adam Noor", new_password1=PASSWORD, new_password2=PASSWORD)
    adam.press("Make my account")
    adam.go("/sign-in/")
    if "sign-in" in adam.page.url:
        adam.sign_in("adam")
    adam.go("/account/")
    adam.follow("Ask for a code of an authenticator app too")
    secret = adam.page.locator("main code").first.inner_text()
    adam.write(code=read_code(secret))
    adam.press("Ask for a code from now on")
    again = office.sign_in("adam")
    assert again.sees("Enter the code")
    again.write(code=read_code(secret, step=1))
    again.press("Sign in")
    again.go("/cycle/")
    person = next(each for each in people.list_people() if each.username == "adam")
    amina.go(f"/people/{person.id}/")
    amina.press("Deactivate the account")
    for screen in (adam, again):
        screen.go("/cycle/")
        assert screen.sees("No account, or the password forgotten?")
    assert not people.find_person(person.id).is_active


@pytest.mark.case("WEB-15")
def test_two_browsers_save_the_same_override_at_once(office):
    layla, tariq = office.sign_in("layla"), office.sign_in("tariq")
    write_override(layla, GULF, 250_000, "The ministry buys.")
    write_override(tariq, GULF, 90_000, "The port is late.")
    statuses = []
    for screen in (layla, tariq):
        screen.foreseen.add(CONFLICT)
        screen.page.on("response", lambda answer: statuses.append(note_answer(answer)))
        screen.page.evaluate("document.querySelector('[formaction]').click()")
    wait_until(lambda: layla.page.wait_for_timeout(50) or len([s for s in statuses if s]) == 2)
    assert sorted(filter(None, statuses)) == [302, CONFLICT]
    assert read_current() in ([("layla", 250_000)], [("tariq", 90_000)])


def note_answer(answer):
    return answer.status if answer.request.method == "POST" else None
