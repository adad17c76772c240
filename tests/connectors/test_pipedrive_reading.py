"""Pipedrive is read as its documentation says it answers, and as it answers on a bad day."""

import time
from datetime import timedelta

import pytest

from connectors.pipedrive import OAUTH, Company
from counterpoise.connectors.sources.port import Removed, SourceRefused, SourceUnreachable
from pipedrive_server import BUDGET, REGION, PipedriveServer

DAY = timedelta(days=1)


@pytest.fixture
def company():
    with PipedriveServer() as server:
        yield Company(server)


def kinds(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_a_deal_comes_as_text_with_its_stage_by_name(company):
    company.server.change("deals", company.deal, probability=10, label_ids=[1, 2])
    names = ("title", "value", "probability", "stage.name", "pipeline.name", "label_names")
    assert kinds(company.read("deals"), *names) == [
        ("توريد مضخات", "250000", "10%", "مؤهل", "المبيعات", "تجديد, New")
    ]


def test_custom_fields_come_under_the_names_that_people_know(company):
    customs = {REGION: 31, BUDGET: {"value": 5000, "currency": "SAR"}}
    company.server.change("deals", company.deal, custom_fields=customs)
    names = ("المنطقة", "Budget", "Budget currency", "Score")
    assert kinds(company.read("deals"), *names) == [("الرياض", "5000", "SAR", None)]


def test_a_custom_field_called_as_people_call_an_attribute_feeds_it(company):
    source = company.connect()
    deals = company.describe("deals", source)
    mapped = {each.attribute: each.column for each in source.map(deals).columns}
    assert mapped == {
        "source_id": "id",
        "name": "title",
        "account_id": "org_id",
        "contact_id": "person_id",
        "owner_id": "owner_id",
        "pipeline_id": "pipeline.name",
        "stage": "stage.name",
        "status": "status",
        "amount": "value",
        "currency": "currency",
        "probability": "probability",
        "expected_close_on": "expected_close_date",
        "created_at": "add_time",
        "stage_entered_at": "stage_change_time",
        "closed_at": "close_time",
        "lead_source": "origin",
        "type": "label_names",
        "region": "المنطقة",
        "lost_reason": "lost_reason",
        "updated_at": "update_time",
    }


def test_two_custom_fields_with_one_name_are_told_apart_by_their_keys(company):
    twins = [(key * 40, "Region", "varchar", None) for key in "ab"]
    company.server.fields["dealFields"] += [*twins, ("c" * 40, "value", "double", None)]
    names = [each.name for each in company.describe("deals").fields]
    assert {"Region (aaaaaaaa)", "Region (bbbbbbbb)", "value (cccccccc)"} < set(names)
    assert "Region" not in names


def test_a_custom_field_that_was_renamed_is_another_column(company):
    fields = company.server.fields["dealFields"]
    fields[2] = (REGION, "Sales area", "enum", fields[2][3])
    names = [each.name for each in company.describe("deals").fields]
    assert "Sales area" in names
    assert "المنطقة" not in names


def test_pages_go_on_by_cursor_and_archived_deals_are_read_too(company):
    for number in range(1_200):
        company.open_deal(f"deal {number}", number, is_archived=number % 100 == 0)
    assert len({row["id"] for row in company.read("deals")}) == 1_201
    assert sum("cursor=" in each for each in company.server.asked) == 2


def test_a_later_reading_brings_only_what_changed(company):
    company.open_deal("other", 1)
    company.server.wait(days=2)
    company.server.change("deals", company.deal, value=260_000)
    found = company.read("deals", company.server.now - DAY)
    assert kinds(found, "id", "value") == [(str(company.deal), "260000")]


def test_a_change_in_the_very_second_of_the_last_reading_is_not_lost(company):
    company.server.wait(days=2)
    company.server.change("deals", company.deal, value=1)
    now = company.server.now
    assert kinds(company.read("deals", now, now), "value") == [("1",)]


def test_what_changes_after_the_reading_began_is_left_to_the_next(company):
    since, until = company.server.now + DAY, company.server.now + 2 * DAY
    company.server.wait(days=3)
    company.server.change("deals", company.deal, value=1)
    assert company.read("deals", since, until) == []


def test_persons_have_their_primary_address_and_users_say_whether_they_left(company):
    emails = [{"value": "old@x.example"}, {"value": "huda@x.example", "primary": True}]
    company.server.add("persons", name="هدى", emails=emails, phones=[])
    assert kinds(company.read("persons"), "emails", "phones") == [("huda@x.example", None)]
    assert kinds(company.read("users"), "name", "active_flag") == [
        ("ليلى حداد", "true"),
        ("Omar Said", "false"),
    ]


@pytest.mark.parametrize(
    ("told", "made"),
    [
        pytest.param(
            {"due_date": "2026-01-06", "due_time": "09:30:00", "duration": "01:15"},
            ("2026-01-06T09:30:00Z", "75"),
            id="due at a time",
        ),
        pytest.param({"due_date": "2026-01-06"}, ("2026-01-06", None), id="due on a day"),
        pytest.param(
            {"due_date": "2026-01-06", "done": True, "marked_as_done_time": "2026-01-07T10:00:00Z"},
            ("2026-01-07T10:00:00Z", None),
            id="done later than it was due",
        ),
        pytest.param({}, ("2026-01-05T08:00:00Z", None), id="without a day"),
    ],
)
def test_an_activity_happened_when_it_was_done_or_due(company, told, made):
    company.server.add("activities", subject="اتصال", type="call", **told)
    assert kinds(company.read("activities"), "activity.at", "activity.minutes") == [made]


def test_leads_and_products_are_read_whole_each_time(company):
    company.server.add("leads", title="سؤال", value={"amount": 100, "currency": "SAR"})
    prices = [{"price": 12.5, "currency": "SAR"}]
    company.server.add("products", name="pump", prices=prices)
    later = company.server.now + DAY
    assert kinds(company.read("leads", later), "title", "value.amount") == [("سؤال", "100")]
    assert kinds(company.read("products", later), "price", "price.currency") == [("12.5", "SAR")]
    told = {each.name: each.keeps_time for each in company.connect().describe()}
    assert [name for name, keeps in told.items() if not keeps] == ["users", "leads", "products"]


def told_of(rows):
    return kinds(rows, "time", "field_key", "old_value", "new_value")


def test_the_history_of_a_deal_begins_with_what_was_before_its_first_change(company):
    company.server.wait(days=1)
    company.server.change("deals", company.deal, stage_id=2, value=260_000)
    company.server.wait(days=1)
    company.server.change("deals", company.deal, status="won", owner_id=company.layla)
    first, second, third = (f"2026-01-0{day}T08:00:00+00:00" for day in (5, 6, 7))
    rows = company.read("deal_changes")
    assert told_of(rows) == [
        (first, "stage_id", None, "مؤهل"),
        (first, "status", None, "open"),
        (first, "value", None, "250000.0000"),
        (first, "expected_close_date", None, "2026-03-31"),
        (first, "user_id", None, str(company.omar)),
        (first, "pipeline_id", None, "المبيعات"),
        (second, "value", "250000.0000", "260000.0000"),
        (second, "stage_id", "مؤهل", "التفاوض"),
        (third, "user_id", str(company.omar), str(company.layla)),
        (third, "status", "open", "won"),
    ]
    assert len({row["id"] for row in rows}) == len(rows)


def test_a_later_reading_of_history_asks_only_for_deals_that_changed(company):
    company.open_deal("other", 1)
    company.server.wait(days=1)
    company.server.change("deals", company.deal, stage_id=3)
    rows = company.read("deal_changes", company.server.now)
    assert [each[1:] for each in told_of(rows)] == [("stage_id", "مؤهل", "Contract")]
    assert sum("changelog" in each for each in company.server.asked) == 1


def test_the_first_history_goes_back_as_far_as_the_connection_says(company):
    company.server.wait(days=100)
    company.open_deal("new", 1)
    rows = company.read("deal_changes", source=company.connect(history_days=30))
    assert str(company.deal) not in {row["deal_id"] for row in rows}


def test_deleted_deals_and_what_else_was_deleted_are_told_with_their_time(company):
    person = company.server.add("persons", name="هدى")
    company.server.wait(days=1)
    gone = company.server.now
    company.server.remove("deals", company.deal)
    company.server.remove("persons", person)
    assert company.list_removed("deals") == [Removed(str(company.deal), gone)]
    assert company.list_removed("persons", gone - DAY) == [Removed(str(person), gone)]
    assert company.list_removed("users") == []
    assert (company.read("deals"), company.read("persons")) == ([], [])
    source = company.connect()
    assert source.count(company.describe("deals", source)) == 0


def test_of_two_merged_records_one_is_gone(company):
    twin = company.server.add("organizations", name="النور")
    company.server.wait(days=1)
    company.server.merge("organizations", twin, company.noor)
    assert company.list_removed("organizations") == [Removed(str(twin), company.server.now)]
    assert kinds(company.read("organizations"), "name") == [("شركة النور",)]


def test_what_this_user_may_not_list_is_left_out(company):
    company.server.hidden = {"leads", "productFields"}
    names = [each.name for each in company.connect().describe()]
    assert names == ["users", "organizations", "persons", "deals", "deal_changes", "activities"]


def test_an_oauth_token_that_ended_is_renewed_once(company):
    source = company.connect(**OAUTH)
    source.describe()
    company.server.expire()
    assert len(company.read("deals", source=source)) == 1
    assert company.server.issued == 2


def test_a_withdrawn_access_is_told_as_a_refusal(company):
    source = company.connect(**OAUTH)
    described = company.describe("deals", source)
    company.server.revoke()
    with pytest.raises(SourceRefused, match="Install the app in Pipedrive again"):
        list(source.read(described, None, company.server.now))
    with pytest.raises(SourceRefused, match="Pipedrive no longer lets us in"):
        company.connect().describe()


def test_the_end_of_a_window_is_waited_for_before_it_is_met(company):
    source = company.connect()
    described = company.describe("users", source)
    company.server.left = 0
    began = time.monotonic()
    assert len(list(source.read(described, None, company.server.now))) == 1
    assert time.monotonic() - began >= 1


def test_too_many_questions_are_waited_for_and_a_used_up_day_is_told_as_passing(company):
    source = company.connect()
    described = company.describe("deals", source)
    company.server.break_next("/deals", 429, **{"Retry-After": "1"})
    company.server.break_next("/deals", 502)
    assert len(list(source.read(described, None, company.server.now))) == 1
    company.server.break_next("/deals", 429, times=6)
    with pytest.raises(SourceUnreachable, match="tokens of this day are used up"):
        list(source.read(described, None, company.server.now))
