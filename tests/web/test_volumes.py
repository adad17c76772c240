"""The page of volumes, the API and what supply shows of them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.actions.volumes import find_volumes
from counterpoise.domain.tables.volume import (
    LeadPlan,
    Learned,
    PlanRecord,
    Volume,
    VolumeRefusal,
    Volumes,
    VolumeTest,
)
from counterpoise.domain.values.text import text
from kept_forecast import PERIOD, build_small_cycle, keep_build, keep_run
from people import PEOPLE, make_person, sign_in
from programs import make_program
from reporting_company import build_cycle, build_refusing_cycle
from shown_pages import rows_of, text_of

D = Decimal
AT = f"/demand/{PERIOD}/volumes/"
MONTHS = (date(2026, 10, 1), date(2026, 11, 1))
READERS = set(PEOPLE) - {"rep"}


def make_volume(kind, by, mean, month=MONTHS[0], standing=2):
    quantiles = tuple(D(mean) * each for each in map(D, ("0.4", "0.5", "1", "1.5", "1.6")))
    return Volume(kind, month, by, D(mean), quantiles, D(standing))


FOUND = Volumes(
    volumes=(
        *(make_volume("leads", (), 60 + n, month) for n, month in enumerate(MONTHS)),
        make_volume("leads", (("source", "<Event>"),), 60),
        make_volume("leads", (("source", ""),), 0, standing=0),
        make_volume("delivery_hours", (("role", "Delivery"),), 400),
        make_volume("units", (("product", "Atlas CRM"), ("site", "Dubai")), 80),
        make_volume("tickets", (("tier", "premium"),), 12),
    ),
    learned=(Learned("leads", (), "leads", 900, text("From {n} leads.", n=900)),),
    tests=(
        VolumeTest("leads", 3, 8, 0.057, 0.11, -0.02, 0.875),
        VolumeTest("customers", 3, 1, None, None, None, None),
    ),
    refusals=(
        VolumeRefusal("customers", text("Too few became customers.")),
        VolumeRefusal("opportunities", text("Too few became customers.")),
        VolumeRefusal("accounts", text("No account has a won deal.")),
    ),
    notes=(text("Nobody knows who leaves."),),
    plan=(LeadPlan("<Event>", MONTHS[1], D(90), 61.5, date(2026, 9, 1), "plan of autumn"),),
    plan_record=(PlanRecord("<Event>", 3, 270.0, 250, 2),),
)


@pytest.fixture
def ran(workspace):
    keep_build()
    keep_run(build_small_cycle(volumes=FOUND))


@pytest.fixture
def vera(ran):
    return sign_in(make_person("viewer"))


def test_who_reads_plans_reads_volumes_and_nobody_else(ran, browsers):
    answers = {role: browser.get(AT).status_code for role, browser in browsers.items()}
    assert answers == {role: 200 if role in READERS else 404 for role in browsers}


def test_each_part_shows_its_figures_with_the_range(vera):
    page = vera.get(AT)
    assert rows_of(page, "funnel") == [
        ["Leads", "All together", "October 2026", "60", "30", "90", "2"],
        ["Leads", "All together", "November 2026", "61", "30.5", "91.5", "2"],
        ["Leads", "<Event>", "October 2026", "60", "30", "90", "2"],
        ["Leads", "not stated", "October 2026", "0", "0", "0", "0"],
    ]
    assert rows_of(page, "delivery")[0][:2] == ["Hours to deliver", "Delivery"]
    assert rows_of(page, "units")[0][1] == "Atlas CRM × Dubai"
    assert rows_of(page, "support")[0][:2] == ["Tickets", "premium"]


def test_evidence_and_refusals_stand_beside_the_figures(vera):
    page = vera.get(AT)
    assert rows_of(page, "tests") == [
        ["Leads", "3", "8", "5.7%", "11%", "−2%", "88%"],
        ["New customers", "3", "1", "–", "–", "–", "–"],
    ]
    assert rows_of(page, "learned") == [["Leads", "All together", "900", "From 900 leads."]]
    said = text_of(page)
    assert "New customers, Opportunities: nothing can be said. Too few became customers." in said
    assert "Customers to support: nothing can be said. No account has a won deal." in said
    assert "Nobody knows who leaves." in said


def test_an_arabic_reader_reads_arabic(ran):
    page = sign_in(make_person("viewer"), **{"Accept-Language": "ar"}).get(AT)
    assert 'dir="rtl"' in page.content.decode()


def test_a_table_goes_out_as_a_file(vera):
    written = vera.get(f"{AT}?units.export=csv").content.decode("utf-8-sig")
    assert "Atlas CRM × Dubai" in written


def test_a_part_that_only_refuses_has_no_table(workspace):
    keep_build()
    refused = Volumes(refusals=(VolumeRefusal("units", text("No lines are known.")),))
    keep_run(build_small_cycle(volumes=refused))
    page = sign_in(make_person("viewer")).get(AT)
    assert "Units: nothing can be said. No lines are known." in text_of(page)
    assert 'id="units"' not in page.content.decode()
    assert "The history is too short" not in text_of(page), "what is not told was not tried"


@pytest.mark.parametrize("cycle", [build_small_cycle, build_refusing_cycle])
def test_a_run_from_before_volumes_says_how_to_get_them(workspace, cycle):
    keep_build()
    keep_run(cycle())
    assert "kept no volumes" in text_of(sign_in(make_person("viewer")).get(AT))


def test_a_run_that_cannot_be_read_says_so_and_another_period_is_not_there(workspace):
    keep_build()
    keep_run(is_whole=False)
    vera = sign_in(make_person("viewer"))
    assert "kept no volumes" in text_of(vera.get(AT))
    assert vera.get("/demand/2031-Q1/volumes/").status_code == 404
    assert vera.post(AT).status_code == 405


def test_the_page_of_demand_and_that_of_supply_lead_there(vera):
    for path in (f"/demand/{PERIOD}/", f"/supply/{PERIOD}/"):
        assert f'href="{AT}"' in vera.get(path).content.decode()


def test_the_marketing_plan_stands_beside_what_the_series_says_and_what_came_of_such(vera):
    page = vera.get(AT)
    assert rows_of(page, "plan") == [
        ["<Event>", "November 2026", "90", "61.5", "1 Sep 2026", "plan of autumn"]
    ]
    assert rows_of(page, "plan-record") == [["<Event>", "3", "270", "250", "2"]]


def test_without_a_plan_nothing_is_said_of_one(workspace):
    keep_build()
    keep_run(build_small_cycle(volumes=replace(FOUND, plan=(), plan_record=())))
    assert "The marketing plan" not in text_of(sign_in(make_person("viewer")).get(AT))


def test_only_who_may_see_people_is_led_to_the_list_of_leads(ran):
    for role, leads in (("viewer", False), ("operations", True)):
        page = sign_in(make_person(role)).get(AT)
        assert ('href="/demand/leads/"' in page.content.decode()) is leads


# API


def test_the_api_says_the_same(ran):
    answer = make_program(make_person("viewer")).get(f"/demand/{PERIOD}/volumes").json()
    first = answer["volumes"][0]
    assert (first["kind"], first["month"], first["by"]) == ("leads", "2026-10-01", {})
    assert first["quantiles"] == {
        "0.05": "24.0", "0.1": "30.0", "0.5": "60", "0.9": "90.0", "0.95": "96.0",
    }  # fmt: skip
    assert (first["mean"], first["standing"]) == ("60", "2")
    assert answer["volumes"][5]["by"] == {"product": "Atlas CRM", "site": "Dubai"}
    assert answer["learned"][0]["how"] == "From 900 leads."
    assert answer["tests"][0]["coverage_80"] == 0.875
    assert answer["refusals"][2] == {"kind": "accounts", "why": "No account has a won deal."}
    assert answer["notes"] == ["Nobody knows who leaves."]
    assert answer["plan"] == [
        {
            "source": "<Event>", "month": "2026-11-01", "planned": "90", "series": 61.5,
            "decided_on": "2026-09-01", "said_by": "plan of autumn",
        }
    ]  # fmt: skip
    assert answer["plan_record"][0]["missed"] == 2
    assert answer["period"] == PERIOD


def test_the_api_hides_and_refuses(workspace):
    keep_build()
    keep_run()
    viewer = make_program(make_person("viewer"))
    assert viewer.get(f"/demand/{PERIOD}/volumes").status_code == 404
    assert "kept no volumes" in viewer.get(f"/demand/{PERIOD}/volumes").content.decode()
    assert viewer.get("/demand/2031-Q1/volumes").status_code == 404
    keep_run(is_whole=False, run="2026-Q4-old")
    assert "kept no volumes" in viewer.get(f"/demand/{PERIOD}/volumes").content.decode()
    assert find_volumes("2031-Q1") is None
    rep = make_program(make_person("rep"))
    assert rep.get(f"/demand/{PERIOD}/volumes").status_code == 404


# Supply


def test_supply_shows_how_much_may_be_asked_of_a_pool_that_a_volume_feeds(workspace):
    keep_build()
    cycle = build_cycle()
    months = tuple(
        replace(each, required_high=D(999)) if each.pool == "Delivery" else each
        for each in cycle.capacity.months
    )
    keep_run(replace(cycle, capacity=replace(cycle.capacity, months=months)))
    page = sign_in(make_person("operations")).get(f"/supply/{PERIOD}/")
    shown = {row[0]: row[3] for row in rows_of(page, "months")}
    assert (shown["Delivery"], shown["Gulf sellers"]) == ("999", "–")
    assert "Asked at most, 90%" in text_of(page)
    assert "delivery.hours" in page.content.decode(), "its work is a template of the rulebook"


def test_supply_without_volumes_has_no_such_column(workspace):
    keep_build()
    keep_run(build_cycle())
    page = sign_in(make_person("operations")).get(f"/supply/{PERIOD}/")
    assert "Asked at most" not in text_of(page)
