"""The report as a leader opens it: in a browser, on a phone and a desk, light and dark, printed."""

import re

import pytest

from chromium import CHROMIUM, FLAGS
from counterpoise.connectors.documents.page import write_page
from reporting_company import build_cycle, build_refusing_cycle

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
ENGLISH = re.compile(r"[A-Za-z]{2,}[\s,;:]+[A-Za-z]{2,}")
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
OWN_WORDS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (!holder.closest('bdi, code, [lang=en], svg')) words.push(walker.currentNode.data.trim());
  }
  return words.filter(Boolean);
}"""
LOWEST_CONTRAST = """() => {
  const rgb = color => (color.match(/[\\d.]+/g) || []).map(Number);
  const part = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const ground = element => {
    for (let each = element; each; each = each.parentElement) {
      const color = rgb(getComputedStyle(each).backgroundColor);
      if (color.length && (color.length < 4 || color[3] > 0)) return color;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let lowest = [99, ''];
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !holder.checkVisibility()) continue;
    const style = getComputedStyle(holder);
    const front = light(rgb(holder.closest('svg') ? style.fill : style.color));
    const back = light(ground(holder));
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < lowest[0]) lowest = [ratio, walker.currentNode.data.trim()];
  }
  return lowest;
}"""


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium here; `make browser` installs one")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    cycles = {"full": build_cycle(), "refused": build_refusing_cycle()}
    return {
        (name, language): write_page(cycle, folder / f"{name}.{language}.html", language)
        for name, cycle in cycles.items()
        for language in ("en", "ar")
    }


@pytest.fixture
def show(browser):
    """Opens a file as a reader would, and notes every request that the page makes."""
    contexts = []

    def show(path, viewport=DESK, **options):
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.requests = []
        page.problems = []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


KINDS = [
    pytest.param("full", "en", id="a whole report in English"),
    pytest.param("full", "ar", id="a whole report in Arabic"),
    pytest.param("refused", "en", id="refusals in English"),
    pytest.param("refused", "ar", id="refusals in Arabic"),
]


@pytest.mark.case("SUP-09")
@pytest.mark.parametrize(("name", "language"), KINDS)
def test_asks_the_network_for_nothing(show, reports, name, language):
    path = reports[name, language]
    page = show(path)
    page.evaluate(OPEN_ALL)
    assert page.requests == [path.as_uri()]
    assert page.problems == []


@pytest.mark.parametrize(("name", "language"), KINDS)
def test_fits_a_phone(show, reports, name, language):
    page = show(reports[name, language], PHONE)
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_reads_in_its_direction(show, reports, language, direction):
    page = show(reports["full", language])
    assert page.evaluate("getComputedStyle(document.body).direction") == direction
    first, last = (
        page.locator(f"nav li:{each}-child").bounding_box() for each in ("first", "last")
    )
    assert (first["x"] < last["x"]) == (direction == "ltr")
    charts = page.locator(".picture").all()
    assert {each.evaluate("it => getComputedStyle(it).direction") for each in charts} == {"ltr"}


@pytest.mark.parametrize(
    ("viewport", "shown", "hidden"),
    [
        pytest.param(PHONE, ".narrow", ".wide", id="on a phone"),
        pytest.param(DESK, ".wide", ".narrow", id="on a desk"),
    ],
)
def test_shows_the_chart_that_fits(show, reports, viewport, shown, hidden):
    page = show(reports["full", "en"], viewport)
    page.evaluate(OPEN_ALL)
    pictures = page.locator(".picture")
    assert pictures.count() == 5
    assert all(each.is_visible() for each in page.locator(f".picture {shown} svg").all())
    assert not any(each.is_visible() for each in page.locator(f".picture {hidden}").all())


@pytest.mark.parametrize("name", ["full", "refused"])
def test_leaves_no_english_sentence_in_arabic(show, reports, name):
    page = show(reports[name, "ar"])
    words = page.evaluate(OWN_WORDS)
    assert len(words) > 20
    assert [each for each in words if ENGLISH.search(each)] == []
    assert [each for each in words if re.search(r"[0-9]", each)] == []


def test_charts_in_arabic_have_arabic_words_and_digits(show, reports):
    page = show(reports["full", "ar"])
    texts = page.locator(".picture svg text").all_text_contents()
    own = [each for each in texts if "Gulf sellers" not in each and "Delivery" not in each]
    assert len(own) > 40
    assert [each for each in own if re.search(r"[A-Za-z0-9]", each)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "language"), KINDS)
def test_can_be_read_in_any_light(show, reports, name, language, scheme):
    page = show(reports[name, language], color_scheme=scheme)
    page.evaluate(OPEN_ALL)
    ratio, text = page.evaluate(LOWEST_CONTRAST)
    assert ratio >= 4.5, text


@pytest.mark.parametrize("language", ["en", "ar"])
def test_works_without_javascript(show, reports, language):
    page = show(reports["full", language], java_script_enabled=False)
    summary = page.locator("summary").first
    summary.click()
    assert page.locator("details").first.get_attribute("open") == ""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_prints_on_a_few_sheets(show, reports, language, tmp_path):
    page = show(reports["full", language])
    printed = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 10


def test_opens_on_a_machine_without_any_network(show, reports):
    page = show(reports["full", "en"], offline=True)
    assert page.locator(".headline").inner_text().startswith("We expect to sell")
