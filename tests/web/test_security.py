"""What attackers try first: the settings, the words of an error, a link to elsewhere."""

import json
import os
import re
import subprocess
import sys
from types import ModuleType

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import Http404
from django.test import Client, override_settings
from django.urls import path

from addresses import list_addresses
from counterpoise.store import ledger
from kept_forecast import keep_run
from people import make_person, sign_in
from reporting_company import build_cycle
from web.test_access import hash_store
from web.test_collect import company
from web.test_headers import HTTPS, find_missing

__all__ = ["company"]  # fixtures
SECRET = "SELECT password FROM store_user -- /srv/counterpoise/secret_key"
INSIDE = re.compile(
    r"Traceback|File \"|site-packages|/work/|/srv/|/tmp/|\.py\b|store_\w+|SELECT |INSERT "
    r"|OperationalError|ZeroDivisionError|sqlite|psycopg|duckdb|COUNTERPOISE_|SECRET_KEY"
    r"|DATABASES|INSTALLED_APPS|DEBUG"
)
"""Words that only somebody inside may read: of files, of SQL, of settings, of a trace."""

SIGNED = {"hook"}
"""Addresses that programs of others call: each letter carries its sender's own signature."""


def fail(request, kind):
    raise {
        "denied": PermissionDenied(SECRET),
        "suspicious": SuspiciousOperation(SECRET),
        "malformed": BadRequest(SECRET),
        "missing": Http404(SECRET),
        "broken": ZeroDivisionError(SECRET),
        "database": OperationalError(SECRET),
        "file": FileNotFoundError(2, SECRET, "/srv/counterpoise/store.sqlite3"),
        "setting": AttributeError("'Settings' object has no attribute 'SECRET_KEY'"),
    }[kind]


@pytest.fixture
def failing(workspace, monkeypatch):
    """A browser before the application with one more address, which fails as it is told."""
    from counterpoise.web import access, urls

    module = ModuleType("urls_that_fail")
    module.urlpatterns = [path("fail/<str:kind>/", fail, name="fail"), *urls.urlpatterns]
    for name in ("handler400", "handler403", "handler404", "handler500"):
        if hasattr(urls, name):
            setattr(module, name, getattr(urls, name))
    monkeypatch.setattr(access, "OPEN", access.OPEN | {"fail"})
    with override_settings(ROOT_URLCONF=module):
        browser = sign_in(make_person("operations"))
        browser.raise_request_exception = False
        yield browser


@pytest.mark.case("WEB-28")
@pytest.mark.parametrize(
    ("kind", "status", "heading"),
    [
        pytest.param("denied", 403, "cannot be understood", id="denied"),
        pytest.param("suspicious", 400, "cannot be understood", id="suspicious"),
        pytest.param("malformed", 400, "cannot be understood", id="malformed"),
        pytest.param("missing", 404, "There is nothing here", id="missing"),
        pytest.param("broken", 500, "went wrong on our side", id="a fault of ours"),
        pytest.param(
            "database", 503, "The store does not answer just now", id="a store that is away"
        ),
        pytest.param("file", 500, "went wrong on our side", id="a file that is gone"),
        pytest.param("setting", 500, "went wrong on our side", id="a setting that is gone"),
    ],
)
def test_an_error_says_what_to_do_and_nothing_of_the_inside(failing, kind, status, heading):
    response = failing.get(f"/fail/{kind}/")
    written = response.content.decode()
    assert (response.status_code, find_missing(response)) == (status, [])
    assert f"{heading}</h1>" in written
    assert INSIDE.findall(written) == []


@pytest.mark.case("WEB-28")
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_store_that_breaks_under_any_address_shows_nothing_of_itself(workspace, method):
    reader = sign_in(make_person("operations"))
    reader.raise_request_exception = False

    def break_down(execute, sql, *arguments):
        if "django_session" in sql or "store_user" in sql:
            return execute(sql, *arguments)  # who asks is still known, so the page itself fails
        raise OperationalError(f"{SECRET}: {sql}")

    statuses, shown = [], {}
    with connection.execute_wrapper(break_down):
        for _, address in list_addresses():
            response = getattr(reader, method)(address)
            statuses.append(response.status_code)
            written = b"" if response.streaming else response.content
            if found := INSIDE.findall(written.decode()):
                shown[address] = found
    assert shown == {}
    assert statuses.count(500) + statuses.count(503) >= 5


@pytest.mark.case("WEB-28")
@pytest.mark.parametrize(
    "part", ["%00", "'", "../../etc/passwd", "%F0%9F%92%A5", "9" * 400, "{{7*7}}"]
)
def test_nonsense_in_any_address_breaks_nothing(workspace, part):
    reader = sign_in(make_person("operations"))
    for _, address in list_addresses():
        broken = re.sub(r"(?<=/)(1|2026-Q4)(?=[/.]|$)", lambda _: part, address)
        if broken != address:
            assert reader.get(broken).status_code in {301, 302, 401, 404, 405, 429}, broken


def start_with_https(workspace, code, *arguments):
    environment = {
        **os.environ,
        "COUNTERPOISE_HTTPS": "1",
        "COUNTERPOISE_WORKSPACE": str(workspace.root),
        "DJANGO_SETTINGS_MODULE": "counterpoise.web.settings",
    }
    environment.pop("COUNTERPOISE_SECRET_KEY", None)
    return subprocess.run(
        [sys.executable, *code, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.case("WEB-10")
def test_the_framework_finds_nothing_to_warn_of_before_deployment(workspace):
    done = start_with_https(
        workspace, ("-m", "django"), "check", "--deploy", "--fail-level", "WARNING"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_the_tests_speak_of_tls_as_the_settings_do(workspace):
    read = (
        "import json, sys; from counterpoise.web import settings;"
        "print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))"
    )
    done = start_with_https(workspace, ("-c", read), *HTTPS)
    assert json.loads(done.stdout) == json.loads(json.dumps(HTTPS))


def test_the_key_that_signs_is_made_once_and_read_by_its_owner_alone(workspace):
    read = "from counterpoise.web import settings; print(settings.SECRET_KEY)"
    first, second = (start_with_https(workspace, ("-c", read)).stdout for _ in range(2))
    assert first == second
    assert len(first.strip()) >= 64
    assert (workspace.root / "secret_key").stat().st_mode & 0o777 == 0o600


def test_nothing_runs_in_debug_and_passwords_are_hashed_slowly():
    assert settings.DEBUG is False
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.mark.case("SUP-09")
def test_pages_name_no_other_host(workspace):
    reader = sign_in(make_person("administrator"))
    reader.raise_request_exception = False
    named = {}
    for _, address in list_addresses():
        response = reader.get(address)
        if not response.streaming and "html" in response.headers.get("Content-Type", ""):
            found = re.findall(
                r"""(?:src|href|action|url\()\s*=?\s*["']?((?:https?:)?//[^"'\s)>]+)""",
                response.content.decode(),
            )
            if found:
                named[address] = found
    assert named == {}


@pytest.mark.case("WEB-11")
def test_every_form_without_its_token_is_refused_and_so_is_one_from_elsewhere(workspace):
    reader = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    reader.force_login(make_person("administrator"))
    reader.raise_request_exception = False
    reader.get("/sign-in/")
    token = "a" * 32
    reader.cookies[settings.CSRF_COOKIE_NAME] = token
    from_elsewhere = {"origin": "https://attacker.example"}
    taken = {}
    for name, address in list_addresses():
        if name.startswith("api:"):
            continue  # a session opens nothing there: test_api_door
        if name in SIGNED:
            continue  # nor there: test_hook_door
        for headers in ({}, from_elsewhere):
            body = {"csrfmiddlewaretoken": token} if headers else {}
            status = reader.post(address, body, headers=headers).status_code
            if status not in {403, 404, 405}:
                taken[address] = status
    assert taken == {}


@pytest.mark.case("WEB-11")
def test_only_the_api_is_exempt_from_the_token_of_forms(workspace):
    from django.urls import resolve

    exempt = {
        name
        for name, address in list_addresses()
        if getattr(resolve(address).func, "csrf_exempt", False)
    }
    assert {name for name in exempt if not name.startswith("api:")} == SIGNED


@pytest.mark.parametrize(
    "leads",
    [
        "https://attacker.example/",
        "//attacker.example/",
        "/\\attacker.example",
        "javascript:alert(1)",
        "https:attacker.example",
    ],
)
def test_signing_in_leads_to_no_other_host(workspace, leads):
    from people import PASSWORD

    name = make_person("operations").username
    typed = {"login": name, "username": name, "password": PASSWORD, "next": leads}
    browser = Client(SERVER_NAME="localhost")
    answered = browser.post("/sign-in/", typed, query_params={"next": leads})
    assert answered.status_code == 302
    assert answered.url == "/"


ATTACKS = (
    "' OR '1'='1",
    "1; DROP TABLE store_user; --",
    "name DESC, (CASE WHEN 1=1 THEN 1 ELSE 1/0 END)",
    "-name) UNION ALL VALUES (1,2,3) --",
    "\\",
    "%",
    "\x00",
    "٣" * 30,
    "-1",
    "9" * 30,
    "2026-13-45",
    "a" * 5000,
    "xlsx",
)
ALWAYS = ("by", "is", "key", "subject", "period", "start", "rule", "rep", "check", "a", "b", "page")


@pytest.mark.case("WEB-21")
def test_no_page_can_be_asked_in_a_way_that_breaks_it(company):
    keep_run(build_cycle(), build=ledger.get_current_build().id)
    reader = sign_in(make_person("operations"))
    asked, broken = 0, []
    before = hash_store()
    for name, address in list_addresses():
        if name.startswith("api:"):
            continue  # test_api_conformity asks that in every way
        page = reader.get(address)
        if page.status_code != 200 or page.streaming:
            continue
        fields = {*re.findall(r'name="([\w.-]+)"', page.content.decode()), *ALWAYS}
        for table in {name.partition(".")[0] for name in fields if "." in name}:
            fields |= {f"{table}.{part}" for part in ("sort", "page", "q", "export", "amount")}
        for attack in ATTACKS:
            asked += len(fields)
            status = reader.get(address, dict.fromkeys(fields, attack)).status_code
            if status not in {200, 302, 404, 422}:
                broken.append((address, attack, status))
    assert broken == []
    assert hash_store() == before
    assert asked > 3_000
