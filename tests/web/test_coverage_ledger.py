"""The ledger of ranges over facts that are few enough to count by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from counterpoise.actions import coverage
from counterpoise.domain.tables.published import Publication, SaidRange
from counterpoise.domain.tables.volume import Volume, Volumes
from counterpoise.store import publications
from kept_forecast import NOW, RAN_AT, build_small_cycle, keep_build, keep_run
from overriding import NOVEMBER, OCTOBER
from written_builds import at, write_build

D = Decimal
TODAY = (NOW + timedelta(days=40)).date()
ATLAS, AT_DUBAI = (("product", "Atlas"),), (("product", "Atlas"), ("site", "Dubai"))


def deal(name, closed, amount, currency="USD", **other):
    return {
        "source_id": name,
        "created_at": at("2026-09-01"),
        "closed_at": closed and at(closed),
        "status": "won",
        "stage": "Won",
        "amount": D(amount),
        "currency": currency,
        **other,
    }


def sell(of, quantity):
    """A line of a deal, of Atlas."""
    return {
        "source_id": f"l-{of}",
        "opportunity_id": of,
        "product_id": "p1",
        "quantity": float(quantity),
    }


def write_facts(workspace, **other):
    """Two deals won in October, one of which nobody knows when, one won in November."""
    write_build(
        workspace.build_folder(keep_build()),
        **{
            "opportunity": [
                deal("o1", "2026-10-12", 1000),
                deal("o2", "2026-10-30", 500),
                deal("o3", None, 70),
                deal("o4", "2026-11-20", 900),
            ],
            **other,
        },
    )


def publish(measure, unit, **other):
    said = {
        "measure": measure,
        "unit": unit,
        "every": "month",
        "by": (),
        "as_of": date(2026, 9, 30),
        "build": "b1",
        "ranges": (SaidRange((), OCTOBER, tuple(map(D, (1, 1, 2, 2, 3)))),),
    }
    publications.keep(Publication(**(said | other)), author_id=None, at=RAN_AT)


def expect(kind, month=OCTOBER, by=(), levels=(1, 2, 3, 4, 5)):
    return Volume(kind, month, by, D(3), tuple(map(D, levels)), D(0))


def judge(workspace):
    return coverage.judge_ranges(workspace, today=TODAY)


def came(workspace):
    return {(each.kind, each.measure, each.start): each.actual for each in judge(workspace).judged}


def test_a_deal_that_nobody_dated_is_won_in_no_month(workspace):
    write_facts(workspace)
    publish("won_deals", "deals")
    publish("won_revenue", "USD")
    assert came(workspace) == {
        ("series", "won_deals", OCTOBER): 2,
        ("series", "won_revenue", OCTOBER): 1500,
    }


def test_money_in_currencies_without_rates_waits_and_counts_do_not(workspace):
    write_facts(
        workspace,
        opportunity=[deal("o1", "2026-10-12", 1000), deal("o2", "2026-11-30", 500, "AED")],
    )
    publish("won_deals", "deals")
    publish("won_revenue", "USD")
    found = judge(workspace)
    assert {each.measure for each in found.coverage} == {"won_deals"}
    assert found.waiting == 2, "both ranges of won revenue"


def test_units_are_held_against_the_lines_of_won_deals_and_sites_against_nothing(workspace):
    """Dubai's share is a rule's, not a record's."""
    write_facts(
        workspace,
        product=[{"source_id": "p1", "name": "Atlas"}],
        opportunity_line=[sell("o1", 2), sell("o2", 3), sell("o4", 50)],
    )
    volumes = Volumes((expect("units", by=ATLAS), expect("units", by=AT_DUBAI)))
    keep_run(build_small_cycle(volumes=volumes))
    found = judge(workspace)
    units = [each for each in found.coverage if each.kind == "volume"]
    assert [(each.measure, each.level, each.n, each.inside, each.above) for each in units] == [
        ("units", ("product",), 1, 0, 1),  # 5 came, 2 to 4 should hold 80 %
        ("units", ("product",), 1, 1, 0),  # 1 to 5 should hold 90 %
    ]
    (unscored,) = found.unscored
    assert (unscored.kind, unscored.level) == ("units", ("product", "site"))


def test_volumes_of_a_month_that_was_over_when_the_run_was_made_prove_nothing(workspace):
    write_facts(workspace)
    cycle = build_small_cycle(volumes=Volumes((expect("units", by=ATLAS),)))
    keep_run(replace(cycle, as_of=date(2026, 10, 31), forecast=None))
    found = judge(workspace)
    assert (found.coverage, found.waiting) == ((), 0)


@pytest.mark.parametrize(
    ("month", "waiting"),
    [
        pytest.param(OCTOBER, 2, id="over, and no such thing was loaded"),
        pytest.param(NOVEMBER, 2, id="not over today"),
    ],
)
def test_volumes_without_a_truth_wait(workspace, month, waiting):
    write_facts(workspace)
    keep_run(
        replace(build_small_cycle(), forecast=None, volumes=Volumes((expect("leads", month),)))
    )
    found = judge(workspace)
    assert (found.coverage, found.waiting) == ((), waiting)


def test_without_a_build_nothing_is_judged(workspace):
    assert coverage.judge_ranges(workspace, today=TODAY).coverage == ()
    assert coverage.list_published(workspace, today=TODAY) == ()
