"""HubSpot is read as its documentation says it answers, and as it answers on a bad day."""

from datetime import timedelta

import pytest

from connectors.hubspot import OAUTH, Company
from counterpoise.connectors.sources.port import Removed, SourceRefused, SourceUnreachable
from hubspot_server import OWN, SCHEMA, HubSpotServer

DAY = timedelta(days=1)


@pytest.fixture
def company():
    with HubSpotServer() as server:
        yield Company(server)


def kinds(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_a_deal_comes_as_text_with_its_stage_and_its_customer_by_name(company):
    (deal,) = company.read("deals")
    assert {name: deal[name] for name in ("dealname", "amount", "dealstage")} == {
        "dealname": "توريد مضخات",
        "amount": "250000",
        "dealstage": "appointmentscheduled",
    }
    made = ("stage.label", "stage.status", "pipeline.label", "associated_company_id")
    assert kinds([deal], *made) == [("موعد محدد", "open", "المبيعات", company.noor)]


def test_the_primary_company_is_taken_of_several(company):
    other = company.server.add("companies", name="other")
    linked = [("companies", company.noor), ("companies", other)]
    company.server.add("deals", dealname="two", linked=linked)
    assert company.read("deals")[1]["associated_company_id"] == company.noor


def test_a_deal_without_a_company_has_none(company):
    company.server.add("deals", dealname="alone")
    assert kinds(company.read("deals"), "dealname", "associated_company_id")[1] == ("alone", None)


def test_owners_are_people_and_those_who_left_are_told_apart(company):
    assert kinds(company.read("owners"), "name", "team_id", "is_active") == [
        ("ليلى حداد", "7", "true"),
        ("Omar Said", "7", "true"),
        ("Sara Left", "7", "false"),
    ]


def test_the_first_reading_pages_through_lists(company):
    for number in range(250):
        company.open_deal(f"deal {number}", str(number))
    assert len({row["hs_object_id"] for row in company.read("deals")}) == 251
    assert sum("GET /crm/v3/objects/deals?" in each for each in company.server.asked) == 3


def test_a_later_reading_searches_for_what_changed(company):
    company.open_deal("other", "1")
    company.server.wait(days=2)
    company.server.change("deals", company.deal, amount="260000")
    found = company.read("deals", company.server.now - DAY)
    assert kinds(found, "hs_object_id", "amount") == [(company.deal, "260000")]


def test_more_changes_than_a_search_gives_are_all_read(company):
    company.server.wait(days=2)
    for number in range(10_500):
        company.server.add("products", name=f"product {number}")
    found = company.read("products", company.server.now - DAY)
    assert len({row["hs_object_id"] for row in found}) == 10_500


def test_a_change_that_the_search_does_not_know_yet_is_met_by_the_overlap(company):
    company.server.wait(days=2)
    company.server.lag = timedelta(seconds=10)
    company.server.change("deals", company.deal, amount="1")
    first = company.server.now
    assert company.read("deals", first - DAY) == []
    company.server.wait(minutes=5)
    assert kinds(company.read("deals", first - DAY), "amount") == [("1",)]


def test_what_changes_after_the_reading_began_is_left_to_the_next(company):
    since, until = company.server.now + DAY, company.server.now + 2 * DAY
    company.server.wait(days=3)
    company.server.change("deals", company.deal, amount="1")
    assert company.read("deals", since, until) == []


def test_more_properties_than_an_address_holds_are_asked_for_in_a_body(company):

    names = [f"a_long_name_of_a_property_{number}" for number in range(300)]
    before = SCHEMA["products"]
    SCHEMA["products"] = " ".join([before, *names])
    OWN.update(names)
    try:
        company.server.add("products", name="pump", a_long_name_of_a_property_7="seven")
        found = company.read("products")
    finally:
        SCHEMA["products"] = before
        OWN.difference_update(names)
    assert kinds(found, "name", "a_long_name_of_a_property_7") == [("pump", "seven")]


def test_a_calculated_property_is_told_from_the_others(company):
    fields = company.describe("deals").fields
    assert {each.name for each in fields if each.is_derived} == {
        "hs_is_closed",
        "hs_is_closed_won",
    }


def test_the_companys_own_properties_are_read_too(company):
    company.server.change("deals", company.deal, score="0.7")
    assert kinds(company.read("deals"), "score") == [("0.7",)]


def test_what_has_no_scope_is_left_out_and_a_hidden_property_is_missing(company):
    company.server.hidden = {"tickets", "teams", "amount"}
    source = company.connect()
    described = {each.name: each for each in source.describe()}
    assert not {"tickets", "teams"} & set(described)
    assert "amount" not in [each.name for each in described["deals"].fields]
    mapped = {each.attribute for each in source.map(described["deals"]).columns}
    assert "amount" not in mapped
    assert "amount" not in company.read("deals", source=source)[0]


def test_each_object_is_mapped_to_what_it_means_here(company):
    source = company.connect()
    deals = company.describe("deals", source)
    mapped = {each.attribute: each.column for each in source.map(deals).columns}
    assert mapped == {
        "source_id": "hs_object_id",
        "name": "dealname",
        "account_id": "associated_company_id",
        "contact_id": "associated_contact_id",
        "owner_id": "hubspot_owner_id",
        "pipeline_id": "pipeline.label",
        "stage": "stage.label",
        "status": "stage.status",
        "amount": "amount",
        "currency": "deal_currency_code",
        "probability": "hs_deal_stage_probability",
        "forecast_category": "hs_manual_forecast_category",
        "expected_close_on": "closedate",
        "created_at": "createdate",
        "type": "dealtype",
        "next_step": "hs_next_step",
        "lost_reason": "closed_lost_reason",
        "updated_at": "hs_lastmodifieddate",
    }
    tables = {each.name: each.table for each in source.describe()}
    assert tables["goal_targets"] == "target"
    assert {each for name, each in tables.items() if name in ("calls", "notes")} == {"activity"}


def test_the_history_of_a_deal_comes_as_changes_of_single_attributes(company):
    company.server.wait(days=1)
    company.server.change("deals", company.deal, by=9000, dealstage="closedwon", amount="260000")
    rows = company.read("deal_history")
    first, second = "2026-01-05T08:00:00.000Z", "2026-01-06T08:00:00.000Z"
    assert kinds(rows, "timestamp", "attribute", "old_value", "value", "owner_id") == [
        (first, "dealstage", None, "موعد محدد", None),
        (first, "status", None, "open", None),
        (second, "dealstage", "موعد محدد", "Closed Won", company.layla),
        (second, "status", "open", "won", company.layla),
        (first, "amount", None, "250000.0000", None),
        (second, "amount", "250000.0000", "260000.0000", company.layla),
        (first, "closedate", None, "2026-03-31", None),
        (first, "hubspot_owner_id", None, company.omar, None),
        (first, "hs_deal_stage_probability", None, "0.200000", None),
        (second, "hs_deal_stage_probability", "0.200000", "1.000000", company.layla),
    ]
    assert len({row["id"] for row in rows}) == len(rows)


def test_a_later_reading_of_history_brings_only_the_new_and_knows_what_was_before(company):
    company.open_deal("other", "1")
    company.server.wait(days=1)
    company.server.change("deals", company.deal, dealstage="1734055")
    rows = company.read("deal_history", company.server.now)
    assert kinds(rows, "deal_id", "attribute", "old_value", "value") == [
        (company.deal, "dealstage", "موعد محدد", "التفاوض"),
        (company.deal, "hs_deal_stage_probability", "0.200000", "0.600000"),
    ]


@pytest.mark.parametrize(
    ("kind", "told", "made"),
    [
        pytest.param(
            "calls",
            {"hs_call_direction": "INBOUND", "hs_call_duration": "90000"},
            ("call", "in", "1.50"),
            id="a call that came in",
        ),
        pytest.param(
            "meetings",
            {
                "hs_meeting_start_time": "2026-01-05T09:00:00Z",
                "hs_meeting_end_time": "1767605400000",
            },
            ("meeting", None, "30.00"),
            id="a meeting, one time of it in milliseconds",
        ),
        pytest.param(
            "emails", {"hs_email_direction": "EMAIL"}, ("email", "out", None), id="a sent e-mail"
        ),
        pytest.param("notes", {}, ("note", None, None), id="a note"),
        pytest.param("tasks", {"hs_task_subject": "call"}, ("task", None, None), id="a task"),
    ],
)
def test_each_engagement_says_what_it_is_and_whom_it_served(company, kind, told, made):
    linked = [("deals", company.deal)]
    company.server.add(kind, hs_timestamp="2026-01-05T09:00:00Z", linked=linked, **told)
    names = ("activity.type", "activity.direction", "activity.minutes", "associated_deal_id")
    assert kinds(company.read(kind), *names) == [(*made, company.deal)]


def test_goals_in_an_amount_are_of_revenue_and_others_say_what_they_count(company):
    company.server.add("goal_targets", hs_target_amount="90000", hs_kpi_property_name="amount")
    company.server.add("goal_targets", hs_target_amount="40", hs_kpi_property_name="hs_object_id")
    found = kinds(company.read("goal_targets"), "hs_target_amount", "goal.measure")
    assert found == [("90000", "won_revenue"), ("40", "hs_object_id")]


def test_what_was_archived_is_told_once_with_its_time(company):
    company.server.wait(days=1)
    gone = company.server.now
    company.server.archive("deals", company.deal)
    assert company.list_removed("deals") == [Removed(company.deal, gone)]
    assert company.list_removed("deals", gone + DAY) == []
    assert company.read("deals") == []
    source = company.connect()
    assert source.count(company.describe("deals", source)) == 0


def test_a_merge_makes_a_new_record_into_which_both_went(company):
    twin = company.server.add("companies", name="النور")
    company.server.wait(days=1)
    first = company.server.now
    kept = company.server.merge("companies", company.noor, twin)
    assert company.list_removed("companies") == [
        Removed(company.noor, first, kept),
        Removed(twin, first, kept),
    ]
    company.server.wait(days=1)
    company.server.change("companies", kept, name="شركة النور")
    assert {each.at for each in company.list_removed("companies", first)} == {first}
    assert kinds(company.read("companies"), "hs_object_id") == [(kept,)]


def test_a_chain_of_merges_leads_to_the_last_record(company):
    ids = [company.server.add("companies", name=name) for name in "bc"]
    company.server.wait(days=1)
    middle = company.server.merge("companies", company.noor, ids[0])
    company.server.wait(days=1)
    last = company.server.merge("companies", middle, ids[1])
    found = {each.source_id: each.into for each in company.list_removed("companies")}
    assert found == dict.fromkeys([company.noor, *ids, middle], last)


def test_records_are_counted(company):
    company.open_deal("other", "1")
    source = company.connect()
    counts = {each.name: source.count(each) for each in source.describe()}
    told = {"deals": 2, "companies": 1, "owners": 3, "teams": 1, "deal_history": None}
    assert {name: counts[name] for name in told} == told


def test_a_token_that_ended_is_renewed_once_and_the_reading_goes_on(company):
    source = company.connect(**OAUTH)
    source.describe()
    company.server.expire()
    assert len(company.read("deals", source=source)) == 1
    assert company.server.issued == 2


def test_a_refresh_token_revoked_half_way_is_told_as_a_refusal(company):
    for number in range(250):
        company.open_deal(f"deal {number}", str(number))
    source = company.connect(**OAUTH)
    described = company.describe("deals", source)
    company.server.revoke()
    with pytest.raises(SourceRefused, match="Install the app in HubSpot again"):
        list(source.read(described, None, company.server.now))


def test_a_private_apps_token_that_was_withdrawn_is_told_as_a_refusal(company):
    company.server.expire()
    with pytest.raises(SourceRefused, match="HubSpot no longer lets us in"):
        company.connect().describe()


def test_the_limit_of_a_second_is_waited_for(company):
    company.server.break_next("/search", 429, times=2, body={"policyName": "SECONDLY"})
    company.server.break_next("/crm/v3/properties", 503)
    assert len(company.read("deals", company.server.now - DAY)) == 1


def test_the_limit_of_the_day_is_told_as_passing(company):
    source = company.connect()
    described = company.describe("deals", source)
    company.server.break_next("/deals", 429, times=6, body={"policyName": "DAILY"})
    with pytest.raises(SourceUnreachable, match="used up its requests to HubSpot for today"):
        list(source.read(described, None, company.server.now))
