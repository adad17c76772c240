"""The page that lists what the API can do."""

import re
from html import unescape


def test_everybody_with_an_account_finds_every_operation(browsers):
    from counterpoise.web.api.application import api
    from counterpoise.web.api.openapi import describe

    page = browsers["rep"].get("/api/")
    html = unescape(page.content.decode())
    assert page.status_code == 200
    assert len(re.findall("<h1", html)) == 1
    for path, methods in describe(api)["paths"].items():
        assert path in html
        for operation in methods.values():
            assert operation["summary"] in html


def test_it_can_be_searched_and_taken_away_as_a_table(browsers):
    found = browsers["viewer"].get("/api/?operations.q=withdraw").content.decode()
    assert "Withdraw an override" in found
    assert "List jobs" not in found
    sheet = browsers["viewer"].get("/api/?operations.export=csv").content.decode("utf-8-sig")
    assert "/api/v1/demand/{period}/overrides" in sheet


def test_a_stranger_signs_in_first(workspace):
    from django.test import Client

    assert Client(SERVER_NAME="localhost").get("/api/").status_code == 302
