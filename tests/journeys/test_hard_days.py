"""A team's work when machines fail, scripts do not run, or there is no mouse."""

import os
import re
import signal

import psutil
import pytest

from counterpoise.store import jobs, runs, versions
from frozen_plans import override
from journeys.application import PERIOD
from journeys.lived_in import get_account
from journeys.stories import (
    AWAY,
    GULF,
    HARBOUR,
    freeze,
    read_current,
    run_again,
    sign,
    write_override,
)
from journeys.workers import wait_until
from people import PASSWORD

from .conftest import NOW, close_store


@pytest.mark.case("CON-08", "FLT-04")
def test_a_worker_dies_in_the_middle_of_a_cycle(office_on_each_store):
    office = office_on_each_store
    override(get_account("layla"))
    omar = office.sign_in("omar")
    omar.go(f"/cycle/?period={PERIOD}")
    omar.press("Run the cycle")
    job = re.search("/work/([^/]+)/", omar.page.url)[1]
    wait_until(lambda: jobs.get_job(job).share > 0)
    (worker,) = find_workers(office)
    worker.kill()
    omar.wait_for_work()
    assert jobs.get_job(job).attempt == 2
    assert len(runs.list_headings(PERIOD)) == 2
    (next_worker,) = find_workers(office)
    assert next_worker != worker


def find_workers(office):
    family = psutil.Process(office.application.process.pid).children(recursive=True)
    return [each for each in family if "counterpoise.web.background.worker" in read_command(each)]


def read_command(process):
    """Nothing of a process that has ended meanwhile."""
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


@pytest.mark.case("FLT-05")
def test_the_database_goes_away_and_comes_back(open_office, staffed_on_postgresql, postgresql):
    office = open_office(staffed_on_postgresql)
    omar = office.sign_in("omar")
    close_store()
    os.kill(postgresql.get_pid(), signal.SIGINT)
    wait_until(lambda: not psutil.pid_exists(postgresql.get_pid()))
    for path in ("/cycle/", "/sign-in/"):
        omar.go(path, AWAY)
        assert "The store does not answer" in omar.read("h1")
        assert not re.search("psycopg|Traceback|postgres", omar.page.content())
    postgresql.ensure_postgres_running()
    run_again(office)
    omar.go("/cycle/")
    assert runs.find_latest_run(PERIOD).ran_at > NOW


@pytest.mark.case("WEB-26")
def test_without_scripts_people_override_freeze_and_sign(office):
    mona = office.sign_in("mona", java_script_enabled=False)
    write_override(mona, HARBOUR, 400_000, "The fair in Dubai.")
    mona.press("Save the override")
    assert read_current() == [("mona", 400_000)]
    omar = office.sign_in("omar", java_script_enabled=False)
    omar.go(f"/cycle/?period={PERIOD}")
    omar.press("Run the cycle")
    omar.wait_for_work()
    freeze(omar)
    sign(office.sign_in("emad", java_script_enabled=False))
    assert [each.signer for each in versions.find_newest(PERIOD).signatures] == ["emad"]


@pytest.mark.case("WEB-26")
def test_by_keyboard_alone_a_figure_is_overridden(office):
    layla = office.seat()
    keys = layla.page.keyboard
    layla.go("/sign-in/")
    keys.type("layla")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Tab")
    keys.press("Enter")
    layla.page.wait_for_url("**/cycle/")
    keys.press("Tab")
    assert focused(layla) == "Skip to the content"
    tab_to(layla, "Demand")
    keys.press("Enter")
    layla.page.wait_for_url(f"**/demand/{PERIOD}/")
    keys.press("Tab")
    keys.press("Enter")
    assert layla.page.evaluate("document.activeElement.id") == "main"
    layla.go(GULF)
    keys.press("Tab")
    keys.press("Enter")
    tab_to(layla, "amount")
    keys.type("250000")
    keys.press("Tab")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.type("The ministry buys.")
    for button in ("Show what it does", "Save the override"):
        tab_to(layla, button)
        with layla.page.expect_navigation():
            keys.press("Enter")
    assert read_current() == [("layla", 250_000)]


def focused(screen):
    """The words of what has the focus, or the name of the field."""
    return screen.page.evaluate("(it => it.name || it.innerText.trim())(document.activeElement)")


def tab_to(screen, words):
    """Press Tab until the focus is there; it has to be seen there."""
    for _ in range(150):
        screen.page.keyboard.press("Tab")
        if focused(screen) == words:
            style = "getComputedStyle(document.activeElement).outlineStyle"
            assert screen.page.evaluate(style) != "none"
            return
    pytest.fail(f"Tab never comes to {words!r}")
