"""The report as a page: the answer first, then all steps; users' words escaped; refusals said."""

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from counterpoise.connectors.documents.page import write_page
from counterpoise.domain.tables.plan import Violation
from reporting_company import build_cycle, build_refusing_cycle

LOADING = {"src", "srcset", "poster", "data", "action", "background"}


class Reading(HTMLParser):
    """Text as a reader sees it, ids, and whatever a browser would fetch or run."""

    def __init__(self, page):
        super().__init__()
        self.words, self.ids, self.fetched, self.tags, self._hidden = [], [], [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._hidden += tag in {"style", "svg"}
        for name, value in attrs:
            if name == "id" and not self._hidden:
                self.ids.append(value)
            if name in LOADING or (name.endswith("href") and not value.startswith("#")):
                self.fetched.append((tag, name, value))
            if name.startswith("on"):
                self.fetched.append((tag, name, value))

    def handle_endtag(self, tag):
        self._hidden -= tag in {"style", "svg"}

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", "".join(self.words))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    cycle = build_cycle()
    return {
        each: write_page(cycle, folder / f"{each}.html", each).read_text("utf-8")
        for each in ("en", "ar")
    }


@pytest.fixture(scope="module")
def read(pages):
    return {each: Reading(page) for each, page in pages.items()}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_needs_nothing_but_itself(read, pages, language):
    assert read[language].fetched == []
    assert "script" not in read[language].tags
    assert re.findall(r"url\(|@import", pages[language]) == []


def test_direction_and_language(pages):
    assert '<html lang="en" dir="ltr">' in pages["en"]
    assert '<html lang="ar" dir="rtl">' in pages["ar"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_answer_stands_before_the_six_steps(read, language):
    assert read[language].ids == [
        "answer",
        "collect",
        "demand",
        "supply",
        "reconcile",
        "execute",
        "measure",
        "depth",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("We expect to sell $4.26M in Q4 2026.", id="what will be sold"),
        pytest.param("it is between $3.72M and $4.79M.", id="its range"),
        pytest.param("On 24 past days the same method missed by 15% on average.", id="its proof"),
        pytest.param("95% of the target of $4.5M", id="the target"),
        pytest.param("$6.13M 44% more than we expect", id="the number it beats"),
        pytest.param("$319K 8.4 of 112 deals cannot be served in the period.", id="the gap"),
        pytest.param("Time it takes to hire, worth $121K of contribution.", id="why"),
        pytest.param(
            "1. Decide on hiring for Gulf sellers: 2 more, needed from December 2026 on.",
            id="what to do first",
        ),
        pytest.param("no plan under these rules can earn more than $2.41M", id="the plan's bound"),
        pytest.param("found that the plan keeps every rule.", id="the independent check"),
        pytest.param("86 of 100", id="what the data is worth"),
        pytest.param("1 Jul 2026 already past", id="a search that is late"),
    ],
)
def test_says(read, sentence):
    assert sentence in read["en"].text


def test_every_chart_has_words_and_a_table(pages):
    figures = re.findall(r"<figure>.*?</figure>\s*<div class=\"scroll\"", pages["en"], re.DOTALL)
    assert len(figures) == pages["en"].count("<figure>") == 5
    assert all('role="img" aria-label="' in figure for figure in figures)


@pytest.mark.case("IMP-18")
def test_users_words_are_escaped(pages, read):
    assert "Atlas Support <Plus>" in read["en"].text
    assert "<Plus>" not in pages["en"]
    assert "Atlas Support &lt;Plus&gt;" in pages["en"]


def test_names_cannot_break_out_of_the_page(tmp_path):
    evil = '</style><script>alert("1")</script>'
    cycle = build_cycle()
    pools = tuple(replace(row, pool=evil) for row in cycle.capacity.months)
    cycle = replace(cycle, company=evil, capacity=replace(cycle.capacity, months=pools))
    page = write_page(cycle, tmp_path / "evil.html", "en").read_text("utf-8")
    assert "<script" not in page
    assert "script" not in Reading(page).tags


@pytest.mark.parametrize("language", ["en", "ar"])
def test_refusals_stand_in_place_of_numbers(tmp_path, language):
    path = write_page(build_refusing_cycle(), tmp_path / "refused.html", language)
    read = Reading(path.read_text("utf-8"))
    assert read.text.count("12 closed deals over 21 days.") == 2
    assert "svg" not in read.tags
    if language == "en":
        assert "There is no forecast yet: the data says too little." in read.text
        assert "The data names no currency; amounts are as they stand in it." in read.text
        assert "Nothing to show: a step before this one gave no answer." in read.text


def test_a_broken_plan_says_so(tmp_path):
    cycle = build_cycle()
    broken = (Violation("capacity", "Delivery", 4.0), Violation("capacity", "Gulf sellers", 1.0))
    base = cycle.plans[0]
    plan = replace(base, verdict=replace(base.verdict, feasible=False, violations=broken))
    page = write_page(replace(cycle, plans=(plan,)), tmp_path / "broken.html", "en")
    assert "found 2 broken rules: do not use this plan." in Reading(page.read_text("utf-8")).text


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        pytest.param(0.0, "The people there can serve all that we expect", id="as they are"),
        pytest.param(9.0, "With overtime and contractors the people there can", id="with help"),
    ],
)
def test_without_a_gap_everything_is_served(tmp_path, extra, sentence):
    cycle = build_cycle()
    base = cycle.plans[0]
    solution = base.solution
    staffing = tuple(replace(each, overtime=extra, contractor=0.0) for each in solution.staffing)
    base = replace(base, solution=replace(solution, staffing=staffing))
    gap = replace(base.demand_gap, units=Decimal(0), money=Decimal(0))
    path = write_page(
        replace(cycle, plans=(replace(base, demand_gap=gap),), target=None),
        tmp_path / "served.html",
        "en",
    )
    read = Reading(path.read_text("utf-8"))
    assert sentence in read.text
    assert "Against the target" not in read.text


def test_many_small_parts_are_folded_away(tmp_path):
    cycle = build_cycle()
    one = [cell for cell in cycle.forecast.cells if cell.by == (("region", "Gulf"),)]
    cells = tuple(replace(c, by=(("region", f"Region {n}"),)) for n in range(13) for c in one)
    forecast = replace(cycle.forecast, cells=(*cycle.forecast.cells, *cells))
    path = write_page(replace(cycle, forecast=forecast), tmp_path / "parts.html", "en")
    assert "6 smaller parts" in Reading(path.read_text("utf-8")).text


def test_the_same_run_writes_the_same_page(tmp_path):
    pages = [write_page(build_cycle(), tmp_path / name, "ar").read_bytes() for name in "ab"]
    assert pages[0] == pages[1]
