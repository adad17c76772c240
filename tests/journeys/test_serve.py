"""The application is started, and the first administrator signs in."""

import http.cookiejar
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest


@pytest.fixture
def served(workspace):
    """The running application: its address, and what it printed on its first start."""
    yield from serve(workspace)


def serve(workspace, *options):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "counterpoise.cli", "serve", "--port", str(port),
         "--workspace", str(workspace.root), *options],
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    said = [process.stderr.readline() for _ in range(3)]
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/sign-in/", timeout=5).close()
            break
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    yield address, "".join(said), process.pid
    process.terminate()
    process.wait(timeout=20)


class Browser:
    """Keeps cookies and follows redirects, as a browser without scripts does."""

    def __init__(self, address):
        self.address = address
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path, language="en"):
        headers = {"Accept-Language": language}
        request = urllib.request.Request(self.address + path, headers=headers)
        return self._open(request)

    def post(self, path, **fields):
        token = next(c.value for c in self.cookies if c.name == "csrftoken")
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        return self._open(urllib.request.Request(self.address + path, body))

    def _open(self, request):
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.status, answer.url, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, request.full_url, error.read().decode(), error.headers


def test_the_first_administrator_signs_in_and_finds_the_cycles(served):
    address, said, _ = served
    name, password = re.search(r"signs in as (\S+) with password (\S+)", said).groups()
    browser = Browser(address)
    _, url, page, _ = browser.get("/")
    assert url.endswith("/sign-in/?next=/")
    assert "<h1>Sign in</h1>" in page
    status, url, page, headers = browser.post("/sign-in/", login=name, password=password)
    assert (status, url) == (200, f"{address}/cycle/")
    assert "What to do first" in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    status, _, _, _ = browser.get("/cycle/nothing/report.en.html")
    assert status == 404


def test_a_port_that_another_server_has_is_refused(served, workspace):
    port = served[0].rpartition(":")[2]
    refused = subprocess.run(
        [sys.executable, "-m", "counterpoise.cli", "serve", "--port", port,
         "--workspace", str(workspace.root)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert f"port {port}: Address already in use. Stop what listens there" in refused.stderr


def test_a_wrong_password_is_refused(served):
    browser = Browser(served[0])
    browser.get("/sign-in/")
    _, url, page, _ = browser.post("/sign-in/", login="admin", password="guess")
    assert url.endswith("/sign-in/")
    assert "Please enter a correct username and password" in page


@pytest.mark.parametrize(
    "path", ["/", "/cycle/", "/cycle/1/report.en.html", "/cycle/1/report.en.xlsx"]
)
def test_every_page_asks_who_you_are(served, path):
    _, url, _, _ = Browser(served[0]).get(path)
    assert "/sign-in/?next=" in url


def test_an_arabic_reader_gets_a_page_from_right_to_left(served):
    _, _, page, _ = Browser(served[0]).get("/sign-in/", language="ar")
    assert '<html lang="ar" dir="rtl">' in page


def list_answering(pid):
    """Those that answer: forked from the server, so they are called as it is."""
    called = Path(f"/proc/{pid}/cmdline").read_bytes()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [each for each in children if Path(f"/proc/{each}/cmdline").read_bytes() == called]


def list_open(pid):
    links = Path(f"/proc/{pid}/fd").iterdir()
    return [os.path.realpath(each) for each in links]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        pytest.param((), 2, id="two unless told otherwise"),
        pytest.param(("--processes", "1"), 1, id="as many as told"),
    ],
)
def test_what_answers_is_forked_without_the_store_open(workspace, options, count):
    """SQLite would believe that it holds the locks of a file which it got open by a fork."""
    served = serve(workspace, "--no-worker", *options)
    _, _, pid = next(served)
    try:
        answering = list_answering(pid)
        assert len(answering) == count
        assert not [each for each in list_open(pid) if "store.sqlite3" in each]
        for each in answering:  # the one that was asked opened it once, and closed nothing
            assert sum(name.endswith("store.sqlite3") for name in list_open(each)) <= 1
    finally:
        assert list(served) == []
