"""Salesforce is read as its documentation says it answers, and as it answers on a bad day."""

from datetime import timedelta

import pytest

from connectors.salesforce import Company
from counterpoise.connectors.sources.port import Removed, SourceRefused, SourceUnreachable
from salesforce_server import SalesforceServer

DAY = timedelta(days=1)


@pytest.fixture
def company():
    with SalesforceServer() as server:
        yield Company(server)


def kinds(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_a_deal_comes_as_text_with_its_names_in_arabic(company):
    (deal,) = company.read("Opportunity")
    told = {"Name": "توريد مضخات", "Amount": "250000", "Probability": "10%", "IsWon": "false"}
    assert {name: deal[name] for name in told} == told
    assert deal["StageName.Status"] == "open"


def test_only_people_are_sellers_and_each_has_the_name_of_who_leads_them(company):
    found = kinds(company.read("User"), "Name", "Manager.Name")
    assert found == [("ليلى حداد", None), ("Omar Said", "ليلى حداد")]


def test_an_amount_that_salesforce_writes_with_an_exponent_is_written_out(company):
    company.open_deal("deal 0", 12_500_000)
    rows = company.read("Opportunity", source=company.connect(bulk_from=1))
    assert any("jobs/query" in each for each in company.server.asked)
    assert kinds(rows, "Name", "Amount")[1] == ("deal 0", "12500000")


def test_small_amounts_of_records_are_paged_and_many_are_read_by_a_job(company):
    for number in range(4_500):
        company.open_deal(f"deal {number}", number)
    assert len({row["Id"] for row in company.read("Opportunity")}) == 4_501
    assert sum("/query/01g" in each for each in company.server.asked) == 2


def test_what_comes_by_pages_and_by_a_job_says_the_same(company):
    company.open_deal('صفقة "كبيرة",\nسطر <b>=1+1</b>', 1_000_000)
    moments = ("CreatedDate", "LastModifiedDate", "SystemModstamp", "LastStageChangeDate")
    by_pages, by_job = (
        [
            {name: value for name, value in row.items() if name not in moments}
            for row in company.read("Opportunity", source=company.connect(bulk_from=bulk_from))
        ]
        for bulk_from in (100, 1)
    )
    assert [row | {"Amount": float(row["Amount"])} for row in by_pages] == [
        row | {"Amount": float(row["Amount"]), "Probability": "10%"} for row in by_job
    ]
    assert by_job[1]["Score__c"] is None


def test_results_of_a_job_come_page_by_page(company):
    for number in range(12_000):
        company.open_deal(f"deal {number}", number)
    source = company.connect()
    described = company.describe("Opportunity", source)
    batches = list(source.read(described, None, company.server.now))
    assert [each.num_rows for each in batches] == [2_000, 10_000, 1]
    assert {each for batch in batches for each in batch["Id"].to_pylist()} == set(
        company.server.rows["Opportunity"]
    )


def test_records_with_long_notes_come_fewer_at_a_time(company):
    for number in range(2_600):
        company.open_deal(f"{number} {'ملاحظة' * 1_500}", number)
    source = company.connect(bulk_from=1)
    described = company.describe("Opportunity", source)
    batches = list(source.read(described, None, company.server.now))
    assert sum(each.num_rows for each in batches) == 2_601
    asked = [each for each in company.server.asked if "maxRecords" in each]
    first, second = (int(each.partition("maxRecords=")[2].partition("&")[0]) for each in asked)
    assert first == 2_000
    assert 800 < second < 1_000


def test_the_second_reading_brings_only_what_changed(company):
    before = company.server.now
    other = company.open_deal("other", 1)
    company.server.wait(days=2)
    company.server.change("Opportunity", other, Amount=2)
    changed = company.read("Opportunity", before + DAY)
    assert kinds(changed, "Id", "Amount") == [(other, "2")]


def test_a_change_dated_before_it_could_be_seen_is_met_by_the_overlap(company):
    company.server.wait(days=2)
    late = company.server.now - timedelta(minutes=5)
    company.server.change("Opportunity", company.deal, at=late, NextStep="call")
    assert kinds(company.read("Opportunity", late - DAY), "NextStep") == [("call",)]
    assert company.read("Opportunity", company.server.now) == []


def test_what_changes_after_the_reading_began_is_left_to_the_next(company):
    until = company.server.now
    company.server.wait(hours=1)
    company.server.change("Opportunity", company.deal, NextStep="call")
    assert company.read("Opportunity", until=until) == []


def test_a_formula_is_told_from_a_field_and_moves_no_timestamp(company):
    fields = {each.name: each for each in company.describe("Opportunity").fields}
    assert [name for name, each in fields.items() if each.is_derived] == ["Weighted__c"]


def test_a_field_that_may_not_be_seen_is_missing_from_the_description(company):
    company.server.hidden = {"Opportunity.Amount", "Opportunity.IsClosed", "Case"}
    source = company.connect()
    described = {each.name: each for each in source.describe()}
    names = [each.name for each in described["Opportunity"].fields]
    assert "Case" not in described
    assert not {"Amount", "IsClosed", "StageName.Status"} & set(names)
    mapped = {each.attribute for each in source.map(described["Opportunity"]).columns}
    assert "amount" not in mapped
    assert [*company.read("Opportunity", source=source)[0]] == names


def test_a_compound_field_is_left_out_for_its_parts(company):
    names = {each.name for each in company.describe("Account").fields}
    assert "BillingAddress" not in names
    assert "BillingCity" in names


def test_each_object_is_mapped_to_what_it_means_here(company):
    source = company.connect()
    tables = {each.name: source.map(each).table for each in source.describe()}
    assert tables == {
        "User": "rep",
        "UserRole": "team",
        "Territory2": "territory",
        "Account": "account",
        "Contact": "contact",
        "Lead": "lead",
        "Product2": "product",
        "Opportunity": "opportunity",
        "OpportunityHistory": "opportunity_change",
        "OpportunityFieldHistory": "opportunity_change",
        "OpportunityLineItem": "opportunity_line",
        "Task": "activity",
        "Event": "activity",
        "ForecastingQuota": "target",
        "Case": "ticket",
        "Campaign": "",
    }


def test_what_was_deleted_and_what_was_merged_are_told_with_their_time(company):
    server = company.server
    twin = server.add("Account", Name="النور", OwnerId=company.omar)
    gone = company.open_deal("gone", 1)
    server.wait(days=1)
    server.remove("Account", twin, into=company.noor)
    server.remove("Opportunity", gone)
    source = company.connect()
    told = {
        name: list(source.read_removed(company.describe(name, source), None, server.now))
        for name in ("Account", "Opportunity", "OpportunityHistory", "User")
    }
    assert told == {
        "Account": [Removed(twin, server.now, company.noor)],
        "Opportunity": [Removed(gone, server.now)],
        "OpportunityHistory": [],
        "User": [],
    }
    assert gone not in [row["Id"] for row in company.read("Opportunity")]
    assert [source.count(company.describe(each)) for each in ("Account", "Opportunity")] == [1, 1]


def test_activities_that_salesforce_archived_are_read_and_counted(company):
    task = {"WhatId": company.deal, "OwnerId": company.omar, "ActivityDate": "2024-05-01"}
    company.server.add("Task", Subject="old", IsArchived=True, **task)
    company.server.add("Task", Subject="gone", IsDeleted=True, **task)
    assert kinds(company.read("Task"), "Subject") == [("old",)]
    source = company.connect()
    assert source.count(company.describe("Task", source)) == 1


def test_an_activity_is_tied_to_what_its_ids_stand_for(company):
    lead = company.server.add("Lead", LastName="Nasser", Company="Nasser Co")
    call = {"Type": None, "TaskSubtype": "Call", "CallDurationInSeconds": 90}
    called = "2026-01-04T10:00:00.000Z"
    company.server.add("Task", WhoId=lead, WhatId=company.noor, CompletedDateTime=called, **call)
    company.server.add("Task", WhatId=company.deal, CallType="Internal", ActivityDate="2026-01-05")
    names = ("Activity.Type", "Activity.Minutes", "What.OpportunityId", "Who.LeadId")
    rows = company.read("Task")
    assert kinds(rows, *names) == [
        ("Call", "1.50", None, lead),
        ("Task", None, company.deal, None),
    ]
    assert kinds(rows, "Activity.Direction") == [(None,), (None,)]
    assert kinds(rows, "Activity.At") == [("2026-01-04T10:00:00.000+0000",), ("2026-01-05",)]


def test_a_quota_ends_before_the_day_after_its_period(company):
    quarter = company.server.add("Period", StartDate="2026-01-01", EndDate="2026-03-31")
    told = {"QuotaOwnerId": company.omar, "PeriodId": quarter, "StartDate": "2026-01-01"}
    company.server.add("ForecastingQuota", QuotaAmount=900_000, IsAmount=True, **told)
    company.server.add("ForecastingQuota", IsAmount=False, **told)
    found = kinds(company.read("ForecastingQuota"), "QuotaAmount", "Period.EndsBefore")
    assert found == [("900000", "2026-04-01")]


def told_of(rows):
    return kinds(rows, "CreatedDate", "Field", "OldValue", "NewValue")


def test_the_history_of_a_deal_comes_as_changes_of_single_attributes(company):
    company.server.wait(days=1)
    company.server.change("Opportunity", company.deal, StageName="التفاوض")
    first, second = "2026-01-05T08:00:00.000+0000", "2026-01-06T08:00:00.000+0000"
    told = told_of(company.read("OpportunityHistory"))
    assert sorted(told, key=lambda each: each[0]) == [
        (first, "StageName", None, "Prospecting"),
        (first, "Amount", None, "250000.0000"),
        (first, "CloseDate", None, "2026-03-31"),
        (first, "Probability", None, "0.100000"),
        (first, "ForecastCategory", None, "Pipeline"),
        (first, "status", None, "open"),
        (second, "StageName", "Prospecting", "التفاوض"),
        (second, "Probability", "0.100000", "0.600000"),
    ]


def test_a_later_reading_of_history_knows_what_was_before(company):
    company.server.wait(days=1)
    since = company.server.now
    company.server.change("Opportunity", company.deal, StageName="Closed Won")
    told = [each[1:] for each in told_of(company.read("OpportunityHistory", since))]
    assert told == [
        ("StageName", "Prospecting", "Closed Won"),
        ("Probability", "0.100000", "1.000000"),
        ("ForecastCategory", "Pipeline", "Closed"),
        ("status", "open", "won"),
    ]


def test_what_was_before_is_asked_for_many_deals_in_one_call(company):
    deals = [company.open_deal(f"deal {number}", number) for number in range(3_000)]
    for _ in range(4):
        company.server.wait(hours=1)
        for deal in deals[:900]:
            company.server.change("Opportunity", deal, Amount=company.server.now.hour)
    company.server.wait(days=1)
    since = company.server.now
    for deal in deals:
        company.server.change("Opportunity", deal, StageName="Closed Lost")
    told = company.read("OpportunityHistory", since)
    stages = [row for row in told if row["Field"] == "StageName"]
    assert {row["OldValue"] for row in stages} == {"Prospecting"}
    assert len(stages) == 3_000
    assert sum("composite/batch" in each for each in company.server.asked) == 1


def test_a_hidden_history_is_told_as_a_refusal(company):
    source = company.connect()
    described = company.describe("OpportunityHistory", source)
    company.server.wait(days=1)
    company.server.change("Opportunity", company.deal, StageName="Closed Lost")
    company.server.hidden = {"OpportunityHistory.Amount"}
    with pytest.raises(SourceRefused, match="No such column 'Amount'"):
        list(source.read(described, company.server.now, company.server.now))


def test_a_change_of_owner_is_told_once_by_the_ids(company):
    company.server.change("Opportunity", company.deal, OwnerId=company.layla)
    rows = company.read("OpportunityFieldHistory")
    assert kinds(rows, "Field", "OldValue", "NewValue") == [("Owner", company.omar, company.layla)]


def test_a_token_that_ended_is_renewed_once_and_the_reading_goes_on(company):
    source = company.connect()
    described = company.describe("Opportunity", source)
    company.server.expire()
    assert len(company.read("Opportunity", source=source)) == 1
    assert company.server.issued == 2
    assert described.table == "opportunity"


def test_a_token_revoked_half_way_is_told_as_a_refusal(company):
    for number in range(4_500):
        company.open_deal(f"deal {number}", number)
    source = company.connect()
    batches = source.read(company.describe("Opportunity", source), None, company.server.now)
    next(batches)
    company.server.revoke()
    with pytest.raises(SourceRefused, match="Salesforce does not let us in: .*invalid_grant"):
        list(batches)


def test_a_wrong_secret_is_told_as_a_refusal(company):
    with pytest.raises(SourceRefused, match="Check the connected app"):
        company.connect(client_secret="guess").describe()


def test_the_apps_own_user_comes_in_without_a_refresh_token(company):
    assert len(company.connect(refresh_token="").describe()) == 16


def test_too_many_requests_are_waited_for_as_long_as_salesforce_says(company):
    company.server.break_next("SELECT", 429, **{"Retry-After": "1"})
    company.server.break_next("SELECT", 503, times=2)
    assert len(company.read("Opportunity")) == 1


def test_the_days_last_request_is_told_as_passing(company):
    company.server.break_next("SELECT", 403)
    with pytest.raises(SourceRefused, match="Give the connected user the right"):
        company.read("Opportunity")
    company.server.limit()
    with pytest.raises(SourceUnreachable, match="used up its requests"):
        company.read("Opportunity")


def test_a_job_that_fails_is_told_with_salesforces_own_words(company):
    company.server.failing = "InvalidQuery: too complex"
    with pytest.raises(SourceRefused, match="too complex"):
        company.read("Opportunity", source=company.connect(bulk_from=1))
    assert company.server.jobs == {}


def test_a_page_that_holds_fewer_records_than_it_says_is_not_taken(company):
    company.server.lost_rows = 1
    with pytest.raises(SourceUnreachable, match="does not hold the 1 records"):
        company.read("Opportunity", source=company.connect(bulk_from=1))
