"""Enrichment from the provider to the person who decides, on either store."""

import shutil
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from django.db import connections

from counterpoise.actions import enrichment, providers, rules
from counterpoise.actions.collect import collect
from counterpoise.actions.enrichment import InvalidValue
from counterpoise.actions.enrichment_providers import InvalidProvider, open_provider, read_fields
from counterpoise.actions.work import do_work
from counterpoise.actions.workspaces import init_workspace
from counterpoise.cli.main import main
from counterpoise.connectors.enrichment.page import PageProvider
from counterpoise.domain.rulebook.rulebook import Rule
from counterpoise.domain.values.rights import admit
from counterpoise.store import audit, jobs
from counterpoise.store import enrichment as stored
from counterpoise.store.enrichment import (
    ProviderFacts,
    ProviderTaken,
    SettledAlready,
    UnknownConflict,
    UnknownProvider,
)
from faulty import Faulty, write_answer
from people import make_person

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
ACCOUNTS = """Id,Name,Website,Industry,NumberOfEmployees,BillingCity,LastModifiedDate
1,شركة المدار,almadar.example,Telecom,120,القاهرة,2026-09-01T00:00:00Z
2,Delta Foods,delta.example,,,,2026-09-01T00:00:00Z
3,Atlas,,Logistics,50,Hamburg,2024-01-01T00:00:00Z
"""


def load(workspace, folder):
    export = folder / "account.csv"
    export.write_text(ACCOUNTS, "utf-8")
    collect(workspace, [export], now=NOW)
    (workspace.root / "providers").mkdir()
    return workspace


@pytest.fixture(scope="module")
def loaded(tmp_path_factory, migrated_store):
    """A workspace with three companies, which each test copies."""
    root = tmp_path_factory.mktemp("loaded") / "workspace"
    root.mkdir()
    shutil.copy(migrated_store, root / "store.sqlite3")
    workspace = load(init_workspace(root, company="Nile"), tmp_path_factory.mktemp("export"))
    connections["default"].close()
    return workspace.root


@pytest.fixture
def company(loaded, tmp_path, settings_of):
    shutil.copytree(loaded, tmp_path / "workspace")
    return settings_of(init_workspace(tmp_path / "workspace", company="Nile"))


@pytest.fixture
def company_on_each_store(workspace_on_each_store, tmp_path):
    return load(workspace_on_each_store, tmp_path)


@pytest.fixture
def omar(company):
    return make_visitor()


def make_visitor():
    person = make_person("operations")
    return admit(person.pk, person.username, "operations")


def entity(number):
    (found,) = {each.entity for each in stored.list_held() if each.entity.endswith(f"|{number}")}
    return found


def write_file(company, *lines, name="vendor.csv"):
    head = "Web,Staff,Town,Line"
    (company.root / "providers" / name).write_text("\n".join([head, *lines]), "utf-8")


def add(name="vendor", *, authority="vendor", cost="0", file="vendor.csv", kind="file", **settings):
    held = {
        "file": file,
        "key": "Web",
        "by": "domain",
        "fields": "employees=Staff; city=Town; industry=Line",
        **settings,
    }
    facts = ProviderFacts(name, kind, authority, held, Decimal(cost))
    providers.add_provider(facts, "", now=NOW)


def run(company, name="vendor", *, now=NOW, limit=100):
    return enrichment.enrich(company, name, limit=limit, now=now)


def set_cap(amount, provider=""):
    rule = Rule("enrich.month_cap", provider, amount, "currency", NOW.date(), "test")
    rules.change_rule(rule, replaces=0, at=NOW)


def test_what_is_missing_is_filled_and_what_the_crm_says_stays(company):
    write_file(company, "delta.example,80,Alexandria,Food", "almadar.example,999,Giza,")
    add()
    done = run(company)
    assert (done.asked, done.known, done.conflicts) == (3, 2, 0)
    assert done.verdicts == {"fill": 3, "keep": 2}
    held = {each.claim.field: each for each in stored.list_held()}
    assert {name: each.claim.value for name, each in held.items()} == {
        "employees": "80",
        "city": "Alexandria",
        "industry": "Food",
    }
    assert (held["city"].place, held["city"].claim.method) == ("vendor.csv", "file")
    assert held["city"].claim.provider == "vendor"


def test_nobody_is_asked_twice_until_the_answer_is_old(company):
    write_file(company, "delta.example,80,,")
    add()
    assert run(company, limit=2).asked == 2
    assert run(company).asked == 1
    assert run(company, now=NOW + timedelta(days=100)).asked == 0
    assert run(company, now=NOW + timedelta(days=181)).asked == 3


def test_two_vendors_that_differ_are_left_to_a_person(company_on_each_store):
    company, omar = company_on_each_store, make_visitor()
    write_file(company, "delta.example,80,Alexandria,")
    write_file(company, "delta.example,95,Alexandria,", name="other.csv")
    add()
    add("other", file="other.csv")
    run(company)
    assert run(company, "other").conflicts == 1
    (conflict,) = stored.list_conflicts()
    assert (conflict.name, conflict.holds.value, conflict.rival.value) == (
        "Delta Foods",
        "80",
        "95",
    )
    assert str(conflict.why) == "two sources of the same authority differ"
    assert enrichment.settle(conflict.id, "rival", omar, now=NOW).choice == "rival"
    held = stored.find_held(entity(2), "employees")
    assert (held.value, held.authority, held.is_verified) == ("95", "person", True)
    assert stored.list_conflicts() == ()
    with pytest.raises(SettledAlready, match="decided about this before"):
        enrichment.settle(conflict.id, "holds", omar, now=NOW)
    with pytest.raises(UnknownConflict):
        enrichment.settle(4711, "holds", omar, now=NOW)
    assert audit.list_entries()[0].verb == "enrichment.settled"


def test_what_a_person_decided_against_is_not_asked_again(company, omar):
    write_file(company, "delta.example,80,,")
    write_file(company, "delta.example,95,,", name="other.csv")
    add()
    add("other", file="other.csv")
    run(company)
    run(company, "other")
    enrichment.settle(stored.list_conflicts()[0].id, "holds", omar, now=NOW)
    later = NOW + timedelta(days=400)
    assert run(company, "other", now=later).conflicts == 0
    assert stored.find_held(entity(2), "employees").value == "80"


def test_nothing_that_a_person_verified_is_overwritten(company, omar):
    write_file(company, "delta.example,80,,")
    add(authority="billing")
    run(company)
    enrichment.verify(entity(2), "employees", " 81 ", omar, now=NOW)
    write_file(company, "delta.example,95,,")
    assert run(company, now=NOW + timedelta(days=170)).verdicts == {}
    assert run(company, now=NOW + timedelta(days=181)).conflicts == 1
    assert stored.find_held(entity(2), "employees").value == "81"
    assert [each.rival.value for each in stored.list_conflicts()] == ["95"]
    enrichment.verify(entity(2), "employees", "96", omar, now=NOW)
    assert stored.list_conflicts() == ()


def test_a_worker_asks_as_the_page_does(company):
    write_file(company, "delta.example,80,,")
    add()
    arguments = {"provider": "vendor", "limit": 9}
    job, _ = jobs.keep_job("enrich", arguments, key="k", asked_by=None, at=NOW)
    do_work(company, job.id, jobs.take_job(job.id, at=NOW), now=NOW)
    assert jobs.get_job(job.id).result == {
        "asked": 3,
        "known": 1,
        "conflicts": 0,
        "link": "",
    }


@pytest.mark.parametrize(
    ("field", "value", "about"),
    [("colour", "x", "a"), ("city", " ", "a"), ("city", "x" * 501, "a"), ("city", "x", " ")],
)
def test_what_cannot_be_kept_is_refused(company, omar, field, value, about):
    with pytest.raises(InvalidValue):
        enrichment.verify(about, field, value, omar, now=NOW)
    assert stored.list_held() == ()


def test_an_old_record_of_the_crm_no_longer_silences_a_newer_vendor(company):
    write_file(company, "Atlas,70,Berlin,Logistics")
    add(by="name")
    done = run(company)
    assert {each.rival.field for each in stored.list_conflicts()} == {"employees", "city"}
    assert done.verdicts == {"conflict": 2, "confirm": 1}


def test_nothing_is_spent_beyond_the_cap(company_on_each_store):
    company = company_on_each_store
    write_file(company, "delta.example,80,,")
    add(cost="0.40")
    assert (run(company).asked, run(company).stopped is not None) == (0, True)
    set_cap("1.00", "vendor")
    done = run(company)
    assert done.asked == 2
    assert str(done.stopped) == "the month's cap for vendor is reached"
    (spend,) = stored.list_spend()
    assert (spend.spent, spend.calls, spend.month) == (Decimal("0.8"), 2, "2026-09")
    assert run(company, now=datetime(2026, 10, 1, tzinfo=UTC)).asked == 1


@pytest.mark.usefixtures("workspace_on_each_store")
def test_two_at_once_do_not_spend_the_same_room():
    from django.db import connection

    taken = []

    def spend():
        room = Decimal("0.10"), Decimal("2.50")
        taken.extend(stored.reserve("vendor", "2026-09", *room) for _ in range(20))
        connection.close()

    threads = [threading.Thread(target=spend) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(taken) == 25
    assert stored.list_spend()[0].spent == Decimal("2.5")


def test_an_api_that_fails_again_and_again_is_left(company, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_REACH", "127.0.0.1")
    server = Faulty(write_answer({"error": "no"}, 403))
    add("api", kind="api", url=server.url + "/{name}", fields="employees=staff")
    monkeypatch.setattr(enrichment, "MOST_FAILURES", 2)
    done = run(company, "api")
    assert (done.asked, done.known) == (2, 0)
    assert "403" in str(done.stopped)
    assert run(company, "api").asked == 2, "a failure is no answer"
    server.close()


def test_an_api_that_fails_once_is_asked_about_the_others(company, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_REACH", "127.0.0.1")
    server = Faulty(write_answer({}, 403), write_answer({"staff": 7, "other": 1}))
    facts = ProviderFacts(
        "api",
        "api",
        "vendor",
        {"url": server.url + "/{domain}", "fields": "founded_year=staff"},
        Decimal(0),
    )
    providers.add_provider(facts, "a key of the tests", now=NOW)
    done = run(company, "api")
    server.close()
    assert (done.asked, done.known, done.verdicts) == (3, 1, {"fill": 1})
    assert b"Authorization: a key of the tests" in server.asked[0][1]


def test_a_table_of_a_database_is_a_provider(company):
    engine = sa.create_engine(f"sqlite:///{company.root}/providers/vendor.db")
    with engine.begin() as connection:
        connection.execute(sa.text("create table firms (Web text, Staff int)"))
        connection.execute(sa.text("insert into firms values ('delta.example', 80)"))
    add("firms", kind="table", url="sqlite:///vendor.db", table="firms", fields="employees=Staff")
    assert run(company, "firms").verdicts == {"fill": 1}


@pytest.mark.parametrize(
    "settings",
    [
        {"file": "../store.sqlite3"},
        {"file": "/etc/passwd"},
        {"file": "nothing.csv"},
        {"kind": "table", "url": "sqlite:////etc/passwd", "table": "t"},
        {"kind": "table", "url": "no address", "table": "t"},
        {"kind": "table", "url": "postgresql+psycopg://127.0.0.1/x", "table": "t"},
        {"kind": "table", "url": "postgresql+psycopg://nowhere.invalid/x", "table": "t"},
        {"kind": "table", "url": "postgresql+asyncpg://8.8.8.8/x", "table": "t"},
        {"kind": "api", "url": "https://api.example/all"},
    ],
)
def test_what_a_provider_may_not_open_is_refused(company, settings):
    add(**settings)
    with pytest.raises(InvalidProvider):
        run(company)


def test_a_database_that_may_be_reached_is_opened(company, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_REACH", "127.0.0.1")
    settings = {"key": "a", "by": "domain", "fields": "city=b", "table": "t"}
    url = "postgresql+psycopg://127.0.0.1/x"
    facts = ProviderFacts("p", "table", "vendor", {**settings, "url": url}, Decimal(0))
    assert open_provider(company, facts, "secret")._engine.url.password == "secret"


def test_the_companys_page_is_opened_on_the_open_web_alone(company, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_REACH", "0.0.0.0/0")
    providers.add_provider(ProviderFacts("web", "page", "crawl", {}, Decimal(0)), "", now=NOW)
    facts, secret = stored.get_provider("web")
    provider = open_provider(company, facts, secret)
    assert isinstance(provider, PageProvider)
    reach = provider._session.get_adapter("https://x")._reach
    assert (reach.inside, reach.ports) == ((), frozenset({80, 443}))


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "oracle"},
        {"authority": "person"},
        {"cost": "-1"},
        {"key": ""},
        {"by": "phone"},
        {"fields": "colour=x"},
        {"fields": "city="},
        {"fields": ";"},
    ],
)
def test_a_provider_that_cannot_be_asked_is_refused(wrong):
    with pytest.raises(InvalidProvider):
        add(**wrong)
    assert stored.list_providers() == ()


def test_fields_are_read_as_they_are_written():
    assert read_fields("city = Town ;employees=a.b[0];") == {"city": "Town", "employees": "a.b[0]"}


@pytest.mark.usefixtures("workspace")
def test_a_name_belongs_to_one_provider():
    add()
    with pytest.raises(ProviderTaken):
        add(file="other.csv")
    with pytest.raises(UnknownProvider, match="There are: vendor"):
        stored.get_provider("nobody")


def test_the_same_on_the_command_line(company, capsys):
    write_file(company, "delta.example,80,,", "Atlas,9,,")
    place = ["--workspace", str(company.root)]
    settings = ["file=vendor.csv", "key=Web", "by=domain", "fields=employees=Staff"]
    main(["enrich", "add", "vendor", *settings, "--kind", "file", "--authority", "vendor", *place])
    main(["enrich", "run", "vendor", *place])
    main(["enrich", *place])
    main(["enrich", "conflicts", *place])
    shown = capsys.readouterr().out
    assert "vendor" in shown
    assert "Conflicts: 0" in shown
    main(["enrich", "run", "vendor", "--json", *place])
    main(["enrich", "conflicts", "--json", *place])
    main(["enrich", "--json", *place])
    assert '"asked": 0' in capsys.readouterr().out
    for wrong in (["enrich", "run"], ["enrich", "add", "x", "--cost", "much"]):
        with pytest.raises(SystemExit) as stopped:
            main([*wrong, *place])
        assert stopped.value.code == 1
