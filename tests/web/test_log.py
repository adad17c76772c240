"""The log: one event is one line, whatever was sent."""

import io
import logging

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.web.log import OneLine, escape

FORGED = "2026-10-01T12:00:00+0000 WARNING counterpoise: all is well [-]"


@pytest.fixture
def lines():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: out.getvalue().split("\n")[:-1]
    root.removeHandler(handler)


@pytest.mark.case("WEB-18")
@given(st.text())
def test_a_message_has_neither_line_ends_nor_controls(written):
    line = escape(written)
    assert line.splitlines() in ([], [line])
    assert not any(ord(c) < 32 or ord(c) == 127 for c in line)


@pytest.mark.case("WEB-18")
@pytest.mark.parametrize(
    ("sent", "written"),
    [
        pytest.param(f"a\r\n{FORGED}", f"a\\x0d\\x0a{FORGED}", id="a line end"),
        pytest.param("\x1b[31mred", "\\x1b[31mred", id="a colour of the terminal"),
        pytest.param("a\u2028b", "a\\u2028b", id="a line end of another kind"),
        pytest.param("a\u202eb", "a\\u202eb", id="a turn of the direction"),
        pytest.param("عربي", "عربي", id="Arabic stays readable"),
    ],
)
def test_what_could_forge_a_line_is_written_by_its_number(lines, sent, written):
    logging.getLogger("counterpoise").warning("said: %s", sent)
    (line,) = lines()
    assert line.endswith(f"WARNING counterpoise: said: {written} [-]")


@pytest.mark.case("WEB-18")
def test_a_traceback_is_one_line_too(lines):
    try:
        int(FORGED)
    except ValueError:
        logging.getLogger("counterpoise").exception("failed")
    (line,) = lines()
    assert "Traceback" in line


@pytest.mark.case("WEB-18")
def test_a_thousand_forged_requests_forge_no_line(lines, workspace):
    logging.getLogger("django.request").setLevel(logging.WARNING)
    client = Client(SERVER_NAME="localhost")
    for n in range(100):
        client.get(f"/static/{n}%0d%0a{FORGED}")
        client.get("/sign-in/", HTTP_HOST=f"x{n}\n{FORGED}")
    logging.getLogger("django.request").setLevel(logging.ERROR)
    assert not [line for line in lines() if line.startswith(FORGED)]
