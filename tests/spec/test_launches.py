"""Products that come and go, as a product manager would check them: Fjord comes, Atlas goes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand import analogues, cannibalisation, launches, portfolio
from counterpoise.domain.demand.launch_regions import share_regions
from counterpoise.domain.demand.launch_rules import read_launch_rules
from counterpoise.domain.demand.portfolio import apply_portfolio
from counterpoise.domain.demand.segments import NONE
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.launch import (
    NO_DECISIONS,
    InvalidLaunch,
    InvalidPhaseOut,
    NoAnalogue,
    Product,
)
from counterpoise.domain.values.document import from_document, to_document
from launching import (
    AS_OF,
    BEGUN,
    CEDAR,
    DEALS,
    OLD,
    PRODUCTS,
    RAMP,
    build_deals,
    decide,
    make_launch,
    make_phase_out,
    sell,
    with_rules,
)
from overriding import DECEMBER, FORECAST, NOVEMBER, OCTOBER, build_forecast, means

D = Decimal
DEFAULTS = load_defaults()
RULES = read_launch_rules(DEFAULTS, AS_OF)
PATHS = np.random.default_rng(5).normal([10_000, 20_000, 30_000], 2_000, (3000, 3))
BASE = replace(FORECAST, paths=PATHS)
FLAT = tuple(D(1000) for _ in range(12))


def apply(*decided, forecast=BASE, deals=DEALS, products=PRODUCTS, rulebook=DEFAULTS):
    rng = np.random.default_rng(7)
    return apply_portfolio(forecast, decide(*decided), deals, products, rulebook=rulebook, rng=rng)


def learn(deals=DEALS, rules=RULES):
    return analogues.find_past_launches(deals, PRODUCTS, rules)


def cell_of(forecast, *members, month=NOVEMBER, measure="won_revenue"):
    return next(
        each
        for each in forecast.cells
        if (each.measure, each.month) == (measure, month)
        and [member for _, member in each.by] == list(members)
    )


def notes_of(forecast):
    return " ".join(map(str, forecast.notes))


# Past launches


def test_a_past_launch_is_new_in_the_data_and_a_year_old():
    cedar, dune = learn()
    assert (cedar.product, cedar.family, cedar.first_month) == (
        "Cedar",
        "Ledgers",
        date(2024, 3, 1),
    )
    assert cedar.deals == tuple(2 * each for each in RAMP)
    assert cedar.revenue[0] == D(2200)
    assert cedar.by_region == (("Gulf", sum(RAMP)), ("Levant", sum(RAMP)))
    assert (cedar.deal_value, dune.total_deals) == (D(1100), 4 * sum(RAMP))


@pytest.mark.parametrize(
    ("rows", "as_of"),
    [
        pytest.param(OLD, AS_OF, id="older than the data"),
        pytest.param(
            OLD + sell("Cedar", date(2023, 3, 1), RAMP), AS_OF, id="two months after it begins"
        ),
        pytest.param(
            OLD + sell("Cedar", date(2025, 10, 1), RAMP), date(2026, 9, 29), id="a day too young"
        ),
        pytest.param(OLD + sell("Cedar", date(2024, 3, 1), (1, 1)), AS_OF, id="four deals a year"),
        pytest.param([*OLD, (None, 10, "Gulf", "Cedar")], AS_OF, id="never won"),
        pytest.param([(None, 10, "Gulf", "Cedar")], AS_OF, id="nothing won at all"),
    ],
)
def test_what_is_no_past_launch(rows, as_of):
    assert learn(build_deals(rows, as_of=as_of)) == ()


def test_on_the_last_day_of_the_twelfth_month_it_is_one():
    deals = build_deals(OLD + sell("Cedar", date(2025, 10, 1), RAMP))
    assert [each.product for each in learn(deals)] == ["Cedar"]


def test_deals_without_products_or_regions():
    assert learn(build_deals(OLD + CEDAR, dimensions=())) == ()
    (cedar,) = learn(build_deals(OLD + CEDAR, dimensions=("product",)))
    assert cedar.by_region == ()
    nowhere = build_deals(OLD + sell("Cedar", date(2024, 3, 1), RAMP, regions=(None, "Gulf")))
    assert learn(nowhere)[0].by_region == ((NONE, sum(RAMP)), ("Gulf", sum(RAMP)))
    assert analogues.list_regions(build_deals(OLD, dimensions=())) == ()
    assert analogues.list_regions(DEALS) == ("Gulf", "Levant")


def test_a_product_that_no_table_describes_has_no_family():
    (cedar,) = analogues.find_past_launches(build_deals(OLD + CEDAR), (), RULES)
    assert (cedar.family, cedar.price) == ("", None)


@pytest.mark.parametrize(
    ("wanted", "regions", "expected"),
    [
        pytest.param(
            Product("Fjord", "Ledgers", D(1200)),
            ("Gulf", "Levant"),
            [("Cedar", "1.000", "1.000", "1.000"), ("Dune", "0.925", "0.750", "1.000")],
            id="same family, same price, same regions",
        ),
        pytest.param(
            Product("Fjord", "Ledgers", D(900)),
            ("Gulf",),
            [("Dune", "0.900", "1.000", "0.500"), ("Cedar", "0.825", "0.750", "0.500")],
            id="sold in one region of two",
        ),
        pytest.param(
            Product("Fjord", "Tools", None),
            (),
            [("Dune", "0.200", None, "1.000"), ("Cedar", "0.200", None, "1.000")],
            id="another family and no price; equally like, so the larger first",
        ),
    ],
)
def test_likeness_and_its_parts(wanted, regions, expected):
    found = analogues.propose(wanted, regions, learn(), RULES)
    assert [
        (each.past.product, str(each.score), each.price and str(each.price), str(each.regions))
        for each in found
    ] == expected


def test_a_product_is_no_analogue_of_itself():
    found = analogues.propose(Product("Cedar", "", None), (), learn(), RULES)
    assert [each.past.product for each in found] == ["Dune"]


def test_without_any_weight_nothing_is_like():
    rules = replace(RULES, family_weight=0.0, price_weight=0.0, region_weight=0.0)
    assert {each.score for each in analogues.propose(PRODUCTS[0], (), learn(), rules)} == {0}


def test_first_month_of_a_product():
    assert analogues.find_first_month(DEALS, "Dune") == date(2025, 1, 1)
    assert analogues.find_first_month(DEALS, "Fjord") is None
    assert analogues.find_first_month(build_deals(OLD, dimensions=()), "Atlas") is None
    open_only = build_deals([*OLD, (None, 1, "Gulf", "Fjord")])
    assert analogues.find_first_month(open_only, "Fjord") is None


@pytest.mark.parametrize("name", ["spread", "own_months"])
def test_a_rule_that_nothing_can_be_judged_with_is_refused(name):
    with pytest.raises(InvalidRule, match=f"launch.{name} is 0 .* Write more"):
        read_launch_rules(with_rules(**{name: 0}), AS_OF)


# What a launch is expected to bring


def test_the_curve_is_that_of_the_analogue_at_the_size_that_a_person_says():
    found = launches.expect(make_launch(deals=D(60)), learn(), RULES)
    assert found.deals.sum() == pytest.approx(60)
    np.testing.assert_allclose(found.deals, np.array(RAMP) * 60 / sum(RAMP))
    # the analogues of Cedar brought 1100 for a list price of 1200
    assert found.revenue.sum() == pytest.approx(60 * 1000 * 1100 / 1200)
    assert found.analogues == ("Cedar",)


@pytest.mark.parametrize(
    ("launch", "deals", "value"),
    [
        pytest.param({"factor": D("0.5")}, sum(RAMP), 1000 * 1100 / 1200, id="half an analogue"),
        pytest.param(
            {"factor": D(1), "price": None}, 2 * sum(RAMP), 1100, id="no price of its own"
        ),
        pytest.param(
            {"factor": D(1), "analogues": ("Cedar", "Dune"), "price": None},
            3 * sum(RAMP),
            1000,
            id="the mean of two",
        ),
    ],
)
def test_the_size_as_a_factor_to_the_mean_of_the_analogues(launch, deals, value):
    found = launches.expect(make_launch(deals=None, **launch), learn(), RULES)
    assert found.deals.sum() == pytest.approx(deals)
    assert found.revenue.sum() / found.deals.sum() == pytest.approx(value)


def test_a_thin_analogue_leans_on_the_curves_of_all():
    early = (6, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    deals = build_deals(OLD + CEDAR + sell("Dune", date(2025, 1, 1), early, regions=("Gulf",)))
    found = launches.expect(make_launch(analogues=("Dune",), deals=D(10)), learn(deals), RULES)
    own, base = 6, (0.6 + 1 / 57) / 2  # 10 deals of its own, 20 of the mean of both curves
    assert found.deals[0] == pytest.approx(10 * (own + 20 * base) / 30)


def test_beyond_the_curve_it_goes_on_at_its_last_level():
    found = launches.expect(make_launch(deals=D(57)), learn(), RULES)
    assert found.at(11) == pytest.approx(found.at(40))
    assert found.at(0)[0] == pytest.approx(1)


def test_none_of_the_picked_analogues_is_in_the_history():
    assert launches.expect(make_launch(analogues=("Granite",)), learn(), RULES) is None


def test_a_curve_of_a_person_is_taken_as_it_is():
    launch = make_launch(analogues=(), curve=(D(0), *FLAT[1:]), deals=D(22))
    found = launches.expect(launch, (), RULES)
    assert found.revenue.tolist() == [0, *[1000] * 11]
    assert found.deals.tolist() == [0, *[2] * 11]
    assert (found.spread, found.judged) == (pytest.approx(0.7), 0)


def test_the_spread_is_how_far_the_others_were_off():
    spread, judged = launches.learn_spread("Ledgers", learn(), RULES)
    apart = np.log(4 * 900 / (2 * 1100))
    assert judged == 2
    assert spread == pytest.approx(np.sqrt((2 * apart**2 + 3 * 0.7**2) / 5))


def test_a_family_without_two_launches_is_judged_by_all():
    assert launches.learn_spread("Tools", learn(), RULES)[1] == 2
    assert launches.learn_spread("", learn(), RULES)[1] == 2
    assert launches.learn_spread("Ledgers", learn()[:1], RULES) == (pytest.approx(0.7), 0)


def test_a_launch_that_brought_no_money_is_not_judged():
    free = sell("Free", date(2024, 3, 1), RAMP, price=0)
    deals = build_deals(OLD + CEDAR + free)
    assert launches.learn_spread("", learn(deals), RULES)[1] == 0


def test_values_scatter_as_those_of_won_deals():
    assert launches.scatter_of_values(DEALS) == pytest.approx(0)
    two = build_deals([(BEGUN, 50, "Gulf", "Atlas"), (BEGUN, 150, "Gulf", "Atlas")])
    assert launches.scatter_of_values(two) == pytest.approx(0.5)
    assert launches.scatter_of_values(replace(two, dimensions={})) == pytest.approx(0.5)
    assert launches.scatter_of_values(build_deals([(None, 1, "Gulf", "Atlas")])) == 0


def test_the_outline_shows_twelve_months_with_their_ranges():
    launch = make_launch(deals=D(114))
    expected = launches.expect(launch, learn(), RULES)
    months = launches.outline(launch, expected, 0.3, np.random.default_rng(1))
    assert [each.month for each in months][:2] == [NOVEMBER, DECEMBER]
    assert len(months) == 12
    assert [each.deals for each in months] == [D(2 * each) for each in RAMP]
    assert all(0 <= each.low < each.revenue < each.high for each in months[2:])
    ended = replace(launch, last_month=DECEMBER)
    assert len(launches.outline(ended, expected, 0.3, np.random.default_rng(1))) == 2


@pytest.mark.parametrize(
    ("launch", "deals", "expected"),
    [
        pytest.param({"regions": ()}, DEALS, {"Gulf": 0.5, "Levant": 0.5}, id="where Cedar sold"),
        pytest.param({"regions": ("Gulf",)}, DEALS, {"Gulf": 1.0}, id="in one region alone"),
        pytest.param(
            {"regions": (), "analogues": (), "curve": FLAT},
            build_deals(OLD + sell("Atlas", date(2026, 8, 1), (13 * 2,), regions=("Gulf",))),
            {"Gulf": (13 * 12 + 26) / (26 * 12 + 26), "Levant": 13 * 12 / (26 * 12 + 26)},
            id="a curve: as the company's last year",
        ),
        pytest.param(
            {"regions": ("Egypt", "Oman"), "analogues": (), "curve": FLAT},
            DEALS,
            {"Egypt": 0.5, "Oman": 0.5},
            id="where nobody ever sold: evenly",
        ),
        pytest.param(
            {"regions": (), "analogues": (), "curve": FLAT},
            build_deals(OLD, dimensions=("product",)),
            {NONE: 1.0},
            id="without regions at all",
        ),
    ],
)
def test_where_a_launch_will_sell(launch, deals, expected):
    made = make_launch(**launch)
    picked = [each for each in learn(deals) if each.product in made.analogues]
    assert dict(share_regions(made, picked, deals)) == pytest.approx(expected)


# In the forecast


def test_without_decisions_the_forecast_is_the_same_object():
    assert apply() is BASE
    assert apply(make_launch(month=date(2027, 1, 1))) is BASE
    assert apply(make_phase_out(last_month=date(2027, 1, 1))) is BASE
    assert NO_DECISIONS.is_empty


def test_a_launch_adds_figures_that_add_up():
    found = apply(make_launch(deals=D(57), regions=()))
    assert means(found, "won_deals", NOVEMBER) == {
        "": 21, "Gulf": D("12.5"), "Levant": D("8.5"), "Atlas": 14, "Beacon": 6, "Fjord": 1,
        "Gulf Atlas": 8, "Gulf Beacon": 4, "Levant Atlas": 6, "Levant Beacon": 2,
        "Gulf Fjord": D("0.5"), "Levant Fjord": D("0.5"),
    }  # fmt: skip
    assert cell_of(found, "Fjord", month=OCTOBER).mean == 0
    assert cell_of(found, "Fjord", month=DECEMBER, measure="won_deals").mean == 2
    revenue = cell_of(found, "Fjord").mean
    assert revenue == D("916.66") or revenue == D("916.67")
    assert [(each.kind, each.product, each.deals) for each in found.products] == [
        ("launch", "Fjord", D(3))
    ]


def test_what_was_there_keeps_its_figures_and_its_place():
    found = apply(make_launch())
    old = [each for each in found.cells if ("product", "Fjord") not in each.by and each.by]
    assert [each for each in old if ("region", "Gulf") not in each.by] == [
        each for each in BASE.cells if each.by and ("region", "Gulf") not in each.by
    ]
    assert {each.by for each in found.cells} - {each.by for each in BASE.cells} == {
        (("product", "Fjord"),),
        (("region", "Gulf"), ("product", "Fjord")),
    }


def test_ranges_are_wide_and_the_paths_have_them():
    found = apply(make_launch(deals=D(570), regions=()))
    fjord = cell_of(found, "Fjord", month=DECEMBER)
    assert fjord.quantile("0.1") < fjord.mean * D("0.6")
    assert fjord.quantile("0.9") > fjord.mean * D("1.5")
    whole, was = cell_of(found, month=DECEMBER), cell_of(BASE, month=DECEMBER)
    assert whole.mean == was.mean + fjord.mean
    levels = [float(each) for each in whole.quantiles]
    np.testing.assert_allclose(
        levels, np.quantile(found.paths[:, 2], [0.05, 0.1, 0.5, 0.9, 0.95]), atol=0.01
    )
    added = found.paths.mean(axis=0) - PATHS.mean(axis=0)
    assert added[2] == pytest.approx(float(fjord.mean))
    assert added[0] == 0
    assert "The range is wide" in notes_of(found)


def test_distances_of_independent_things_add_in_squares():
    found = apply(make_launch(deals=D(570)))
    was, gulf, fjord = (
        cell_of(BASE, "Gulf", month=DECEMBER),
        cell_of(found, "Gulf", month=DECEMBER),
        cell_of(found, "Fjord", month=DECEMBER),
    )
    away = [float(each.quantile("0.9") - each.mean) for each in (was, fjord, gulf)]
    assert away[2] == pytest.approx(np.hypot(away[0], away[1]), rel=1e-4)


def test_a_kept_forecast_without_paths_still_has_ranges():
    found = apply(make_launch(), forecast=replace(BASE, paths=np.empty((0, 3))))
    assert found.paths.shape == (0, 3)
    assert cell_of(found, month=DECEMBER).mean > cell_of(BASE, month=DECEMBER).mean
    assert cell_of(found, "Fjord", month=DECEMBER).quantile("0.9") > 0


FJORD = build_forecast(
    {
        (region, product, month): (D(each) * 100, D(each))
        for region in ("Gulf", "Levant")
        for product, each in (("Atlas", 10), ("Fjord", 4))
        for month in (OCTOBER, NOVEMBER, DECEMBER)
    }
)


@pytest.mark.parametrize(
    ("month", "own", "deals"),
    [
        pytest.param(date(2026, 10, 1), 0, 0, id="not begun: the curve alone"),
        pytest.param(date(2026, 8, 1), 2, D("0.25") * 4, id="two months: a quarter its own"),
        pytest.param(date(2026, 4, 1), 6, D("0.5") * 4, id="six months: half its own"),
    ],
)
def test_own_months_count_more_each_month(month, own, deals):
    """The curve says next to nothing, so what is left is what the statistics say."""
    launch = make_launch(month=month, deals=D("0.01"), regions=("Gulf",))
    assert portfolio.count_own_months(launch, AS_OF) == own
    found = apply(launch, forecast=FJORD)
    assert cell_of(
        found, "Gulf", "Fjord", measure="won_deals", month=DECEMBER
    ).mean == pytest.approx(deals, abs=D("0.01"))
    assert found.cells_by("won_deals", "product")["Fjord", DECEMBER].mean < 8


def test_after_twelve_months_a_product_is_one_like_any_other():
    found = apply(make_launch(month=date(2025, 10, 1)), forecast=FJORD)
    assert means(found) == means(FJORD)
    assert "12 months of its own behind it" in notes_of(found)


def test_where_it_is_not_sold_a_launch_leaves_only_what_its_own_months_say():
    launch = make_launch(month=OCTOBER, regions=("Gulf",), deals=D(57))
    found = apply(launch, forecast=FJORD)
    assert cell_of(found, "Levant", "Fjord", measure="won_deals").mean == 0


def test_what_is_won_already_stays():
    won = replace(FJORD, cells=tuple(replace(each, won=each.mean / 4) for each in FJORD.cells))
    found = apply(
        make_launch(month=OCTOBER, deals=D("0.01")),
        make_phase_out(last_month=OCTOBER),
        forecast=won,
    )
    assert means(found, "won_deals", DECEMBER) == {
        "": 7, "Gulf": D("3.5"), "Levant": D("3.5"), "Atlas": 5, "Fjord": 2,
        "Gulf Atlas": D("2.5"), "Levant Atlas": D("2.5"), "Gulf Fjord": 1, "Levant Fjord": 1,
    }  # fmt: skip
    assert all(each.won <= each.from_open <= each.mean for each in found.cells)
    assert all(quantile >= each.won for each in found.cells for quantile in each.quantiles)


def test_a_launch_that_ends_brings_nothing_after():
    found = apply(make_launch(deals=D(570), last_month=NOVEMBER))
    assert cell_of(found, "Fjord").mean > 0
    assert cell_of(found, "Fjord", month=DECEMBER).mean == 0
    grown = make_launch(month=date(2025, 1, 1), last_month=NOVEMBER)
    gone = apply(grown, forecast=FJORD)
    assert cell_of(gone, "Gulf", "Fjord", measure="won_deals").mean == 4
    assert cell_of(gone, "Gulf", "Fjord", month=DECEMBER).mean == 0


def test_a_launch_beyond_its_curve():
    launch = make_launch(month=date(2026, 10, 1), deals=D(57), regions=("Gulf",))
    year = replace(BASE, paths=np.empty((0, 3)))
    late = replace(launch, month=date(2025, 11, 1))
    found = apply(late, forecast=year, rulebook=with_rules(own_months=10_000))
    assert cell_of(found, "Fjord", month=DECEMBER, measure="won_deals").mean == D("5.99")


def test_analogues_that_the_day_does_not_show_are_said():
    young = build_deals(OLD, as_of=AS_OF)
    found = apply(make_launch(), deals=young)
    assert means(found) == means(BASE)
    assert (
        "The launch of Fjord is left out: on 2026-09-30 none of its analogues (Cedar)"
        in notes_of(found)
    )


def test_a_forecast_without_products_cannot_follow():
    whole = build_forecast({("", "", OCTOBER): (100, 1)})
    found = apply(make_launch(month=OCTOBER), forecast=whole)
    assert found.cells == whole.cells
    assert "no figures by product" in notes_of(found)


def test_a_forecast_by_product_alone():
    by_product = build_forecast({("", "Atlas", month): (100, 1) for month in (NOVEMBER, DECEMBER)})
    by_product = replace(by_product, paths=np.empty((0, 3)))
    found = apply(make_launch(deals=D(57)), forecast=by_product)
    assert means(found, "won_deals", NOVEMBER) == {"": 2, "Atlas": 1, "Fjord": 1}


def test_the_first_product_of_a_company_that_expects_nothing():
    nothing = build_forecast(
        {("Gulf", "Atlas", month): (0, 0) for month in (OCTOBER, NOVEMBER, DECEMBER)}
    )
    found = apply(make_launch(deals=D(57)), forecast=replace(nothing, paths=np.zeros((500, 3))))
    assert found.paths[:, 1].mean() == pytest.approx(float(cell_of(found, "Fjord").mean), abs=0.01)
    ended = apply(
        make_phase_out(product="Atlas"), forecast=replace(nothing, paths=np.zeros((500, 3)))
    )
    assert means(ended) == means(nothing)


def test_a_curve_of_a_person_in_the_forecast_is_called_an_assumption():
    found = apply(make_launch(analogues=(), curve=FLAT, deals=D(24)))
    assert cell_of(found, "Fjord").mean == 1000
    assert "by a curve that layla assumed" in notes_of(found)


# Sisters


def lose(*drops):
    """A launch a year, each in a family whose only sister sells 20 a month; drops: what it sells in
    the half year after. The rest of the company sells on."""
    rows = sell("Rest", BEGUN, [200] * 45, regions=("Gulf",))
    for n, drop in enumerate(drops):
        sister = [20] * 45
        sister[6 + 12 * n : 12 + 12 * n] = [drop] * 6
        rows += sell(f"Sister {n}", BEGUN, sister, regions=("Gulf",))
        rows += sell(f"New {n}", date(2023 + n, 7, 1), RAMP, regions=("Gulf",))
    return build_deals(rows)


FAMILY = (
    Product("Rest", "Tools", None),
    *(Product(f"{name} {n}", f"Line {n}", None) for n in range(3) for name in ("New", "Sister")),
)


def estimate(deals, products=FAMILY, rules=RULES):
    past = analogues.find_past_launches(deals, products, rules)
    return cannibalisation.estimate(deals, past, products, rules)


def test_a_loss_that_launches_agree_on_is_estimated():
    found = estimate(lose(10, 10, 10))
    assert found.launches == 3
    assert found.change == pytest.approx(D("-0.5"), abs=D("0.02"))
    assert found.low < found.change < found.high < 0
    assert found.is_applied
    assert "the same is taken from the sisters" in str(found.why)


def test_a_loss_that_cannot_be_told_from_nothing_is_not_applied():
    found = estimate(lose(20, 21, 19))
    assert found.low < 0 < found.high
    assert not found.is_applied
    assert "cannot be told from nothing" in str(found.why)


@pytest.mark.parametrize(
    ("deals", "products"),
    [
        pytest.param(lose(10, 10), FAMILY, id="two launches"),
        pytest.param(lose(10, 10, 10), (), id="no families are known"),
        pytest.param(lose(10, 10, 10), FAMILY[1::2], id="no sister is known"),
        pytest.param(DEALS, PRODUCTS, id="fewer than needed"),
        pytest.param(build_deals([(None, 1, "Gulf", "Atlas")]), PRODUCTS, id="nothing was won"),
        pytest.param(build_deals([(BEGUN, 1, "Gulf", None)]), PRODUCTS, id="no product is known"),
        pytest.param(build_deals(OLD, dimensions=()), PRODUCTS, id="deals without products"),
    ],
)
def test_too_little_to_say_whether_sisters_lose(deals, products):
    found = estimate(deals, products)
    assert (found.change, found.low, found.high, found.is_applied) == (None, None, None, False)
    assert "3 are needed" in str(found.why)


def test_a_launch_too_near_the_ends_of_the_data_is_not_compared():
    early = sell("Early", date(2023, 5, 1), RAMP)
    late = sell("Late", date(2025, 10, 1), RAMP)
    products = (*PRODUCTS, Product("Early", "Ledgers", None), Product("Late", "Ledgers", None))
    found = estimate(build_deals(OLD + early + late), products)
    assert found.launches == 1


SISTERS = build_forecast(
    {
        (region, product, month): (D(each) * 100, D(each))
        for region in ("Gulf", "Levant")
        for product, each in (("Sister 0", 10), ("Rest", 40))
        for month in (OCTOBER, NOVEMBER, DECEMBER)
    }
)


def launch_beside_sisters(*more, **other):
    said = {"analogues": ("New 0",), "month": OCTOBER, "deals": D(570), "price": None}
    said |= {"family": "Line 0"} | other
    return apply(
        make_launch(**said), *more, forecast=SISTERS, deals=lose(10, 10, 10), products=FAMILY
    )


def test_an_estimated_loss_is_taken_from_sisters_where_the_launch_sells():
    found = launch_beside_sisters()
    change = estimate(lose(10, 10, 10)).change
    sister = cell_of(found, "Gulf", "Sister 0", measure="won_deals").mean
    assert sister == pytest.approx(10 * (1 + change), abs=D("0.01"))
    assert cell_of(found, "Levant", "Sister 0", measure="won_deals").mean == 10
    assert cell_of(found, "Gulf", "Rest", measure="won_deals").mean == 40
    lines = {(each.kind, each.product, each.cause): each.deals for each in found.products}
    assert lines["sisters", "Sister 0", "Fjord"] == pytest.approx(30 * change, abs=D("0.03"))
    assert sum(lines.values()) == sum(
        each.mean - cell_of(SISTERS, month=each.month, measure="won_deals").mean
        for each in found.cells
        if each.measure == "won_deals" and not each.by
    )


def test_sisters_never_lose_more_deals_than_the_launch_brings():
    found = launch_beside_sisters(deals=D(57))
    lines = {each.kind: each.deals for each in found.products}
    assert lines["launch"] == 6
    assert lines["sisters"] == pytest.approx(-6, abs=D("0.02"))


def test_the_loss_fades_as_the_sisters_own_months_show_it():
    found = launch_beside_sisters(month=date(2026, 4, 1))
    change = float(estimate(lose(10, 10, 10)).change)
    sister = cell_of(found, "Gulf", "Sister 0", measure="won_deals").mean
    assert float(sister) == pytest.approx(10 * (1 + change) ** 0.5, abs=0.01)


def test_a_launch_without_a_family_or_without_sisters_takes_from_nobody():
    alone = launch_beside_sisters(family="")
    assert cell_of(alone, "Gulf", "Sister 0", measure="won_deals").mean == 10
    other = launch_beside_sisters(family="Boats")
    assert [each.kind for each in other.products] == ["launch"]


# Phase-out


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        pytest.param({}, (7, 7, 0), id="new deals end before the last month"),
        pytest.param({"new_until": NOVEMBER}, (7, 14, 0), id="new deals until the very end"),
        pytest.param(
            {"last_month": DECEMBER, "new_until": OCTOBER}, (7, 7, D("10.5")), id="a slow end"
        ),
        pytest.param({"last_month": date(2026, 8, 1)}, (0, 0, 0), id="over already"),
    ],
)
def test_a_phase_out_fades_as_asked(decided, expected):
    """Half of every figure comes from open deals."""
    found = apply(make_phase_out(**decided))
    atlas = tuple(
        cell_of(found, "Atlas", month=month, measure="won_deals").mean
        for month in (OCTOBER, NOVEMBER, DECEMBER)
    )
    assert atlas == expected
    assert cell_of(found, "Beacon").mean == cell_of(BASE, "Beacon").mean
    assert "Atlas is phased out" in notes_of(found)


def test_the_range_of_what_fades_shrinks_with_it():
    found = apply(make_phase_out())
    atlas, was = cell_of(found, "Gulf", "Atlas"), cell_of(BASE, "Gulf", "Atlas")
    assert atlas.quantiles == tuple(each / 2 for each in was.quantiles)
    assert set(cell_of(found, "Atlas", month=DECEMBER).quantiles) == {0}
    whole = cell_of(found, month=DECEMBER).mean / cell_of(BASE, month=DECEMBER).mean
    np.testing.assert_allclose(found.paths[:, 2], PATHS[:, 2] * float(whole))


def test_a_successor_takes_what_a_person_says_and_nothing_else():
    taken = apply(make_phase_out(successor="Beacon", share=D("0.5")))
    assert cell_of(taken, "Beacon", month=DECEMBER, measure="won_deals").mean == 9 + D("10.5")
    assert (
        cell_of(taken, "Beacon", month=OCTOBER).mean == cell_of(BASE, "Beacon", month=OCTOBER).mean
    )
    assert "Beacon takes 0.5 of what it no longer brings, as layla says" in notes_of(taken)
    beacon, was = (
        cell_of(taken, "Gulf", "Beacon", month=DECEMBER),
        cell_of(BASE, "Gulf", "Beacon", month=DECEMBER),
    )
    assert beacon.quantile("0.9") / beacon.mean == pytest.approx(was.quantile("0.9") / was.mean)
    unsaid = apply(make_phase_out(successor="Beacon"))
    assert (
        cell_of(unsaid, "Beacon", month=DECEMBER).mean
        == cell_of(BASE, "Beacon", month=DECEMBER).mean
    )
    assert "so it takes nothing" in notes_of(unsaid)


def test_a_successor_without_figures_gets_them():
    found = apply(make_phase_out(successor="Fjord", share=D(1)))
    assert (
        cell_of(found, "Fjord", month=DECEMBER).mean == cell_of(BASE, "Atlas", month=DECEMBER).mean
    )
    assert cell_of(found, month=DECEMBER).mean == cell_of(BASE, month=DECEMBER).mean
    assert [(each.kind, each.product, each.cause) for each in found.products] == [
        ("phase_out", "Atlas", "Atlas"),
        ("successor", "Fjord", "Atlas"),
    ]


def test_what_one_product_hands_over_the_next_gives_up_when_it_ends():
    found = apply(
        make_phase_out(id=3, product="Beacon", last_month=DECEMBER),
        make_phase_out(last_month=OCTOBER, successor="Beacon", share=D(1)),
    )
    assert cell_of(found, "Beacon", month=NOVEMBER, measure="won_deals").mean == 20
    assert cell_of(found, "Beacon", month=DECEMBER, measure="won_deals").mean == D("4.5")


def test_a_phase_out_of_what_the_forecast_does_not_know_is_said():
    found = apply(make_phase_out(product="Granite"))
    assert found.cells == BASE.cells
    assert "The phase-out of Granite changes nothing" in notes_of(found)


def test_a_launched_product_is_phased_out_with_its_launch():
    found = apply(make_launch(deals=D(570)), make_phase_out(product="Fjord", last_month=NOVEMBER))
    assert cell_of(found, "Fjord").mean == 0  # what is new ends in October, and nothing is open
    assert cell_of(found, "Fjord", month=DECEMBER).mean == 0


# What can be decided


@pytest.mark.parametrize(
    ("said", "refusal", "advice"),
    [
        pytest.param({"analogues": ()}, NoAnalogue, "Pick at least one past product", id="none"),
        pytest.param({"deals": None}, InvalidLaunch, "Give one of the two", id="no size"),
        pytest.param({"factor": D(1)}, InvalidLaunch, "Give one of the two", id="two sizes"),
        pytest.param({"deals": D(0)}, InvalidLaunch, "more than 0", id="no deals"),
        pytest.param(
            {"deals": None, "factor": D("-1")}, InvalidLaunch, "more than 0", id="less than nothing"
        ),
        pytest.param({"price": D(0)}, InvalidLaunch, "The list price is 0", id="free"),
        pytest.param({"deals": D("NaN")}, InvalidLaunch, "more than 0", id="no number"),
        pytest.param({"month": date(2026, 11, 2)}, InvalidLaunch, "first day", id="mid-month"),
        pytest.param({"month": date(9999, 12, 1)}, InvalidLaunch, "from 1970 to 2199", id="far"),
        pytest.param({"deals": D(10) ** 10}, InvalidLaunch, "at most 1000000000", id="too many"),
        pytest.param(
            {"deals": None, "factor": D(1001)}, InvalidLaunch, "at most 1000", id="too large"
        ),
        pytest.param(
            {"last_month": OCTOBER}, InvalidLaunch, "Put the months right", id="backwards"
        ),
        pytest.param({"product": " "}, InvalidLaunch, "Give it 1 to 200", id="no name"),
        pytest.param({"comment": ""}, InvalidLaunch, "Write what you know", id="no reason"),
        pytest.param(
            {"curve": FLAT}, InvalidLaunch, "Give it without them", id="curve and analogue"
        ),
        pytest.param(
            {"curve": FLAT, "analogues": (), "deals": None, "factor": D(1)},
            InvalidLaunch,
            "with the number of deals",
            id="a curve without deals",
        ),
        pytest.param(
            {"curve": FLAT[1:], "analogues": ()}, InvalidLaunch, "has 11 amounts", id="11 months"
        ),
        pytest.param(
            {"curve": (D(0),) * 12, "analogues": ()},
            InvalidLaunch,
            "one of them is above",
            id="zero",
        ),
        pytest.param(
            {"curve": (D(-1), *FLAT[1:]), "analogues": ()}, InvalidLaunch, "0 or more", id="below 0"
        ),
    ],
)
def test_a_launch_that_no_forecast_could_follow_is_refused(said, refusal, advice):
    with pytest.raises(refusal, match=advice):
        make_launch(**said)


@pytest.mark.parametrize(
    ("said", "refusal", "advice"),
    [
        pytest.param({"new_until": DECEMBER}, InvalidPhaseOut, "Put the months right", id="after"),
        pytest.param({"successor": "Atlas"}, InvalidPhaseOut, "follow itself", id="itself"),
        pytest.param({"share": D("0.5")}, InvalidPhaseOut, "Name the successor", id="nobody"),
        pytest.param(
            {"successor": "Fjord", "share": D("1.1")}, InvalidPhaseOut, "at most 1", id="too much"
        ),
        pytest.param({"last_month": date(2026, 11, 3)}, InvalidLaunch, "first day", id="mid-month"),
    ],
)
def test_a_phase_out_that_no_forecast_could_follow_is_refused(said, refusal, advice):
    with pytest.raises(refusal, match=advice):
        make_phase_out(**said)


@pytest.mark.parametrize("price", ["0", "-1", "NaN"])
def test_a_product_has_a_price_or_none_is_known(price):
    with pytest.raises(InvalidLaunch, match="Give more than 0"):
        Product("Fjord", "", D(price))


def test_decisions_come_back_from_a_document():
    held = decide(make_launch(last_month=DECEMBER), make_phase_out(new_until=OCTOBER))
    assert from_document(type(held), to_document(held)) == held
    assert held.ids == {1, 2}
