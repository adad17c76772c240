"""A mailbox is read as the e-mails that were exchanged: headers alone, whatever is in them."""

import tracemalloc

import pyarrow.parquet as pq
import pytest

from counterpoise.connectors.files.content import find_content
from counterpoise.connectors.files.reading import read_sources
from counterpoise.connectors.files.refusals import UnknownContent
from counterpoise.connectors.mail.mailboxes import read_mailbox
from counterpoise.domain.collect.correspondence import Ours, find_ours

NOOR = find_ours(["huda@noor.example"])
SENT = b"""\
From huda@noor.example Thu Oct  1 09:00:00 2026
Message-ID: <one@noor.example>
From: =?utf-8?B?2YfYr9mJ?= <Huda@Noor.example>
To: "=cmd|'/c calc'!A1" <buyer@client.example>, legal@client.example
Cc: <script>alert(1)</script> <adam@noor.example>
Subject: =?windows-1256?B?2tHWIMfh09rR?=
 =?utf-8?Q?_=E2=82=AC?=
Date: Thu, 1 Oct 2026 13:00:00 +0400

Our offer is attached.
From now on it holds.

"""
ANSWER = b"""\
From buyer@client.example Thu Oct  1 10:00:00 2026
Message-ID: <two@client.example>
From: buyer@client.example
To: huda@noor.example
Subject: Re: offer
Date: Thu, 1 Oct 2026 10:00:00 GMT
Content-Type: multipart/mixed; boundary=x

--x
Content-Disposition: attachment; filename=a.pdf

JVBERi0xLjQK
--x
Content-Disposition: ATTACHMENT; filename=b.pdf

--x--

"""


@pytest.fixture
def read(tmp_path):
    def read(content, ours=NOOR):
        path = tmp_path / "inbox.mbox"
        path.write_bytes(content)
        received = read_mailbox(path, path.name, tmp_path / "out.parquet", ours)
        return received, pq.read_table(received.path).to_pylist()

    return read


def test_two_messages_are_two_activities(read):
    received, (sent, answer) = read(SENT + ANSWER)
    assert sent == {
        "source_id": "one@noor.example",
        "type": "email",
        "direction": "out",
        "subject": "عرض السعر €",
        "occurred_at": "2026-10-01T09:00:00Z",
        "owner_id": "huda@noor.example",
        "contact_id": "buyer@client.example",
        "lead_id": "buyer@client.example",
        "is_automated": "false",
        "from": "huda@noor.example",
        "to": "buyer@client.example, legal@client.example",
        "cc": "adam@noor.example",
        "attachments": "0",
        "bytes": "346",
    }
    assert (answer["direction"], answer["owner_id"]) == ("in", "huda@noor.example")
    assert (answer["contact_id"], answer["attachments"]) == ("buyer@client.example", "2")
    assert "nothing of what was written" in str(received.notes[0])
    assert "offer is attached" not in str((sent, answer))


def write(**headers):
    named = {
        "Message-ID": "<x@y.example>",
        "From": "huda@noor.example",
        "To": "buyer@client.example",
        "Date": "Thu, 1 Oct 2026 09:00:00 +0000",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    return ("From x Thu Oct  1 08:00:00 2026\n" + "\n".join(lines) + "\n\nbody\n").encode()


@pytest.mark.parametrize(
    ("headers", "attribute", "value"),
    [
        pytest.param({"Date": "yesterday"}, "occurred_at", "2026-10-01T08:00:00Z", id="no date"),
        pytest.param(
            {"Date": "Thu, 99 Foo 2026", "Received": "by mx; Thu, 1 Oct 2026 07:00:00 +0000"},
            "occurred_at",
            "2026-10-01T07:00:00Z",
            id="a broken date, and one at which it was received",
        ),
        pytest.param(
            {"Date": "Thu, 1 Oct 2026 09:00:00 -0000"},
            "occurred_at",
            "2026-10-01T09:00:00Z",
            id="a date without a zone",
        ),
        pytest.param({"From": None, "Sender": "a@b.example"}, "from", "a@b.example", id="a sender"),
        pytest.param({"From": "nobody"}, "from", None, id="no address"),
        pytest.param({"Auto-Submitted": "auto-replied"}, "is_automated", "true", id="a machine's"),
        pytest.param({"Precedence": "bulk"}, "is_automated", "true", id="bulk"),
        pytest.param({"List-Unsubscribe": "<x>"}, "is_automated", "true", id="a newsletter"),
        pytest.param({"Subject": "=?utf-8?B?!!!?="}, "subject", None, id="no base64"),
        pytest.param({"Subject": "=?klingon?Q?a=E9?="}, "subject", "a\ufffd", id="no such letters"),
        pytest.param({"Subject": "عرض السعر"}, "subject", "عرض السعر", id="plain UTF-8"),
        pytest.param({"Subject": "x" * 5_000}, "subject", "x" * 1_000, id="an endless subject"),
        pytest.param({"Subject": ""}, "subject", None, id="no subject"),
    ],
)
def test_headers(read, headers, attribute, value):
    _, (row,) = read(write(**headers))
    assert row[attribute] == value


def test_without_any_date_it_is_left_to_quarantine(read):
    content = write(Date="never").replace(b"From x Thu Oct  1 08:00:00 2026", b"From - ")
    _, (row,) = read(content)
    assert row["occurred_at"] is None


def test_without_an_id_it_is_known_by_its_headers(read):
    _, (one, other) = read(write(Message_ID=None) + b"\n" + write(Message_ID=None, Subject="b"))
    assert one["source_id"].startswith("sha256:")
    assert one["source_id"] != other["source_id"]


def test_nobody_known_to_be_ours_is_told_from_the_mailbox(read):
    received, (sent, answer) = read(SENT + ANSWER, Ours())
    assert "was taken for the company's own" in str(received.notes[1])
    assert {sent["direction"], answer["direction"]} == {"in", "out"}


def test_a_body_without_end_takes_no_memory(tmp_path):
    path = tmp_path / "inbox.mbox"
    with path.open("wb") as file:
        file.write(write())
        for _ in range(60):
            file.write(b"A" * (1 << 20))
        file.write(b"\n\n" + write(Subject="after"))
    tracemalloc.start()
    received = read_mailbox(path, path.name, tmp_path / "out.parquet", NOOR)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [each["subject"] for each in pq.read_table(received.path).to_pylist()] == [None, "after"]
    assert peak < 8 << 20


def test_headers_without_end_are_cut(read):
    content = write().replace(b"To:", b"X-Filler: " + b"y" * 400_000 + b"\nTo:")
    _, (row,) = read(content)
    assert row["from"] == "huda@noor.example"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(SENT, "mail", id="a mailbox"),
        pytest.param(SENT.partition(b"\n")[2], "mail", id="a message"),
        pytest.param(b"From,To,Subject\na,b,c\n", "text", id="a table of mails"),
        pytest.param(b"from: a\nto: b\n", "text", id="too little to tell"),
        pytest.param(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "calendar", id="a calendar"),
    ],
)
def test_mail_is_told_by_its_content(tmp_path, content, kind):
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    assert find_content(path, path.name) == kind


def test_where_nobody_reads_mail_it_is_refused(tmp_path):
    path = tmp_path / "inbox.mbox"
    path.write_bytes(SENT)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(UnknownContent, match="not read here"):
        read_sources([path], scratch)
