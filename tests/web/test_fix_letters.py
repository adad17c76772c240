"""The weekly letter to each rep: their own rows, their language, once a week, and never twice."""

import email
import socket
from contextlib import contextmanager
from datetime import timedelta
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from counterpoise.actions import fix_lists
from counterpoise.actions.fix_lists import name_week, send_fix_lists
from counterpoise.connectors.documents.fix_letter import MOST_LINES, write_letter
from counterpoise.connectors.letters.outgoing import NoPostbox, read_postbox
from counterpoise.domain.tables.health import Finding
from counterpoise.domain.values.text import text
from counterpoise.store import jobs
from people import make_person
from web.test_collect import NOON, company  # noqa: F401 -- fixtures

MONDAY = NOON.replace(day=4)
ALL = ("adam", "huda", "zaid")


class Mailbox:
    """A mail server of this machine. refuses: addresses that it takes no letter for."""

    def __init__(self):
        self.letters = []
        self.refuses = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- the server's word
        self.letters.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def take(self):
        taken, self.letters = self.letters, []
        return {each["To"]: each for each in taken}


@contextmanager
def serving(mailbox):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield {
            "COUNTERPOISE_SMTP_URL": f"smtp://127.0.0.1:{port}?from=data@company.example",
            "COUNTERPOISE_ADDRESS": "https://sales.company.example/",
        }
    finally:
        controller.stop()


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def server(mailbox):
    with serving(mailbox) as environment:
        yield environment


@pytest.fixture
def reps(company):  # noqa: F811 -- the fixture
    """Huda, Adam and Zaid have rows to mend; the data knows no Nadia; Mona is no rep; Sami has no
    address."""
    for username, rep, address in (
        ("huda", "Huda Salem", "huda@company.example"),
        ("adam", "Adam Rami", "adam@company.example"),
        ("zaid", "Zaid Odeh", "zaid@company.example"),
        ("nadia", "Nadia Karim", "nadia@company.example"),
        ("sami", "Huda Salem", ""),
    ):
        made = make_person("rep", username=username, rep=rep, email=address)
        if username == "adam":
            made.language = "ar"
            made.save()
    make_person("operations", username="mona", email="mona@company.example")
    return company


def send(workspace, server, at=MONDAY):
    return send_fix_lists(workspace, now=at, environment=server)


def test_each_rep_gets_their_own_list_in_their_language(reps, server, mailbox):
    done = send(reps, server)
    assert (done.week, done.sent) == ("2026-W19", ALL)
    assert (done.known, done.refused) == ((), ())
    letters = mailbox.take()
    assert set(letters) == {f"{each}@company.example" for each in ALL}
    mine, arabic = letters["huda@company.example"], letters["adam@company.example"]
    assert mine["From"] == "data@company.example"
    assert "rows to mend" in mine["Subject"]
    assert "leads, e-mail" in mine.get_content()
    assert "https://sales.company.example/collect/health/fix-lists/" in mine.get_content()
    assert "nobody-at-nowhere" not in mine.get_content()  # no value out of a row leaves the house
    assert "rows" not in arabic.get_content().replace("fix-lists", "")
    assert arabic["Message-ID"] != mine["Message-ID"]


def test_whoever_has_nothing_to_mend_gets_no_letter(reps, server):
    done = send(reps, server)
    assert (done.clean, done.sent) == (("nadia",), ALL)


def test_a_letter_comes_once_a_week(reps, server, mailbox):
    first = send(reps, server)
    mailbox.take()
    again = send(reps, server, MONDAY + timedelta(days=6))
    assert (again.sent, again.known, mailbox.take()) == ((), first.sent, {})
    assert send(reps, server, MONDAY + timedelta(days=7)).sent == first.sent
    assert len(mailbox.take()) == len(first.sent)


def test_a_letter_that_was_refused_is_tried_again(reps, server, mailbox):
    mailbox.refuses = {"huda@company.example"}
    assert send(reps, server).refused == ("huda",)
    assert send(reps, server).refused == ("huda",)
    mailbox.refuses = set()
    done = send(reps, server)
    assert (done.sent, done.known) == (("huda",), ("adam", "zaid"))


def test_a_server_that_is_away_keeps_nobody_s_letter(reps, server, mailbox):
    with serving(Mailbox()) as away:
        pass
    assert send(reps, away).refused == ALL
    assert send(reps, server).sent == ALL


def test_a_letter_that_was_refused_too_often_is_left_for_this_week(reps, server, monkeypatch):
    monkeypatch.setattr(fix_lists, "_MOST_TRIES", 2)
    with serving(Mailbox()) as away:
        pass
    assert send(reps, away).refused == ALL
    assert (send(reps, server).sent, send(reps, server).known) == ((), ALL)


def test_a_letter_that_may_have_left_is_not_sent_again(reps, server, mailbox):
    for person in fix_lists.people.list_people():
        if person.username == "huda":
            key = f"fix-list:{person.id}:{name_week(MONDAY.date())}:1"
    job, _is_new = jobs.keep_job("fix-list", {}, key=key, asked_by=None, at=MONDAY)
    attempt = jobs.take_job(job.id, at=MONDAY)  # and the machine stops
    assert send(reps, server).known == ("huda",)
    later = MONDAY + timedelta(hours=1)
    assert jobs.take_job(job.id, at=later) == attempt + 1  # a worker takes it up, and cannot
    jobs.end_job(job.id, attempt + 1, "failed", failure=text("nobody knows"), at=later)
    assert "huda" in send(reps, server, later).known
    assert "huda@company.example" not in mailbox.take()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing said"),
        pytest.param("https://mail.example?from=a@b.example", id="no mail server"),
        pytest.param("smtps://mail.example:465", id="no sender"),
    ],
)
def test_without_a_mail_server_no_letter_is_sent(reps, url):
    with pytest.raises(NoPostbox, match="COUNTERPOISE_SMTP_URL names no mail server"):
        send(reps, {"COUNTERPOISE_SMTP_URL": url})


def test_the_url_of_a_mail_server_is_read_whole():
    box = read_postbox(
        {"COUNTERPOISE_SMTP_URL": "smtps://m%40x:p%2Fw@mail.example?from=a@b.example"}
    )
    assert (box.host, box.port, box.is_tls, box.user, box.password, box.sender, box.address) == (
        "mail.example", 465, True, "m@x", "p/w", "a@b.example", "",
    )  # fmt: skip


def test_a_long_list_ends_with_the_page():
    many = [Finding("lead", "email", "validity", 2, 0.1, "low", (), text("Mend it."), "Huda")] * (
        MOST_LINES + 1
    )
    subject, body = write_letter("Huda", many, "en", "")
    assert subject == "Your data: 42 rows to mend"
    assert body.count("- leads") == MOST_LINES
    assert "and more" in body


def test_weeks_are_those_of_the_calendar_of_business():
    assert name_week(MONDAY.date()) == "2026-W19"
    assert name_week(MONDAY.date().replace(month=1, day=1)) == "2026-W01"
