"""A company on Pipedrive: connected, refreshed, changed there, and refreshed again."""

from datetime import timedelta

import pytest

from connectors.pipedrive import Company
from counterpoise.actions.connections import add_connection, open_writer, try_connection
from counterpoise.actions.refresh import refresh
from counterpoise.connectors.sources.port import Write
from counterpoise.connectors.sources.settings import InvalidSetting
from counterpoise.store.connections import get_connection
from current_build import list_rows
from pipedrive_server import REGION, PipedriveServer


@pytest.fixture
def company(monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_REACH", "127.0.0.1/32")
    with PipedriveServer() as server:
        company = Company(server)
        server.change("deals", company.deal, custom_fields={REGION: 31})
        company.huda = server.add("persons", name="هدى", org_id=company.noor)
        company.won = company.open_deal("عقد صيانة", 12_500_000)
        server.wait(days=3)
        closed = {"status": "won", "close_time": "2026-01-08T08:00:00Z"}
        server.change("deals", company.won, stage_id=3, **closed)
        done = {"done": True, "marked_as_done_time": "2026-01-08T08:00:00Z"}
        server.add("activities", type="call", deal_id=company.deal, duration="00:30", **done)
        server.wait(days=1)
        yield company


def connect(company, **changed):
    values = {"address": company.server.url, "api_token": "key-1", **changed}
    return add_connection("crm", "pipedrive", values, now=company.server.now)


def test_the_second_refresh_shows_only_what_changed(workspace, company):
    server = company.server
    first = refresh(workspace, connect(company), now=server.now)
    assert {name: counts.new for name, counts in first.tables.items() if counts.new} == {
        "rep": 2,
        "account": 1,
        "contact": 1,
        "opportunity": 2,
        "opportunity_change": 14,
        "activity": 1,
    }
    assert list_rows(
        workspace, "SELECT name, stage, status, amount, region FROM opportunity ORDER BY name"
    ) == [
        ("توريد مضخات", "مؤهل", "open", "250000.0000", "الرياض"),
        ("عقد صيانة", "Contract", "won", "12500000.0000", "None"),
    ]
    late = server.now - timedelta(minutes=30)
    server.wait(days=1)
    server.change("persons", company.huda, at=late, job_title="مديرة")
    server.change("deals", company.deal, stage_id=2, value=260_000)
    server.remove("deals", company.won)
    twin = server.add("organizations", name="النور")
    server.merge("organizations", twin, company.noor)
    second = refresh(workspace, get_connection("crm"), now=server.now)
    assert second.tables["contact"].updated == 1
    assert second.tables["opportunity_change"].new == 2
    counts = {name: (each["there"], each["here"]) for name, each in second.counts.items()}
    assert (counts["deals"], counts["organizations"]) == ((1, 1), (1, 1))
    third = refresh(workspace, get_connection("crm"), now=server.now + timedelta(minutes=1))
    assert (third.batch, third.tables) == ("", {})


def test_the_history_of_a_deal_is_pipedrives_own(workspace, company):
    refresh(workspace, connect(company), now=company.server.now)
    told = list_rows(
        workspace,
        "SELECT attribute, value_before, value_after, origin FROM opportunity_change"
        f" WHERE opportunity_id = '{company.won}' AND attribute IN ('stage', 'status')"
        " ORDER BY changed_at, attribute",
    )
    assert told == [
        ("stage", "None", "مؤهل", "history"),
        ("status", "None", "open", "history"),
        ("stage", "مؤهل", "Contract", "history"),
        ("status", "open", "won", "history"),
    ]


def test_a_connection_is_tried_and_written_through(workspace, company):
    crm = connect(company)
    assert try_connection(crm).count == 8
    write = Write("k1", "deals", str(company.deal), {"Score": "0.7"}, {"Score": None})
    assert [each.outcome for each in open_writer(crm).write([write])] == ["done"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        pytest.param({"api_token": ""}, "Pipedrive needs an API token, or", id="no way in"),
        pytest.param({"history_days": "a year"}, "a year is no number of days", id="no number"),
    ],
)
def test_a_connection_that_cannot_be_opened_says_why(workspace, company, values, told):
    crm = connect(company, **values)
    with pytest.raises(InvalidSetting, match=told):
        try_connection(crm)
