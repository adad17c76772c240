"""A company on Odoo, over either of its two ways: read, changed, read again, written back to."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Response

from counterpoise.connectors.odoo.client import Client, JsonRpc
from counterpoise.connectors.odoo.settings import open_odoo, open_odoo_writer
from counterpoise.connectors.odoo.source import OdooSource
from counterpoise.connectors.sources.http import Patience, open_session
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable, Write
from counterpoise.connectors.sources.reach import read_reach
from counterpoise.connectors.sources.settings import InvalidSetting, Opening
from odoo_server import DATABASE, KEY, LOGIN, OdooServer

HASTY = Patience(to_connect=1, between_bytes=1, backoff=0.001, jitter=0.001, longest_wait=1)
REACH = read_reach("127.0.0.1")


@pytest.fixture
def odoo():
    server = OdooServer()
    fill(server)
    yield server
    server.close()


def fill(server):
    stages = [server.create("crm.stage", name=each) for each in ("جديد", "Proposition")]
    server.create("crm.stage", name="Won", is_won=True)
    pound = server.create("res.currency", name="EGP")
    egypt = server.create("res.country", name="Egypt")
    mona = server.create("res.partner", name="منى حسن", partner_share=False)
    team = server.create("crm.team", name="القاهرة")
    rep = server.create(
        "res.users", name="منى حسن", login="mona@nile.example", partner_id=mona, sale_team_id=team
    )
    server.records["crm.team"][team]["user_id"] = rep
    company = server.create(
        "res.partner", name="شركة المدار", is_company=True, country_id=egypt, partner_share=True
    )
    server.create(
        "res.partner",
        name="هدى سالم",
        parent_id=company,
        email="huda@x.example",
        partner_share=True,
    )
    server.create("res.partner", name="Nile", is_company=True, ref_company_ids=[1])
    held = {"user_id": rep, "team_id": team, "company_currency": pound, "partner_id": company}
    for number in range(12):
        server.create(
            "crm.lead",
            name=f"صفقة {number + 1}",
            type="opportunity",
            stage_id=stages[number % 2],
            expected_revenue=1000.5 * (number + 1),
            probability=25.0,
            date_deadline="2026-12-31",
            **held,
        )
    server.create("crm.lead", name="Enquiry", type="lead", email_from="a@b.example")
    call = server.create("mail.activity.type", name="Call")
    server.create(
        "mail.activity",
        activity_type_id=call,
        res_model="crm.lead",
        res_id=1,
        user_id=rep,
        date_deadline="2026-02-01",
        state="planned",
    )


@pytest.fixture(params=["JSON-2", "JSON-RPC"])
def opening(request, odoo):
    def make(key=KEY, **settings):
        held = {"url": odoo.url, "database": DATABASE, "language": "ar_001", **settings}
        if request.param == "JSON-RPC":
            held = {"login": LOGIN, **held}
        return Opening("odoo", held, {"key": key}, REACH)

    return make


def read(source, name, since=None, until=None):
    described = {each.name: each for each in source.describe()}[name]
    batches = source.read(described, since, until or datetime(2027, 1, 1, tzinfo=UTC))
    return {row["id"]: row for each in batches for row in each.to_pylist()}


def test_a_company_is_read_whole_and_counted(opening):
    source = open_odoo(opening())
    described = {each.name: each for each in source.describe()}
    sizes = {name: len(read(source, name)) for name in described}
    assert sizes == {
        "res.partner/company": 1,
        "res.partner/person": 1,
        "res.users": 1,
        "crm.team": 1,
        "crm.lead/lead": 1,
        "crm.lead/opportunity": 12,
        "mail.activity": 1,
        "crm.lead/history": 0,
    }
    counted = {name: source.count(each) for name, each in described.items()}
    assert counted == {**sizes, "crm.lead/history": None}
    assert {each.table for each in described.values()} == {
        *("account", "contact", "rep", "team", "lead", "opportunity", "activity"),
        "opportunity_change",
    }


def test_what_is_read_is_what_was_entered(opening):
    source = open_odoo(opening())
    deal = read(source, "crm.lead/opportunity")["1"]
    assert (deal["name"], deal["stage_id/name"], deal["status"]) == ("صفقة 1", "جديد", "open")
    assert (deal["expected_revenue"], deal["company_currency/name"]) == ("1000.5", "EGP")
    assert (deal["probability"], deal["date_deadline"]) == ("25.0%", "2026-12-31")
    assert deal["create_date"] == "2026-01-04T09:00:00+00:00"
    assert deal["date_closed"] is None, "false stands for empty"
    (account,) = read(source, "res.partner/company").values()
    assert (account["name"], account["country_id/name"]) == ("شركة المدار", "Egypt")
    (contact,) = read(source, "res.partner/person").values()
    assert (contact["parent_id"], contact["email"]) == (account["id"], "huda@x.example")
    (activity,) = read(source, "mail.activity").values()
    assert (activity["res_id"], activity["activity_type_id/name"]) == ("1", "Call")


def test_pages_come_to_the_same_as_one(odoo, opening):
    whole = open_odoo(opening())
    small = OdooSource("odoo", whole._client, page=5)
    assert read(small, "crm.lead/opportunity") == read(whole, "crm.lead/opportunity")


def test_the_second_reading_has_only_what_changed(odoo, opening):
    source = open_odoo(opening())
    odoo.now += timedelta(days=3)
    since = odoo.now - timedelta(minutes=1)
    assert read(source, "crm.lead/opportunity", since) == {}
    odoo.write("crm.lead", 2, stage_id=3, expected_revenue=5000.0)
    odoo.write("crm.lead", 3, active=False, probability=0.0)
    changed = read(source, "crm.lead/opportunity", since)
    assert {number: row["status"] for number, row in changed.items()} == {"2": "won", "3": "lost"}
    changes = read(source, "crm.lead/history", since).values()
    assert [
        (row["opportunity_id"], row["attribute"], row["value_before"], row["value_after"])
        for row in changes
    ] == [("2", "stage", "Proposition", "Won"), ("2", "amount", "2001.0000", "5000.0000")]
    assert {row["changed_at"] for row in changes} == {"2026-01-07T09:00:00+00:00"}


def test_a_lead_that_became_an_opportunity_is_both(odoo, opening):
    source = open_odoo(opening())
    odoo.write(
        "crm.lead", 13, type="opportunity", date_conversion="2026-01-05 10:00:00", stage_id=1
    )
    (lead,) = read(source, "crm.lead/lead").values()
    assert (lead["is_converted"], lead["opportunity_id"]) == ("true", "13")
    assert lead["date_conversion"] == "2026-01-05T10:00:00+00:00"
    assert read(source, "crm.lead/opportunity")["13"]["stage_id/name"] == "جديد"


def test_a_renamed_person_is_a_change_of_the_rep(odoo, opening):
    source = open_odoo(opening())
    odoo.now += timedelta(days=1)
    odoo.write("res.partner", 1, name="منى حسن علي")
    assert set(read(source, "res.users", odoo.now)) == {"1"}


def test_what_was_deleted_is_missing_when_all_is_read(odoo, opening):
    source = open_odoo(opening())
    (described,) = (each for each in source.describe() if each.name == "crm.lead/opportunity")
    odoo.delete("crm.lead", 5)
    assert "5" not in read(source, "crm.lead/opportunity")
    assert list(source.read_removed(described, odoo.now, odoo.now)) == []


def test_what_a_user_may_not_see_is_not_taken_for_empty(odoo, opening):
    odoo.hidden |= {"crm.lead.expected_revenue", "mail.tracking.value", "res.partner"}
    described = {each.name: each for each in open_odoo(opening()).describe()}
    assert set(described) == {
        *("res.users", "crm.team", "crm.lead/lead", "crm.lead/opportunity", "mail.activity")
    }
    shown = {each.name for each in described["crm.lead/opportunity"].fields}
    assert "expected_revenue" not in shown
    assert "probability" in shown


def test_a_user_who_may_see_nothing_is_refused(odoo, opening):
    odoo.hidden |= {"res.partner", "res.users", "crm.team", "crm.lead", "mail.activity"}
    with pytest.raises(SourceRefused, match="may see no lead"):
        open_odoo(opening()).describe()


def test_a_key_that_does_not_hold_is_refused(opening):
    with pytest.raises(SourceRefused, match=r"Odoo (refuses|does not let)"):
        read(open_odoo(opening(key="wrong")), "crm.lead/lead")


@pytest.mark.parametrize("settings", [{"url": "example.odoo.com"}, {"database": " "}])
def test_an_address_that_is_none_is_refused_at_once(opening, settings):
    with pytest.raises(InvalidSetting, match="begins with https"):
        open_odoo(opening(**settings))


@pytest.mark.parametrize("said", ['{"hello": 1}', "[1]", '"hello"'])
def test_another_server_than_odoo_is_told(odoo, opening, said):
    source = open_odoo(opening())
    odoo.faults += [Response(said, 200, content_type="application/json")] * 99
    with pytest.raises(SourceRefused, match=r"does not answer as Odoo does|may see no lead"):
        source.describe()


def open_hastily(odoo, page=5):
    way = JsonRpc(
        open_session(REACH, retry_writes=True, patience=HASTY), odoo.url, (DATABASE, LOGIN, KEY)
    )
    return OdooSource("odoo", Client(way, "en_US"), page=page)


def test_faults_that_pass_change_nothing(odoo):
    source = open_hastily(odoo)
    (described,) = (each for each in source.describe() if each.name == "crm.lead/opportunity")
    odoo.faults += [
        Response("", 429, headers={"Retry-After": "0"}),
        Response("", 502),
        Response("{", 200, content_type="application/json"),
    ]
    rows = [row for each in source.read(described, None, odoo.now) for row in each.to_pylist()]
    assert [row["id"] for row in rows] == [str(number) for number in range(1, 13)]


def test_a_server_that_does_not_page_is_left(odoo, monkeypatch):
    source = open_hastily(odoo)
    (described,) = (each for each in source.describe() if each.name == "crm.lead/opportunity")
    monkeypatch.setattr(odoo, "_matches", lambda record, domain: True)
    with pytest.raises(SourceUnreachable, match="round in a circle"):
        list(source.read(described, None, odoo.now))


def write(key, source_id, fields, expected, kind="crm.lead/opportunity"):
    return Write(key, kind, source_id, fields, expected)


def test_what_is_written_back_overwrites_nobody(odoo, opening):
    held = {"probability": "25.0"}
    done, again, conflict = open_odoo_writer(opening()).write(
        [
            write("a", "1", {"probability": "40"}, held),
            write("b", "1", {"probability": "40"}, held),
            write("c", "1", {"probability": "50"}, held),
        ]
    )
    assert (done.outcome, again.outcome, conflict.outcome) == ("done", "known", "conflict")
    assert conflict.found == {"probability": "40.0"}
    assert odoo.records["crm.lead"][1]["probability"] == 40.0


def test_every_kind_of_value_is_written(odoo, opening):
    fields = {
        "user_id": "1",
        "expected_revenue": "1234.50",
        "date_deadline": "2026-11-30",
        "date_closed": "2026-11-30T12:00:00+02:00",
        "contact_name": "هدى",
        "active": "false",
        "phone": None,
    }
    (done,) = open_odoo_writer(opening()).write([write("a", "4", fields, {})])
    assert done.outcome == "done", done.reason
    there = odoo.records["crm.lead"][4]
    assert {name: there[name] for name in fields} == {
        "user_id": 1,
        "expected_revenue": 1234.5,
        "date_deadline": "2026-11-30",
        "date_closed": "2026-11-30 10:00:00",
        "contact_name": "هدى",
        "active": False,
        "phone": False,
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (write("a", "4711", {"phone": "1"}, {}), "not there any more"),
        (write("a", "", {"phone": "1"}, {}), "not there any more"),
        (write("a", "1", {"colour": "x"}, {}), "no field colour"),
        (write("a", "1", {"probability": "much"}, {}), "much is no float"),
        (write("a", "1", {"probability": "170"}, {}), "الاحتمال بين 0 و100"),
        (write("a", "1", {"x": "1"}, {}, kind="sale.nothing"), "refuses"),
    ],
)
def test_what_can_never_be_written_is_refused(opening, given, words):
    (refused,) = open_odoo_writer(opening()).write([given])
    assert refused.outcome == "refused"
    assert words in refused.reason


def test_what_fails_today_is_tried_again_another_day(odoo, opening):
    writer = open_odoo_writer(opening())
    odoo.faults.append(Response("", 503))
    (again,) = writer.write([write("a", "1", {"phone": "1"}, {})])
    assert again.outcome == "again"
