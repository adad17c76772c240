"""Who is there, what the forecast asks of them, and whom to hire by when."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule, Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.supply.capacity import NoPools, plan_capacity
from counterpoise.domain.supply.pools import build_pools, build_work
from counterpoise.domain.tables.capacity import (
    Committed,
    DeclaredPool,
    InvalidPool,
    TeamSize,
    WonDeals,
    Work,
)
from planning import AS_OF, DELIVERY, MONTHS, SELLERS, make_forecast

D = Decimal
DEFAULTS = load_defaults()
GULF = TeamSize("Gulf", D(6), D(2), 72, D(90), D(1000), newcomers=(D(1),))
LEVANT = TeamSize("Levant", D(3), D(1), 6, D(30), D(500))
SUPPORT = DeclaredPool("Support", "support", "", "hours", D(2), D(120))


def rules(*written):
    """Defaults, and rules written as (key, subject, value)."""
    own = (Rule(key, subject, value, "", AS_OF, "test") for key, subject, value in written)
    return Rulebook((*DEFAULTS.rules, *own))


def build(sellers=(GULF,), declared=(), rulebook=DEFAULTS):
    return build_pools(sellers, declared, rulebook, AS_OF)


def test_sellers_are_learned_and_priced_by_the_rulebook():
    (pool,) = build()
    assert replace(pool, basis=SELLERS.basis) == replace(
        SELLERS,
        headcount=D(6),
        per_person=D(2),
        ramp=(D("0.25"), D("0.5"), D("0.75")),
        attrition_rate=D("0.02"),
        hiring_lead_months=2,
        wage=D("400.00"),  # a fifth of 2 deals of 1,000
        hire_cost=D("1200.00"),
        overtime_cost=D("300.00"),  # 200 a deal, and a half more
        overtime_limit=D("0.1"),
        contractor_cost=D("400.00"),
        contractor_limit=D(0),
        newcomers=(D(1),),
        onboarding_rate=D("0.25"),
    )
    assert str(pool.basis) == (
        "6 people who sell now. A good month of one of them is 2 deals: four of five months were no"
        " better, of 72 months of work."
    )


@pytest.mark.parametrize(
    ("team", "per_person", "said"),
    [
        pytest.param(LEVANT, 1, "only 6 months of work; 12 would", id="little work to learn from"),
        pytest.param(
            replace(LEVANT, deals_per_person_month=D(0), sample_n=100),
            D("0.3"),
            "the average counts: 0.300 a month",
            id="most months bring no deal",
        ),
    ],
)
def test_thin_evidence_is_said(team, per_person, said):
    (pool,) = build((team,))
    assert pool.per_person == per_person
    assert said in str(pool.basis)


@pytest.mark.parametrize(
    "team",
    [
        pytest.param(replace(GULF, people=D(0)), id="nobody sells there now"),
        pytest.param(
            replace(GULF, deals_per_person_month=D(0), won_deals=D(0)), id="nothing was ever won"
        ),
        pytest.param(
            replace(GULF, deals_per_person_month=D(0), sample_n=0), id="nobody has worked a month"
        ),
    ],
)
def test_team_that_shows_no_capacity_is_no_pool(team):
    assert build((team,)) == ()


@pytest.mark.parametrize(
    ("written", "wage"),
    [
        pytest.param([("pool.wage", "", "900")], 900, id="for all"),
        pytest.param([("pool.wage", "sellers", "800"), ("pool.wage", "", "9")], 800, id="kind"),
        pytest.param(
            [("pool.wage", "Gulf", "700"), ("pool.wage", "sellers", "800")], 700, id="name"
        ),
    ],
)
def test_rule_of_the_pool_goes_before_that_of_its_kind_and_of_all(written, wage):
    (pool,) = build(rulebook=rules(*written))
    assert pool.wage == wage


def test_costs_may_be_set_outright():
    written = {"hire_cost": "9", "overtime_cost": "8", "contractor_cost": "7"}
    own = [(f"pool.{key}", "Gulf", value) for key, value in written.items()]
    (pool,) = build(rulebook=rules(*own))
    assert (pool.hire_cost, pool.overtime_cost, pool.contractor_cost) == (9, 8, 7)


def test_declared_pools_come_from_table_and_rulebook_and_the_rulebook_has_the_last_word():
    rulebook = rules(
        ("pool.wage", "", "3000"),
        ("pool.headcount", "Delivery", "5"),
        ("pool.kind", "Delivery", "delivery"),
        ("pool.per_person", "Delivery", "130"),
        ("pool.headcount", "Support", "4"),
        ("pool.kind", "Support", "support"),
        ("pool.per_person", "Support", "100"),
        ("pool.unit", "Support", "hours"),
    )
    pools = build((GULF,), (SUPPORT,), rulebook)
    assert [(p.name, p.kind, p.unit, p.headcount, p.per_person) for p in pools] == [
        ("Delivery", "delivery", "hours", 5, 130),
        ("Gulf", "sellers", "deals", 6, 2),
        ("Support", "support", "hours", 4, 100),
    ]
    assert str(pools[0].basis) == "5 people as declared, each giving 130 hours a month."


def test_declared_sellers_stand_for_their_team_and_may_learn_its_pace():
    declared = DeclaredPool("Field", "sellers", "Gulf", "deals", D(9), None)
    (pool,) = build((GULF,), (declared,))
    assert (pool.name, pool.headcount, pool.per_person, pool.wage) == ("Field", 9, 2, 400)
    assert pool.newcomers == ()  # nobody knows how many of the nine are new


@pytest.mark.parametrize(
    ("declared", "written", "error", "advice"),
    [
        pytest.param(
            replace(SUPPORT, per_person=None), [], MissingRule, "Add pool.per_person", id="pace"
        ),
        pytest.param(SUPPORT, [], MissingRule, "Add pool.wage for 'Support'", id="wage"),
        pytest.param(
            SUPPORT,
            [("pool.headcount", "Delivery", "5")],
            InvalidRule,
            "pool.kind of Delivery is ''",
            id="kind",
        ),
        pytest.param(
            SUPPORT,
            [
                ("pool.headcount", "Delivery", "5"),
                ("pool.kind", "Delivery", "delivery"),
                ("pool.unit", "Delivery", "days"),
            ],
            InvalidRule,
            "Write one of: deals, hours",
            id="unit",
        ),
        pytest.param(
            SUPPORT,
            [("pool.wage", "", "1"), ("pool.hiring_lead_months", "Support", "1.5")],
            InvalidRule,
            "Write whole months",
            id="months in halves",
        ),
    ],
)
def test_what_nobody_said_is_asked_for_not_invented(declared, written, error, advice):
    with pytest.raises(error, match=advice):
        build((), (declared,), rules(*written))


def work(pools, sellers=(GULF, LEVANT), rulebook=DEFAULTS, products=("Atlas",)):
    return build_work(products, pools, sellers, rulebook, AS_OF)


def test_teams_share_each_deal_by_their_part_of_past_wins():
    pools = build((GULF, LEVANT))
    assert work(pools) == (
        Work("Atlas", "Gulf", D("0.75"), 0),
        Work("Atlas", "Levant", D("0.25"), 0),
    )


@pytest.mark.parametrize(
    ("pools", "sellers", "units"),
    [
        pytest.param(
            (SELLERS, replace(SELLERS, name="New", team="New", headcount=D(12))),
            (GULF,),
            [D("0.25"), D("0.75")],
            id="a team that has won nothing yet: by capacity",
        ),
        pytest.param(
            (replace(SELLERS, headcount=D(0)), replace(SELLERS, name="New", headcount=D(0))),
            (),
            [D("0.5"), D("0.5")],
            id="nobody anywhere: equally",
        ),
    ],
)
def test_without_wins_of_every_team_deals_are_shared_otherwise(pools, sellers, units):
    assert [each.units for each in work(pools, sellers)] == units


def test_rulebook_says_what_a_deal_needs_and_when():
    rulebook = rules(
        ("work.units", "Delivery", "20"),
        ("work.units", "Basalt / Delivery", "35"),
        ("work.units", "Cedar / Delivery", "0"),
        ("work.lag_months", "Basalt / Delivery", "2"),
        ("work.units", "Gulf", "1"),
        ("work.lag_months", "Gulf", "0"),
    )
    assert work((DELIVERY, SELLERS), rulebook=rulebook, products=("Atlas", "Basalt", "Cedar")) == (
        Work("Atlas", "Delivery", D(20), 1),
        Work("Basalt", "Delivery", D(35), 2),
        Work("Atlas", "Gulf", D(1), 0),
        Work("Basalt", "Gulf", D(1), 0),
        Work("Cedar", "Gulf", D(1), 0),
    )


def test_work_of_a_declared_pool_must_be_said():
    with pytest.raises(MissingRule, match="Add work.units for 'Delivery', or for 'Atlas / Del"):
        work((DELIVERY,))


def plan(pools=(SELLERS,), needed=None, forecast=None, won_before=()):
    needed = (Work("Atlas", "Gulf", D(1), 0),) if needed is None else needed
    forecast = make_forecast() if forecast is None else forecast
    return plan_capacity(forecast, pools, needed, rulebook=DEFAULTS, won_before=won_before)


def column(capacity, attribute):
    return [getattr(row, attribute) for row in capacity.months]


def test_required_and_available_by_month():
    leaving = replace(SELLERS, attrition_rate=D("0.25"), newcomers=(D(1),), ramp=(D(0), D("0.5")))
    capacity = plan((leaving,))
    assert column(capacity, "month") == list(MONTHS)
    assert column(capacity, "required") == [8, 12, 12]
    assert column(capacity, "headcount") == [4, 3, D("2.25")]
    assert column(capacity, "available") == [7, 6, D("4.5")]  # the newcomer is in month two


@pytest.mark.parametrize(
    ("as_of", "headcount", "newcomers"),
    [
        pytest.param(date(2026, 10, 9), 4, (D(1),), id="within the period"),
        pytest.param(date(2026, 9, 30), 4, (D(0), D(1)), id="the day before"),
        pytest.param(date(2026, 8, 31), 3, (), id="a month before that"),
        pytest.param(date(2026, 12, 9), 4, (D(1),), id="late in the period"),
    ],
)
def test_people_leave_and_learn_until_the_period_begins(as_of, headcount, newcomers):
    leaving = replace(SELLERS, attrition_rate=D("0.25"), newcomers=(D(1),), ramp=(D(0), D("0.5")))
    (pool,) = plan((leaving,), forecast=make_forecast(as_of=as_of)).pools
    assert (pool.headcount, pool.newcomers) == (headcount, newcomers)


def test_needs_are_whole_people_beyond_those_already_asked_for():
    forecast = make_forecast({"Atlas": (9, 12, 17)})
    capacity = plan(forecast=forecast)
    assert [(need.month, need.people, need.open_requisition_by) for need in capacity.needs] == [
        (MONTHS[0], 1, date(2026, 8, 1)),  # a month to find them, a month on the ramp
        (MONTHS[1], 1, date(2026, 9, 1)),
        (MONTHS[2], 3, date(2026, 10, 1)),
    ]
    assert str(capacity.needs[0].why) == (
        "Gulf needs 9.0 deals in 2026-10 and can give 8.0. A person hired now would not be at"
        " full work by then: until then only overtime, contractors or waiting can help."
    )
    assert str(capacity.needs[2].why) == "Gulf needs 17.0 deals in 2026-12 and can give 8.0."


def test_a_quarter_of_a_person_is_not_hired():
    assert plan(forecast=make_forecast({"Atlas": (D("8.5"), 8, 8)})).needs == ()


def test_work_follows_deals_and_deals_won_before_still_need_it():
    needed = (Work("Atlas", "Delivery", D(10), 1), Work("Basalt", "Delivery", D(1), 1))
    won = (
        WonDeals("Atlas", date(2026, 9, 1), D(5)),
        WonDeals("Atlas", date(2026, 8, 1), D(7)),
        WonDeals("Atlas", date(2026, 10, 1), D(7)),
    )
    capacity = plan((DELIVERY,), needed, won_before=won)
    assert column(capacity, "required") == [50, 80, 120]
    assert capacity.committed == (Committed("Delivery", MONTHS[0], D(50)),)
    assert capacity.notes == ()


def test_notes_say_what_was_assumed():
    pools = (SELLERS, replace(SELLERS, name="Levant"))
    needed = (Work("Atlas", "Gulf", D(1), 1),)
    assert [str(note)[:41] for note in plan(pools, needed).notes] == [
        "Won deals are shared among the teams of s",
        "No delivery or support people are declare",
        "Work that deals won before 2026-10 still ",
    ]


def test_nobody_known_is_a_refusal():
    with pytest.raises(NoPools, match="Load reps with their teams"):
        plan(())


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        pytest.param({"headcount": D(-1)}, "headcount is -1", id="fewer than nobody"),
        pytest.param({"wage": D("NaN")}, "wage is NaN", id="a wage that is no number"),
        pytest.param({"per_person": D(0)}, "does 0 deals a month", id="people who do nothing"),
        pytest.param({"attrition_rate": D(25)}, "0.25 is a quarter", id="attrition in percent"),
        pytest.param({"ramp": (D(2),)}, "ramp and attrition_rate hold 2", id="ramp above whole"),
        pytest.param({"newcomers": (D(9),)}, "9 newcomers among 4", id="too many newcomers"),
        pytest.param({"newcomers": (D(-1),)}, "newcomers is -1", id="fewer than no newcomer"),
    ],
)
def test_pool_without_meaning_is_refused(change, advice):
    with pytest.raises(InvalidPool, match=advice):
        replace(SELLERS, **change)


@pytest.mark.parametrize(
    ("units", "lag"),
    [
        pytest.param(D(-1), 0, id="below zero"),
        pytest.param(D("NaN"), 0, id="no number"),
        pytest.param(D(1), -1, id="before the win"),
    ],
)
def test_work_without_meaning_is_refused(units, lag):
    with pytest.raises(InvalidPool, match="Give 0 or more of both"):
        Work("Atlas", "Gulf", units, lag)
