"""A whole reading through a proxy that fails in between comes to the same, or stops and says so."""

import random

import pytest

from connectors.test_odoo import DATABASE, HASTY, KEY, REACH, fill
from counterpoise.connectors.odoo.client import Client, Json2
from counterpoise.connectors.odoo.source import OdooSource
from counterpoise.connectors.sources.http import open_session
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from faulty import Faulty, hang_up, keep_silent, pass_on, write_answer
from odoo_server import OdooServer

PASSING = {
    "429": write_answer(status=429, Retry_After="0"),
    "500": write_answer(status=500),
    "502": write_answer(status=502),
    "503": write_answer(status=503, Retry_After="0"),
    "504": write_answer(status=504),
    "a cut": hang_up,
    "half an answer": write_answer([{"id": 1}])[:-3],
    "half a page": write_answer(b'[{"id": 1}, {"id"'),
    "no HTTP": b"HELLO\r\n\r\n",
}
LASTING = {
    "a page to sign in": write_answer(b"<html>", kind="text/html"),
    "letters of another code": write_answer('["مرحبا"]'.encode("cp1256")),
    "a way on": write_answer(status=302, Location="http://10.0.0.1/"),
    "no right": write_answer({"name": "odoo.exceptions.AccessError", "message": "لا"}, 403),
    "something else": write_answer({"hello": 1}),
    "numbers for records": write_answer([1, 2]),
}


@pytest.fixture(scope="module")
def odoo():
    server = OdooServer()
    fill(server)
    yield server
    server.close()


def open_at(url):
    way = Json2(open_session(REACH, retry_writes=True, patience=HASTY), url, DATABASE, KEY)
    return OdooSource("odoo", Client(way, "en_US"), page=3)


def read(source, described, now):
    return [row for each in source.read(described, None, now) for row in each.to_pylist()]


@pytest.fixture(scope="module")
def deals(odoo):
    source = open_at(odoo.url)
    (described,) = (each for each in source.describe() if each.name == "crm.lead/opportunity")
    return described, read(source, described, odoo.now)


def run(odoo, described, script):
    proxy = Faulty(*script)
    try:
        return read(open_at(proxy.url), described, odoo.now)
    finally:
        proxy.close()


@pytest.mark.case("IMP-23")
@pytest.mark.parametrize("page", [0, 2])
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_changes_nothing(odoo, deals, fault, page):
    described, rows = deals
    onward = pass_on(odoo.url)
    script = [*[onward] * page, PASSING[fault], PASSING[fault], onward]
    assert run(odoo, described, script) == rows


@pytest.mark.case("IMP-23")
@pytest.mark.parametrize("fault", LASTING)
def test_a_fault_that_lasts_stops_the_reading(odoo, deals, fault):
    described, _ = deals
    onward = pass_on(odoo.url)
    with pytest.raises(SourceRefused):
        run(odoo, described, [onward, LASTING[fault]])


def test_silence_stops_the_reading(odoo, deals):
    described, _ = deals
    with pytest.raises(SourceUnreachable):
        run(odoo, described, [pass_on(odoo.url), keep_silent])


def read_at_random(odoo, deals, seed):
    described, rows = deals
    draw, onward = random.Random(seed), pass_on(odoo.url)
    faults = list(PASSING.values())
    script = [draw.choice([onward, onward, *draw.sample(faults, 2)]) for _ in range(12)]
    try:
        assert run(odoo, described, [*script, onward]) == rows
    except SourceUnreachable:
        return False
    return True


def test_whatever_fails_and_when_the_rows_are_the_same(odoo, deals):
    assert sum(read_at_random(odoo, deals, seed) for seed in range(12)) >= 10


@pytest.mark.soak
def test_whatever_fails_and_when_the_rows_are_the_same_500_times(odoo, deals):
    assert sum(read_at_random(odoo, deals, seed) for seed in range(500)) >= 400
