"""A sales-ops manager points Counterpoise at a real CRM export and gets a plan to question."""

from datetime import date
from decimal import Decimal

import pytest

from journeys.command import ask, run


@pytest.fixture(scope="module")
def maven(tmp_path_factory):
    from conftest import SHARED_DATA

    folder = SHARED_DATA / "crm_maven"
    if not folder.is_dir():
        pytest.skip(f"no shared data sets at {SHARED_DATA}")
    return sorted(folder.glob("*.csv"))


@pytest.fixture(scope="module")
def collected(maven, tmp_path_factory):
    workspace = tmp_path_factory.mktemp("maven")
    run("init", "--company", "Maven", workspace=workspace)
    return workspace, ask("collect", *maven, workspace=workspace)


@pytest.fixture(scope="module")
def cycle(collected):
    workspace, _ = collected
    return workspace, ask("cycle", "2017-Q4", "--as-of", "2017-09-30", workspace=workspace)


@pytest.mark.case("IMP-20")
def test_every_row_ends_in_exactly_one_place(collected):
    counts = {
        name: (each["received"], each["new"], each["quarantined"])
        for name, each in collected[1]["tables"].items()
        if each["received"]
    }
    assert counts == {
        "account": (85, 85, 0),
        "product": (7, 7, 0),
        "rep": (35, 35, 0),
        "opportunity": (8800, 8800, 0),
    }


def test_the_mapping_is_right_with_nothing_said(collected):
    mapped = {
        (each["column"], each["table"], each["attribute"]) for each in collected[1]["mapping"]
    }
    assert mapped >= {
        ("opportunity_id", "opportunity", "source_id"),
        ("sales_agent", "opportunity", "owner_id"),
        ("product", "opportunity", "product_id"),
        ("account", "opportunity", "account_id"),
        ("deal_stage", "opportunity", "stage"),
        ("engage_date", "opportunity", "created_at"),
        ("close_date", "opportunity", "closed_at"),
        ("close_value", "opportunity", "amount"),
        ("regional_office", "rep", "region"),
    }


def test_loading_the_same_files_again_changes_nothing(collected, maven):
    workspace, first = collected
    again = ask("collect", *maven, workspace=workspace)
    assert again["build"] == first["build"]
    assert not any(each["new"] or each["updated"] for each in again["tables"].values())


def test_health_finds_what_is_wrong_on_its_own(collected):
    findings = ask("health", "--as-of", "2017-12-31", workspace=collected[0])["findings"]
    found = {
        (each["table"], each["attribute"], each["rule"], example["value"])
        for each in findings
        for example in each["examples"]
    }
    rules = {(each["table"], each["attribute"], each["rule"]) for each in findings}
    assert ("opportunity", "product_id", "near_miss_key") in rules
    assert ("opportunity", "account_id", "completeness") in rules
    assert any("GTXPro" in value for *_, value in found)
    assert any("technolgy" in value for *_, value in found)
    assert any("Philipines" in value for *_, value in found)


def test_won_revenue_is_that_of_the_files(collected):
    answer = ask("measures", "won_revenue", "won_deals", workspace=collected[0])["measures"]
    values = {each["name"]: Decimal(each["value"]) for each in answer}
    assert values == {"won_revenue": Decimal(10_005_534), "won_deals": Decimal(4238)}


def test_the_cycle_gives_every_step_with_its_evidence(cycle):
    _, answer = cycle
    assert answer["refusals"] == []
    backtest = answer["demand"]["evidence"]["backtest"]
    methods = {each["method"] for each in backtest}
    assert {"stage-weighted pipeline", "same as last period", "time series alone"} <= methods
    assert answer["supply"]["pools"]
    assert answer["reconcile"]["verified"] is True
    assert answer["reconcile"]["gap"] <= 0.001
    assert 1 <= len(answer["execute"]["actions"]) <= 15
    variance = answer["measure"]["variance"]
    parts = sum(Decimal(each["money"]) for each in variance["lines"])
    assert Decimal(variance["forecast"]) + parts == Decimal(variance["actual"])


@pytest.mark.case("MON-02")
def test_the_parts_of_the_forecast_add_up_to_the_whole(cycle):
    cells = cycle[1]["demand"]["forecast"]
    for measure in ("won_revenue", "won_deals"):
        for month in {each["month"] for each in cells}:
            mine = [c for c in cells if (c["measure"], c["month"]) == (measure, month)]
            totals = {
                tuple(sorted(c["by"])): sum(
                    Decimal(d["mean"]) for d in mine if set(d["by"]) == set(c["by"])
                )
                for c in mine
            }
            assert len(set(totals.values())) == 1, totals


def test_a_saved_plan_is_verified_again_by_name(cycle):
    workspace, answer = cycle
    verdict = ask("verify", answer["reconcile"]["plan"], workspace=workspace)
    assert verdict["feasible"] is True
    assert abs(verdict["objective"] - answer["reconcile"]["objective"]) <= 1e-6 * abs(
        verdict["objective"]
    )


def test_the_report_is_written_in_both_languages(cycle, tmp_path):
    workspace, _ = cycle
    written = ask("report", "2017-Q4", "--out", tmp_path / "board", workspace=workspace)
    pages = {
        name: (tmp_path / "board" / f"report.{name}.html").read_text() for name in ("en", "ar")
    }
    assert set(written["html"]) == set(written["xlsx"]) == {"en", "ar"}
    assert 'dir="rtl"' in pages["ar"]
    assert "Maven" in pages["en"]


def test_each_step_can_be_asked_alone_and_says_the_same(cycle):
    workspace, answer = cycle
    asked = ("2017-Q4",)  # as of the day before, which is what the cycle was told
    assert ask("demand", *asked, workspace=workspace) == answer["demand"]
    assert ask("supply", *asked, workspace=workspace) == answer["supply"]
    high = ask("reconcile", *asked, "--scenario", "high", workspace=workspace)
    assert high == answer["reconcile"]["scenarios"][1]


def test_a_cycle_without_enough_history_refuses_in_words_and_still_reports(collected):
    answer = ask("cycle", "2016-Q4", "--as-of", "2016-10-25", workspace=collected[0])
    assert [each["step"] for each in answer["refusals"]] == ["demand", "measure"]
    assert answer["demand"] is answer["supply"] is answer["reconcile"] is None


def test_a_period_that_does_not_exist_is_refused(collected):
    done = run("cycle", "2017-Q5", workspace=collected[0], expect=1)
    assert "Write a month (2017-11), a quarter (2017-Q4)" in done.stderr


def test_a_day_before_any_data_is_refused_with_how_much_is_needed(collected):
    done = run("demand", "2016-Q4", "--as-of", "2016-10-25", workspace=collected[0], expect=1)
    assert str(date(2016, 10, 25)) in done.stderr
    assert "needed" in done.stderr or "needs" in done.stderr


def test_the_same_cycle_again_says_the_same(cycle):
    workspace, answer = cycle
    again = ask("cycle", "2017-Q4", "--as-of", "2017-09-30", workspace=workspace)
    assert again == answer
