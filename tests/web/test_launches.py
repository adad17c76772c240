"""Pages and programs of products that come and go: who decides, what is refused."""

from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext

from counterpoise.store import launches as stored
from counterpoise.web.api import launches as api
from counterpoise.web.demand import launching, phasing_out
from kept_forecast import PERIOD, build_small_cycle, keep_build, keep_run
from launched_company import NOW, collect_launched
from launching import make_launch, make_phase_out
from people import make_person, sign_in
from programs import make_program
from shown_pages import field_of, rows_of, text_of

D = Decimal
NEW = "/demand/launches/new/?product=Fjord&month=2026-11&family=Ledgers&price=1200&regions=Gulf"
SIZE = {"analogues": "Cedar", "deals": "57", "comment": "The ministries asked."}
PLANNERS = ("administrator", "operations", "leader", "finance", "marketing")
READERS = (*PLANNERS, "executive", "viewer")
SENT = {
    "product": "Fjord",
    "family": "Ledgers",
    "price": "1200",
    "regions": ["Gulf"],
    "month": "2026-11-01",
    "analogues": ["Cedar"],
    "deals": "57",
    "comment": "The ministries asked.",
}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    for module in (launching, phasing_out, api):
        monkeypatch.setattr(module, "now", lambda: NOW)


@pytest.fixture
def collected(workspace):
    collect_launched(workspace)
    return workspace


@pytest.fixture
def layla(collected):
    return sign_in(make_person("leader"))


@pytest.mark.parametrize(
    ("path", "who"),
    [
        pytest.param("/demand/launches/", READERS, id="the list is for who reads plans"),
        pytest.param("/demand/launches/new/", PLANNERS, id="a launch is for who overrides"),
        pytest.param("/demand/launches/phase-out/", PLANNERS, id="and so is a phase-out"),
    ],
)
def test_who_may_see_what(collected, browsers, path, who):
    answers = {role: browser.get(path).status_code for role, browser in browsers.items()}
    assert answers == {role: 200 if role in who else 404 for role in browsers}


def test_only_who_overrides_decides_and_withdraws(collected, browsers):
    for role, browser in browsers.items():
        decided = browser.post(NEW, SIZE | {"decide": "yes"})
        assert decided.status_code == (302 if role in PLANNERS else 404), role
        for each in stored.list_current().launches:
            path = f"/demand/launches/{each.id}/withdraw"
            assert browsers["viewer"].post(path).status_code == 404
            assert browser.get(path).status_code in {404, 405}
            assert browser.post(path).status_code == 302
        assert stored.list_current().is_empty
    assert len(stored.list_history()) == len(PLANNERS)


def test_before_anything_is_collected(workspace, browsers):
    page = browsers["leader"].get("/demand/launches/")
    assert "Nothing was collected yet" in text_of(page)
    assert browsers["leader"].get("/demand/launches/new/").status_code == 404
    assert browsers["leader"].get("/demand/launches/phase-out/").status_code == 404


def test_the_list_takes_the_same_questions_for_one_and_for_three(layla, collected):
    from django.db import connection

    layla.get("/demand/launches/")  # what the data teaches is read once
    asked = []
    for names in (("Fjord",), ("Granite", "Hill")):
        for name in names:
            stored.add(make_launch(product=name))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = layla.get("/demand/launches/")
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert [row[4] for row in rows_of(page, "decisions")] == ["Hill", "Granite", "Fjord"]


def test_past_launches_are_proposed_with_their_parts(layla):
    page = layla.get(NEW)
    assert page.status_code == 200
    assert rows_of(page, "proposals") == [
        ["Cedar", "90%", "100%", "100%", "50%", "March 2025", "57", "$62,700"]
    ]
    assert len(rows_of(page, "curves")) == 12
    assert rows_of(page, "curves")[0] == ["1", "1.8%"]
    assert "Nothing is decided yet" not in text_of(page)
    assert field_of(page, "analogues") == "Cedar"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param("product=&month=2026-11", "This field is required", id="no name"),
        pytest.param("product=Fjord&month=soon", "Write a month like 2026-11.", id="no month"),
        pytest.param("product=Fjord&month=0000-11", "Write a month like 2026-11.", id="year 0"),
        pytest.param("product=Fjord&month=2026-11&price=-1", "greater than", id="below nothing"),
        pytest.param("product=Fjord&month=2026-11&regions=Mars", "Mars", id="no such region"),
    ],
)
def test_what_the_product_is_must_be_said(layla, query, says):
    page = layla.get(f"/demand/launches/new/?{query}")
    assert page.status_code == 422
    assert says in text_of(page)
    assert layla.post(f"/demand/launches/new/?{query}", SIZE).status_code == 404


def test_nobody_decides_what_they_only_looked_at(layla):
    page = layla.post(NEW, SIZE)
    assert page.status_code == 200
    shown = rows_of(page, "outline")
    assert (len(shown), shown[0][:3]) == (12, ["November 2026", "1", "$1,100"])
    assert "Nothing is decided yet" in text_of(page)
    assert stored.list_history() == ()


def test_a_launch_is_decided_listed_and_withdrawn(layla):
    answer = layla.post(NEW, SIZE | {"decide": "yes"}, follow=True)
    assert "The launch is decided. Run the cycle again" in text_of(answer)
    (made,) = stored.list_current().launches
    assert (made.author, made.role, made.regions) == ("layla", "leader", ("Gulf",))
    assert (made.family, made.price, made.deals) == ("Ledgers", D(1200), D(57))
    assert "like Cedar, 57 deals in 12 months" in text_of(answer)
    gone = layla.post(f"/demand/launches/{made.id}/withdraw", follow=True)
    assert "It is withdrawn" in text_of(gone)
    assert [row[8:] for row in rows_of(gone, "decisions")] == [["withdrawn", "layla"]]
    twice = layla.post(f"/demand/launches/{made.id}/withdraw", follow=True)
    assert "was withdrawn already" in text_of(twice)
    assert layla.post("/demand/launches/77/withdraw").status_code == 404


def test_a_month_and_amounts_in_arabic_digits(layla):
    path = "/demand/launches/new/?product=حديد&month=٢٠٢٦-١١"
    own = {"curve": " ".join(["١٬٠٠٠٫٥"] * 12), "deals": "١٢", "comment": "افتراض"}
    assert layla.post(path, own | {"decide": "yes"}).status_code == 302
    (made,) = stored.list_current().launches
    assert (made.product, made.curve[0], made.deals) == ("حديد", D("1000.5"), D(12))
    assert "by a curve of 12,006 in 12 months that layla assumes" in text_of(
        layla.get("/demand/launches/")
    )


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param({"analogues": []}, "Pick at least one past product", id="no analogue"),
        pytest.param({"deals": ""}, "Give one of the two", id="no size"),
        pytest.param({"factor": "2"}, "Give one of the two", id="two sizes"),
        pytest.param({"analogues": "Atlas"}, "Select a valid choice", id="no past launch"),
        pytest.param({"curve": "many"}, "Write amounts such as", id="no amounts"),
        pytest.param(
            {"analogues": [], "curve": "1 2 3"}, "has 3 amounts", id="a quarter of a curve"
        ),
        pytest.param({"comment": ""}, "This field is required", id="no reason"),
        pytest.param({"last_month": "2026-10"}, "Put the months right", id="ends before"),
    ],
)
def test_a_launch_that_cannot_be_is_refused_with_what_is_needed(layla, said, says):
    for button in ({}, {"decide": "yes"}):
        page = layla.post(NEW, SIZE | said | button)
        assert page.status_code == 422
        assert says in text_of(page)
        assert field_of(page, "comment") == (SIZE | said)["comment"]
    assert stored.list_history() == ()


def test_a_second_launch_of_a_product_is_refused(layla):
    assert layla.post(NEW, SIZE | {"factor": "1", "deals": "", "decide": "yes"}).status_code == 302
    assert "like Cedar, 1 times as large" in text_of(layla.get("/demand/launches/"))
    page = layla.post(NEW, SIZE | {"decide": "yes"})
    assert page.status_code == 422
    assert "Fjord has a launch already" in text_of(page)


def test_without_past_launches_the_page_says_what_one_is(workspace):
    from written_builds import write_build

    keep_build()
    write_build(workspace.build_folder("b1"))
    page = sign_in(make_person("leader")).get("/demand/launches/new/?product=Fjord&month=2026-11")
    assert "The data shows no past launch" in text_of(page)


@pytest.mark.parametrize(
    ("said", "how"),
    [
        pytest.param({}, "new deals until October 2026", id="nobody follows"),
        pytest.param(
            {"new_until": "2026-11"}, "new deals until November 2026", id="until the very end"
        ),
        pytest.param({"successor": "Cedar"}, "Cedar follows and takes nothing", id="no share"),
        pytest.param({"successor": "Cedar", "share": "50"}, "Cedar takes 50%", id="half of it"),
    ],
)
def test_a_phase_out_is_decided_and_withdrawn(layla, said, how):
    sent = {"product": "Atlas", "last_month": "2026-11", "comment": "Its maker stops."}
    page = layla.post("/demand/launches/phase-out/", sent | said, follow=True)
    assert "The phase-out is decided" in text_of(page)
    assert how in text_of(page)
    (made,) = stored.list_current().phase_outs
    assert layla.post(f"/demand/launches/{made.id}/withdraw").status_code == 404
    layla.post(f"/demand/launches/phase-out/{made.id}/withdraw")
    assert stored.list_current().is_empty


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param({"product": "Granite"}, "Select a valid choice", id="unknown"),
        pytest.param({"share": "50"}, "Name the successor", id="a share for nobody"),
        pytest.param({"successor": "Atlas"}, "cannot follow itself", id="itself"),
        pytest.param({"new_until": "2026-12"}, "Put the months right", id="new after the last"),
    ],
)
def test_a_phase_out_that_cannot_be_is_refused(layla, said, says):
    sent = {"product": "Atlas", "last_month": "2026-11", "comment": "Its maker stops."}
    page = layla.post("/demand/launches/phase-out/", sent | said)
    assert page.status_code == 422
    assert says in text_of(page)


def test_the_forecast_shows_what_comes_and_goes_and_that_it_is_out_of_date(collected):
    from dataclasses import replace

    from counterpoise.domain.tables.launch import Portfolio, ProductLine
    from overriding import FORECAST

    browser = sign_in(make_person("leader"))
    lines = (
        ProductLine("launch", "Fjord", "Fjord", D("3.5"), D(4000)),
        ProductLine("sisters", "Atlas", "Fjord", D(-1), D(-900)),
    )
    keep_run(build_small_cycle(portfolio=Portfolio()))
    page = browser.get(f"/demand/{PERIOD}/")
    assert "Products that come and go" not in text_of(page)
    stored.add(make_launch())
    assert "decided or withdrawn after the last run" in text_of(browser.get(f"/demand/{PERIOD}/"))
    held = stored.list_current()
    moved = replace(FORECAST, products=lines)
    keep_run(replace(build_small_cycle(portfolio=held), forecast=moved), run="2026-Q4-more")
    page = browser.get(f"/demand/{PERIOD}/")
    assert "decided or withdrawn after the last run" not in text_of(page)
    assert rows_of(page, "products") == [
        ["Fjord", "launch", "Fjord", "3.5", "$4,000"],
        ["Atlas", "taken from a sister", "Fjord", "−1", "−$900"],
    ]
    cell = f"/demand/{PERIOD}/cell?measure=won_revenue&month=2026-10"
    stored.add(make_phase_out())
    assert "decided or withdrawn after the last run" in text_of(browser.get(cell))


class TestPrograms:
    def test_a_program_proposes_decides_lists_and_withdraws(self, collected):
        program = make_program(make_person("leader"))
        asked = "/launches/proposals?product=Fjord&family=Ledgers&price=1200&region=Gulf"
        found = program.get(asked).json()
        assert (found["as_of"], found["currency"]) == ("2026-09-08", "USD")
        assert found["proposals"][0]["past"]["product"] == "Cedar"
        made = program.post("/launches", SENT)
        assert made.status_code == 201, made.content
        answer = made.json()
        assert len(answer["expected"]) == 12
        assert (answer["product"], answer["author"], answer["withdrawn_at"]) == (
            "Fjord",
            "layla",
            None,
        )
        assert program.post("/launches", SENT).status_code == 409
        ended = program.post(
            "/phase-outs",
            {"product": "Atlas", "last_month": "2026-11-01", "successor": "Fjord",
             "share": "0.5", "comment": "Its maker stops."},
        )  # fmt: skip
        assert ended.status_code == 201, ended.content
        listed = program.get("/launches").json()
        assert [each["product"] for each in listed["launches"]] == ["Fjord"]
        assert [each["share"] for each in listed["phase_outs"]] == ["0.5"]
        assert listed["cannibalisation"]["is_applied"] is False
        gone = program.post(f"/launches/{answer['id']}/withdraw")
        assert gone.json()["withdrawn_by"] == "layla"
        assert program.post(f"/launches/{answer['id']}/withdraw").status_code == 409
        over = program.post(f"/phase-outs/{ended.json()['id']}/withdraw")
        assert over.status_code == 200
        assert program.post("/phase-outs/99/withdraw").status_code == 404

    @pytest.mark.parametrize(
        ("path", "sent"),
        [
            pytest.param("/launches", SENT | {"analogues": []}, id="no analogue"),
            pytest.param("/launches", SENT | {"analogues": ["Atlas"]}, id="no past launch"),
            pytest.param("/launches", SENT | {"month": "2026-11-02"}, id="mid-month"),
            pytest.param("/launches", SENT | {"regions": ["Mars"]}, id="no such region"),
            pytest.param(
                "/phase-outs",
                {"product": "Granite", "last_month": "2026-11-01", "comment": "x"},
                id="unknown product",
            ),
        ],
    )
    def test_what_cannot_be_decided_is_refused(self, collected, path, sent):
        answer = make_program(make_person("leader")).post(path, sent)
        assert answer.status_code == 422
        assert stored.list_history() == ()

    def test_programs_of_others_find_nothing(self, collected):
        for role in ("rep", "viewer"):
            program = make_program(make_person(role))
            assert program.post("/launches", SENT).status_code == 404
            assert program.get("/launches").status_code == (404 if role == "rep" else 200)
            assert program.get("/launches/proposals?product=F").status_code == 404
