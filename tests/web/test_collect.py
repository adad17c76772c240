"""Where the data stands, how good it is and what it says; and who sees whose rows of it."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterpoise.actions import kept
from counterpoise.actions.collect import collect
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping
from counterpoise.domain.values.text import text
from people import make_person, sign_in
from programs import make_program

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SAFE = "&lt;script&gt;"
FILES = {
    "team": "source_id,name\nT1,East\nT2,West\n",
    "rep": "source_id,name,team_id\nR1,Huda Salem,T1\nR2,Adam Rami,T2\nR3,Zaid Odeh,T1\n",
    "opportunity": (
        "source_id,name,owner_id,stage,status,amount,currency,created_at,closed_at,lead_source\n"
        "D1,Souq <script>,R1,Won,won,1000,AED,2026-01-02,2026-02-03,web\n"
        "D2,Port,R2,Won,won,2500.50,AED,2026-01-03,2026-03-04,fair\n"
        "D3,Dune,R3,Lost,lost,300,AED,2026-01-04,2026-03-05,web\n"
        "D4,Palm,R2,Open,open,,AED,2026-02-05,,web\n"
        "D5,Reef,R1,Open,open,700,AED,2026-02-06,,\n"
        "D6,Cape,R1,Won,won,=cmd,AED,2026-02-06,2026-02-07,web\n"
    ),
    "lead": (
        "source_id,company_name,owner_id,email,created_at,first_touch_at\n"
        "L1,Khor,R1,nobody-at-nowhere,2026-03-01T08:00:00,2026-03-01T09:00:00\n"
        "L2,Wadi,R2,also-no-address,2026-03-02T08:00:00,\n"
        "L3,Jebel,R2,mail@jebel.example,2026-03-02T08:00:00,2026-03-02T08:30:00\n"
    ),
    "activity": "source_id,type,occurred_at,owner_id\n"
    + "".join(f"C{n:02},call,2026-03-01T08:{n}:00,R1\n" for n in range(10, 40)),
}


def map_as_named(table, content):
    file = f"{table}.csv"
    columns = content.splitlines()[0].split(",")
    why = text("named so")
    return FileMapping(
        file,
        table,
        "files",
        tuple(ColumnMapping(file, each, table, each, 1.0, why) for each in columns),
        (),
    )


def collect_files(workspace, folder):
    """Land what FILES hold, mapped as named, and judge it."""
    folder.mkdir()
    for table, content in FILES.items():
        (folder / f"{table}.csv").write_text(content, "utf-8")
    mapping = Mapping(tuple(map_as_named(*each) for each in FILES.items()))
    collect(workspace, [folder], mapping=mapping, now=NOON)
    kept.examine_build(workspace, now=NOON)


@pytest.fixture
def company(workspace_like):
    return workspace_like(collect_files)


@pytest.fixture
def see(company):
    """What a role sees at an address: the status and the page."""
    signed_in = {}

    def look(role, address, **headers):
        if role not in signed_in:
            signed_in[role] = sign_in(make_person(role))
        page = signed_in[role].get(address, headers=headers or None)
        return page.status_code, page.content.decode() if page.status_code == 200 else ""

    return look


def read_table(see, role, address):
    status, written = see(role, address)
    assert status == 200
    return list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline="")))


def find_load(_see=None):
    from counterpoise.store import loads

    return loads.list_loads()[0].id


@pytest.mark.parametrize(
    ("address", "words"),
    [
        pytest.param("/collect/", "Upload an export of your CRM to begin", id="the overview"),
        pytest.param("/collect/loads/", "Nothing was collected yet", id="loads"),
        pytest.param("/collect/quarantine/", "could be read", id="quarantine"),
        pytest.param("/collect/health/", "nothing to judge", id="health"),
        pytest.param("/collect/health/fix-lists/", "not judged yet", id="fix lists"),
        pytest.param("/collect/measures/", "nothing to measure", id="measures"),
        pytest.param("/collect/measures/people/", "Nothing was measured", id="people"),
    ],
)
def test_before_anything_was_collected_each_page_says_what_to_do(workspace, address, words):
    page = sign_in(make_person("operations")).get(address)
    assert page.status_code == 200
    assert words in page.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/collect/measures/won_deals/",
        "/collect/measures/won_deals/rows/",
        "/collect/health/lead/email/validity/",
        "/collect/loads/none/",
    ],
)
def test_before_anything_was_collected_there_is_nothing_behind_a_figure(workspace, address):
    assert sign_in(make_person("operations")).get(address).status_code == 404


COMPANY_WIDE = {
    "administrator",
    "operations",
    "leader",
    "finance",
    "marketing",
    "executive",
    "viewer",
}
OF_PEOPLE = {"administrator", "operations", "leader", "rep", "finance", "executive"}
ALL_SEEING = {"administrator", "operations", "finance", "executive"}


@pytest.mark.case("WEB-01")
@pytest.mark.parametrize(
    ("address", "readers"),
    [
        pytest.param("/collect/", COMPANY_WIDE | {"rep"}, id="the overview"),
        pytest.param("/collect/loads/", COMPANY_WIDE, id="loads"),
        pytest.param("/collect/quarantine/", ALL_SEEING, id="quarantine"),
        pytest.param("/collect/health/", COMPANY_WIDE, id="health"),
        pytest.param("/collect/health/fix-lists/", OF_PEOPLE, id="fix lists"),
        pytest.param("/collect/health/lead/email/validity/", OF_PEOPLE, id="rows of a finding"),
        pytest.param("/collect/measures/", COMPANY_WIDE, id="measures"),
        pytest.param("/collect/measures/won_deals/", COMPANY_WIDE, id="a measure"),
        pytest.param("/collect/measures/won_deals/?by=team", ALL_SEEING | {"leader"}, id="by team"),
        pytest.param("/collect/measures/won_deals/?by=rep", ALL_SEEING | {"leader"}, id="by rep"),
        pytest.param(
            "/collect/measures/won_revenue/?by=created_quarter", COMPANY_WIDE, id="by creation"
        ),
        pytest.param("/collect/measures/won_revenue/?by=hire_quarter", ALL_SEEING, id="by hiring"),
        pytest.param(
            "/collect/measures/won_revenue/rows/?by=hire_quarter&is=2026-Q1", set(), id="hired then"
        ),
        pytest.param("/collect/measures/people/", OF_PEOPLE, id="measures of people"),
        pytest.param("/collect/measures/won_deals/rows/", OF_PEOPLE, id="rows of a measure"),
    ],
)
def test_who_may_open_what(see, address, readers):
    from people import PEOPLE

    opened = {role for role in PEOPLE if see(role, address)[0] == 200}
    assert opened == readers


def test_the_overview_says_where_the_data_stands(see):
    _status, written = see("operations", "/collect/")
    assert "1 May 2026" in written
    assert f"/collect/loads/{find_load()}/" in written
    rows = read_table(see, "operations", "/collect/?tables.export=csv")
    assert {each["Table"]: each["Rows"] for each in rows}["deals"] == "5"


def test_a_load_lists_its_files_and_what_became_of_their_rows(see):
    address = f"/collect/loads/{find_load()}/"
    counts = read_table(see, "operations", address + "?counts.export=csv")
    deals = next(each for each in counts if each["Table"] == "deals")
    assert (deals["Rows received"], deals["New"], deals["Quarantined"]) == ("6", "5", "1")
    files = read_table(see, "viewer", address + "?files.export=csv")
    assert {each["File"]: each["Rows"] for each in files} == {
        "team.csv": "2", "rep.csv": "3", "opportunity.csv": "6", "lead.csv": "3",
        "activity.csv": "30",
    }  # fmt: skip
    assert see("operations", "/collect/loads/no-such-load/")[0] == 404


@pytest.mark.case("WEB-27")
def test_many_loads_ask_the_store_no_more_than_one(company):
    from counterpoise.store.models import Batch, Build, LandedFile

    browser = sign_in(make_person("operations"))

    def count():
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/collect/loads/").status_code == 200
        return len(asked)

    count()  # the first page of a process asks for more
    one = count()
    for n in range(60):
        batch = Batch.objects.create(id=f"more-{n}", accepted_at=NOON, source="files", counts={})
        LandedFile.objects.create(batch=batch, name="a.csv", content_hash=n, mapping_hash="m")
        Build.objects.create(id=f"b-more-{n}", published_at=NOON, batch=batch, manifest={})
    assert count() == one <= 30


@pytest.mark.case("WEB-09")
def test_quarantine_shows_the_row_with_its_reason_and_downloads(see):
    _status, written = see("operations", "/collect/quarantine/")
    assert "=cmd" in written
    (row,) = read_table(see, "operations", "/collect/quarantine/?quarantine.export=csv")
    assert (row["File"], row["Row"], row["Column"], row["Value"]) == (
        "opportunity.csv", "7", "amount", "'=cmd"
    )  # fmt: skip


@pytest.mark.case("WEB-03")
def test_a_finding_of_the_company_shows_an_example_only_to_who_sees_everyone(see):
    assert "nobody-at-nowhere" in see("operations", "/collect/health/")[1]
    for role in ("viewer", "marketing", "leader"):
        _status, written = see(role, "/collect/health/")
        assert "where nothing can be delivered" in written
        assert "nobody-at-nowhere" not in written
        assert "also-no-address" not in written
    assert "/collect/health/lead/email/validity/" not in see("viewer", "/collect/health/")[1]


@pytest.mark.case("WEB-03")
@pytest.mark.parametrize(
    ("role", "seen"),
    [
        pytest.param(
            "operations", {"Huda Salem", "Adam Rami", "Zaid Odeh"}, id="operations: everyone's"
        ),
        pytest.param("leader", {"Huda Salem", "Zaid Odeh"}, id="a leader: the team's"),
        pytest.param("rep", {"Huda Salem"}, id="a rep: their own"),
    ],
)
def test_fix_lists_are_of_people_in_reach(see, role, seen):
    rows = read_table(see, role, "/collect/health/fix-lists/?fixes.export=csv")
    assert {each["Rep"] for each in rows} == seen


@pytest.mark.case("WEB-03")
@pytest.mark.parametrize(
    ("role", "seen"),
    [
        pytest.param("operations", ["L1", "L2"], id="operations: everyone's"),
        pytest.param("leader", ["L1"], id="a leader: the team's"),
        pytest.param("rep", ["L1"], id="a rep: their own"),
    ],
)
def test_rows_of_a_finding_are_those_in_reach(see, role, seen):
    address = "/collect/health/lead/email/validity/"
    rows = read_table(see, role, address + "?records.export=csv")
    assert [each["Id"] for each in rows] == seen
    assert ("in your reach" in see(role, address)[1]) == (role != "operations")


@pytest.mark.case("WEB-03")
def test_what_is_found_in_rows_of_others_is_not_there(see):
    address = "/collect/health/lead/email/validity/?rep="
    assert see("rep", address + "Huda+Salem")[0] == 200
    assert see("rep", address + "Adam+Rami")[0] == 404
    assert see("leader", address + "Adam+Rami")[0] == 404
    assert see("operations", address + "Nobody")[0] == 404
    assert see("operations", "/collect/health/lead/email/stale/")[0] == 404
    assert see("operations", "/collect/health/store_user/password/validity/")[0] == 404


def test_a_measure_stands_with_its_definition_and_the_rows_behind_it(see):
    rows = read_table(see, "viewer", "/collect/measures/?measures.export=csv")
    won = next(each for each in rows if each["Measure"] == "Won deals")
    assert (won["Value"], won["Rows behind it"]) == ("2 deals", "2")
    _status, written = see("viewer", "/collect/measures/won_revenue/")
    assert "amounts of deals won" in written
    assert "/rows/" not in written
    parts = read_table(see, "viewer", "/collect/measures/won_revenue/?by=source&parts.export=csv")
    assert {each["Lead source"]: each["Won revenue"] for each in parts} == {
        "fair": "2500.50", "web": "1000.00"
    }  # fmt: skip
    months = see("viewer", "/collect/measures/won_revenue/?by=month")[1]
    assert "March 2026" in months or "Mar 2026" in months


def test_attainment_by_what_no_target_names_says_so_and_leads_on(see):
    page = see("viewer", "/collect/measures/quota_attainment/?by=segment")[1]
    assert "one of something else is not spread over it" in page
    parts = read_table(
        see, "viewer", "/collect/measures/won_revenue/?by=created_quarter&parts.export=csv"
    )
    assert sum(Decimal(each["Won revenue"]) for each in parts) == Decimal("3500.50")
    assert "?by=" in (
        page := see("operations", "/collect/measures/won_revenue/?by=hire_quarter")[1]
    )
    assert "/rows/?by=" not in page


@pytest.mark.parametrize(
    ("role", "parts"),
    [
        pytest.param("operations", 1, id="who sees everyone"),
        pytest.param("leader", 0, id="who sees a team: a quarter may have hired one person"),
        pytest.param("viewer", 0, id="who sees nobody"),
    ],
)
def test_programs_get_cohorts_of_hiring_where_they_see_everyone(company, role, parts):
    found = make_program(make_person(role)).get("/measures?by=hire_quarter").json()["measures"]
    assert len([each for each in found if each["name"] == "won_revenue"]) == parts


@pytest.mark.parametrize(
    "address", ["no_such_measure/", "won_deals/?by=password", "win_rate/?by=type"]
)
def test_what_is_no_measure_or_part_is_not_there(see, address):
    assert see("operations", f"/collect/measures/{address}")[0] == 404


@pytest.mark.case("WEB-03")
@pytest.mark.parametrize(
    ("role", "reps", "deals"),
    [
        pytest.param("operations", {"Huda Salem", "Adam Rami"}, ["D1", "D2"], id="operations"),
        pytest.param("leader", {"Huda Salem"}, ["D1"], id="a leader"),
        pytest.param("rep", {"Huda Salem"}, ["D1"], id="a rep"),
    ],
)
def test_figures_and_rows_of_people_are_those_in_reach(see, role, reps, deals):
    figures = read_table(see, role, "/collect/measures/people/?people.export=csv")
    assert {each["Rep"] for each in figures if each["Measure"] == "Won deals"} == reps
    rows = read_table(see, role, "/collect/measures/won_deals/rows/?records.export=csv")
    assert [each["Id"] for each in rows] == deals
    address = "/collect/measures/won_deals/rows/?by=rep&is=Adam+Rami&records.export=csv"
    assert len(read_table(see, role, address)) == (1 if role == "operations" else 0)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("", ["D1", "D2", "D3"], id="by id"),
        pytest.param("records.sort=-amount", ["D2", "D1", "D3"], id="the largest first"),
        pytest.param("records.sort=password", ["D1", "D2", "D3"], id="by no column of it"),
        pytest.param("records.q=PORT", ["D2"], id="words, whatever their case"),
        pytest.param("records.q=' OR 1=1 --", [], id="words that would be SQL"),
        pytest.param("records.q=%25", [], id="a wildcard is a sign like others"),
        pytest.param("by=month&is=2026-03", ["D2", "D3"], id="of a month"),
        pytest.param("by=team&is=East", ["D1", "D3"], id="of a team"),
        pytest.param("by=source&is=web", ["D1", "D3"], id="of a lead source"),
    ],
)
def test_rows_are_searched_sorted_and_cut_by_the_engine(see, asked, found):
    rows = read_table(
        see, "operations", f"/collect/measures/win_rate/rows/?{asked}&records.export=csv"
    )
    assert [each["Id"] for each in rows] == found


@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param("win_rate/rows/?records.page=999999", 200, id="far beyond the end"),
        pytest.param("win_rate/rows/?records.page=-1", 200, id="before the beginning"),
        pytest.param("win_rate/rows/?records.q=nothing-like-it", 200, id="words that find nothing"),
        pytest.param("win_rate/rows/?records.q=%00", 200, id="a NUL"),
        pytest.param("win_rate/rows/?by=month&is=tomorrow", 404, id="no month"),
        pytest.param("win_rate/rows/?by=quarter&is=2026-Q1", 404, id="a part without rows"),
        pytest.param("win_rate/rows/?by=password&is=x", 404, id="no part of it"),
        pytest.param("forecast_error/rows/", 404, id="a measure that rests on no rows"),
        pytest.param("no_such_measure/rows/", 404, id="no measure"),
    ],
)
def test_nonsense_in_the_address_does_no_harm(see, address, status):
    assert see("operations", f"/collect/measures/{address}")[0] == status


@pytest.mark.case("IMP-18")
@pytest.mark.case("WEB-09")
def test_cells_of_the_data_are_shown_as_text(see):
    _status, written = see("operations", "/collect/measures/won_deals/rows/")
    assert f"Souq {SAFE}" in written
    assert "<script>" not in written.replace("<script src=", "")


def test_pages_of_rows_lead_on_and_back(see):
    address = "/collect/measures/activities/rows/?records.sort=-occurred_at"
    _status, first = see("operations", address)
    assert first.count('<th scope="row">') == 25
    assert "?records.sort=-occurred_at&amp;records.page=2#records" in first
    assert "C39" in first
    assert "C14" not in first
    _status, last = see("operations", address + "&records.page=2")
    assert last.count('<th scope="row">') == 5
    assert "records.page=1#records" in last
    assert "records.page=3" not in last
    _status, beyond = see("operations", address + "&records.page=99")
    assert beyond.count('<th scope="row">') == 5


@pytest.mark.case("WEB-23")
def test_a_question_that_takes_too_long_is_answered_in_words(company, monkeypatch):
    from counterpoise.warehouse.queries import guarded

    monkeypatch.setattr(guarded, "LIMIT_SECONDS", 0.001)
    browser = sign_in(make_person("operations"))
    for _time in range(50):  # the engine may be between two statements when time is up
        page = browser.get("/collect/measures/activities/rows/?records.q=call")
        if page.status_code == 503:
            break
    assert page.status_code == 503
    assert "was stopped" in page.content.decode()


@pytest.mark.parametrize(
    ("role", "path", "overview", "says"),
    [
        ("operations", "measures/won_deals/", "/collect/measures/", "not measured yet"),
        ("operations", "measures/won_deals/rows/", "/collect/measures/", "not measured yet"),
        (
            "rep",
            "measures/won_deals/rows/",
            "/collect/measures/people/",
            "Nothing was measured yet",
        ),
        ("operations", "health/opportunity/amount/format/", "/collect/health/", "not judged yet"),
        ("rep", "health/opportunity/amount/format/", "/collect/health/fix-lists/", "not judged"),
    ],
)
def test_whoever_looks_behind_data_that_waits_to_be_judged_is_told_so(
    company, role, path, overview, says
):
    from counterpoise.store.models import Examination

    Examination.objects.all().delete()
    browser = sign_in(make_person(role))
    led = browser.get(f"/collect/{path}")
    assert (led.status_code, led.url) == (302, overview)
    assert says in browser.get(overview).content.decode()


@pytest.mark.parametrize("role", ["operations", "viewer"])
def test_a_build_that_nobody_judged_is_judged_on_demand(company, role):
    from counterpoise.actions import work
    from counterpoise.store import jobs
    from counterpoise.store.models import Examination
    from counterpoise.web.workplace import now

    Examination.objects.all().delete()
    browser = sign_in(make_person(role))
    assert "was not judged yet" in browser.get("/collect/health/").content.decode()
    assert "not measured yet" in browser.get("/collect/measures/").content.decode()
    asked = browser.post("/collect/health/judge/")
    if role == "viewer":
        assert (asked.status_code, jobs.list_going()) == (404, ())
        return
    again = browser.post("/collect/health/judge/")
    assert asked.url == again.url
    (job,) = jobs.list_going()
    work.do_work(company, job.id, jobs.take_job(job.id, at=now()), now=now())
    assert "Look at the health of the data" in browser.get(asked.url).content.decode()
    assert "Findings, the weightiest first" in browser.get("/collect/health/").content.decode()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param("refresh", "Refreshing a connected system", id="a refresh"),
        pytest.param("match", "Matching the records", id="the matching of customers"),
    ],
)
def test_the_overview_says_what_is_going_on(workspace, kind, said):
    from counterpoise.store import jobs
    from counterpoise.web.workplace import now

    person = make_person("operations")
    jobs.keep_job(kind, {"connection": "crm"}, key=kind, asked_by=person.pk, at=now())
    assert said in sign_in(person).get("/collect/").content.decode()


@pytest.mark.parametrize(
    "address", ["/collect/upload/", "/collect/health/judge/", "/collect/uploads/x/confirm/"]
)
def test_what_changes_something_cannot_be_asked_for_by_a_link(workspace, address):
    assert sign_in(make_person("operations")).get(address).status_code == 405


def test_there_is_nothing_to_judge_before_a_load(workspace):
    assert sign_in(make_person("operations")).post("/collect/health/judge/").status_code == 404
