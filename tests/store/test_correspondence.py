"""Mailboxes and calendars are collected like any export, and find whom they are about."""

from datetime import UTC, datetime

import pyarrow.dataset as ds
import pytest

from counterpoise.actions import uploads
from counterpoise.actions.collect import collect
from counterpoise.connectors.calendar import components
from counterpoise.connectors.files.refusals import UnreadableFile
from counterpoise.domain.tables.received import SentFile
from counterpoise.store import ledger
from people import make_person

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
REPS = "rep_id,name,email\nR1,Huda Salem,huda@noor.example\nR2,Adam Noor,adam@noor.example\n"
CONTACTS = """contact_id,first_name,last_name,email,created_at
C1,Sara,Ali,Buyer@Client.example,2026-01-05
C2,Omar,Said,shared@client.example,2026-01-05
C3,Mona,Said,shared@client.example,2026-01-05
"""
LEADS = """lead_id,email,company,created_at
L1,new@prospect.example,Prospect,2026-09-01
"""
MAILS = "\n".join(
    f"From x Thu Sep {day:02d} 09:00:00 2026\nMessage-ID: <m{day}@noor.example>\n"
    f"From: huda@noor.example\nTo: {to}\nSubject: Offer {day}\n"
    f"Date: Tue, {day} Sep 2026 09:00:00 +0000\n\nbody\n"
    for day, to in [
        (1, "buyer@client.example"),
        (2, "new@prospect.example"),
        (3, "shared@client.example"),
        (4, "unknown@nowhere.example"),
    ]
)
MEETING = """\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:m1
DTSTART:20260915T100000
DTEND:20260915T110000
ORGANIZER:mailto:adam@noor.example
ATTENDEE:mailto:buyer@client.example
SUMMARY:Demo
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    files = {
        "reps.csv": REPS,
        "contacts.csv": CONTACTS,
        "leads.csv": LEADS,
        "inbox.mbox": MAILS,
        "team.ics": MEETING.replace("\n", "\r\n"),
    }
    for name, content in files.items():
        (folder / name).write_text(content, "utf-8", newline="")
    return folder


def read_activities(workspace):
    folder = workspace.build_folder(ledger.get_current_build().id) / "activity"
    rows = ds.dataset(folder, format="parquet").to_table().to_pylist()
    return {row["source_id"]: row for row in rows}


def test_they_are_matched_by_address(workspace, export):
    collect(
        workspace, [export / "reps.csv", export / "contacts.csv", export / "leads.csv"], now=NOW
    )
    done = collect(workspace, [export / "inbox.mbox", export / "team.ics"], now=NOW)
    assert done.tables["activity"].new == 5
    held = read_activities(workspace)
    seen = {
        key: (row["type"], row["direction"], row["owner_id"], row["contact_id"], row["lead_id"])
        for key, row in held.items()
    }
    assert seen == {
        "m1@noor.example": ("email", "out", "R1", "C1", "buyer@client.example"),
        "m2@noor.example": ("email", "out", "R1", "new@prospect.example", "L1"),
        "m3@noor.example": ("email", "out", "R1", "shared@client.example", "shared@client.example"),
        "m4@noor.example": (
            "email",
            "out",
            "R1",
            "unknown@nowhere.example",
            "unknown@nowhere.example",
        ),
        "m1": ("meeting", "out", "R2", "C1", "buyer@client.example"),
    }
    assert held["m1"]["duration_minutes"] == 60


def test_who_comes_later_is_found_then(workspace, export):
    """A folder with everything in it, and a rep and a contact who are known only afterwards."""
    collect(workspace, [export / "inbox.mbox"], now=NOW)
    assert read_activities(workspace)["m1@noor.example"]["contact_id"] == "buyer@client.example"
    collect(workspace, [export / "reps.csv", export / "contacts.csv"], now=NOW)
    row = read_activities(workspace)["m1@noor.example"]
    assert (row["owner_id"], row["contact_id"]) == ("R1", "C1")


def test_the_same_mailbox_again_changes_nothing(workspace, export):
    collect(workspace, [export / "inbox.mbox"], now=NOW)
    assert collect(workspace, [export / "inbox.mbox"], now=NOW).batch == ""


def test_they_are_uploaded_like_any_file(workspace, export):
    sender = make_person("operations")
    sent = [SentFile(name, export / name) for name in ("inbox.mbox", "team.ics")]
    kept = uploads.receive(workspace, sent, sender=sender.pk, limits=uploads.Limits(), now=NOW)
    proposed = uploads.get_proposed(uploads.propose_upload(workspace, kept.id, now=NOW))
    assert [each.table for each in proposed.mapping.files] == ["activity", "activity"]


def test_a_calendar_too_large_is_refused(workspace, export, monkeypatch):
    monkeypatch.setattr(components, "MOST_KEPT", 10)
    with pytest.raises(UnreadableFile, match="fewer years"):
        collect(workspace, [export / "team.ics"], now=NOW)


CALLS = """\
Call ID,Direction,Start Time,Result,User email
7001,inbound,2026-09-01 09:00:00,Call connected,huda@noor.example
7002,outbound,2026-09-01 10:00:00,No Answer,adam@noor.example
"""


def test_a_log_of_calls_says_no_type_and_its_rows_are_calls(workspace, export):
    (export / "log.csv").write_text(CALLS, "utf-8")
    done = collect(workspace, [export / "reps.csv", export / "log.csv"], now=NOW)
    assert any("says no type" in str(note) for note in done.notes)
    assert {
        (key, row["type"], row["direction"], row["owner_id"], row["outcome"])
        for key, row in read_activities(workspace).items()
    } == {
        ("7001", "call", "in", "R1", "Call connected"),
        ("7002", "call", "out", "R2", "No Answer"),
    }
