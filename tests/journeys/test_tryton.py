"""A company on Tryton, the real one: read, changed there, read again, written back to."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from counterpoise.cli.main import main
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable, Write
from counterpoise.connectors.sources.reach import read_reach
from counterpoise.connectors.sources.settings import InvalidSetting, Opening
from counterpoise.connectors.tryton.client import Client
from counterpoise.connectors.tryton.settings import open_tryton, open_tryton_writer
from counterpoise.connectors.tryton.source import TrytonSource
from counterpoise.store import ledger
from counterpoise.warehouse.engine import open_build
from tryton_server import DATABASE, PASSWORD, TrytonServer

LATER = timedelta(minutes=5)


@pytest.fixture(scope="module")
def tryton(tmp_path_factory):
    with TrytonServer(tmp_path_factory.mktemp("tryton")) as server:
        yield server


@pytest.fixture(scope="module")
def opening(tryton):
    def make(login="seller", password=PASSWORD, **settings):
        held = {"url": tryton.url, "database": DATABASE, "login": login, **settings}
        return Opening("tryton", held, {"password": password}, read_reach("127.0.0.1"))

    return make


@pytest.fixture(scope="module")
def source(opening):
    return Described(open_tryton(opening()))


class Described:
    """A source that was asked once what it holds."""

    def __init__(self, source):
        self.source = source
        self.objects = {each.name: each for each in source.describe()}

    def read(self, name, since=None):
        """The records of an object by id."""
        found = self.source.read(self.objects[name], since, datetime.now(UTC) + LATER)
        return {row["id"]: row for each in found for row in each.to_pylist()}

    def list_removed(self, name, since):
        found = self.source.read_removed(self.objects[name], since, since + LATER)
        return {each.source_id: each for each in found}

    def list_fields(self, name):
        return {each.name for each in self.objects[name].fields}


def test_a_company_is_read_whole_and_counted(source):
    assert {name: each.table for name, each in source.objects.items()} == {
        "party.party": "account",
        "company.employee": "rep",
        "product.product": "product",
        "sale.opportunity": "opportunity",
        "sale.opportunity.line": "opportunity_line",
        "sale.opportunity/history": "opportunity_change",
    }
    sizes = {name: len(source.read(name)) for name in source.objects}
    counted = {name: source.source.count(each) for name, each in source.objects.items()}
    assert counted == {**sizes, "sale.opportunity/history": None}
    assert sizes["party.party"] == 8, "the company and its people are no accounts"
    assert (sizes["sale.opportunity"], sizes["product.product"]) == (24, 3)


def test_what_is_read_is_what_was_entered(source):
    accounts = {row["name"]: row for row in source.read("party.party").values()}
    known = accounts["شركة المدار للاتصالات"]
    assert (known["addresses/city"], known["addresses/country"]) == ("القاهرة", "EG")
    assert known["website"] == "https://almadar.example"
    reps = {row["party.name"]: row for row in source.read("company.employee").values()}
    assert reps["Omar Farouk"]["supervisor.rec_name"] == "منى حسن"
    assert reps["Omar Farouk"]["party.email"] == "rep2@nile.example"
    prices = {
        row["code"]: row["list_price_used"] for row in source.read("product.product").values()
    }
    assert prices == {"LIC-1": "1200.50", "SUP-1": "300", "TRN-1": "75.25"}
    lost = source.read("sale.opportunity")["4"]
    assert (lost["state"], lost["state/status"]) == ("lost", "lost")
    assert lost["lost_reason"] == "السعر أعلى من ميزانية العميل"
    assert lost["create_date"] == "2026-01-22T09:00:00.250000+00:00"
    assert lost["currency.code"] == "EGP"


def test_each_version_of_a_deal_becomes_what_changed(source):
    changes = [
        row
        for row in source.read("sale.opportunity/history").values()
        if row["opportunity"] == "4" and row["attribute"] == "stage"
    ]
    changes.sort(key=lambda row: row["changed_at"])
    assert [(row["value_before"], row["value_after"]) for row in changes] == [
        (None, "lead"),
        ("lead", "opportunity"),
        ("opportunity", "lost"),
    ]
    assert changes[0]["changed_at"] == "2026-01-22T09:00:00.250000+00:00"
    assert changes[0]["id"] == "4|stage|2026-01-22T09:00:00.250000+00:00"


def test_pages_come_to_the_same_as_one(source):
    small = Described(TrytonSource("tryton", source.source._client, page=7))
    for name in ("sale.opportunity", "party.party", "sale.opportunity/history"):
        assert small.read(name) == source.read(name)


def test_the_second_reading_has_only_what_changed(source, tryton):
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert source.read("sale.opportunity", before) == {}
    tryton.call("sale.opportunity", "write", [2], {"description": "خصم حتى نهاية الربع"})
    tryton.call("sale.opportunity", "write", [6], {"conversion_probability": 0.75})
    changed = source.read("sale.opportunity", before)
    assert set(changed) == {"2", "6"}
    assert changed["2"]["description"] == "خصم حتى نهاية الربع"
    (change,) = source.read("sale.opportunity/history", before).values()
    assert change["opportunity"] == "6"
    assert (change["value_before"], change["value_after"]) == ("0.500000", "0.750000")
    assert change["changed_by"] == "1"


def test_what_is_said_of_a_record_elsewhere_is_a_change_of_it(source, tryton):
    before = datetime.now(UTC) - timedelta(seconds=1)
    (party,) = tryton.call("party.party", "search", [["name", "=", "بنك الوادي"]], 0, 1, None)
    (address,) = tryton.call("party.address", "search", [["party", "=", party]], 0, 1, None)
    tryton.call("party.address", "write", [address], {"city": "الجيزة"})
    changed = source.read("party.party", before)
    assert {row["name"]: row["addresses/city"] for row in changed.values()} == {
        "بنك الوادي": "الجيزة"
    }
    tryton.call("product.template", "write", [2], {"name": "Support, gold"})
    assert {row["template.name"] for row in source.read("product.product", before).values()} == {
        "Support, gold"
    }


@pytest.fixture(scope="module")
def auditor(opening):
    """Somebody who may read Tryton's log."""
    return Described(open_tryton(opening("admin")))


def test_what_is_gone_there_is_told(source, auditor, tryton):
    made = tryton.call(
        "party.party", "create", [{"name": f"شركة عابرة {number}"} for number in range(3)]
    )
    before = datetime.now(UTC) - timedelta(seconds=1)
    tryton.call("sale.opportunity", "cancel", [9])
    tryton.call("sale.opportunity", "delete", [9])
    tryton.call("party.party", "delete", [made[0], made[2]])
    assert set(source.list_removed("sale.opportunity", before)) == {"9"}
    gone = auditor.list_removed("party.party", before)
    assert set(gone) == {str(made[0]), str(made[2])}
    assert all(each.at >= before for each in gone.values())
    assert auditor.list_removed("product.product", before) == {}
    assert source.list_removed("party.party", before) == {}, "the log is not for everybody"
    assert "9" not in source.read("sale.opportunity")


def test_a_party_that_was_merged_names_the_one_it_went_into(source, tryton):
    kept, double = tryton.call(
        "party.party", "create", [{"name": "شركة الأفق"}, {"name": "شركة الأفق"}]
    )
    before = datetime.now(UTC) - timedelta(seconds=1)
    tryton.replace_party(double, kept)
    (merged,) = source.list_removed("party.party", before).values()
    assert (merged.source_id, merged.into) == (str(double), str(kept))


def test_what_a_user_may_not_see_is_not_taken_for_empty(opening, source):
    reader = Described(open_tryton(opening("reader")))
    hidden = source.list_fields("sale.opportunity") - reader.list_fields("sale.opportunity")
    assert hidden == {"amount"}
    rows = reader.read("sale.opportunity/history").values()
    assert {row["attribute"] for row in rows} == {
        "stage",
        "status",
        "owner_id",
        "expected_close_on",
        "probability",
    }


def write(key, source_id, fields, expected, kind="sale.opportunity"):
    return Write(key, kind, source_id, fields, expected)


def test_what_is_written_back_overwrites_nobody(opening, tryton):
    writer = open_tryton_writer(opening())
    held = {"conversion_probability": "0.25"}
    done, again, conflict = writer.write(
        [
            write("a", "1", {"conversion_probability": "0.35"}, held),
            write("b", "1", {"conversion_probability": "0.35"}, held),
            write("c", "1", {"conversion_probability": "0.45"}, held),
        ]
    )
    assert (done.outcome, again.outcome, conflict.outcome) == ("done", "known", "conflict")
    assert conflict.found == {"conversion_probability": "0.35"}
    (there,) = tryton.call("sale.opportunity", "read", [1], ["conversion_probability"])
    assert there["conversion_probability"] == 0.35


def test_every_kind_of_value_is_written(opening, tryton):
    fields = {
        "employee": "3",
        "amount": "1234.50",
        "end_date": "2026-12-31",
        "comment": "اتفاق مبدئي",
        "reference": None,
    }
    (done,) = open_tryton_writer(opening()).write([write("a", "5", fields, {})])
    assert done.outcome == "done", done.reason
    (there,) = tryton.call("sale.opportunity", "read", [5], [*fields])
    assert there["amount"] == {"__class__": "Decimal", "decimal": "1234.50"}
    assert (there["employee"], there["comment"]) == (3, "اتفاق مبدئي")


def test_a_stage_is_moved_by_what_is_done_with_the_deal(opening, tryton):
    writer = open_tryton_writer(opening())
    done, refused = writer.write(
        [
            write("a", "10", {"state": "lost"}, {"state": "opportunity"}),
            write("b", "11", {"state": "won"}, {"state": "opportunity"}),
        ]
    )
    assert done.outcome == "done", done.reason
    (there,) = tryton.call("sale.opportunity", "read", [10], ["state"])
    assert there["state"] == "lost"
    assert refused.outcome == "refused"
    assert "no button" in refused.reason


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (write("a", "4711", {"comment": "x"}, {}), "not there any more"),
        (write("a", "", {"comment": "x"}, {}), "not there any more"),
        (write("a", "1", {"colour": "x"}, {}), "no field colour"),
        (write("a", "1", {"amount": "plenty"}, {}), "plenty is no numeric"),
        (write("a", "1", {"conversion_probability": "7"}, {}), "Conversion Probability"),
        (write("a", "1", {"x": "1"}, {}, kind="sale.nothing"), "cannot be written"),
    ],
)
def test_what_can_never_be_written_is_refused(opening, given, words):
    (refused,) = open_tryton_writer(opening()).write([given])
    assert refused.outcome == "refused"
    assert words in refused.reason


def test_somebody_who_writes_between_our_reading_and_writing_is_noticed(
    opening, tryton, monkeypatch
):
    """Tryton itself is told which version was compared."""
    call = Client.call
    meanwhile = ["تعديل من شخص آخر"]

    def interrupted(self, model, method, *arguments, **named):
        if method == "write" and meanwhile:
            tryton.call("sale.opportunity", "write", [13], {"comment": meanwhile.pop()})
        return call(self, model, method, *arguments, **named)

    monkeypatch.setattr(Client, "call", interrupted)
    (conflict,) = open_tryton_writer(opening()).write(
        [write("a", "13", {"comment": "ours"}, {"comment": None})]
    )
    assert conflict.outcome == "conflict"
    assert conflict.found == {"comment": "تعديل من شخص آخر"}


def test_a_session_that_ended_is_opened_again(opening, tryton):
    source = open_tryton(opening())
    first = source.describe()
    source._client._ticket = "c2VsbGVyOjI6ZW5kZWQ="
    assert source.describe() == first


def test_a_wrong_password_is_refused(opening):
    with pytest.raises(SourceRefused, match="does not let seller in"):
        open_tryton(opening(password="wrong")).describe()


def test_a_database_that_is_not_there_is_refused(opening):
    with pytest.raises((SourceRefused, SourceUnreachable)):
        open_tryton(opening(database="elsewhere")).describe()


@pytest.mark.parametrize("settings", [{"url": "tryton.example.com"}, {"database": ""}])
def test_an_address_that_is_none_is_refused_at_once(opening, settings):
    with pytest.raises(InvalidSetting, match="begins with https"):
        open_tryton(opening(**settings))


@pytest.fixture
def command(workspace, monkeypatch, capsys):
    """Runs a command in a workspace and reads its JSON."""
    monkeypatch.setenv("COUNTERPOISE_REACH", "127.0.0.1")

    def run(*arguments, said=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        capsys.readouterr()
        main([*arguments, "--json", "--workspace", str(workspace.root)])
        return json.loads(capsys.readouterr().out)

    return run


def test_a_company_is_connected_and_refreshed_and_the_second_time_shows_what_changed(
    workspace, tryton, command
):
    settings = [f"url={tryton.url}", f"database={DATABASE}", "login=admin"]
    flags = [each for pair in settings for each in ("--set", pair)]
    command(
        "connect", "add", "nile", "tryton", *flags, "--secret", "password", said=PASSWORD + "\n"
    )
    assert "sale.opportunity" in command("connect", "test", "nile")["names"]
    (first,) = command("refresh", "nile")["refreshed"]
    counts = first["counts"]["sale.opportunity"]
    assert counts["read"] == counts["fresh"] == counts["there"] == counts["here"]
    assert first["counts"]["sale.opportunity/history"]["fresh"] > counts["read"]
    tryton.call(
        "sale.opportunity", "write", [14], {"amount": {"__class__": "Decimal", "decimal": "7.50"}}
    )
    tryton.call("sale.opportunity", "cancel", [17])
    tryton.call("sale.opportunity", "delete", [17])
    (second,) = command("refresh", "nile")["refreshed"]
    again = second["counts"]["sale.opportunity"]
    assert (again["fresh"], again["gone"]) == (1, 1)
    assert again["there"] == again["here"] == counts["there"] - 1
    assert second["counts"]["party.party"]["fresh"] == 0
    build = workspace.build_folder(ledger.get_current_build().id)
    with open_build(build) as backend:
        (deal,) = backend.raw_sql(
            "SELECT amount, currency, status FROM opportunity WHERE source_id = '14'"
        ).fetchall()
        (gone,) = backend.raw_sql(
            "SELECT deleted_at IS NOT NULL FROM opportunity WHERE source_id = '17'"
        ).fetchall()
        changes = backend.raw_sql(
            "SELECT value_before, value_after FROM opportunity_change WHERE opportunity_id = '14'"
            " AND attribute = 'amount' AND origin = 'history' ORDER BY changed_at DESC"
        ).fetchall()
    assert (str(deal[0]), deal[1], gone) == ("7.5000", "EGP", (True,))
    assert changes[0][1] == "7.5000"
    (third,) = command("refresh", "nile")["refreshed"]
    assert {each["fresh"] for each in third["counts"].values()} == {0}
