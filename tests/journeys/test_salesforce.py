"""A company on Salesforce: connected, refreshed, changed there, and refreshed again."""

from datetime import timedelta

import pytest

from connectors.salesforce import Company
from counterpoise.actions.connections import add_connection, open_writer, try_connection
from counterpoise.actions.publishing import Counts
from counterpoise.actions.refresh import refresh
from counterpoise.connectors.sources.port import SourceRefused, Write
from counterpoise.store import ledger
from counterpoise.store.connections import get_connection
from current_build import list_rows
from salesforce_server import SalesforceServer


@pytest.fixture
def company(monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_REACH", "127.0.0.1/32")
    with SalesforceServer() as server:
        company = Company(server)
        company.huda = server.add("Contact", LastName="هدى", AccountId=company.noor)
        company.won = company.open_deal("عقد صيانة", 12_500_000)
        server.wait(days=3)
        server.change("Opportunity", company.won, StageName="Closed Won")
        server.add("Task", WhatId=company.deal, OwnerId=company.omar, CallType="Outbound")
        server.wait(days=1)
        yield company


def connect(company, **changed):
    values = {"url": company.server.url, "client_id": "app", "client_secret": "secret"}
    return add_connection("crm", "salesforce", {**values, **changed}, now=company.server.now)


def test_the_second_refresh_shows_only_what_changed(workspace, company):
    server = company.server
    first = refresh(workspace, connect(company), now=server.now)
    assert {name: counts.new for name, counts in first.tables.items() if counts.new} == {
        "rep": 2,
        "account": 1,
        "contact": 1,
        "opportunity": 2,
        "opportunity_change": 16,
        "activity": 1,
    }
    assert list_rows(
        workspace, "SELECT name, stage, status, amount, probability FROM opportunity ORDER BY name"
    ) == [
        ("توريد مضخات", "Prospecting", "open", "250000.0000", "0.1"),
        ("عقد صيانة", "Closed Won", "won", "12500000.0000", "1.0"),
    ]
    late = server.now - timedelta(minutes=30)
    server.wait(days=1)
    server.change("Contact", company.huda, at=late, Title="مديرة")
    server.change("Opportunity", company.deal, StageName="التفاوض", OwnerId=company.layla)
    gone = company.open_deal("added and gone", 5)
    twin = server.add("Account", Name="النور", OwnerId=company.omar)
    server.remove("Account", twin, into=company.noor)
    server.remove("Opportunity", gone)
    second = refresh(workspace, get_connection("crm"), now=server.now)
    assert second.tables["contact"].updated == 1
    assert second.tables["opportunity"].updated == 1
    assert second.tables["opportunity_change"].new == 9
    counts = {name: (each["there"], each["here"]) for name, each in second.counts.items()}
    assert counts["Opportunity"] == (2, 2)
    assert counts["Account"] == (1, 1)
    third = refresh(workspace, get_connection("crm"), now=server.now + timedelta(minutes=1))
    assert (third.batch, third.tables) == ("", {})


def test_the_history_of_a_deal_is_salesforces_own(workspace, company):
    refresh(workspace, connect(company), now=company.server.now)
    told = list_rows(
        workspace,
        "SELECT attribute, value_before, value_after, origin FROM opportunity_change"
        f" WHERE opportunity_id = '{company.won}' AND attribute IN ('stage', 'status')"
        " ORDER BY changed_at, attribute",
    )
    assert told == [
        ("stage", "None", "Prospecting", "history"),
        ("status", "None", "open", "history"),
        ("stage", "Prospecting", "Closed Won", "history"),
        ("status", "open", "won", "history"),
    ]


def test_a_field_that_is_hidden_is_told_and_what_was_known_stays(workspace, company):
    server = company.server
    refresh(workspace, connect(company), now=server.now)
    server.hidden = {"Opportunity.Amount"}
    server.wait(hours=1)
    server.change("Opportunity", company.deal, NextStep="اتصال")
    done = refresh(workspace, get_connection("crm"), now=server.now)
    assert any("Amount" in str(each) for each in done.notes)
    amounts = list_rows(workspace, "SELECT amount FROM opportunity ORDER BY amount")
    assert amounts == [("250000.0000",), ("12500000.0000",)]


def test_a_token_revoked_half_way_has_moved_nothing(workspace, company):
    server = company.server
    refresh(workspace, connect(company, refresh_token="refresh"), now=server.now)
    before = ledger.list_builds()
    server.wait(hours=1)
    server.change("Opportunity", company.deal, NextStep="اتصال")
    server.revoke()
    with pytest.raises(SourceRefused, match="Salesforce does not let us in"):
        refresh(workspace, get_connection("crm"), now=server.now)
    assert ledger.list_builds() == before
    server.is_revoked = False
    again = refresh(workspace, get_connection("crm"), now=server.now)
    assert again.tables == {"opportunity": Counts(1, updated=1)}


def test_a_connection_is_tried_and_written_through(workspace, company):
    crm = connect(company)
    assert try_connection(crm).count == 16
    write = Write("k1", "Opportunity", company.deal, {"Score__c": "0.7"}, {"Score__c": None})
    assert [each.outcome for each in open_writer(crm).write([write])] == ["done"]
    assert company.server.rows["Opportunity"][company.deal]["Score__c"] == 0.7
