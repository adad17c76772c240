"""The forecast explorer on the sample company: its page, the API and the command say the same."""

import csv
import io
import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from counterpoise.actions import examinations, rules, series
from counterpoise.cli.main import main
from counterpoise.domain.measure.question import UnknownDimension, UnknownMeasure
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule
from people import PEOPLE, make_person, sign_in
from programs import make_program
from shown_pages import rows_of, text_of

ADDRESS = "/demand/series/"
BY_REGION = "measure=won_revenue&by=region&every=month&steps=3"
TODAY = date(2026, 9, 30)
COMPETING = "measure=won_revenue&by=region,product&every=month&steps=3&challenged=on"
READERS = set(PEOPLE) - {"rep"}


def export(browser, query, table):
    written = browser.get(f"{ADDRESS}?{query}&{table}.export=csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(written)))


def test_who_reads_plans_reads_it_and_nobody_else(planned):
    answers = {role: sign_in(make_person(role)).get(ADDRESS).status_code for role in PEOPLE}
    assert {role for role, status in answers.items() if status == 200} == READERS


def test_the_page_the_api_and_the_command_say_the_same(planned, capsys):
    main(["series", "won_revenue", "--by", "region", "--steps", "3", "--json",
          "--workspace", str(planned.root)])  # fmt: skip
    said = json.loads(capsys.readouterr().out)
    program = make_program(make_person("finance"))
    answer = program.get(f"/series?{BY_REGION}").json()
    assert answer == said
    viewer = sign_in(make_person("viewer"))
    shown = export(viewer, BY_REGION, "parts")
    assert [Decimal(row["Next period"]) for row in shown] == [
        Decimal(part["ahead"][0]["expected"]) for part in said["parts"]
    ]
    whole, *regions = (Decimal(row["Next period"]) for row in shown)
    assert sum(regions) == whole
    page = viewer.get(f"{ADDRESS}?{BY_REGION}&part=1")
    assert "Europe" in text_of(page)
    assert page.content.decode().count("<svg") == 2, "one for a desk, one for a phone"
    assert len(rows_of(page, "ahead")) == 3


@pytest.mark.parametrize(("every", "steps"), [("quarter", 3), ("year", 2)])
def test_quarters_and_years_say_what_their_months_say_everywhere(planned, capsys, every, steps):
    query = f"measure=leads&by=region&every={every}&steps={steps}"
    main(["series", "leads", "--by", "region", "--every", every, "--steps", str(steps), "--json",
          "--workspace", str(planned.root)])  # fmt: skip
    said = json.loads(capsys.readouterr().out)
    assert make_program(make_person("finance")).get(f"/series?{query}").json() == said
    viewer = sign_in(make_person("viewer"))
    page = viewer.get(f"{ADDRESS}?{query}")
    shown = [Decimal(row["Expected"]) for row in export(viewer, query, "ahead")]
    whole = said["parts"][0]
    assert shown == [Decimal(each["expected"]) for each in whole["ahead"]]
    compared = "Months alone, without quarters or years" in text_of(page)
    assert compared == (whole["alone"] is not None) == (every == "quarter"), "too early for years"
    months = export(viewer, "measure=leads&by=region&every=month&steps=24", "totals")
    totals = {row["Period"]: row for row in months}
    names = {"quarter": ["Q4 2026", "Q1 2027", "Q2 2027"], "year": ["2026", "2027"]}
    assert [Decimal(totals[name]["Expected"]) for name in names[every]] == shown
    came = [Decimal(totals[name]["Of it came already"]) for name in names[every]]
    assert came == [Decimal(each["came"]) for each in whole["ahead"]]
    assert ("is under way" in text_of(page)) == (every == "year") == bool(came[0])


def test_a_total_links_to_the_same_part_with_its_range(planned):
    viewer = sign_in(make_person("viewer"))
    page = viewer.get(f"{ADDRESS}?measure=leads&by=region&every=month&steps=6&part=1")
    assert [row[0] for row in rows_of(page, "totals")] == ["Q4 2026", "Q1 2027", "2026"]
    link = "every=quarter&amp;steps=2&amp;challenged=False&amp;part=1"
    assert link in page.content.decode()
    one = viewer.get(f"{ADDRESS}?measure=leads&every=month&steps=1")
    assert "The same in quarters and years" not in text_of(one), "October fills no quarter"


def test_a_person_reads_tables(planned, capsys):
    main(["series", "win_rate", "--by", "product", "--every", "quarter",
          "--workspace", str(planned.root)])  # fmt: skip
    printed = capsys.readouterr()
    assert "How such forecasts did before" in printed.out
    assert "that a forecast needs" in printed.err, "a misspelt product has too short a history"


def test_what_came_after_the_day_changes_nothing(planned):
    """What is known on the day is all that counts: later periods are not there yet."""
    build = examinations.get_build(planned)
    wanted = series.wish("won_deals", ("region",))
    early = series.carry(build, wanted, today=date(2026, 3, 31))
    later = series.carry(build, wanted, today=date(2026, 8, 31))
    assert early.as_of == date(2026, 3, 31)
    known = {part.by: part.history for part in later.parts}
    for part in early.parts:
        assert part.history == known[part.by][: len(part.history)]
        assert part.ahead[0].start == date(2026, 4, 1)


@pytest.mark.parametrize("measure", series.CARRIED)
def test_every_measure_that_is_offered_can_be_carried_or_says_why(planned, measure):
    page = sign_in(make_person("operations")).get(f"{ADDRESS}?measure={measure}&by=&steps=2")
    assert page.status_code in {200, 422}
    assert ("What is expected" in text_of(page)) == (page.status_code == 200)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("measure=win_rate&by=type", "cannot be carried forward by type", id="split"),
        pytest.param("measure=profit", "Select a valid choice", id="measure"),
        pytest.param("steps=99", "less than or equal to 92", id="too far ahead"),
        pytest.param("steps=25", "Ask for 1 to 24", id="too many months ahead"),
        pytest.param("every=week&steps=53", "Ask for 1 to 52", id="too many weeks ahead"),
        pytest.param("every=year&steps=7", "Ask for 1 to 6", id="too many years ahead"),
        pytest.param("every=year&measure=win_rate&steps=1", "is a rate", id="a year of a rate"),
        pytest.param("every=decade", "Select a valid choice", id="period"),
    ],
)
def test_what_cannot_be_carried_is_refused_with_the_reason(planned, query, said):
    page = sign_in(make_person("operations")).get(f"{ADDRESS}?{query}")
    assert (page.status_code, said in text_of(page)) == (422, True)


@pytest.mark.parametrize("part", ["-1", "99", "9" * 400, "x"])
def test_a_part_that_is_not_there_is_the_whole(planned, part):
    page = sign_in(make_person("operations")).get(f"{ADDRESS}?{BY_REGION}&part={part}")
    assert "Won revenue, Whole company" in text_of(page)


def test_figures_of_single_people_are_for_who_sees_everybody(planned):
    leader, finance = make_person("leader"), make_person("finance")
    assert "Rep" not in text_of(sign_in(leader).get(ADDRESS))
    assert sign_in(leader).get(f"{ADDRESS}?by=rep").status_code == 422
    assert make_program(leader).get("/series?by=rep").status_code == 404
    assert make_program(finance).get("/series?by=rep&steps=1").status_code == 200


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("measure=coverage", "cannot be carried forward", id="measure"),
        pytest.param("measure=win_rate&by=type", "by type", id="split"),
        pytest.param("steps=0", "steps", id="nothing ahead"),
    ],
)
def test_the_api_refuses_in_words(planned, query, said):
    answer = make_program(make_person("finance")).get(f"/series?{query}")
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_before_the_first_load_there_is_nothing_to_carry(workspace):
    assert "Nothing was collected yet" in text_of(sign_in(make_person("viewer")).get(ADDRESS))
    assert make_program(make_person("finance")).get("/series").status_code == 404


def test_three_dimensions_are_too_many_and_a_stranger_is_named():
    with pytest.raises(UnknownDimension, match="Name 2 at most"):
        series.wish("won_revenue", ("region", "product", "segment"))
    with pytest.raises(UnknownDimension, match="cannot be carried forward by stage"):
        series.wish("won_revenue", ("stage",))
    with pytest.raises(UnknownMeasure, match="These can: leads, deals_created"):
        series.wish("pipeline_open")


@pytest.fixture
def trying(planned):
    """A company that tries challengers on few series, and hears none that is not far better."""
    for name, value in {"least_series": "2", "margin": "0.99"}.items():
        rule = Rule(f"challenger.{name}", "", value, "", TODAY, "the board")
        rules.change_rule(rule, replaces=0, at=datetime(2026, 9, 30, tzinfo=UTC))
    return planned


class TestChallengers:
    def test_the_page_the_api_and_the_command_show_the_same_verdict(self, trying, capsys):
        main(["series", "won_revenue", "--by", "region", "product", "--steps", "3", "--challenged",
              "--json", "--workspace", str(trying.root)])  # fmt: skip
        said = json.loads(capsys.readouterr().out)
        verdict, other = said["challengers"]
        assert (verdict["name"], other["name"]) == ("boosted", "complex smoothing")
        assert verdict["outcome"] == "not heard"
        program = make_program(make_person("finance"))
        query = "measure=won_revenue&by=region&by=product&steps=3&challenged=true"
        assert program.get(f"/series?{query}").json() == said
        page = sign_in(make_person("viewer")).get(f"{ADDRESS}?{COMPETING}")
        assert [row[0] for row in rows_of(page, "challengers")] == [
            "gradient boosting", "complex smoothing"
        ]  # fmt: skip
        assert verdict["why"] in text_of(page)
        main(["series", "won_revenue", "--by", "region", "product", "--steps", "3", "--challenged",
              "--workspace", str(trying.root)])  # fmt: skip
        printed = capsys.readouterr()
        assert "Challengers on past days" in printed.out
        assert verdict["why"] in printed.out + printed.err

    def test_one_that_loses_changes_no_figure(self, trying):
        build = examinations.get_build(trying)
        plain = series.carry(build, series.wish("won_deals", ("region", "product")), today=TODAY)
        wanted = series.wish("won_deals", ("region", "product"), is_challenged=True)
        found = series.carry(build, wanted, today=TODAY)
        assert {each.outcome for each in found.verdicts} == {"not heard"}
        assert plain.verdicts == ()
        assert found.parts == plain.parts

    def test_too_few_parts_are_refused_with_what_is_needed(self, planned):
        page = sign_in(make_person("viewer")).get(f"{ADDRESS}?{BY_REGION}&challenged=on")
        assert "it takes 20 to tell skill from luck" in text_of(page)
        assert "not tried" in text_of(page)

    def test_nothing_is_shown_of_them_unless_asked(self, planned):
        page = sign_in(make_person("viewer")).get(f"{ADDRESS}?{BY_REGION}")
        assert "Challengers on past days" not in text_of(page)

    def test_a_plug_in_is_tried_like_the_others(self, trying, tmp_path, monkeypatch):
        (tmp_path / "company_models.py").write_text(
            "class Model:\n"
            "    name = 'last value again'\n"
            "    def carry(self, series, steps, season):\n"
            "        return [each[-1:].repeat(steps) for each in series]\n"
        )
        known = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(known))
        monkeypatch.setenv("COUNTERPOISE_CHALLENGERS", "company_models:Model nowhere:model")
        wanted = series.wish("deals_created", ("region", "product"), is_challenged=True)
        found = series.carry(examinations.get_build(trying), wanted, today=TODAY)
        assert [(each.name, each.outcome) for each in found.verdicts] == [
            ("boosted", "not heard"),
            ("complex smoothing", "not heard"),
            ("last value again", "not heard"),
            ("nowhere:model", "failed"),
        ]  # fmt: skip
        assert "nowhere:model cannot be loaded" in str(found.verdicts[3].why)
        monkeypatch.setenv("COUNTERPOISE_CHALLENGERS", "")
        again = series.carry(examinations.get_build(trying), wanted, today=TODAY)
        assert len(again.verdicts) == 2, "what failed is not remembered"

    def test_nobody_can_name_one_in_a_request(self, planned, monkeypatch):
        monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("a process began"))
        person = make_person("administrator")
        sign_in(person).get(f"{ADDRESS}?{BY_REGION}&challenged=os:system&challengers=os:system")
        make_program(person).get("/series?by=region&challenged=true&challengers=os:system")

    def test_a_rule_that_nothing_can_be_tried_by_is_not_recorded(self, planned):
        rule = Rule("challenger.least_series", "", "0", "", TODAY, "the board")
        with pytest.raises(InvalidRule, match="Write 2 or more"):
            rules.change_rule(rule, replaces=0, at=datetime(2026, 9, 30, tzinfo=UTC))
