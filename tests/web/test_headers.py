"""What stands on every answer, whoever gives it: a view, a middleware, the server of files."""

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings

from addresses import list_addresses
from people import PASSWORD, make_person, sign_in

NOT_OURS = "attacker.example"
HTTPS = {
    "IS_HTTPS": True,
    "SECURE_HSTS_SECONDS": 2 * 365 * 24 * 60 * 60,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
}
"""What COUNTERPOISE_HTTPS=1 sets; test_security compares it with the settings themselves."""


def read_policy(response):
    written = response.headers["Content-Security-Policy"]
    return {
        name: values
        for name, _, values in (each.strip().partition(" ") for each in written.split(";"))
    }


def find_missing(response, *, over_tls=False):
    """What an answer lacks, in words; nothing where all is there."""
    headers, policy = response.headers, read_policy(response)
    expected = {
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "a referrer policy": headers.get("Referrer-Policy") == "same-origin",
        "its own window": headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "its own readers": headers.get("Cross-Origin-Resource-Policy") == "same-origin",
        "no frame, in old browsers": headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"},
        "a policy for frames": policy.get("frame-ancestors") in {"'none'", "'self'"},
        "nothing by default": policy.get("default-src") == "'none'",
        "no base": policy.get("base-uri") == "'none'",
        "no script of the page's text": "unsafe" not in policy.get("script-src", ""),
        "a rule for caches": bool(headers.get("Cache-Control")),
        "no other origin let in": "Access-Control-Allow-Origin" not in headers,
        "its kind": not response_has_body(response) or "Content-Type" in headers,
        "HSTS": not over_tls
        or re.fullmatch(
            r"max-age=6307\d{4}; includeSubDomains; preload",
            headers.get("Strict-Transport-Security", ""),
        ),
    }
    return [name for name, holds in expected.items() if not holds]


def response_has_body(response):
    return response.status_code not in {204, 304} and (response.streaming or bool(response.content))


def ask_everywhere(browser, **sent):
    """By address: the answers to reading it and to writing there with nothing in hand."""
    browser.raise_request_exception = False
    return {
        f"{method} {path}": getattr(browser, method)(path, **sent)
        for _, path in list_addresses()
        for method in ("get", "post")
    }


@pytest.fixture
def visitors(workspace):
    return {
        "a stranger": Client(SERVER_NAME="localhost"),
        "operations": sign_in(make_person("operations")),
        "a rep": sign_in(make_person("rep")),
    }


@pytest.mark.case("WEB-10")
@pytest.mark.parametrize("who", ["a stranger", "operations", "a rep"])
def test_every_answer_of_every_address_carries_them(visitors, who):
    answers = ask_everywhere(visitors[who])
    assert len(answers) > 150
    assert set(visitors[who].cookies) <= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    lacking = {asked: find_missing(each) for asked, each in answers.items()}
    assert {asked: missing for asked, missing in lacking.items() if missing} == {}


@pytest.mark.case("WEB-10")
def test_behind_tls_every_answer_carries_hsts_too(workspace):
    with override_settings(**HTTPS):
        reader = sign_in(make_person("operations"), x_forwarded_proto="https")
        lacking = {
            asked: find_missing(each, over_tls=True)
            for asked, each in ask_everywhere(reader).items()
        }
    assert {asked: missing for asked, missing in lacking.items() if missing} == {}


@pytest.mark.case("WEB-10")
@pytest.mark.parametrize(
    ("ask", "status"),
    [
        pytest.param({"path": "/sign-in/"}, 200, id="a page"),
        pytest.param({"path": "/cycle/"}, 302, id="sent to sign in"),
        pytest.param({"path": "/no-such-page"}, 404, id="nothing there"),
        pytest.param({"path": "/cycle"}, 301, id="a slash too few"),
        pytest.param({"path": "/sign-in/", "SERVER_NAME": NOT_OURS}, 400, id="another host"),
        pytest.param({"path": "/static/counterpoise.css"}, 200, id="a style sheet"),
        pytest.param({"path": "/static/counterpoise.js"}, 200, id="a script"),
        pytest.param({"path": "/static/no-such.css"}, 404, id="no style sheet"),
        pytest.param({"path": "/static/../settings.py"}, 404, id="out of the folder"),
        pytest.param({"path": "/api/v1/me"}, 401, id="the API without a token"),
        pytest.param({"path": "/api/v1/nothing"}, 401, id="nothing in the API"),
    ],
)
def test_each_kind_of_answer_carries_them(workspace, ask, status):
    response = Client(SERVER_NAME="localhost").get(**ask)
    assert (response.status_code, find_missing(response)) == (status, [])


def test_a_form_without_its_token_is_refused_and_carries_them(workspace):
    strict = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    response = strict.post("/sign-in/", {"username": "amina", "password": "guess"})
    assert (response.status_code, find_missing(response)) == (403, [])


def test_static_files_are_kept_by_browsers_and_pages_are_not(workspace):
    stranger = Client(SERVER_NAME="localhost")
    first = stranger.get("/static/counterpoise.css")
    assert first.headers["Cache-Control"] == "max-age=60, public"
    again = stranger.get(
        "/static/counterpoise.css", headers={"if-modified-since": first.headers["Last-Modified"]}
    )
    assert (again.status_code, find_missing(again)) == (304, [])
    for role in ("operations", "executive"):
        page = sign_in(make_person(role)).get("/cycle/")
        assert page.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "address",
    [
        "/static/",
        "/static/admin/",
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static/..%2f..%2f..%2f.git/config",
        "/static//etc/passwd",
        "/.git/config",
        "/.env",
        "/secret_key",
        "/store.sqlite3",
    ],
)
def test_folders_are_not_listed_and_nothing_of_the_source_is_served(workspace, address):
    assert Client(SERVER_NAME="localhost").get(address).status_code == 404


@pytest.mark.case("WEB-12")
def test_cookies_go_to_us_alone_and_no_script_reads_them(workspace):
    name = make_person("viewer").username
    with override_settings(**HTTPS):
        browser = Client(SERVER_NAME="localhost", headers={"x-forwarded-proto": "https"})
        shown = browser.get("/sign-in/")
        answered = browser.post(
            "/sign-in/", {"login": name, "username": name, "password": PASSWORD}
        )
    for cookie in (shown.cookies["__Host-csrftoken"], answered.cookies["__Host-sessionid"]):
        flags = {
            name: cookie[name] for name in ("secure", "httponly", "samesite", "path", "domain")
        }
        assert flags == {
            "secure": True,
            "httponly": True,
            "samesite": "Lax",
            "path": "/",
            "domain": "",
        }


def test_leaving_clears_what_the_browser_kept(workspace):
    response = sign_in(make_person("viewer")).post("/sign-out/")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.case("WEB-10")
def test_over_plain_http_pages_lead_to_tls_and_the_api_refuses(workspace):
    with override_settings(**HTTPS):
        stranger = Client(SERVER_NAME="localhost")
        page = stranger.get("/sign-in/")
        refused = stranger.get("/api/v1/me", headers={"authorization": "Bearer cp_secret"})
        forged = stranger.get("/api/v1/me", headers={"x-forwarded-proto": "https"})
    assert (page.status_code, page.url) == (301, "https://localhost/sign-in/")
    assert (refused.status_code, find_missing(refused)) == (403, [])
    assert "Revoke the token" in refused.json()["detail"]
    assert forged.status_code == 401  # whoever stands in front sets this header: deploy.md says so


@pytest.mark.case("WEB-12")
@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"HTTP_HOST": NOT_OURS}, id="another host"),
        pytest.param({"HTTP_HOST": f"localhost@{NOT_OURS}"}, id="a name before the host"),
        pytest.param({"HTTP_HOST": f"localhost.{NOT_OURS}"}, id="a host that ends otherwise"),
        pytest.param({"HTTP_HOST": f"localhost:{NOT_OURS}"}, id="no port"),
    ],
)
def test_a_forged_host_is_refused(workspace, header):
    assert Client().get("/sign-in/", **header).status_code == 400


@pytest.mark.case("WEB-12")
def test_a_forwarded_host_is_not_believed(workspace):
    page = Client(SERVER_NAME="localhost").get("/cycle/", headers={"x-forwarded-host": NOT_OURS})
    assert page.url == "/sign-in/?next=/cycle/"


@pytest.mark.parametrize("who", ["a stranger", "operations"])
def test_nothing_answers_to_trace(visitors, who):
    browser = visitors[who]
    browser.raise_request_exception = False
    answered = {path: browser.trace(path).status_code for _, path in list_addresses()}
    assert {path: status for path, status in answered.items() if status < 300} == {}
