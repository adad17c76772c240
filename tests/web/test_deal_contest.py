"""How a challenger of single deals did stands beside the forecast, where one was let to compete."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from counterpoise.actions.answers import answer_demand
from counterpoise.domain.tables.deal_contest import DealContest, DealScore
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import text
from kept_forecast import PERIOD, build_small_cycle, keep_build, keep_run
from overriding import FORECAST
from people import make_person, sign_in
from programs import keep_cycle, make_program
from shown_pages import rows_of, text_of

CONTEST = DealContest(
    outcome="not heard",
    gain=Decimal("0.0251"),
    gain_low=Decimal("0.0075"),
    days=9,
    deals=1306,
    scores=(
        DealScore("pipeline survival", 90, 0.1925, 0.5587, -0.007, 0.082),
        DealScore("by age alone", 90, 0.2166, 0.6121, None, None),
        DealScore("gradient boosting", 90, 0.1885, 0.5498, 0.028, 0.091),
    ),
    why=text("It was better on average, but too sure where it was wrong: not heard."),
)
TRIED = replace(FORECAST, contest=CONTEST)


def open_page(cycle):
    keep_build()
    keep_run(cycle)
    return sign_in(make_person("leader")).get(f"/demand/{PERIOD}/")


def test_the_page_shows_every_method_and_the_verdict(workspace):
    page = open_page(replace(build_small_cycle(), forecast=TRIED))
    assert [row[0] for row in rows_of(page, "deal-contest")] == [
        "Open and future pipeline",
        "By age alone",
        "Gradient boosting",
    ]
    assert rows_of(page, "deal-contest")[2][1:] == ["90", "0.1885", "0.5498", "2.8%", "9.1%"]
    said = text_of(page)
    assert "too sure where it was wrong: not heard." in said
    assert "Past days9 Deals1,306 Better by2.5% At least by0.8%" in said


def test_one_that_could_not_be_tried_says_why(workspace):
    why = text("Load older deals, or wait.")
    refused = replace(CONTEST, outcome="refused", gain=None, gain_low=None, scores=(), why=why)
    cycle = replace(build_small_cycle(), forecast=replace(FORECAST, contest=refused))
    said = text_of(open_page(cycle))
    assert "Load older deals, or wait." in said
    assert "It was tried on no past day." in said
    assert "Better by" not in said


def test_where_none_was_let_to_compete_nothing_is_shown(workspace):
    assert "challenger" not in text_of(open_page(build_small_cycle()))


@pytest.mark.parametrize(
    ("forecast", "found"),
    [
        pytest.param(FORECAST, None, id="none was let to compete"),
        pytest.param(TRIED, "not heard", id="one was tried"),
    ],
)
def test_programs_are_told_the_same(workspace, forecast, found):
    keep_build()
    keep_cycle(cycle=replace(build_small_cycle(), forecast=forecast))
    answer = make_program(make_person("viewer")).get(f"/demand/{PERIOD}")
    assert answer.status_code == 200, answer.content
    challenger = answer.json()["demand"]["evidence"]["challenger"]
    assert (challenger and challenger["outcome"]) == found


def test_an_answer_without_one_is_as_it_was():
    assert "challenger" not in answer_demand(FORECAST, "b1")["evidence"]
    told = answer_demand(TRIED, "b1")["evidence"]["challenger"]
    assert (told["gain"], told["scores"][1]["wmape"]) == ("0.0251", None)
    assert told["why"].endswith("not heard.")


def test_it_is_kept_with_its_run_and_read_again():
    kept = json.loads(json.dumps(to_document(TRIED)))
    assert from_document(Forecast, kept).contest == CONTEST
    older = {name: value for name, value in kept.items() if name != "contest"}
    assert from_document(Forecast, older).contest is None
