"""Which addresses a connector may connect to, and that nothing else is."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from counterpoise.connectors.sources.http import open_session
from counterpoise.connectors.sources.reach import OutOfReach, Reach, read_reach

INSIDE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "0.0.0.0",
    "localhost",
    "localhost.",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "2001::1",
    "::127.0.0.1",
]
OUTSIDE = ["8.8.8.8", "1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808"]


@pytest.mark.case("API-20")
@pytest.mark.parametrize("host", INSIDE)
def test_no_spelling_of_an_inside_address_is_reached(host):
    with pytest.raises((OutOfReach, socket.gaierror)):
        Reach().resolve(host, 443)


@pytest.mark.parametrize("host", OUTSIDE)
def test_the_world_is_reached(host):
    assert Reach().resolve(host, 443) == (host,)


def test_an_administrator_opens_a_network_of_the_company(monkeypatch):
    reach = read_reach("10.1.0.0/16 192.168.7.7")
    assert reach.resolve("10.1.2.3", 443) == ("10.1.2.3",)
    assert reach.resolve("192.168.7.7", 443) == ("192.168.7.7",)
    with pytest.raises(OutOfReach, match="COUNTERPOISE_REACH"):
        reach.resolve("10.2.0.1", 443)


def test_only_the_ports_of_the_web_where_it_is_said(monkeypatch):
    reach = read_reach("", ports=frozenset({80, 443}))
    with pytest.raises(OutOfReach, match="port 22"):
        reach.resolve("8.8.8.8", 22)


def test_a_name_with_one_address_inside_is_not_reached(monkeypatch):
    found = [(2, 1, 6, "", (each, 443)) for each in ("8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(OutOfReach):
        Reach().resolve("rebinding.example", 443)


class Scripted(BaseHTTPRequestHandler):
    """Answers what the test put down, and remembers what was asked."""

    script: list
    asked: list

    def do_GET(self):
        self.asked.append(self.path)
        status, headers, body = self.script.pop(0) if self.script else (200, {}, b"done")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def canary():
    handler = type("Handler", (Scripted,), {"script": [], "asked": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.handler, server.url = handler, f"http://127.0.0.1:{server.server_port}/"
    yield server
    server.shutdown()
    server.server_close()


def test_nothing_is_sent_to_where_nobody_may_go(canary):
    with pytest.raises(OutOfReach, match="inside a network"):
        open_session(Reach()).get(canary.url)
    assert canary.handler.asked == []


def test_a_name_that_changes_its_address_leads_nowhere_inside(canary, monkeypatch):
    """What was judged is what is connected to: the name is asked once."""
    answers = ["8.8.8.8", "127.0.0.1"]
    connected = []
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, *_, **__: [(2, 1, 6, "", (answers.pop(0), port))],
    )
    monkeypatch.setattr(
        "counterpoise.connectors.sources.http.create_connection",
        lambda address, *_: connected.append(address) or (_ for _ in ()).throw(OSError("cut")),
    )
    session = open_session(Reach())
    for adapter in session.adapters.values():
        adapter.max_retries = 0
    with pytest.raises(requests.RequestException):
        session.get("http://rebinding.example/")
    assert connected == [("8.8.8.8", 80)]


def test_it_waits_as_it_is_told_to(canary):
    canary.handler.script += [(429, {"Retry-After": "1"}, b""), (503, {"Retry-After": "0"}, b"")]
    answer = open_session(read_reach("127.0.0.1")).get(canary.url)
    assert (answer.status_code, answer.text) == (200, "done")
    assert len(canary.handler.asked) == 3


def test_it_gives_up_after_five_more_tries(canary):
    canary.handler.script += [(500, {"Retry-After": "0"}, b"broken")] * 9
    answer = open_session(read_reach("127.0.0.1")).get(canary.url)
    assert answer.status_code == 500
    assert len(canary.handler.asked) == 6


def test_a_way_inside_by_a_redirect_is_closed(canary):
    canary.handler.script += [(302, {"Location": "http://169.254.169.254/latest/"}, b"")]
    with pytest.raises(OutOfReach, match="inside a network"):
        open_session(read_reach("127.0.0.1")).get(canary.url)
