"""Every page can be read and used by everybody: axe finds nothing serious, in either direction."""

import pytest

from addresses import list_addresses
from kept_forecast import PERIOD, keep_build, keep_run
from people import make_everyone, make_person, sign_in
from reporting_company import build_cycle
from web.browsing import browsing

SERIOUS = {"serious", "critical"}
WITH_EXAMPLES = (f"/execute/{PERIOD}/action/A1", "/rulebook/rule/?key=action.limit&subject=")


def list_shown(reader):
    """The addresses that show a page of the house to this reader."""
    addresses = [*(path for _, path in list_addresses()), *WITH_EXAMPLES]
    reader.raise_request_exception = False
    shown = []
    for path in addresses:
        response = reader.get(path)
        is_html = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code == 200 and is_html and b"<main" in response.content:
            shown.append(path)
    return shown


@pytest.mark.case("WEB-26")
@pytest.mark.parametrize(
    ("language", "theme"), [("en", "light"), ("en", "dark"), ("ar", "light")], ids="-".join
)
def test_axe_finds_nothing_serious_and_no_page_breaks_its_policy(workspace, language, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    keep_build()
    keep_run(build_cycle())
    make_everyone()
    reader = sign_in(
        make_person("administrator", username="reader", language=language, theme=theme)
    )
    addresses = list_shown(reader)
    found, broken = {}, {}
    with browsing(reader.cookies["sessionid"].value) as page:
        page.set_content("<main><input></main>")
        faults = {each["id"] for each in axe.run(page).response["violations"]}
        assert {"label", "html-has-lang"} <= faults, "what is wrong would be found"
        for path in [*addresses, "/no-such-page/"]:
            page.goto(path, wait_until="load")
            if violations := page.evaluate("window.violations"):
                broken[path] = violations
            result = axe.run(page).response["violations"]
            serious = [
                f"{each['id']}: {each['nodes'][0]['html'][:120]}"
                for each in result
                if each["impact"] in SERIOUS
            ]
            if serious:
                found[path] = serious
    assert len(addresses) >= 20
    assert broken == {}
    assert found == {}
