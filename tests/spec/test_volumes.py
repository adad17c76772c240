"""Hours to deliver, tickets to answer and units to ship, and how supply reads them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand import counts
from counterpoise.domain.demand.deal_paths import draw_deals
from counterpoise.domain.demand.delivery import expect_delivery
from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.demand.support import expect_support
from counterpoise.domain.demand.units import expect_units, split_by_site
from counterpoise.domain.demand.volumes import (
    VolumeFacts,
    expect_of_deals,
    expect_of_leads,
    expect_work,
)
from counterpoise.domain.reconcile.problem import build_problem
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.supply.capacity import plan_capacity
from counterpoise.domain.supply.pools import build_work
from counterpoise.domain.tables.capacity import Committed, WonDeals, Work
from counterpoise.domain.tables.service import StockedAt
from counterpoise.domain.tables.volume import Volumes
from counterpoise.domain.values.document import from_document, to_document
from planning import AS_OF, DELIVERY, MONTHS, PERIOD, SELLERS, make_forecast
from volume_company import make_deals, make_leads, make_lines, make_service, make_steady_leads

D = Decimal
DEFAULTS = load_defaults()
SETTINGS = replace(read_settings(DEFAULTS, AS_OF), paths=400)
SUPPORT = replace(DELIVERY, name="Desk", kind="support")


def rng():
    return np.random.default_rng(11)


def streams(part):
    return np.random.default_rng([11, *part.encode()])


def rulebook(*rules):
    """rules: (key, subject, value)."""
    said = (Rule(*rule, "", date(2026, 1, 1), "test") for rule in rules)
    return Rulebook((*said, *DEFAULTS.rules))


def spread_out(forecast, share="0.5"):
    """The same forecast with ranges: 80 % within half of the mean to both sides."""
    share = D(share)
    factors = (1 - share * D("1.3"), 1 - share, D(1), 1 + share, 1 + share * D("1.3"))
    cells = tuple(
        replace(cell, quantiles=tuple(cell.mean * each for each in factors))
        for cell in forecast.cells
    )
    return replace(forecast, cells=cells)


def draw(deals=None, share="0.5"):
    return draw_deals(spread_out(make_forecast(deals), share), SETTINGS, rng())


def find(found, kind, by, month=1):
    (volume,) = [
        each for each in found.of(kind) if each.by == by and each.month == MONTHS[month - 1]
    ]
    return volume


ROLE = (("role", "Delivery"),)
HOURS = ("delivery.hours", "Delivery", "20")
SPREAD = ("delivery.spread", "Delivery", "0.5 0.25 0.25")


# Paths of deals


def test_paths_of_deals_have_the_mean_and_the_range_of_their_cells():
    drawn = draw({"Atlas": (8, 12, 12), "Basalt": (4, 4, 4)})
    assert drawn.products == ("Atlas", "Basalt")
    assert drawn.drawn.mean(axis=0)[0].tolist() == pytest.approx([8, 12, 12])
    low, high = np.quantile(drawn.drawn[:, 0, 0], [0.1, 0.9])
    assert (low, high) == (pytest.approx(4, rel=0.1), pytest.approx(12, rel=0.1))


def test_products_move_together_as_far_as_the_whole_says():
    """The whole is as wide as its parts together, so they are wide on the same paths."""
    together = draw({"Atlas": (8, 8, 8), "Basalt": (8, 8, 8)}).drawn[:, :, 0]
    assert np.corrcoef(together.T)[0, 1] > 0.95
    forecast = spread_out(make_forecast({"Atlas": (8, 8, 8), "Basalt": (8, 8, 8)}))
    narrow = replace(
        forecast,
        cells=tuple(
            each if each.by else spread_out(replace(forecast, cells=(each,)), "0.1").cells[0]
            for each in forecast.cells
        ),
    )
    apart = draw_deals(narrow, SETTINGS, rng()).drawn[:, :, 0]
    assert abs(np.corrcoef(apart.T)[0, 1]) < 0.2


def test_a_forecast_without_products_is_one_part():
    assert draw({"": (8, 8, 8)}).products == ("",)


def test_counts_that_vary_by_chance_alone_share_no_movement():
    outlook = counts.Outlook(np.full((2, 1), 9.0), np.full((2, 1), 1.0), np.array([9.0]))
    assert counts.share_movement(outlook) == 0.0
    nobody = counts.draw_levels(5, 1, 0, 0.5, rng())
    assert nobody.shape == (5, 1, 0)


# Hours to deliver


def test_hours_follow_the_deals_over_the_months_of_the_template():
    """Of 8, 12 and 12 deals: 20 hours each, half at once and a quarter in each of the next two."""
    found = expect_delivery(draw(), (), rulebook(HOURS, SPREAD), AS_OF)
    assert [find(found, "delivery_hours", ROLE, n).mean for n in (1, 2, 3)] == [80, 160, 220]
    assert {each.standing for each in found.volumes} == {0}
    assert found.learned[0].n == 1


def test_deals_won_before_the_period_still_ask_for_their_hours():
    before = (
        WonDeals("Atlas", date(2026, 9, 1), D(4)),
        WonDeals("Atlas", date(2026, 8, 1), D(2)),
        WonDeals("Atlas", date(2026, 1, 1), D(99)),
        WonDeals("Atlas", MONTHS[0], D(99)),
        WonDeals("Gone", date(2026, 9, 1), D(2)),
    )
    found = expect_delivery(draw(), before, rulebook(HOURS, SPREAD), AS_OF)
    october = find(found, "delivery_hours", ROLE)
    assert october.standing == 4 * 5 + 2 * 5 + 2 * 5, "of a product that nobody sells any more, too"
    assert october.mean == 80 + october.standing
    assert find(found, "delivery_hours", ROLE, 2).standing == 4 * 5 + 2 * 5
    assert find(found, "delivery_hours", ROLE, 3).standing == 0


def test_hours_have_the_range_of_the_deals_and_what_is_certain_has_none():
    before = (WonDeals("Atlas", date(2026, 9, 1), D(400)),)
    alone = find(expect_delivery(draw(), (), rulebook(HOURS), AS_OF), "delivery_hours", ROLE, 2)
    sure = find(expect_delivery(draw(), before, rulebook(HOURS), AS_OF), "delivery_hours", ROLE, 1)
    assert alone.mean == 160
    assert float(alone.quantile("0.9")) == pytest.approx(240, rel=0.1)
    assert (sure.quantile("0.1"), sure.mean, sure.quantile("0.9")) == (8000, 8000, 8000)


def test_a_rule_of_product_and_role_goes_before_that_of_the_role():
    rules = rulebook(HOURS, SPREAD, ("delivery.hours", "Atlas / Delivery", "40"),
                     ("delivery.spread", "Atlas / Delivery", "1"))  # fmt: skip
    assert find(expect_delivery(draw(), (), rules, AS_OF), "delivery_hours", ROLE).mean == 320


def test_a_product_without_a_template_is_named():
    rules = rulebook(("delivery.hours", "Atlas / Delivery", "20"))
    deals = draw({"Atlas": (8, 12, 12), "Basalt": (4, 4, 4)})
    found = expect_delivery(deals, (), rules, AS_OF)
    (note,) = found.notes
    assert "what a deal of Basalt asks of Delivery, so it asks for nothing" in str(note)
    assert find(found, "delivery_hours", ROLE, 2).mean == 160


def test_wins_between_the_day_and_the_period_are_said_to_be_missing():
    found = expect_delivery(draw(), (), rulebook(HOURS), date(2026, 8, 15))
    assert "Deals won after 2026-08-15 and before 2026-10" in str(found.notes[0])


def test_without_a_template_hours_are_refused():
    found = expect_delivery(draw(), (), DEFAULTS, AS_OF)
    assert found.volumes == ()
    assert "delivery.hours" in str(found.refusals[0].why)


@pytest.mark.parametrize(
    ("rules", "advice"),
    [
        pytest.param([("delivery.hours", "Delivery", "-1")], "Write 0 or more", id="fewer than no"),
        pytest.param([HOURS, ("delivery.spread", "Delivery", "0.5 0.4")], "come to 1", id="lost"),
        pytest.param([HOURS, ("delivery.spread", "Delivery", "1.5 -0.5")], "come to 1", id="back"),
        pytest.param([HOURS, ("delivery.spread", "Delivery", "")], "holds nothing", id="none"),
        pytest.param([HOURS, ("delivery.spread", "Delivery", "a")], "numbers and", id="words"),
    ],
)
def test_a_template_that_cannot_be_is_refused_with_advice(rules, advice):
    with pytest.raises(InvalidRule, match=advice):
        expect_delivery(draw(), (), rulebook(*rules), AS_OF)


# Customers and tickets


TIERS = (("support.tier", "Enterprise", "premium"),)
PREMIUM, STANDARD = (("tier", "premium"),), (("tier", "standard"),)
KNOWN = make_deals(
    [(f"d{n}", date(2026, 3, 1 + n), True, "Atlas") for n in range(20)]
    + [("old", date(2025, 1, 1), True, "Atlas"), ("lost", date(2026, 3, 1), False, "Atlas")]
)


def serve(customers=None, tickets=None, rules=(), deals=None):
    customers = customers or [(date(2025, 1, 1), "Enterprise"), (date(2025, 1, 1), "Small")] * 5
    if tickets is None:
        tickets = [(date(2026, month, 10), 0) for month in range(1, 10) for _ in range(4)]
        tickets += [(date(2026, month, 10), 1) for month in range(1, 10)]
    service = make_service(customers, tickets)
    return expect_support(deals or draw(), KNOWN, service, rulebook(*TIERS, *rules), rng())


def test_customers_of_today_stay_where_nothing_says_who_leaves():
    found = serve()
    premium = find(found, "accounts", PREMIUM, 3)
    assert (premium.mean, premium.standing) == (5, 5), "no deal of the window brought a new account"
    assert find(found, "accounts", ()).mean == 10
    assert "support.churn_rate" in str(found.notes[0])


def test_who_leaves_is_gone_by_the_end_of_the_month():
    found = serve(rules=[("support.churn_rate", "premium", "0.1"),
                         ("support.churn_rate", "standard", "0")])  # fmt: skip
    months = [find(found, "accounts", PREMIUM, month).mean for month in (1, 2, 3)]
    assert months == [D("4.5"), D("4.05"), D("3.645")]
    assert find(found, "accounts", STANDARD, 3).mean == 5
    assert found.notes == ()


def test_deals_bring_new_customers_as_often_as_they_did():
    """Of 20 deals won in the window five brought a new customer, all of them small."""
    customers = [(date(2025, 1, 1), "Enterprise"), *[(date(2026, 3, 1), "Small")] * 5]
    found = serve(customers, rules=[("support.churn_rate", "", "0")])
    assert find(found, "accounts", STANDARD, 1).mean == 5 + 8 * D("0.25")
    assert find(found, "accounts", STANDARD, 3).mean == 5 + 32 * D("0.25")
    assert find(found, "accounts", PREMIUM, 3).mean == 1
    assert find(found, "accounts", STANDARD, 3).standing == 5
    assert find(found, "accounts", STANDARD, 3).quantile("0.9") > 13


def test_tickets_follow_the_customers_of_their_tier():
    """36 tickets of five premium customers in nine months, 9 of five standard ones."""
    found = serve(rules=[("support.prior_account_months", "", "0")])
    assert float(find(found, "tickets", PREMIUM).mean) == pytest.approx(36 / 9)
    assert float(find(found, "tickets", STANDARD).mean) == pytest.approx(1)
    assert float(find(found, "tickets", ()).mean) == pytest.approx(5)
    learned = {(each.kind, each.by): each for each in found.learned}
    assert learned["tickets", PREMIUM].n == 36
    assert "80.0 tickets a month from a hundred customers" in str(learned["tickets", PREMIUM].how)


def test_a_small_tier_leans_on_all():
    found = serve(rules=[("support.prior_account_months", "", "45")])
    rate = 45 / 90
    assert float(find(found, "tickets", PREMIUM).mean) == pytest.approx(5 * (36 + 45 * rate) / 90)


def test_tickets_of_nobody_are_shared_out_and_said():
    tickets = [(date(2026, month, 10), 0) for month in range(1, 10) for _ in range(4)]
    tickets += [(date(2026, month, 10), -1) for month in range(1, 10) for _ in range(4)]
    found = serve(tickets=tickets, rules=[("support.prior_account_months", "", "0")])
    assert float(find(found, "tickets", ()).mean) == pytest.approx(8)
    assert str(found.notes[-1]).startswith("36 tickets name no account")


def test_wild_months_have_wide_ranges():
    even = [(date(2026, month, 10), 0) for month in range(1, 9) for _ in range(10)]
    wild = [(date(2026, 1 + 7 * (n % 2), 10), 0) for n in range(80)]
    spread = [
        float(each.quantile("0.9") - each.quantile("0.1"))
        for tickets in (even, wild)
        for each in [find(serve(tickets=tickets), "tickets", ())]
    ]
    assert spread[1] > 1.5 * spread[0]


@pytest.mark.parametrize(
    ("tickets", "why"),
    [
        pytest.param([], "0 tickets came in", id="none"),
        pytest.param([(date(2026, 8, 1), 0)] * 29, "29 tickets came in", id="too few"),
        pytest.param([(date(2026, 8, 1), -1)] * 40, "None of 40 tickets names", id="nobody's"),
    ],
)
def test_without_tickets_to_learn_from_there_is_no_rate(tickets, why):
    found = serve(tickets=tickets)
    assert found.of("tickets") == ()
    assert why in str(found.refusals[0].why)
    assert found.of("accounts") != ()


def test_tickets_of_one_month_are_of_one_month_alone():
    """Nobody knows what came before the first: forty tickets of ten customers are four each."""
    tickets = [(date(2026, 9, 30), 0)] * 40
    found = serve(tickets=tickets, rules=[("support.prior_account_months", "", "0")])
    assert float(find(found, "tickets", PREMIUM).mean) == pytest.approx(40)
    assert find(found, "tickets", STANDARD).mean == 0


def test_without_customers_nobody_is_supported():
    for service in (None, make_service([], [])):
        found = expect_support(draw(), KNOWN, service, DEFAULTS, rng())
        assert {each.kind for each in found.refusals} == {"accounts", "tickets"}


def test_a_company_that_won_nothing_in_the_window_expects_no_new_customer():
    service = make_service([(date(2020, 1, 1), "")], [(date(2026, 5, 1), 0)] * 40)
    known = make_deals([("o1", date(2020, 1, 1), True, "Atlas")])
    found = expect_support(draw(), known, service, DEFAULTS, rng())
    assert find(found, "accounts", (), 3).mean == 1


def test_hours_of_a_pool_are_those_of_the_tickets_it_answers():
    rules = [
        ("support.ticket_hours", "", "2"),
        ("support.ticket_hours", "premium", "5"),
        ("support.pool", "premium", "Desk"),
    ]
    found = serve(rules=rules)
    hours = find(found, "support_hours", (("pool", "Desk"),))
    assert float(hours.mean) == pytest.approx(float(find(found, "tickets", PREMIUM).mean) * 5)
    assert found.of("support_hours")[0].by == (("pool", "Desk"),), "a pool is no part of a whole"
    every = serve(rules=[*rules, ("support.pool", "", "Desk")])
    more = find(every, "support_hours", (("pool", "Desk"),))
    assert float(more.mean) == pytest.approx(
        float(find(every, "tickets", PREMIUM).mean) * 5
        + float(find(every, "tickets", STANDARD).mean) * 2
    )


@pytest.mark.parametrize("value", ["-0.1", "1.1"])
def test_a_share_that_is_none_is_refused(value):
    with pytest.raises(InvalidRule, match="Write a share of 1"):
        serve(rules=[("support.churn_rate", "", value)])


# Units


LINED = make_deals([(f"a{n}", date(2026, 5, 1), True, "Atlas") for n in range(4)]
                   + [(f"b{n}", date(2026, 5, 1), True, "Basalt") for n in range(4)]
                   + [("open", None, False, "Atlas")])  # fmt: skip
LINES = make_lines(
    [*[(f"a{n}", "Atlas", 10) for n in range(4)], *[(f"a{n}", "Cable", 2) for n in range(4)],
     *[(f"b{n}", "Basalt", 6) for n in range(4)],
     ("open", "Atlas", 500), ("a0", "", 500), ("a0", "Atlas", float("nan"))]
)  # fmt: skip
BOTH = {"Atlas": (8, 12, 12), "Basalt": (4, 4, 4)}


def ship(rules=(("units.prior_deals", "", "0"),), deals=BOTH, lines=LINES, known=LINED):
    return expect_units(draw(deals), known, lines, rulebook(*rules), rng())


def of_product(name):
    return (("product", name),)


def test_units_are_deals_times_what_a_deal_of_the_product_brings():
    found = ship()
    assert find(found, "units", of_product("Atlas")).mean == 80
    assert find(found, "units", of_product("Cable")).mean == 16, "sold with the Atlas"
    assert find(found, "units", of_product("Basalt")).mean == 24
    assert {each.by: each.n for each in found.learned}[of_product("Cable")] == 4
    assert float(find(found, "units", of_product("Atlas")).quantile("0.9")) == pytest.approx(
        120, rel=0.1
    )


def test_few_deals_lean_on_all():
    """A deal of all brings nine units; four of the Atlas bring twelve and lean by four."""
    found = ship(rules=[("units.prior_deals", "", "4")])
    assert float(find(found, "units", of_product("Atlas")).mean) == pytest.approx(
        8 * 10.5 * 10 / 12
    )


def test_deals_of_different_size_widen_the_range():
    uneven = make_lines([(f"a{n}", "Atlas", units) for n, units in enumerate((1, 1, 1, 37))])
    even = make_lines([(f"a{n}", "Atlas", 10) for n in range(4)])
    wide, narrow = (
        find(ship(lines=lines), "units", of_product("Atlas")) for lines in (uneven, even)
    )
    assert wide.mean == narrow.mean == 80
    assert wide.quantile("0.9") > narrow.quantile("0.9")


def test_where_deals_are_not_told_by_product_all_are_alike():
    found = ship(deals={"": (8, 8, 8)})
    assert find(found, "units", of_product("Atlas")).mean == 8 * 5


def test_a_product_whose_deals_have_no_lines_is_named():
    found = ship(deals={**BOTH, "Dune": (1, 1, 1)})
    assert "No won deal of Dune has lines" in str(found.notes[0])
    single = make_lines([("a0", "Atlas", 3), ("b0", "Basalt", 0)])
    assert {each.by for each in ship(lines=single).volumes} == {of_product("Atlas")}


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        pytest.param(None, LINED, id="no table"),
        pytest.param(make_lines([]), LINED, id="no line"),
        pytest.param(LINES, make_deals([("open", None, False, "")]), id="nothing won"),
        pytest.param(make_lines([("open", "Atlas", 5)]), LINED, id="lines of open deals alone"),
    ],
)
def test_without_lines_of_won_deals_units_are_not_known(lines, known):
    found = ship(lines=lines, known=known)
    assert (found.volumes, found.refusals[0].kind) == ((), "units")
    assert "opportunity_line" in str(found.refusals[0].why)


def test_a_product_at_one_site_goes_there_whole():
    found = split_by_site(ship(), [StockedAt("Atlas", "Dubai")] * 2, DEFAULTS, AS_OF)
    at_site = find(found, "units", (("product", "Atlas"), ("site", "Dubai")))
    assert at_site.mean == find(found, "units", of_product("Atlas")).mean
    assert found.notes == ()


STOCK = [StockedAt("Basalt", "Cairo"), StockedAt("Basalt", "Dubai")]


def test_a_product_at_two_sites_is_split_as_the_rulebook_says():
    rules = rulebook(("units.site_share", "Basalt / Cairo", "0.3333"),
                     ("units.site_share", "Basalt / Dubai", "0.6667"))  # fmt: skip
    found = split_by_site(ship(), STOCK, rules, AS_OF)
    parts = [each for each in found.volumes if ("product", "Basalt") in each.by]
    whole, cairo, dubai = [each for each in parts if each.month == MONTHS[0]]
    assert cairo.mean + dubai.mean == whole.mean
    assert cairo.mean == whole.mean * D("0.3333")


def test_of_two_sites_without_a_rule_the_split_is_refused_and_the_product_told():
    found = split_by_site(ship(), STOCK, DEFAULTS, AS_OF)
    assert "Basalt lies at Cairo, Dubai" in str(found.notes[0])
    assert find(found, "units", of_product("Basalt")).mean == 24
    assert not any(("site", "Cairo") in each.by for each in found.volumes)


def test_shares_that_leave_something_over_are_refused():
    rules = rulebook(("units.site_share", "Basalt / Cairo", "0.4"))
    with pytest.raises(InvalidRule, match="come to 0.4"):
        split_by_site(ship(), STOCK, rules, AS_OF)
    facts = VolumeFacts(lines=LINES, stock=tuple(STOCK))
    forecast = spread_out(make_forecast(BOTH))
    found = expect_of_deals(facts, LINED, forecast, rules, streams)
    assert "come to 0.4" in {each.kind: str(each.why) for each in found.refusals}["units"]
    assert len(found.refusals) == 4


# What supply reads


def plan(rules, *, pools=(SELLERS, DELIVERY), work_rules=(), facts=None, before=()):
    book = rulebook(*rules, *work_rules)
    facts = facts or VolumeFacts(won_earlier=before)
    forecast = spread_out(make_forecast())
    volumes = expect_work(facts, KNOWN, forecast, book, streams)
    work = build_work(["Atlas"], pools, (), book, AS_OF, volumes)
    capacity = plan_capacity(forecast, pools, work, rulebook=book, won_before=before,
                             volumes=volumes)  # fmt: skip
    return capacity, build_problem(forecast, capacity, book), volumes


def test_a_pool_of_a_role_does_the_hours_of_the_volume_and_knows_their_range():
    before = (WonDeals("Atlas", date(2026, 9, 1), D(4)),)
    capacity, problem, volumes = plan([HOURS, SPREAD], before=before)
    rows = {each.month: each for each in capacity.months if each.pool == "Delivery"}
    hours = {each.month: each for each in volumes if each.kind == "delivery_hours"}
    assert {month: row.required for month, row in rows.items()} == {
        month: each.mean for month, each in hours.items()
    }
    assert rows[MONTHS[0]].required == 100
    assert rows[MONTHS[0]].required_high == hours[MONTHS[0]].quantile("0.9")
    assert {each.required_high for each in capacity.months if each.pool == "Gulf"} == {None}
    assert capacity.committed == (
        Committed("Delivery", MONTHS[0], D(20)),
        Committed("Delivery", MONTHS[1], D(20)),
    )
    assert [each for each in capacity.work if each.pool == "Delivery"] == [
        Work("Atlas", "Delivery", D(10), 0),
        Work("Atlas", "Delivery", D(5), 1),
        Work("Atlas", "Delivery", D(5), 2),
    ]
    assert sum(line.deals for line in problem.demand) == 32


def test_the_plan_asks_of_its_deals_what_the_volume_says():
    """Units of work times deals, and what is committed, are the mean of the volume."""
    before = (WonDeals("Atlas", date(2026, 9, 1), D(4)),)
    capacity, problem, _ = plan([HOURS, SPREAD], before=before)
    deals = {line.month: line.deals for line in problem.demand}
    for number, month in enumerate(MONTHS):
        asked = sum(
            work.units * deals[MONTHS[number - work.lag_months]]
            for work in problem.work
            if work.pool == "Delivery" and work.lag_months <= number
        )
        asked += sum(each.units for each in problem.committed if each.month == month)
        (row,) = [r for r in capacity.months if (r.pool, r.month) == ("Delivery", month)]
        assert asked == row.required


def test_without_templates_everything_is_as_it_was():
    units = ("work.units", "Delivery", "20")
    capacity, _, volumes = plan([units])
    assert {each.required_high for each in capacity.months} == {None}
    before = plan_capacity(
        spread_out(make_forecast()),
        (SELLERS, DELIVERY),
        build_work(["Atlas"], (SELLERS, DELIVERY), (), rulebook(units), AS_OF),
        rulebook=rulebook(units),
    )
    assert capacity == before
    assert volumes == ()


def test_a_rulebook_of_before_has_no_say_in_supply():
    """A version frozen before volumes keeps its rules, which lack every default of them."""
    new = ("delivery.", "support.", "units.", "funnel.", "lead.qualified")
    old = Rulebook(tuple(rule for rule in DEFAULTS.rules if not rule.key.startswith(new)))
    service = make_service([(date(2025, 1, 1), "Small")], [])
    facts = VolumeFacts(service=service)
    assert expect_work(facts, KNOWN, make_forecast(), old, streams) == ()


def test_supply_draws_what_the_page_shows():
    rules = rulebook(HOURS, ("support.ticket_hours", "", "2"), ("support.pool", "standard", "Desk"))
    service = make_service([(date(2025, 1, 1), "Small")], [(date(2026, 5, 1), 0)] * 60)
    facts = VolumeFacts(service=service, lines=LINES)
    forecast = spread_out(make_forecast())
    shown = expect_of_deals(facts, KNOWN, forecast, rules, streams)
    read = expect_work(facts, KNOWN, forecast, rules, streams)
    assert read == shown.of("delivery_hours", "support_hours")
    assert len(read) == 6


def test_a_role_that_no_pool_has_is_told_and_feeds_nobody():
    capacity, _, volumes = plan(
        [("delivery.hours", "Engineers", "5")], work_rules=[("work.units", "Delivery", "20")]
    )
    assert {dict(each.by)["role"] for each in volumes} == {"Engineers"}
    assert {each.required_high for each in capacity.months} == {None}
    fed, _, _ = plan([HOURS, ("delivery.hours", "Engineers", "5")])
    assert {each.pool for each in fed.work} == {"Gulf", "Delivery"}


def test_a_pool_of_another_kind_is_not_fed_by_its_name():
    pools = (SELLERS, replace(SUPPORT, name="Delivery"))
    capacity, _, _ = plan([HOURS, ("work.units", "Delivery", "1")], pools=pools)
    assert {each.required_high for each in capacity.months} == {None}


def test_a_pool_that_counts_in_deals_cannot_do_hours():
    with pytest.raises(InvalidRule, match="counts in deals"):
        plan([HOURS], pools=(SELLERS, replace(DELIVERY, unit="deals")))


def test_a_desk_answers_the_tickets_whatever_is_sold():
    service = make_service(
        [(date(2025, 1, 1), "Small")] * 10, [(date(2026, m, 3), 0) for m in range(1, 10)] * 5
    )
    rules = [("support.ticket_hours", "", "2"), ("support.pool", "", "Desk")]
    capacity, problem, volumes = plan(
        rules, pools=(SELLERS, SUPPORT), facts=VolumeFacts(service=service)
    )
    hours = {each.month: each.mean for each in volumes if each.kind == "support_hours"}
    rows = {each.month: each for each in capacity.months if each.pool == "Desk"}
    assert {month: row.required for month, row in rows.items()} == hours
    assert {each.pool for each in capacity.work} == {"Gulf"}
    assert {each.month: each.units for each in problem.committed} == hours
    assert all(row.required_high > row.required for row in rows.values())


# All of it


def test_a_kind_that_cannot_be_said_refuses_alone():
    found = expect_of_leads(VolumeFacts(), PERIOD, DEFAULTS, streams)
    assert {str(each.why) for each in found.refusals} == {
        "No lead was loaded. Load the table lead."
    }
    short = VolumeFacts(leads=make_leads([(date(2026, 9, 1), "A")]))
    found = expect_of_leads(short, PERIOD, DEFAULTS, streams)
    assert [each.kind for each in found.refusals] == [
        "leads", "qualified_leads", "opportunities", "customers",
    ]  # fmt: skip
    leads = VolumeFacts(leads=make_steady_leads())
    steady = rulebook(("funnel.origins", "", "1"), ("funnel.least_conversions", "", "200"))
    found = expect_of_leads(leads, PERIOD, steady, streams)
    assert {each.kind for each in found.refusals} == {"customers"}
    assert {each.kind for each in found.tests} == {"leads", "qualified_leads", "opportunities"}
    wrong = rulebook(("funnel.prior_leads", "", "-1"))
    found = expect_of_leads(short, PERIOD, wrong, streams)
    assert "Write 0 or more" in str(found.refusals[0].why)


def test_volumes_are_read_back_as_they_were_kept():
    facts = VolumeFacts(service=make_service([(date(2025, 1, 1), "Small")], []))
    forecast = spread_out(make_forecast())
    found = expect_of_deals(facts, KNOWN, forecast, rulebook(HOURS), streams)
    assert from_document(Volumes, to_document(found)) == found
