"""A company on HubSpot: connected, refreshed, changed there, and refreshed again."""

from datetime import timedelta

import pytest

from connectors.hubspot import Company
from counterpoise.actions.connections import add_connection, open_writer, try_connection
from counterpoise.actions.refresh import refresh
from counterpoise.connectors.sources.port import Write
from counterpoise.connectors.sources.settings import InvalidSetting
from counterpoise.store.connections import get_connection
from current_build import list_rows
from hubspot_server import HubSpotServer


@pytest.fixture
def company(monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_REACH", "127.0.0.1/32")
    with HubSpotServer() as server:
        company = Company(server)
        company.won = company.open_deal("عقد صيانة", "12500000")
        server.wait(days=3)
        server.change("deals", company.won, dealstage="closedwon")
        linked = [("deals", company.deal), ("companies", company.noor)]
        told = {"hs_call_direction": "OUTBOUND", "hs_call_duration": "90000"}
        server.add("calls", hs_timestamp="2026-01-08T08:00:00Z", linked=linked, **told)
        server.wait(days=1)
        yield company


def connect(company, **values):
    told = {"address": company.server.url, **(values or {"token": "pat-1"})}
    return add_connection("crm", "hubspot", told, now=company.server.now)


def test_the_second_refresh_shows_only_what_changed(workspace, company):
    server = company.server
    first = refresh(workspace, connect(company), now=server.now)
    assert {name: counts.new for name, counts in first.tables.items() if counts.new} == {
        "rep": 3,
        "team": 1,
        "account": 1,
        "contact": 1,
        "opportunity": 2,
        "opportunity_change": 15,
        "activity": 1,
    }
    assert list_rows(
        workspace,
        "SELECT name, stage, status, amount, expected_close_on FROM opportunity ORDER BY name",
    ) == [
        ("توريد مضخات", "موعد محدد", "open", "250000.0000", "2026-03-31"),
        ("عقد صيانة", "Closed Won", "won", "12500000.0000", "2026-03-31"),
    ]
    late = server.now - timedelta(minutes=30)
    server.wait(days=1)
    server.change("contacts", company.huda, at=late, jobtitle="مديرة")
    server.change("deals", company.deal, dealstage="1734055")
    twin = server.add("companies", name="النور")
    kept = server.merge("companies", company.noor, twin)
    server.archive("deals", company.won)
    second = refresh(workspace, get_connection("crm"), now=server.now)
    assert second.tables["contact"].updated == 1
    assert second.tables["opportunity_change"].new == 2
    counts = {name: (each["there"], each["here"]) for name, each in second.counts.items()}
    assert (counts["deals"], counts["companies"]) == ((1, 1), (1, 1))
    merged = list_rows(workspace, "SELECT merged_into FROM account WHERE merged_into IS NOT NULL")
    assert merged == [(kept,)]
    third = refresh(workspace, get_connection("crm"), now=server.now + timedelta(minutes=1))
    assert (third.batch, third.tables) == ("", {})


def test_the_history_of_a_deal_is_hubspots_own(workspace, company):
    refresh(workspace, connect(company), now=company.server.now)
    told = list_rows(
        workspace,
        "SELECT attribute, value_before, value_after, origin FROM opportunity_change"
        f" WHERE opportunity_id = '{company.won}' AND attribute IN ('stage', 'status')"
        " ORDER BY changed_at, attribute",
    )
    assert told == [
        ("stage", "None", "موعد محدد", "history"),
        ("status", "None", "open", "history"),
        ("stage", "موعد محدد", "Closed Won", "history"),
        ("status", "open", "won", "history"),
    ]


def test_a_call_is_a_call_of_its_deal(workspace, company):
    refresh(workspace, connect(company), now=company.server.now)
    query = "SELECT type, direction, duration_minutes, opportunity_id, account_id FROM activity"
    assert list_rows(workspace, query) == [("call", "out", "1.5", company.deal, company.noor)]


def test_a_connection_is_tried_and_written_through(workspace, company):
    crm = connect(company)
    assert try_connection(crm).count == 16
    write = Write("k1", "deals", company.deal, {"score": "0.7"}, {"score": None})
    assert [each.outcome for each in open_writer(crm).write([write])] == ["done"]


def test_a_connection_without_a_way_in_says_which_there_are(workspace, company):
    crm = connect(company, client_id="app", client_secret="secret")
    with pytest.raises(InvalidSetting, match="access token of a private app, or the client ID"):
        try_connection(crm)


def test_a_refresh_token_that_hubspot_exchanged_is_kept(workspace, company):
    company.server.next_refresh_token = "refresh-2"
    app = {"client_id": "app", "client_secret": "secret", "refresh_token": "refresh"}
    crm = connect(company, **app)
    assert try_connection(crm).count == 16
    company.server.expire()
    assert try_connection(get_connection("crm")).count == 16
    assert company.server.shown == ["refresh", "refresh-2"]
