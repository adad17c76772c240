"""The sales process, told of deals and leads that can be followed by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.plain_process import count_process
from counterpoise.domain.measure.process import (
    ProcessRules,
    Scope,
    UnknownSize,
    describe,
    read_process_rules,
)
from counterpoise.domain.measure.process_figures import judge_process
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.measure.waterfall import InvalidWindow, UnknownSplit
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.values.period import Period
from written_builds import at

D = Decimal
MARCH = Scope(date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 31))
EASY = replace(read_process_rules(load_defaults(), MARCH.as_of, fold), least=1)
REPS = [
    {"source": "crm", "source_id": "R1", "name": "Amal", "team_id": "North", "region": "Gulf"},
    {"source": "crm", "source_id": "R2", "name": "Basil", "team_id": "South"},
]


def deal(key="D1", created="2026-03-05", **said):
    return {
        "source": "crm",
        "source_id": key,
        "owner_id": "R1",
        "stage": "Proposal",
        "status": "open",
        "amount": D(100),
        "currency": "USD",
        "created_at": at(created),
        **said,
    }


def lost(key="D1", closed="2026-03-20", **said):
    said = {"stage": "Closed Lost", "lost_reason": "Price", **said}
    return deal(key, status="lost", closed_at=at(closed), **said)


def won(key="D1", closed="2026-03-20", **said):
    return deal(key, status="won", stage="Closed Won", closed_at=at(closed), **said)


def step(when, before, after, key="D1", *, origin="history", place="0", attribute="stage"):
    return {
        "source": "crm",
        "source_id": f"{key}{when}{place}",
        "opportunity_id": key,
        "changed_at": at(when),
        "attribute": attribute,
        "value_before": before,
        "value_after": after,
        "origin": origin,
    }


def count(deals, *changes, scope=MARCH, **tables):
    rows = {"opportunity": deals, "opportunity_change": list(changes), "rep": REPS, **tables}
    found = build_settings(load_defaults(), scope.as_of, currencies={"USD"}, fold=fold)
    return count_process(rows, scope, found), found


def tell(deals, *changes, scope=MARCH, rules=EASY, **tables):
    counts, found = count(deals, *changes, scope=scope, **tables)
    return judge_process(scope, counts, rules, found)


def say_stays(deals, *changes, scope=MARCH):
    """stage: days, with + where the stay goes on."""
    counts, _ = count(deals, *changes, scope=scope)
    stays = [each for each in counts.spells if each.of == "stage"]
    return {f"{e.stage} {e.days}{'' if e.is_over else '+'}": e.n for e in stays}


def say_steps(cohort):
    named = [(each.stage or each.at, each.n, each.days) for each in cohort.steps if each.n]
    return {name: (n, None if days is None else int(days)) for name, n, days in named}


PROPOSED = step("2026-03-05", None, "Proposal")
AGREED = step("2026-03-15", "Proposal", "Negotiation")


@pytest.mark.parametrize(
    ("deals", "changes", "reached"),
    [
        pytest.param(
            [won()],
            [PROPOSED, AGREED, step("2026-03-20", "Negotiation", "Closed Won")],
            {"Proposal": (1, 0), "Negotiation": (1, 10), "won": (1, 15)},
            id="a deal that was won came to every stage it was in",
        ),
        pytest.param(
            [lost()],
            [PROPOSED, AGREED, step("2026-03-18", "Negotiation", "Proposal")],
            {"Proposal": (1, 0), "Negotiation": (1, 10), "lost": (1, 15)},
            id="to go back does not undo what was reached, nor make it later",
        ),
        pytest.param(
            [deal()],
            [step("2026-03-12", "Demo", "Proposal")],
            {"Demo": (1, 0), "Proposal": (1, 7)},
            id="the stage a log begins with was entered at the creation",
        ),
        pytest.param(
            [deal()],
            [
                step("2026-03-05", None, "created", origin="dates"),
                step("2026-03-25", "created", "Proposal", origin="dates", place="1"),
            ],
            {"Proposal": (1, None)},
            id="what a first load told was reached, and nobody knows when",
        ),
        pytest.param(
            [deal()],
            [step("2026-02-20", None, "Proposal")],
            {"Proposal": (1, 0)},
            id="a stage before the creation counts no days below 0",
        ),
        pytest.param(
            [deal()],
            [PROPOSED, step("2026-06-01", "Proposal", "Negotiation")],
            {"Proposal": (1, 0)},
            id="what came after the as-of day is not known",
        ),
        pytest.param(
            [won(closed="2026-06-10")],
            [PROPOSED],
            {"Proposal": (1, 0)},
            id="a deal that is won later is open on the day",
        ),
    ],
)
def test_a_cohort_reached(deals, changes, reached):
    (cohort,) = [each for each in tell(deals, *changes).cohorts if each.of == "deal"]
    assert (cohort.period, cohort.created) == (Period.parse("2026-03"), 1)
    assert say_steps(cohort) == reached


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(deal(created="2026-04-02"), id="created after the window"),
        pytest.param(deal(created="2026-02-27"), id="created before the window"),
        pytest.param(deal(deleted_at=at("2026-05-30")), id="removed by the as-of day"),
    ],
)
def test_a_deal_that_is_in_no_cohort(record):
    assert tell([record], PROPOSED).cohorts == ()


def test_a_deal_that_is_removed_later_is_still_there():
    (cohort,) = tell([deal(deleted_at=at("2026-06-02"))], PROPOSED).cohorts
    assert (cohort.created, cohort.open) == (1, 1)


def test_cohorts_have_shares_medians_and_what_is_open():
    deals = [won("D1", "2026-03-15"), won("D2", "2026-03-25"), lost("D3"), deal("D4")]
    (cohort,) = tell(deals).cohorts
    steps = {each.at: (each.n, each.share, each.days) for each in cohort.steps}
    assert steps == {"won": (2, D("0.500000"), D("15.00")), "lost": (1, D("0.250000"), D("15.00"))}
    assert cohort.open == 1


def test_cohorts_of_quarters_hold_three_months():
    scope = replace(MARCH, start=date(2026, 1, 1), size="quarter")
    deals = [deal("D1", "2026-01-31"), deal("D2", "2026-02-01"), deal("D3", "2026-03-31")]
    (cohort,) = tell(deals, scope=scope).cohorts
    assert (str(cohort.period), cohort.created) == ("2026-Q1", 3)


def test_a_part_has_its_own_cohorts():
    found = tell([deal("D1"), deal("D2", owner_id="R2")], scope=replace(MARCH, by="rep"))
    assert [(each.label, each.created) for each in found.cohorts] == [("Amal", 1), ("Basil", 1)]


LEADS = [
    {"source": "crm", "source_id": "L1", "owner_id": "R1", "created_at": at("2026-03-02"),
     "lead_source": "web", "first_touch_at": at("2026-03-04"), "converted_at": at("2026-03-10")},
    {"source": "crm", "source_id": "L2", "owner_id": "R2", "created_at": at("2026-03-02"),
     "is_converted": True, "updated_at": at("2026-03-03"), "region": "Levant"},
    {"source": "crm", "source_id": "L3", "owner_id": "R1", "created_at": at("2026-03-03"),
     "first_touch_at": at("2026-06-04"), "converted_at": at("2026-06-10")},
    {"source": "crm", "source_id": "L4", "created_at": at("2026-06-03")},
    {"source": "crm", "source_id": "L5", "created_at": at("2026-03-03"),
     "deleted_at": at("2026-04-01")},
    {"source": "crm", "source_id": "L6", "created_at": at("2026-02-03")},
]  # fmt: skip


def test_leads_are_followed_until_they_become_a_deal():
    (cohort,) = tell([], lead=LEADS).cohorts
    assert (cohort.of, cohort.created, cohort.open) == ("lead", 3, 1)
    assert say_steps(cohort) == {"touched": (1, 2), "converted": (2, 8)}


@pytest.mark.parametrize(
    ("by", "labels"),
    [
        pytest.param("rep", ["Amal", "Basil"], id="by rep"),
        pytest.param("region", ["Gulf", "Levant"], id="by region, its own before its rep's"),
        pytest.param("source", ["", "web"], id="by source"),
        pytest.param("segment", [], id="a lead has no segment"),
    ],
)
def test_leads_are_split_by_what_they_have(by, labels):
    cohorts = tell([], lead=LEADS, scope=replace(MARCH, by=by)).cohorts
    assert [each.label for each in cohorts] == labels


def test_how_old_a_cohort_of_leads_must_be():
    deals_of, leads_of = tell([], lead=LEADS).ripeness
    assert (leads_of.days, leads_of.n, leads_of.ended) == (8, 3, 1)  # L2 says not when
    assert (deals_of.days, deals_of.n) == (None, 0)


@pytest.mark.parametrize(
    ("as_of", "maturity"),
    [
        pytest.param(date(2026, 4, 9), "young", id="the youngest had a day less than they need"),
        pytest.param(date(2026, 4, 10), "mature", id="the youngest had the ten days"),
    ],
)
def test_a_young_cohort_is_marked(as_of, maturity):
    """All deals are closed after ten days, and the youngest of March may be of the 31st."""
    deals = [won(f"D{n}", "2026-03-15") for n in range(10)]
    (cohort,) = tell(deals, scope=replace(MARCH, as_of=as_of)).cohorts
    assert cohort.maturity == maturity


def test_a_cohort_that_the_window_cuts_off_is_as_young_as_what_it_holds():
    deals = [won(f"D{n}", "2026-03-15") for n in range(10)]
    scope = replace(MARCH, end=date(2026, 3, 11), as_of=date(2026, 3, 20))
    (cohort,) = tell(deals, scope=scope).cohorts
    assert cohort.maturity == "mature"


def test_where_too_few_ended_nobody_can_say_how_old_is_old():
    (cohort,) = tell([won()], rules=replace(EASY, least=2)).cohorts
    assert cohort.maturity == "unknown"


@pytest.mark.parametrize(
    ("deals", "changes", "stays"),
    [
        pytest.param(
            [won()],
            [PROPOSED, AGREED],
            {"Proposal 10": 1, "Negotiation 5": 1},
            id="until the next stage, and the last until the closing",
        ),
        pytest.param(
            [deal()],
            [PROPOSED, AGREED],
            {"Proposal 10": 1, "Negotiation 77+": 1},
            id="an open deal stays on",
        ),
        pytest.param(
            [deal()],
            [PROPOSED, AGREED, step("2026-03-18", "Negotiation", "Proposal")],
            {"Proposal 10": 1, "Negotiation 3": 1},
            id="only the first stay in a stage counts",
        ),
        pytest.param(
            [deal()],
            [PROPOSED, step("2026-03-08", "Proposal", "Proposal"), AGREED],
            {"Proposal 10": 1, "Negotiation 77+": 1},
            id="the same stage told again is no leaving",
        ),
        pytest.param(
            [deal()],
            [PROPOSED, step("2026-03-05", "Proposal", "Negotiation", place="1")],
            {"Proposal 0": 1, "Negotiation 87+": 1},
            id="of two stages at one moment the first was left at once",
        ),
        pytest.param(
            [deal()],
            [PROPOSED, step("2026-03-09", "Proposal", "Closed Lost")],
            {"Proposal 4": 1},
            id="a closing that was undone later is a leaving all the same",
        ),
        pytest.param(
            [lost(closed="2026-03-07")],
            [PROPOSED, AGREED],
            {"Proposal 2": 1},
            id="a stage that came after the closing is no stay",
        ),
        pytest.param(
            [deal()],
            [
                step("2026-03-05", None, "Proposal", origin="dates"),
                step("2026-03-15", "Proposal", "Negotiation", origin="difference"),
            ],
            {"Negotiation 77+": 1},
            id="what a first load told has no beginning",
        ),
        pytest.param(
            [deal()],
            [step("2026-02-10", None, "Proposal"), AGREED],
            {"Negotiation 77+": 1},
            id="only what was entered in the window counts",
        ),
    ],
)
def test_stays(deals, changes, stays):
    assert say_stays(deals, *changes) == stays


def test_stays_are_told_with_what_still_goes_on():
    deals = [won("D1", "2026-03-09"), won("D2", "2026-03-15"), deal("D3"), deal("D4")]
    entered = [step("2026-03-05", None, "Proposal", each["source_id"]) for each in deals]
    (stay,) = tell(deals, *entered).stays
    assert (stay.n, stay.censored, stay.median, stay.upper) == (4, 2, 10, None)


STRICT = ProcessRules(least=3, mature_share=D("0.9"), is_silent=EASY.is_silent)


def test_of_too_few_nothing_is_told():
    deals = [won("D1"), lost("D2")]
    found = tell(deals, PROPOSED, rules=STRICT)
    (cohort,), (stay,), (loss,) = found.cohorts, found.stays, found.losses
    assert {(each.share, each.days) for each in cohort.steps} == {(None, None)}
    assert (stay.is_told, stay.median, stay.upper) == (False, None, None)
    assert (loss.n, loss.share, loss.share_of_money) == (1, None, None)
    assert {each.share for each in found.silences} == {None}


def test_a_median_of_too_few_is_not_told_where_the_share_is():
    deals = [won("D1"), deal("D2"), deal("D3")]
    (cohort,) = tell(deals, rules=STRICT).cohorts
    (won_step,) = [each for each in cohort.steps if each.at == "won"]
    assert (won_step.share, won_step.days) == (D("0.333333"), None)


def say_losses(found):
    return [(each.reason, each.stage, each.n, each.money) for each in found.losses]


@pytest.mark.parametrize(
    ("record", "changes", "told"),
    [
        pytest.param(
            lost(), [PROPOSED, AGREED], ("Price", "Negotiation"), id="from the last open stage"
        ),
        pytest.param(
            lost(lost_reason=" n/a "), [PROPOSED], ("", "Proposal"), id="n/a is no reason"
        ),
        pytest.param(lost(lost_reason=None), [PROPOSED], ("", "Proposal"), id="nothing is none"),
        pytest.param(
            lost(stage="Demo"), [], ("Price", "Demo"), id="a record that still says its stage"
        ),
        pytest.param(lost(), [], ("Price", ""), id="nobody knows from where"),
        pytest.param(
            lost(),
            [PROPOSED, step("2026-03-25", "Closed Lost", "Demo")],
            ("Price", "Proposal"),
            id="what the log tells after the closing is not from where",
        ),
    ],
)
def test_a_loss(record, changes, told):
    assert say_losses(tell([record], *changes)) == [(*told, 1, D("100.00"))]


def test_a_reason_is_the_one_that_was_known():
    """The log tells of another reason later, and of something later still."""
    logged = step("2026-06-01", "Price", "Timing", attribute="lost_reason")
    later = {**deal("D9", "2026-06-05"), "updated_at": at("2026-06-06")}
    record = lost(lost_reason="Timing")
    assert say_losses(tell([record, later], logged))[0][0] == "Price"
    assert say_losses(tell([record], logged, scope=replace(MARCH, as_of=date(2026, 6, 7))))[0][
        0
    ] == ("Timing")


def test_losses_are_counted_by_the_day_they_closed():
    deals = [lost("D1", "2026-04-01"), lost("D2", "2026-02-28", created_at=at("2026-02-01"))]
    assert tell(deals).losses == ()


def test_one_reason_in_several_writings_is_one():
    deals = [
        lost("D1", lost_reason="Price"),
        lost("D2", lost_reason="price "),
        lost("D3", lost_reason="Price"),
        lost("D4", lost_reason="Timing", amount=None),
    ]
    found = tell(deals)
    assert [(each.reason, each.stage, each.n, each.share) for each in found.reasons] == [
        ("Price", None, 3, D("0.750000")),
        ("Timing", None, 1, D("0.250000")),
    ]
    assert [each.share_of_money for each in found.reasons] == [D("1.000000"), D("0.000000")]


def test_who_leaves_the_reason_out_is_named():
    deals = [
        lost("D1"),
        lost("D2", lost_reason=""),
        lost("D3", lost_reason="None"),
        lost("D4", lost_reason="", owner_id="R2"),
        lost("D5", lost_reason="", owner_id=""),
    ]
    silences = tell(deals).silences
    assert [(each.who, each.label, each.lost, each.silent) for each in silences] == [
        ("team", "North", 3, 2),
        ("team", "South", 1, 1),
        ("rep", "Amal", 3, 2),
        ("rep", "Basil", 1, 1),
    ]


def test_the_descriptions_say_the_rules_in_force():
    said = {name: str(each) for name, each in describe(tell([deal()], rules=STRICT)).items()}
    assert "fewer than 3 is not told" in said["funnel"]
    assert "90 % of all" in said["maturity"]
    assert "fewer than 3 entries" in said["stages"]
    assert set(said) == {"funnel", "maturity", "stages", "losses", "silences"}


def test_the_figures_of_deals_and_leads_are_kept_apart():
    found = tell([won()], lead=LEADS)
    assert found.get_ripeness("deal").n == 1
    assert found.get_ripeness("lead").n == 3


@pytest.mark.parametrize(
    ("wrong", "error", "advice"),
    [
        pytest.param({"end": MARCH.start}, InvalidWindow, "2026-03-01", id="no day"),
        pytest.param({"size": "week"}, UnknownSize, "month, quarter", id="no such cohorts"),
        pytest.param({"by": "mood"}, UnknownSplit, "rep, team", id="no such split"),
    ],
)
def test_what_cannot_be_asked_is_refused(wrong, error, advice):
    with pytest.raises(error, match=advice):
        replace(MARCH, **wrong)
