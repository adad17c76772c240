"""What figures are made of on their pages: the chart, its key, the table that adds up."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from counterpoise.connectors.documents.leg_charts import draw_legs
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.demand.legs import stack_legs
from counterpoise.domain.tables.forecast import Legs
from kept_forecast import PERIOD, build_small_cycle, keep_build, keep_run
from overriding import FORECAST, make_override
from people import make_person, sign_in
from programs import make_program
from shown_pages import text_of

D = Decimal
PAGE = f"/demand/{PERIOD}/"
GULFS = f"{PAGE}cell?measure=won_revenue&month=2026-10&region=Gulf"


def keep_legs(cell):
    """Two thirds of it from open deals, a half yet to come, and what is too much taken away."""
    parts = (cell.mean * 2 / 3).quantize(D("0.01")), (cell.mean / 2).quantize(D("0.01"))
    return Legs(
        cell.measure, cell.month, cell.by, *parts, None if cell.by else cell.mean, cell.mean
    )


WITH_LEGS = replace(FORECAST, legs=tuple(keep_legs(cell) for cell in FORECAST.cells))


@pytest.fixture
def kept(workspace):
    keep_build()
    keep_run(replace(build_small_cycle(), forecast=WITH_LEGS))
    return workspace


def export(browser, address):
    joint = "&" if "?" in address else "?"
    written = browser.get(f"{address}{joint}legs.export=csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(written)))


def test_the_table_of_legs_adds_up_to_the_figure_to_the_cent(kept):
    viewer = sign_in(make_person("viewer"))
    for address in (PAGE, f"{PAGE}?measure=won_deals", GULFS):
        for row in export(viewer, address):
            numbered = [name for name in row if name[0].isdigit() and name[1] == " "]
            assert [name[0] for name in numbered] == list("123456")
            assert sum(D(row[name]) for name in numbered) == D(row["Expected"])


def test_the_page_draws_a_stack_for_each_month_with_its_key(kept):
    page = sign_in(make_person("viewer")).get(PAGE)
    said = text_of(page)
    assert "Won revenue, Whole company: what each month is made of" in said
    assert "2 Open deals" in said
    assert "4 Weighed against history" in said
    assert 'class="leg open"' in page.content.decode()
    assert 'class="leg launches"' not in page.content.decode(), "nothing is launched"
    assert "History alone says" in said


def test_an_override_is_a_leg_of_its_own(kept):
    layla = sign_in(make_person("leader"))
    sent = {"amount": "7000", "seen": "7000", "reason": "large_deal", "comment": "A tender.",
            "replaces": ""}  # fmt: skip
    assert layla.post(GULFS.replace("cell?", "cell/override?"), sent).status_code == 302
    (gulf, *_), (whole, *_) = export(layla, GULFS), export(layla, PAGE)
    assert (D(gulf["6 Overrides"]), D(whole["6 Overrides"])) == (1000, 1000)
    assert 'class="leg overrides"' in layla.get(PAGE).content.decode()
    assert "History alone says" not in gulf, "it tells nothing of a part"


def test_a_run_that_kept_no_legs_says_that_the_next_one_does(workspace):
    keep_build()
    keep_run()
    viewer = sign_in(make_person("viewer"))
    for address in (PAGE, GULFS):
        said = text_of(viewer.get(address))
        assert "did not keep what its figures are made of" in said
        assert "Open deals" not in said.replace("From open deals", "")


def test_the_api_tells_the_legs_of_the_whole(planned_answer):
    for stack in planned_answer["legs"]:
        assert sum(D(part["amount"]) for part in stack["parts"]) == D(stack["mean"])
    assert {(each["measure"], str(each["by"])) for each in planned_answer["legs"]} == {
        ("won_revenue", "{}"), ("won_deals", "{}"),
    }  # fmt: skip


@pytest.fixture
def planned_answer(workspace):
    from counterpoise.actions import answers
    from programs import keep_cycle

    keep_build()
    keep_cycle(cycle=replace(build_small_cycle(), forecast=WITH_LEGS))
    answer = make_program(make_person("viewer")).get(f"/demand/{PERIOD}").json()["demand"]
    assert answer["legs"] == answers.answer_demand(WITH_LEGS, "b1")["legs"]
    return answer


class TestChart:
    def draw(self, *, language="en", override=None):
        said = replace(WITH_LEGS, legs=WITH_LEGS.legs)
        published = said
        if override:
            from counterpoise.domain.demand.overrides import apply_overrides

            published = apply_overrides(said, [make_override(override)])
        reader = Reader(language, "USD")
        return draw_legs(reader, stack_legs(said, published, "won_revenue"))

    def test_what_takes_away_hangs_below_a_line_at_nothing(self):
        assert "\N{MINUS SIGN}" in self.draw().wide

    def test_each_leg_has_its_number_beside_it_in_the_digits_of_the_reader(self):
        assert ">2<" in self.draw().wide
        assert "\N{ARABIC-INDIC DIGIT TWO}" in self.draw(language="ar").wide

    def test_legs_are_told_apart_by_more_than_colour(self):
        drawn = self.draw(override=12_000).wide
        assert "stroke-dasharray" in drawn
        assert "fill-opacity" in drawn
