"""Call logs and ticket systems are recognised by the columns that their exports have."""

# ruff: noqa: E501 -- exports as they are written

import csv
import io

import pytest

from counterpoise.domain.collect.proposal import propose_mapping
from counterpoise.domain.tables.profile import ColumnProfile, FileProfile

AIRCALL = """\
Call ID (UUID),Call direction,Call type,Answered,Started at,User name,User email,Line name,From,To
CA1,Inbound,Answered,Yes,2026-09-01 09:00:00,Huda Salem,huda@noor.example,Gulf,+97150111,+97143000
CA2,Outbound,Outbound,No,2026-09-01 10:00:00,Adam Noor,adam@noor.example,Gulf,+97143000,+97150222
CA3,Inbound,Missed,No,2026-09-02 09:30:00,Huda Salem,huda@noor.example,Gulf,+97150333,+97143000
"""
RINGCENTRAL = """\
Session Id,From Name,From Number,To Name,To Number,Result,Call Length,Call Start Time,Call Direction
900,Buyer,+97150111,Huda Salem,101,Accepted,0:02:31,2026-09-01 09:00:00,Inbound
901,Adam Noor,102,Client,+97150222,Call connected,0:00:10,2026-09-01 10:00:00,Outbound
902,Buyer,+97150333,Huda Salem,101,Missed,0:00:00,2026-09-02 09:30:00,Inbound
"""
ZOOM = """\
Call ID,Direction,Start Time,Result,Caller Number,Callee Number,Department,Site
7001,inbound,2026-09-01 09:00:00,Call connected,+97150111,+97143000,Sales,Main
7002,outbound,2026-09-01 10:00:00,No Answer,+97143000,+97150222,Sales,Main
7003,inbound,2026-09-02 09:30:00,Missed,+97150333,+97143000,Sales,Main
"""
ZENDESK = """\
Ticket ID,Subject,Requester,Requester email,Organization,Assignee,Priority,Status,Created at,Solved at
1,Cannot sign in,Sara Ali,buyer@client.example,Client,Huda Salem,High,Solved,2026-09-01 09:00,2026-09-02 10:00
2,Invoice,Omar Said,omar@client.example,Client,Adam Noor,Low,Open,2026-09-03 09:00,
3,Export,Mona Said,mona@other.example,Other,Adam Noor,Low,Open,2026-09-04 09:00,
"""
FRESHDESK = """\
Ticket ID,Subject,Status,Priority,Type,Agent,Group,Created time,Resolved time,Initial response time,Company Name,Contact email
1,Cannot sign in,Resolved,High,Question,Huda Salem,Support,2026-09-01 09:00:00,2026-09-02 10:00:00,2026-09-01 09:10:00,Client,buyer@client.example
2,Invoice,Open,Low,Incident,Adam Noor,Support,2026-09-03 09:00:00,,2026-09-03 10:10:00,Client,omar@client.example
3,Export,Open,Low,Incident,Adam Noor,Support,2026-09-04 09:00:00,,,Other,mona@other.example
"""
JIRA = """\
Issue key,Summary,Issue Type,Status,Priority,Assignee,Reporter,Created,Resolved,Organizations,Request Type
SUP-1,Cannot sign in,Support,Done,High,Huda Salem,buyer@client.example,2026-09-01 09:00,2026-09-02 10:00,Client,Access
SUP-2,Invoice,Support,Open,Low,Adam Noor,omar@client.example,2026-09-03 09:00,,Client,Billing
SUP-3,Export,Support,Open,Low,Adam Noor,mona@other.example,2026-09-04 09:00,,Other,Question
"""
GA4 = """\
Date,Session source / medium,Sessions,Total users,Key events
20260901,google / organic,120,100,4
20260902,google / organic,130,101,5
20260902,(direct) / (none),30,20,1
"""


def read(written, name="export.csv"):
    header, *rows = csv.reader(io.StringIO(written))
    columns = []
    for place, column in enumerate(header):
        filled = [row[place] for row in rows if row[place] != ""]
        columns.append(ColumnProfile(column, len(filled), len(set(filled)), tuple(filled)))
    (file,) = propose_mapping([FileProfile(name, len(rows), tuple(columns))]).files
    return file.table, {each.attribute: each.column for each in file.columns}


@pytest.mark.parametrize(
    ("written", "table", "columns"),
    [
        pytest.param(
            AIRCALL,
            "activity",
            {
                "source_id": "Call ID (UUID)",
                "direction": "Call direction",
                "occurred_at": "Started at",
                "owner_id": "User name",
            },
            id="Aircall",
        ),
        pytest.param(
            RINGCENTRAL,
            "activity",
            {
                "source_id": "Session Id",
                "direction": "Call Direction",
                "occurred_at": "Call Start Time",
                "outcome": "Result",
            },
            id="RingCentral",
        ),
        pytest.param(
            ZOOM,
            "activity",
            {
                "source_id": "Call ID",
                "direction": "Direction",
                "occurred_at": "Start Time",
                "outcome": "Result",
            },
            id="Zoom Phone",
        ),
        pytest.param(
            ZENDESK,
            "ticket",
            {
                "source_id": "Ticket ID",
                "subject": "Subject",
                "account_id": "Organization",
                "contact_id": "Requester",
                "priority": "Priority",
                "status": "Status",
                "owner_id": "Assignee",
                "created_at": "Created at",
                "closed_at": "Solved at",
            },
            id="Zendesk",
        ),
        pytest.param(
            FRESHDESK,
            "ticket",
            {
                "source_id": "Ticket ID",
                "subject": "Subject",
                "status": "Status",
                "priority": "Priority",
                "category": "Type",
                "owner_id": "Agent",
                "created_at": "Created time",
                "closed_at": "Resolved time",
                "first_reply_at": "Initial response time",
                "account_id": "Company Name",
                "contact_id": "Contact email",
            },
            id="Freshdesk",
        ),
        pytest.param(
            JIRA,
            "ticket",
            {
                "source_id": "Issue key",
                "subject": "Summary",
                "status": "Status",
                "priority": "Priority",
                "category": "Issue Type",
                "owner_id": "Assignee",
                "contact_id": "Reporter",
                "created_at": "Created",
                "closed_at": "Resolved",
                "account_id": "Organizations",
            },
            id="Jira Service Management",
        ),
        pytest.param(GA4, "", {}, id="sums of visits are no events of anybody"),
    ],
)
def test_exports_of_other_systems(written, table, columns):
    assert read(written) == (table, columns)


def test_a_direction_alone_is_no_call():
    written = "id,direction,occurred at\n1,in,2026-09-01\n2,out,2026-09-02\n3,in,2026-09-03\n"
    assert read(written, "messages.csv")[0] != "activity"
