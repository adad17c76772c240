"""What stands around every page: the menu, the language, the door."""

import pytest

from people import make_person, sign_in


@pytest.mark.parametrize(
    ("role", "first"),
    [
        pytest.param("operations", "/cycle/", id="operations begin with the cycle"),
        pytest.param("viewer", "/cycle/", id="a viewer too"),
    ],
)
def test_everybody_finds_a_first_page(browsers, role, first):
    assert browsers[role].get("/").url == first


def test_a_page_that_is_in_no_table_is_hidden_from_everybody(browsers, monkeypatch):
    from counterpoise.web import access

    monkeypatch.delitem(access.NEEDS, "cycle:list")
    assert browsers["administrator"].get("/cycle/").status_code == 404


def test_someone_without_the_right_sees_the_page_of_a_wrong_address(browsers):
    hidden = browsers["rep"].get("/cycle/")
    missing = browsers["rep"].get("/no-such-page/")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert "There is nothing here" in hidden.content.decode()
    assert "There is nothing here" in missing.content.decode()


def test_an_account_reads_in_its_own_language_whatever_the_browser_says(workspace):
    reader = sign_in(make_person("viewer", language="ar"), accept_language="en")
    page = reader.get("/cycle/")
    assert '<html lang="ar" dir="rtl"' in page.content.decode()
    assert page.headers["Content-Language"] == "ar"


def test_a_chosen_theme_is_on_the_page(workspace):
    reader = sign_in(make_person("viewer", theme="dark"))
    assert 'data-theme="dark"' in reader.get("/cycle/").content.decode()


def test_each_answer_carries_an_id_that_nobody_outside_can_choose(browsers):
    page = browsers["viewer"].get("/cycle/", headers={"x-request-id": "forged"})
    assert len(page.headers["X-Request-Id"]) == 32
