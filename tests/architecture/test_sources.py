"""Our own rules of safe code hold, and each is shown to bite when broken."""

import shutil
import subprocess
from pathlib import Path

import pytest

from architecture.sources import REVIEWED, find_breaches, find_secrets

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "counterpoise"


@pytest.mark.case("SUP-05", "SUP-09")
def test_the_source_breaks_no_rule():
    assert find_breaches(PACKAGE) == []


def test_every_reviewed_place_is_still_there():
    places = {place for reviewed in REVIEWED.values() for place in reviewed}
    assert sorted(place for place in places if not (PACKAGE / place).exists()) == []


@pytest.mark.case("SUP-05")
@pytest.mark.parametrize(
    ("place", "line", "breach"),
    [
        pytest.param("web/a.py", "x = mark_safe(note)", "safe HTML", id="a note as HTML"),
        pytest.param("web/a.py", "@csrf_exempt\ndef f(): ...", "its token", id="a form for anyone"),
        pytest.param("web/a.py", "User.objects.all()", "past the store", id="rows from a page"),
        pytest.param("store/a.py", "c.cursor()", "SQL past", id="SQL in the store"),
        pytest.param("cli/a.py", "import subprocess", "runs a program", id="a program"),
        pytest.param("web/a.py", "import requests", "network", id="a request to elsewhere"),
        pytest.param("web/a.py", "from urllib import request", "network", id="the same, built in"),
        pytest.param("web/a.py", "import pickle", "unpacks", id="unpickling"),
        pytest.param(
            "store/a.py", "amount = models.FloatField()", "not exact", id="money as a float"
        ),
        pytest.param("web/a.py", "f()  # noqa: S307", "without a reason", id="a silent silence"),
        pytest.param("store/a.py", "import random", "guessed", id="a key by dice"),
        pytest.param("store/a.py", "hashlib.md5(b)", "weakly", id="a broken hash"),
        pytest.param("web/a.js", "area.innerHTML = note;", "innerHTML", id="a note as HTML, later"),
        pytest.param("web/a.js", "localStorage.x = 1;", "localStorage", id="kept in the browser"),
        pytest.param("web/a.html", "{{ note|safe }}", "|safe", id="a template that trusts"),
        pytest.param("web/a.html", "<script>f()</script>", "<script", id="a script in a page"),
        pytest.param("web/a.html", '<a onclick="f()">', "onclick", id="a handler in a page"),
    ],
)
def test_a_broken_rule_is_found(tmp_path, place, line, breach):
    path = tmp_path / place
    path.parent.mkdir()
    path.write_text(line + "\n", "utf-8")
    (found,) = find_breaches(tmp_path)
    assert breach in found


@pytest.mark.case("SUP-09")
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.html", '<script src="https://cdn.example/htmx.js"></script>'),
        ("a.html", '<link rel="stylesheet" href="//cdn.example/a.css">'),
        ("a.css", "src: url(https://fonts.example/noto.woff2)"),
        ("a.css", '@import "https://cdn.example/a.css";'),
        ("a.js", 'import x from "https://cdn.example/x.js";'),
    ],
)
def test_what_would_be_loaded_from_elsewhere_is_found(tmp_path, name, line):
    (tmp_path / name).write_text(line + "\n", "utf-8")
    (found,) = find_breaches(tmp_path)
    assert "loads from" in found


def run_git(*arguments):
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout: the history is scanned where there is one")
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


@pytest.mark.case("SUP-06")
def test_no_secret_is_in_the_tree_or_in_any_commit():
    added = [
        line[1:]
        for line in run_git("log", "--all", "--no-color", "--unified=0", "--patch").splitlines()
        if line.startswith("+") and len(line) < 5000
    ]
    listed = run_git("ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            added += path.read_bytes().decode("utf-8", "replace").splitlines()
    assert sorted({line for line in added if find_secrets(line)}) == []


@pytest.mark.case("SUP-06")
@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("an AWS key", "AKIA" + "IOSFODNN7EXAMPLE"),
        ("a GitHub token", "ghp_" + "a1" * 18),
        ("a Slack token", "xoxb-" + "1234567890-" * 3),
        ("a Stripe key", "sk_live_" + "a1" * 12),
        ("a token of ours", "cp_" + "a1" * 22),
        ("a private key", "-----BEGIN RSA PRIVATE " + "KEY-----\n" + "MII" * 10),
        ("a password in an address", "postgresql://app:" + "hunter22@db/name"),
        ("a password in a setting", 'API_KEY = "' + "a1b2" * 6 + '"'),
    ],
)
def test_a_secret_is_known_when_met(kind, written):
    assert find_secrets(written) == [kind]


@pytest.mark.parametrize(
    "written",
    [
        "password: str",
        'password = "correct horse battery staple"',
        "postgresql://user:password@host:5432/name",
        "`cp_…`, shown once",
        "SECRET_KEY = read_key(variable, file)",
    ],
)
def test_what_is_no_secret_is_left_alone(written):
    assert find_secrets(written) == []
