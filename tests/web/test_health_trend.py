"""The health of the data from build to build: who sees which scores, on pages and by programs."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from counterpoise.actions import kept
from counterpoise.actions.collect import collect
from counterpoise.actions.health_trend import list_moves, list_trend
from counterpoise.cli.main import main
from counterpoise.domain.tables.deal_errors import DataCost, FaultCost
from counterpoise.domain.tables.health import HealthPart
from counterpoise.domain.tables.mapping import Mapping
from counterpoise.domain.values.document import to_document
from people import make_person, sign_in
from programs import make_program
from web.test_collect import (  # noqa: F401 -- fixtures
    COMPANY_WIDE,
    FILES,
    NOON,
    company,
    map_as_named,
    see,
)

ADDRESS = "/collect/health/trend/"
MENDED = FILES["lead"].replace("nobody-at-nowhere", "huda@khor.example")


@pytest.fixture
def mended(company, tmp_path):  # noqa: F811 -- the fixture
    """A second load, in which one of two wrong addresses is right."""
    path = tmp_path / "lead.csv"
    path.write_text(MENDED, "utf-8")
    later = NOON + timedelta(days=1)
    collect(company, [path], mapping=Mapping((map_as_named("lead", MENDED),)), now=later)
    kept.examine_build(company, now=later)
    return company


def read_table(see, role, name):  # noqa: F811 -- the fixture
    status, written = see(role, f"{ADDRESS}?{name}.export=csv")
    assert status == 200
    return list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline="")))


@pytest.mark.case("WEB-01")
def test_who_may_open_the_trend(see):  # noqa: F811 -- the fixture
    from people import PEOPLE

    assert {role for role in PEOPLE if see(role, ADDRESS)[0] == 200} == COMPANY_WIDE


def test_a_company_without_data_has_no_trend(browsers):
    written = browsers["operations"].get(ADDRESS).content.decode()
    assert "No build was judged yet." in written
    assert "<svg" not in written.split("<main")[1]


def test_each_build_that_was_judged_is_there_with_its_change(mended, see):  # noqa: F811
    builds = read_table(see, "operations", "builds")
    first, second = (each.score for each in list_trend())
    assert second > first
    assert [(each["Score"], each["Change"]) for each in builds] == [
        (str(second), str(second - first)),
        (str(first), ""),
    ]
    _status, page = see("operations", ADDRESS)
    assert "Score of each build" in page
    assert "/collect/health/trend/" in see("operations", "/collect/health/")[1]


def test_parts_have_their_scores_and_where_they_came_from(mended, see):  # noqa: F811
    parts = {(each["Kind"], each["Name"]): each for each in read_table(see, "operations", "parts")}
    leads = parts["Table", "leads"]
    moved = {each.part.name: each for each in list_moves(list_trend()) if each.part.kind == "table"}
    assert moved["lead"].before is not None
    assert int(leads["Change"]) == moved["lead"].part.score - moved["lead"].before > 0
    assert int(parts["Source", "files"]["Findings"]) > 0


@pytest.mark.case("WEB-03")
@pytest.mark.parametrize(
    ("role", "reps"),
    [
        pytest.param("operations", {"Huda Salem", "Adam Rami", "Zaid Odeh"}, id="sees everyone"),
        pytest.param("leader", {"Huda Salem", "Zaid Odeh"}, id="a leader sees the team"),
        pytest.param("viewer", set(), id="a viewer sees nobody"),
    ],
)
def test_a_rep_s_score_is_seen_by_whoever_sees_the_rep(mended, see, role, reps):  # noqa: F811
    parts = read_table(see, role, "parts")
    assert {each["Name"] for each in parts if each["Kind"] == "Rep"} == reps
    answer = make_program(make_person(f"{role}", username=f"prog-{role}")).get("/health/trend")
    newest = answer.json()["builds"][-1]
    assert {each["name"] for each in newest["parts"] if each["kind"] == "rep"} == reps


def test_programs_get_what_the_page_shows(mended):
    answer = make_program(make_person("operations")).get("/health/trend").json()
    assert [(each["build"], each["score"]) for each in answer["builds"]] == [
        (each.build, each.score) for each in list_trend()
    ]


def test_what_was_kept_before_parts_were_is_read(mended):
    from counterpoise.store.models import Examination

    row = Examination.objects.earliest("build__number")
    row.document = {key: value for key, value in row.document.items() if key != "parts"}
    row.save()
    first, second = list_trend()
    assert (first.parts, bool(second.parts)) == ((), True)
    assert all(each.before is None for each in list_moves((first, second)))
    assert list_moves(()) == ()


def test_a_first_build_came_from_nowhere(company):  # noqa: F811 -- the fixture
    (moved, *_others) = list_moves(list_trend())
    assert isinstance(moved.part, HealthPart)
    assert moved.before is None


def test_where_nothing_can_be_forecast_the_page_of_costs_says_why(see):  # noqa: F811
    status, written = see("viewer", "/collect/health/cost/")
    assert status == 200
    assert "Nothing can be said of what bad data costs." in written
    assert "A forecast needs at least" in written


def test_before_the_first_load_the_page_of_costs_says_so(browsers):
    written = browsers["operations"].get("/collect/health/cost/").content.decode()
    assert "The data was not judged yet" in written


@pytest.fixture
def costly(company):  # noqa: F811 -- the fixture
    """The same build with costs as a larger company has them."""
    from counterpoise.store.models import Examination

    row = Examination.objects.get()
    names = ("opportunity", "owner_id", "completeness")
    shown = FaultCost(*names, 40, 400, 0.5, 0.1, Decimal(1600), Decimal(900), Decimal(2100))
    unsure = FaultCost("opportunity", "amount", "range", 50, 390, 0.2, 0.1, Decimal(9),
                       Decimal(-5), Decimal(20))  # fmt: skip
    few = FaultCost("opportunity", "stage", "validity", 3, 437)
    cost = DataCost("AED", 90, (shown, unsure, few))
    row.document = {**row.document, "cost": to_document(cost)}
    row.examined_at = NOON + timedelta(hours=1)  # what a process has read is known by this
    row.save()
    return company


def test_the_fixes_worth_most_are_there_with_their_ranges(costly, see):  # noqa: F811
    status, written = see("operations", "/collect/health/cost/?fixes.export=csv")
    (fix,) = csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    assert status == 200
    assert (fix["Deals with it"], fix["Deals without"]) == ("40", "400")
    assert [fix[each].replace(".00", "") for each in ("Costs", "at least", "at most")] == [
        "1600", "900", "2100",
    ]  # fmt: skip
    _status, page = see("operations", "/collect/health/cost/")
    assert "/collect/health/opportunity/owner_id/completeness/" in page
    assert "/collect/health/opportunity/" not in see("viewer", "/collect/health/cost/")[1]


def test_faults_of_which_nothing_can_be_said_are_named_with_the_reason(costly, see):  # noqa: F811
    _status, written = see("operations", "/collect/health/cost/?others.export=csv")
    others = list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline="")))
    assert [each["Why not"] for each in others] == [
        "the range holds nothing at all",
        "too few deals",
    ]


def test_programs_get_costs_as_amounts_in_full(costly):
    answer = make_program(make_person("operations")).get("/health/cost").json()
    assert (answer["currency"], answer["days"], answer["refusal"]) == ("AED", 90, None)
    first = answer["costs"][0]
    assert (first["money"], first["low_80"], first["error"]) == ("1600", "900", 0.5)
    assert answer["costs"][2]["money"] is None


def test_programs_are_told_why_there_are_no_costs(company):  # noqa: F811 -- the fixture
    answer = make_program(make_person("operations")).get("/health/cost").json()
    assert answer["costs"] == []
    assert "A forecast needs" in answer["refusal"]


def test_a_build_judged_before_costs_were_reckoned_says_so(company):  # noqa: F811
    from counterpoise.store.models import Examination

    row = Examination.objects.get()
    row.document = {key: value for key, value in row.document.items() if key != "cost"}
    row.examined_at = NOON + timedelta(hours=2)
    row.save()
    browser = sign_in(make_person("operations"))
    written = browser.get("/collect/health/cost/").content.decode()
    assert "judged before costs were reckoned" in written
    program = make_program(make_person("finance"))
    assert program.get("/health/cost").status_code == 404
    with pytest.raises(SystemExit):
        main(["health", "--cost", "--workspace", str(company.root)])


def test_the_command_prints_the_fixes_worth_most(costly, capsys):
    main(["health", "--cost", "--workspace", str(costly.root)])
    shown = capsys.readouterr()
    assert "What bad data costs the forecast of 90 days, in AED" in shown.out
    (line,) = (each for each in shown.out.splitlines() if "owner_id" in each)
    assert "900" in line
    assert "range" not in shown.out
    assert "Of 2 other faults nothing can be said." in shown.err


def test_the_command_gives_costs_to_programs_as_the_api_does(costly, capsys):
    main(["health", "--cost", "--json", "--workspace", str(costly.root)])
    printed = json.loads(capsys.readouterr().out)
    answer = make_program(make_person("operations")).get("/health/cost").json()
    assert printed == {key: value for key, value in answer.items() if key != "build"}


def test_the_command_says_why_nothing_can_be_said(company, capsys):  # noqa: F811 -- the fixture
    main(["health", "--cost", "--workspace", str(company.root)])
    assert "A forecast needs" in capsys.readouterr().err
