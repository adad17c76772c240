"""What one question over HTTP comes to, however badly the other side answers."""

import gzip
from decimal import Decimal

import pytest

from counterpoise.connectors.sources.asking import Limits, Question, ask, ask_json, quote
from counterpoise.connectors.sources.http import Patience, open_session
from counterpoise.connectors.sources.paging import Pages
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.reach import Reach, read_reach
from faulty import (
    Faulty,
    drip,
    drip_without_end,
    hang_up,
    keep_silent,
    pour_without_end,
    write_answer,
)

HASTY = Patience(
    to_connect=0.5, between_bytes=0.3, until_answer=1.0, backoff=0.001, jitter=0.001, longest_wait=1
)
GOOD = write_answer({"name": "شركة المدار", "amount": 1})
SHORT = Limits(most_bytes=1_000_000, seconds=1.0)
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
DAMAGED_GZIP = write_answer(gzip.compress(b'{"name": 1}')[:-9], Content_Encoding="gzip")
BOMB = write_answer(gzip.compress(b" " * 20_000_000), Content_Encoding="gzip")


@pytest.fixture
def answer_with():
    """Starts a server with a script; gives it and what the question came to."""
    servers = []

    def run(*script, repeatable=True, question=None):
        server = Faulty(*script)
        servers.append(server)
        session = open_session(read_reach("127.0.0.1"), retry_writes=repeatable, patience=HASTY)
        asked = question or Question(f"{server.url}/leads", "POST", body={"page": 1})
        try:
            return server, ask_json(session, asked, SHORT)[1]
        except (SourceRefused, SourceUnreachable) as error:
            return server, error

    yield run
    for each in servers:
        each.close()


CURED = [
    pytest.param([write_answer(status=429, Retry_After="0"), GOOD], 2, id="one 429"),
    pytest.param([write_answer(status=500)] * 5 + [GOOD], 6, id="five times 500"),
    pytest.param([write_answer(status=503), write_answer(status=502), GOOD], 3, id="503, then 502"),
    pytest.param([hang_up, GOOD], 2, id="a connection that is cut"),
    pytest.param([keep_silent, GOOD], 2, id="silence"),
    pytest.param([write_answer(b'{"name": "\xd8'), GOOD], 2, id="cut within a letter, once"),
    pytest.param([write_answer(b'{"name": "x", '), GOOD], 2, id="JSON that ends in its middle"),
    pytest.param([GOOD[:-9], GOOD], 2, id="fewer bytes than were announced"),
    pytest.param([DAMAGED_GZIP[:-2], GOOD], 2, id="a packed answer that breaks off"),
    pytest.param([CHUNKED + b'5\r\n{"na', GOOD], 2, id="a piece that breaks off"),
    pytest.param([CHUNKED + b"zz\r\n{}", GOOD], 2, id="a piece of no length"),
    pytest.param([b"HELLO\r\n\r\n", GOOD], 2, id="no HTTP at all"),
    pytest.param([drip(GOOD, 0.001)], 1, id="a whole answer, slowly"),
]


@pytest.mark.case("IMP-23")
@pytest.mark.parametrize(("script", "times"), CURED)
def test_it_completes_after(answer_with, script, times):
    server, said = answer_with(*script)
    assert said == {"name": "شركة المدار", "amount": 1}
    assert len(server.asked) == times


LOST = [
    pytest.param([write_answer(status=500)], 6, "500 time after time", id="500 without end"),
    pytest.param([write_answer(status=429, Retry_After="0")], 6, "429", id="429 without end"),
    pytest.param([hang_up], 6, "did not answer", id="a connection that is always cut"),
    pytest.param([keep_silent], 6, "did not answer", id="silence without end"),
    pytest.param([write_answer(b'{"a": [1, ')], 6, "character 10", id="JSON that is always cut"),
    pytest.param([write_answer(b'{"a": NaN}')], 6, "cannot be read", id="a number that is none"),
    pytest.param([write_answer(b"9" * 9_999)], 6, "cannot be read", id="a number without end"),
    pytest.param([GOOD[:-9]], 6, "broke off", id="always fewer bytes than announced"),
    pytest.param(
        [drip_without_end(b"HTTP/1.1 200 OK\r\nX: ")], 6, "did not answer", id="a head that drips"
    ),
    pytest.param([drip_without_end(ENDLESS)], 1, "after 1 seconds", id="a body that drips"),
]


@pytest.mark.case("IMP-23")
@pytest.mark.parametrize(("script", "times", "words"), LOST)
def test_it_gives_up_on(answer_with, script, times, words):
    server, error = answer_with(*script)
    assert isinstance(error, SourceUnreachable), error
    assert words in str(error)
    assert len(server.asked) == times


REFUSED = [
    pytest.param([write_answer(b"[" * 100_000)], "nested", id="lists within lists within lists"),
    pytest.param(
        [write_answer({"error": "لا صلاحية"}, 403)], '403: {"error": "لا صلاحية"}', id="403"
    ),
    pytest.param([write_answer(status=404)], "404", id="404"),
    pytest.param(
        [write_answer(status=302, Location="http://10.0.0.1/")],
        "on to http://10.0.0.1/",
        id="a way on",
    ),
    pytest.param(
        [write_answer(b"<html>Sign in", kind="text/html")], "text/html", id="a page to sign in"
    ),
    pytest.param(
        [write_answer("مرحبا".encode("cp1256"))], "not in utf-8", id="letters of another code"
    ),
    pytest.param(
        [write_answer(kind="application/json; charset=klingon")],
        "klingon",
        id="no code that exists",
    ),
    pytest.param([BOMB], "more than 0 MB", id="a packed answer that swells"),
    pytest.param([pour_without_end(ENDLESS)], "more than 0 MB", id="an answer without end"),
]


@pytest.mark.case("IMP-23")
@pytest.mark.parametrize(("script", "words"), REFUSED)
def test_it_stops_at_once_for(answer_with, script, words):
    server, error = answer_with(*script)
    assert isinstance(error, SourceRefused), error
    assert words in str(error)
    assert len(server.asked) == 1


@pytest.mark.case("IMP-23")
def test_it_waits_as_long_as_it_is_told(answer_with):
    server, said = answer_with(write_answer(status=429, Retry_After="1"), GOOD)
    first, second = (moment for moment, _ in server.asked)
    assert said["amount"] == 1
    assert second - first >= 1.0


@pytest.mark.parametrize(
    "script", [[write_answer(status=500), GOOD], [hang_up, GOOD], [GOOD[:-9], GOOD]]
)
def test_what_might_do_a_thing_twice_is_asked_once(answer_with, script):
    server, error = answer_with(*script, repeatable=False)
    assert isinstance(error, SourceUnreachable)
    assert len(server.asked) == 1


def test_numbers_keep_their_digits_and_text_its_letters(answer_with):
    body = '\ufeff{"amount": 1200.50, "name": "شركة"}'.encode()
    _, said = answer_with(write_answer(body))
    assert said == {"amount": Decimal("1200.50"), "name": "شركة"}
    assert str(said["amount"]) == "1200.50"


def test_a_stated_code_of_letters_is_believed(answer_with):
    body = '{"name": "شركة"}'.encode("cp1256")
    _, said = answer_with(write_answer(body, kind="application/json; charset=windows-1256"))
    assert said == {"name": "شركة"}


def test_what_the_caller_deals_with_itself_comes_back(answer_with):
    server = Faulty(write_answer({"error": "expired"}, 401), write_answer(b"no", 401, "text/plain"))
    session = open_session(read_reach("127.0.0.1"), patience=HASTY)
    question = Question(server.url, accepts=frozenset({401}))
    assert [ask_json(session, question)[1] for _ in range(2)] == [{"error": "expired"}, None]
    assert ask(session, question).content == b"no"
    server.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9/", "inside a network"),
        ("https://169.254.169.254/latest/", "inside a network"),
        ("http:///x", "no address of the web"),
    ],
)
def test_an_address_that_nobody_may_ask_is_refused(url, words):
    with pytest.raises(SourceRefused, match=words):
        ask_json(open_session(Reach(), patience=HASTY), Question(url))


def test_a_server_that_does_not_prove_who_it_is_is_told_nothing():
    server = Faulty(GOOD, listens=False)
    session = open_session(read_reach("127.0.0.1"), patience=HASTY)
    with pytest.raises(SourceRefused, match="does not prove who it is"):
        ask_json(session, Question(server.url.replace("http", "https")))
    server.close()


def test_only_the_first_words_of_a_refusal_are_passed_on():
    assert quote(b"a\x00b\r\n  <b>" + b"c" * 9_000) == "a b <b>" + "c" * 293


def test_pages_that_go_round_in_a_circle_are_left():
    pages = Pages("Lead")
    pages.go_to("a")
    pages.go_to("b")
    with pytest.raises(SourceUnreachable, match="a came twice"):
        pages.go_to("a")


def test_pages_without_end_are_left():
    pages = Pages("Lead", most=3)
    for number in range(3):
        pages.go_to(number)
    with pytest.raises(SourceUnreachable, match="more than 3 pages"):
        pages.go_to(3)
