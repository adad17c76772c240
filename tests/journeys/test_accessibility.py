"""Everybody can read and use every page: by eye or ear, at a desk or on a phone, from either side.

The pages are those that links lead to in a workspace where people have worked.
"""

import shutil
from pathlib import Path

import pytest

from english import find_english
from journeys.application import DESK, PERIOD, PHONE, serving
from journeys.lived_in import find_pages, get_account, live_in
from journeys.stories import Office
from people import sign_in, sign_in_by_form

FEWEST_PAGES = 45
APART = ("/api/", "/sign-in/again/")
"""Pages that no link of a page leads to."""
SERIOUS = {"serious", "critical"}
AXE = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
WIDTH = "document.documentElement.scrollWidth"
SPOIL = """['h1', 'button', 'hr'].forEach(name => {
  const spoiled = document.createElement(name);
  spoiled.style.width = '600px';
  spoiled.textContent = name == 'h1' ? 'Once more' : '';
  document.querySelector('main').append(spoiled);
});"""
"""A page with a nameless button, two heads, and too wide for a phone."""
DIRECTION = {"en": "ltr", "ar": "rtl"}


@pytest.fixture(scope="module")
def axe():
    package = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    return Path(package.__file__).with_name("axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def lived_in(staffed_template, tmp_path_factory):
    """The workspace, and an address for every kind of page that Amina can open."""
    from django.conf import settings

    from counterpoise.actions import workspaces

    folder = tmp_path_factory.mktemp("lived-in") / "workspace"
    shutil.copytree(staffed_template, folder)
    before, settings.WORKSPACE = settings.WORKSPACE, folder
    workspace = workspaces.open_workspace(folder)
    job = live_in(workspace)
    pages = find_pages(sign_in_by_form(get_account("amina")), f"/work/{job.id}/", *APART)
    yield workspace, sorted(pages.values())
    settings.WORKSPACE = before


@pytest.fixture(scope="module")
def application(lived_in):
    with serving(lived_in[0]) as running:
        yield running


@pytest.mark.case("WEB-26")
def test_links_lead_to_every_kind_of_page(lived_in):
    assert len(lived_in[1]) >= FEWEST_PAGES


def test_no_page_speaks_english_to_who_reads_arabic(lived_in):
    """What the company wrote itself stays as it is, and so does the reference for programs."""
    from counterpoise.connectors.sample.activity_rows import OUTCOMES, SUBJECTS
    from counterpoise.domain.rulebook.toml import load_defaults
    from counterpoise.store import overrides, rules

    own = "\n".join(
        [
            *(each.value for each in load_defaults().rules),  # codes, which are written so
            *(f"{each.rule.unit}\n{each.rule.value}" for each in rules.load_entries()),
            *(each.comment for each in overrides.list_current(PERIOD)),
            *(f"{subject}, {outcome}" for subject in SUBJECTS for outcome in OUTCOMES),
        ]
    )
    amina = sign_in(get_account("amina"), accept_language="ar")
    found, shown = {}, 0
    for path in set(lived_in[1]) - {"/api/"}:
        page = amina.get(path, follow=True)
        shown += page.status_code == 200
        if english := [each for each in find_english(page.content.decode()) if each not in own]:
            found[path] = english
    assert shown >= FEWEST_PAGES - 1
    assert found == {}


@pytest.fixture(
    params=[
        pytest.param(("en", "light", DESK), id="English, light, at a desk"),
        pytest.param(("ar", "dark", DESK), id="Arabic, dark, at a desk"),
        pytest.param(("en", "light", PHONE), id="English, light, on a phone"),
        pytest.param(("ar", "dark", PHONE), id="Arabic, dark, on a phone"),
    ],
)
def amina(request, chromium, application):
    language, theme, viewport = request.param
    office = Office(application, chromium)
    yield office.sign_in("amina", language, viewport=viewport, color_scheme=theme)
    office.close()
    assert office.list_problems() == []


@pytest.mark.case("WEB-26")
def test_pages_can_be_used_by_everybody(amina, axe, lived_in):
    faults = {}
    for path in lived_in[1]:
        amina.go(path)
        if found := list_faults(amina, axe):
            faults[path] = found
    assert faults == {}


def test_what_hinders_people_is_noticed(chromium, axe, application):
    office = Office(application, chromium)
    amina = office.sign_in("amina", viewport=PHONE)
    amina.page.evaluate(SPOIL)
    faults = list_faults(amina, axe)
    office.close()
    assert [each.partition(":")[0] for each in faults] == [
        "button-name",
        "616 pixels wide",
        "2 headings of the first level",
    ]


def list_faults(screen, axe):
    """What hinders somebody on a page."""
    page = screen.page
    page.evaluate(axe)
    faults = [
        f"{each['id']}: {each['nodes'][0]['html'][:160]}"
        for each in page.evaluate(AXE)
        if each["impact"] in SERIOUS
    ]
    if (width := page.evaluate(WIDTH)) > page.viewport_size["width"]:
        faults.append(f"{width} pixels wide")
    if page.evaluate("document.dir") != DIRECTION[screen.language]:
        faults.append("reads in the wrong direction")
    if (heads := page.locator("h1").count()) != 1:
        faults.append(f"{heads} headings of the first level")
    return faults
